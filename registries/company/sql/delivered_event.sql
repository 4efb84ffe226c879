-- Every delivered record in the order of publication, each with its era: the stretch of publications that no correction or
-- withdrawal has replaced. A daily delivery of one number is one group of rows; where several files carry the same group the
-- daily file speaks before the full one, and the later file before the earlier.
WITH file_delivery AS (
    SELECT
        corporate_number,
        updated_on,
        file_id,
        any_value(delivery_kind) AS delivery_kind,
        any_value(file_date) AS file_date,
        coalesce(bool_or(delivery_kind = 'daily' AND (is_correction OR process_code = '99')), FALSE) AS replaces
    FROM delivered
    GROUP BY corporate_number, updated_on, file_id
),
delivery AS (
    SELECT corporate_number, updated_on, file_id, replaces
    FROM file_delivery
    QUALIFY row_number() OVER (
        PARTITION BY corporate_number, updated_on ORDER BY delivery_kind, file_date DESC NULLS LAST, file_id
    ) = 1
),
era AS (
    SELECT
        corporate_number,
        updated_on,
        file_id,
        sum(replaces::INTEGER) OVER (PARTITION BY corporate_number ORDER BY updated_on) AS era,
        min(CASE WHEN replaces THEN updated_on END) OVER (
            PARTITION BY corporate_number ORDER BY updated_on ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS retracted_on
    FROM delivery
),
numbered AS (
    SELECT
        delivered.*,
        era.era,
        era.retracted_on,
        row_number() OVER (
            PARTITION BY delivered.corporate_number, delivered.updated_on
            ORDER BY delivered.sequence_number, delivered.source_line
        ) AS place
    FROM delivered
    JOIN era
        ON delivered.corporate_number = era.corporate_number
        AND delivered.updated_on = era.updated_on
        AND delivered.file_id = era.file_id
)
SELECT
    -- sorts as the events were published
    numbered.corporate_number || '-' || strftime(numbered.updated_on, '%Y%m%d') || '-' || lpad(numbered.place::VARCHAR, 3, '0')
        AS event_id,
    CASE WHEN numbered.closed_on IS NULL THEN 'active' ELSE 'closed' END AS status,
    numbered.*
FROM numbered
