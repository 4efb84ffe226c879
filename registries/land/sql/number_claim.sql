-- real estate numbers that the newest deliveries of several municipalities name: a municipality with a newer delivery has taken the property
-- over; where they are of one day, nothing tells which of them is wrong, and the number is nobody's
WITH mention AS (
    SELECT 'land' AS object_kind_code, real_estate_number, lg_code, coalesce(file_date, DATE '0001-01-01') AS day
    FROM delivered_land_register
    UNION ALL
    SELECT 'building', real_estate_number, lg_code, coalesce(file_date, DATE '0001-01-01')
    FROM delivered_building_register
),

current_mention AS (
    SELECT * FROM mention SEMI JOIN newest_register USING (object_kind_code, lg_code, day) WHERE real_estate_number IS NOT NULL
),

claim AS (
    SELECT object_kind_code, real_estate_number, max(day) AS claimed_on
    FROM current_mention
    GROUP BY ALL
    HAVING min(lg_code) <> max(lg_code)
)

SELECT
    c.object_kind_code,
    c.real_estate_number,
    c.claimed_on,
    min(m.lg_code) <> max(m.lg_code) AS is_number_disputed
FROM claim AS c
JOIN current_mention AS m
    ON m.object_kind_code = c.object_kind_code AND m.real_estate_number = c.real_estate_number AND m.day = c.claimed_on
GROUP BY ALL
