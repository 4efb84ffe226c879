-- the day of the newest delivery of each municipality, which alone counts
SELECT 'land' AS object_kind_code, lg_code, max(coalesce(file_date, DATE '0001-01-01')) AS day
FROM delivered_land_register
GROUP BY lg_code
UNION ALL
SELECT 'building', lg_code, max(coalesce(file_date, DATE '0001-01-01'))
FROM delivered_building_register
GROUP BY lg_code
