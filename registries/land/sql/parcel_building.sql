WITH ground AS (
    SELECT building_uid, lg_code, unnest(building_lots) AS lot, unnest(range(1, len(building_lots) + 1)) AS lot_place
    FROM building
    WHERE building_lots IS NOT NULL
)

SELECT
    g.building_uid,
    min(g.lot_place) AS lot_place,
    g.lg_code,
    split_part(g.lot, '/', 1) AS town_key,
    split_part(g.lot, '/', 2) AS lot_number,
    any_value(p.parcel_uid ORDER BY p.is_register_closed, p.parcel_uid) AS parcel_uid
FROM ground AS g
LEFT JOIN parcel AS p ON p.lg_code = g.lg_code AND p.town_key = split_part(g.lot, '/', 1) AND p.lot_number = split_part(g.lot, '/', 2)
GROUP BY g.building_uid, g.lg_code, g.lot
