SELECT
    o.corporate_number,
    o.parcel_uid AS property_uid,
    'land' AS object_kind_code,
    p.lg_code,
    p.real_estate_number,
    p.town_key,
    p.lot_number,
    p.land_category_code,
    sum(p.registered_acreage * o.share_numerator / o.share_denominator) AS held_acreage,
    max(o.owner_match_score) AS owner_match_score
FROM parcel_ownership AS o
JOIN parcel AS p USING (parcel_uid)
WHERE o.corporate_number IS NOT NULL
GROUP BY ALL
UNION ALL
SELECT
    o.corporate_number,
    o.building_uid,
    'building',
    b.lg_code,
    b.real_estate_number,
    b.town_key,
    b.house_number,
    NULL,
    sum(b.total_floor_area * o.share_numerator / o.share_denominator),
    max(o.owner_match_score)
FROM building_ownership AS o
JOIN building AS b USING (building_uid)
WHERE o.corporate_number IS NOT NULL
GROUP BY ALL
