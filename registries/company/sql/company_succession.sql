WITH RECURSIVE believed AS (
    FROM company_event
    WHERE retracted_on IS NULL
),
-- the absorbed side names its successor in a column
predecessor_side AS (
    SELECT
        corporate_number AS predecessor,
        successor_corporate_number AS successor,
        max(event_id) AS event_id,
        max_by(changed_on, event_id) AS changed_on,
        max_by(
            CASE
                WHEN change_cause LIKE '%と合併して%を設立し解散%' THEN 'consolidation'
                WHEN change_cause LIKE '%権利義務の承継%' THEN 'rights_succession'
                ELSE 'merger'
            END,
            event_id
        ) AS kind
    FROM believed
    WHERE successor_corporate_number IS NOT NULL
    GROUP BY corporate_number, successor_corporate_number
),
-- other rows name the other side in brackets within a sentence, several sides at times
named AS (
    SELECT
        corporate_number,
        process_code,
        event_id,
        changed_on,
        change_cause,
        unnest(regexp_extract_all(translate(change_cause, '０１２３４５６７８９', '0123456789'), '[（(]([1-9][0-9]{12})[）)]', 1))
            AS named_number
    FROM believed
    WHERE process_code IN ('01', '22', '71', '72')
),
successor_side AS (
    SELECT
        named_number AS predecessor,
        corporate_number AS successor,
        max(event_id) AS event_id,
        max_by(changed_on, event_id) AS changed_on,
        max_by(
            CASE
                WHEN process_code = '01' THEN 'consolidation'
                WHEN change_cause LIKE '%権利義務の承継%' THEN 'rights_succession'
                ELSE 'merger'
            END,
            event_id
        ) AS kind
    FROM named
    WHERE is_corporate_number(named_number)
        AND (process_code = '71' OR (process_code = '01' AND change_cause LIKE '%合併%設立%'))
    GROUP BY named_number, corporate_number
),
-- a judgment that voids a merger is published on both sides: 72 of the survivor, 22 of the absorbed
voided_pair AS (
    SELECT named_number AS predecessor, corporate_number AS successor, changed_on
    FROM named
    WHERE process_code = '72'
    UNION ALL
    SELECT corporate_number, named_number, changed_on
    FROM named
    WHERE process_code = '22' AND change_cause LIKE '%合併無効%'
),
voided AS (
    SELECT predecessor, successor, min(changed_on) AS undone_on
    FROM voided_pair
    GROUP BY predecessor, successor
),
revived AS (
    SELECT corporate_number AS predecessor, max(event_id) AS event_id, max_by(changed_on, event_id) AS undone_on
    FROM believed
    WHERE process_code = '22'
    GROUP BY corporate_number
),
edge AS (
    SELECT
        coalesce(predecessor_side.predecessor, successor_side.predecessor) AS predecessor,
        coalesce(predecessor_side.successor, successor_side.successor) AS successor,
        coalesce(predecessor_side.changed_on, successor_side.changed_on) AS succeeded_on,
        coalesce(successor_side.kind, predecessor_side.kind) AS kind,
        predecessor_side.event_id AS predecessor_event_id,
        successor_side.event_id AS successor_event_id
    FROM predecessor_side
    FULL JOIN successor_side
        ON predecessor_side.predecessor = successor_side.predecessor
        AND predecessor_side.successor = successor_side.successor
),
judged AS (
    SELECT
        edge.*,
        CASE
            WHEN voided.predecessor IS NOT NULL THEN 'voided'
            -- a record closed again after its revival has a later closing event, and the succession stands
            WHEN revived.event_id > edge.predecessor_event_id THEN 'revived'
            ELSE 'in_force'
        END AS status,
        CASE
            WHEN voided.predecessor IS NOT NULL THEN voided.undone_on
            WHEN revived.event_id > edge.predecessor_event_id THEN revived.undone_on
        END AS undone_on
    FROM edge
    LEFT JOIN voided ON edge.predecessor = voided.predecessor AND edge.successor = voided.successor
    LEFT JOIN revived ON edge.predecessor = revived.predecessor
    WHERE edge.predecessor <> edge.successor
),
next_step AS (
    SELECT predecessor, max_by(successor, succeeded_on::VARCHAR || successor) AS successor
    FROM judged
    WHERE status = 'in_force'
    GROUP BY predecessor
),
chain AS (
    SELECT predecessor AS beginning, successor AS reached, [predecessor, successor] AS path
    FROM next_step
    UNION ALL
    SELECT chain.beginning, next_step.successor, list_append(chain.path, next_step.successor)
    FROM chain
    JOIN next_step ON chain.reached = next_step.predecessor
    WHERE NOT list_contains(chain.path, next_step.successor)
),
-- where the chain runs in a circle every member has a next step, and no end is found
finish AS (
    SELECT chain.beginning, chain.reached
    FROM chain
    ANTI JOIN next_step ON chain.reached = next_step.predecessor
)
SELECT
    judged.predecessor AS predecessor_corporate_number,
    judged.successor AS successor_corporate_number,
    judged.kind AS succession_kind_code,
    judged.status AS succession_status_code,
    judged.succeeded_on,
    judged.undone_on,
    CASE
        WHEN judged.successor_event_id IS NULL THEN 'predecessor'
        WHEN judged.predecessor_event_id IS NULL THEN 'successor'
        ELSE 'both'
    END AS evidence_code,
    CASE WHEN judged.status = 'in_force' THEN coalesce(onward.reached, CASE WHEN step.predecessor IS NULL THEN judged.successor END) END
        AS final_successor_corporate_number,
    judged.predecessor_event_id,
    judged.successor_event_id
FROM judged
LEFT JOIN next_step AS step ON judged.successor = step.predecessor
LEFT JOIN finish AS onward ON judged.successor = onward.beginning
