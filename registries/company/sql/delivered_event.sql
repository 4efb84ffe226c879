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
        count(*) AS group_records,
        coalesce(bool_or(delivery_kind = 'daily' AND (is_correction OR process_code = '99')), FALSE) AS replaces
    FROM delivered
    GROUP BY corporate_number, updated_on, file_id
),
delivery AS (
    SELECT corporate_number, updated_on, file_id, group_records, replaces
    FROM file_delivery
    QUALIFY row_number() OVER (
        PARTITION BY corporate_number, updated_on ORDER BY delivery_kind, file_date DESC NULLS LAST, file_id
    ) = 1
),
era_delivery AS (
    SELECT
        corporate_number,
        updated_on,
        file_id,
        group_records,
        sum(replaces::INTEGER) OVER (PARTITION BY corporate_number ORDER BY updated_on) AS era,
        min(CASE WHEN replaces THEN updated_on END) OVER (
            PARTITION BY corporate_number ORDER BY updated_on ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS retracted_on
    FROM delivery
),
era AS (
    SELECT *, sum(group_records) OVER (PARTITION BY corporate_number, era) AS era_records
    FROM era_delivery
),
-- most numbers have one record: only the others are put in order, so that the nation is not sorted
placed AS (
    SELECT delivered.*, era.era, era.retracted_on, era.era_records, 1 AS place
    FROM delivered
    JOIN era
        ON delivered.corporate_number = era.corporate_number
        AND delivered.updated_on = era.updated_on
        AND delivered.file_id = era.file_id
    WHERE era.group_records = 1
    UNION ALL
    SELECT
        delivered.*,
        era.era,
        era.retracted_on,
        era.era_records,
        row_number() OVER (
            PARTITION BY delivered.corporate_number, delivered.updated_on
            ORDER BY delivered.sequence_number, delivered.source_line
        ) AS place
    FROM delivered
    JOIN era
        ON delivered.corporate_number = era.corporate_number
        AND delivered.updated_on = era.updated_on
        AND delivered.file_id = era.file_id
    WHERE era.group_records > 1
)
SELECT
    -- sorts as the events were published
    placed.corporate_number || '-' || strftime(placed.updated_on, '%Y%m%d') || '-' || lpad(placed.place::VARCHAR, 3, '0')
        AS event_id,
    CASE WHEN placed.closed_on IS NULL THEN 'active' ELSE 'closed' END AS status,
    placed.*
FROM placed
