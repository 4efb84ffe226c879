-- real estate numbers that the newest deliveries of several municipalities name: a municipality with a newer delivery has taken the property
-- over; where they are of one day, nothing tells which of them is wrong, and the number is nobody's
WITH mention AS (
    SELECT 'land' AS object_kind_code, real_estate_number, lg_code, coalesce(file_date, DATE '0001-01-01') AS day
    FROM delivered_land_register
    UNION ALL
    SELECT 'building', real_estate_number, lg_code, coalesce(file_date, DATE '0001-01-01')
    FROM delivered_building_register
),

newest AS (
    SELECT object_kind_code, lg_code, max(day) AS day FROM mention GROUP BY ALL
),

claim AS (
    SELECT m.object_kind_code, m.real_estate_number, min(m.lg_code) AS first_code, max(m.lg_code) AS last_code, max(m.day) AS day
    FROM mention AS m
    SEMI JOIN newest USING (object_kind_code, lg_code, day)
    WHERE m.real_estate_number IS NOT NULL
    GROUP BY ALL
    HAVING first_code <> last_code
)

SELECT
    c.object_kind_code,
    c.real_estate_number,
    c.day AS claimed_on,
    min(m.lg_code) <> max(m.lg_code) AS is_number_disputed
FROM claim AS c
JOIN mention AS m ON m.object_kind_code = c.object_kind_code AND m.real_estate_number = c.real_estate_number AND m.day = c.day
GROUP BY ALL
