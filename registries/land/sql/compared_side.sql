-- every property of either side; closed records only where they are taxed
SELECT
    coalesce(r.object_kind_code, t.object_kind_code) AS object_kind_code,
    coalesce(r.lg_code, t.lg_code) AS lg_code,
    coalesce(r.town_key, t.town_key) AS town_key,
    coalesce(r.object_key, t.object_key) AS object_key,
    coalesce(r.property_uid, t.property_uid) AS property_uid,
    r.property_uid IS NOT NULL AS registered,
    t.property_number IS NOT NULL AS taxed,
    coalesce(r.is_register_closed, FALSE) AS closed,
    r.category AS register_category,
    r.area AS register_area,
    r.kind AS register_kind,
    r.material AS register_material,
    t.lg_code AS roll_lg_code,
    t.town_key AS roll_town_key,
    t.object_key AS roll_object_key,
    t.tax_year,
    t.property_number,
    t.roll_kind_code,
    t.is_partial,
    t.parts,
    t.category,
    t.present,
    t.other_present,
    t.area,
    t.taxed_area,
    t.kind,
    t.material,
    t.by_number
FROM registered_object AS r
FULL JOIN tax_tie AS t ON t.property_uid = r.property_uid
WHERE t.property_number IS NOT NULL OR NOT coalesce(r.is_register_closed, FALSE)
