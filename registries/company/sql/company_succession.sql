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
                WHEN change_cause LIKE '%権利義務%承継%' THEN 'rights_succession'
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
                WHEN change_cause LIKE '%権利義務%承継%' THEN 'rights_succession'
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
edge AS (
    SELECT
        coalesce(predecessor_side.predecessor, successor_side.predecessor) AS predecessor,
        coalesce(predecessor_side.successor, successor_side.successor) AS successor,
        coalesce(predecessor_side.changed_on, successor_side.changed_on) AS succeeded_on,
        greatest(predecessor_side.changed_on, successor_side.changed_on) AS last_registered_on,
        coalesce(successor_side.kind, predecessor_side.kind) AS kind,
        predecessor_side.event_id AS predecessor_event_id,
        successor_side.event_id AS successor_event_id
    FROM predecessor_side
    FULL JOIN successor_side
        ON predecessor_side.predecessor = successor_side.predecessor
        AND predecessor_side.successor = successor_side.successor
    WHERE coalesce(predecessor_side.predecessor, successor_side.predecessor)
        <> coalesce(predecessor_side.successor, successor_side.successor)
),
-- the same two may merge again after a judgment: it voids only what was registered before it
voided AS (
    SELECT edge.predecessor, edge.successor, min(voided_pair.changed_on) AS undone_on
    FROM edge
    JOIN voided_pair
        ON edge.predecessor = voided_pair.predecessor
        AND edge.successor = voided_pair.successor
        AND edge.last_registered_on <= voided_pair.changed_on
    GROUP BY edge.predecessor, edge.successor
),
revival AS (
    SELECT
        corporate_number AS predecessor,
        event_id,
        changed_on,
        -- a judgment that names nobody undoes whatever merger the record was closed for
        coalesce(
            change_cause LIKE '%合併無効%' AND event_id NOT IN (SELECT named.event_id FROM named),
            FALSE
        ) AS is_judgment
    FROM believed
    WHERE process_code = '22'
),
-- A revival counts against what was published before it, so a record closed again by the same merger stays merged. Where only the
-- survivor told of the merger, its date must do.
revived AS (
    SELECT
        edge.predecessor,
        edge.successor,
        min_by(revival.changed_on, revival.event_id) AS undone_on,
        min_by(revival.is_judgment, revival.event_id) AS is_judgment
    FROM edge
    JOIN revival
        ON edge.predecessor = revival.predecessor
        AND CASE
            WHEN edge.predecessor_event_id IS NOT NULL THEN revival.event_id > edge.predecessor_event_id
            ELSE revival.changed_on > edge.succeeded_on
        END
    GROUP BY edge.predecessor, edge.successor
),
judged AS (
    SELECT
        edge.*,
        CASE
            WHEN voided.predecessor IS NOT NULL OR revived.is_judgment THEN 'voided'
            WHEN revived.predecessor IS NOT NULL THEN 'revived'
            ELSE 'in_force'
        END AS status,
        coalesce(voided.undone_on, revived.undone_on) AS undone_on
    FROM edge
    LEFT JOIN voided ON edge.predecessor = voided.predecessor AND edge.successor = voided.successor
    LEFT JOIN revived ON edge.predecessor = revived.predecessor AND edge.successor = revived.successor
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
