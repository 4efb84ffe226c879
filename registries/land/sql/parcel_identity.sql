-- every mention of a parcel, by the register and by maps, in the order in which it became known
WITH mention AS (
    SELECT
        lg_code || '/' || town_key || '/' || lot_number AS lot,
        real_estate_number AS number,
        struct_pack(
            day := coalesce(file_date, DATE '0001-01-01'), source := 1, file := file_id, line := source_line
        ) AS seen
    FROM delivered_land_register
    UNION ALL
    SELECT
        lg_code || '/' || town_key || '/' || lot_number,
        NULL,
        struct_pack(day := coalesce(file_date, DATE '0001-01-01'), source := 2, file := file_id, line := source_line)
    FROM delivered_moj_map_xml
    WHERE lot_kind_code = 'lot'
),

lot AS (
    SELECT lot, min(seen) AS seen FROM mention GROUP BY lot
),

numbered AS (
    SELECT number, min(struct_pack(seen := seen, lot := lot)) AS first
    FROM mention
    WHERE number IS NOT NULL
    GROUP BY number
),

-- the first number a lot bears inherits the lot's id; a number that takes over a lot used before is another parcel
heir AS (
    SELECT number, first.lot AS lot, first.seen AS seen, row_number() OVER (PARTITION BY first.lot ORDER BY first.seen, number) = 1 AS inherits
    FROM numbered
)

SELECT
    'real_estate_number' AS identity_key_kind_code,
    h.number AS identity_key,
    CASE
        WHEN h.inherits THEN 'L' || left(md5(l.seen.file || ':' || l.seen.line), 20)
        ELSE 'L' || left(md5(h.seen.file || ':' || h.seen.line || ':' || h.number), 20)
    END AS parcel_uid,
    nullif(h.seen.day, DATE '0001-01-01') AS first_seen_on
FROM heir AS h
JOIN lot AS l ON l.lot = h.lot
UNION ALL
SELECT 'lot', lot, 'L' || left(md5(seen.file || ':' || seen.line), 20), nullif(seen.day, DATE '0001-01-01')
FROM lot
