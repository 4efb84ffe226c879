-- every parcel and building of the register
SELECT
    'land' AS object_kind_code,
    lg_code,
    town_key,
    lot_number AS object_key,
    parcel_uid AS property_uid,
    real_estate_number,
    is_register_closed,
    land_category_code AS category,
    registered_acreage AS area,
    NULL AS kind,
    NULL AS material
FROM parcel
WHERE in_register
UNION ALL
SELECT
    'building',
    lg_code,
    town_key,
    regexp_replace(house_number, '^.* ', ''),
    building_uid,
    real_estate_number,
    is_register_closed,
    NULL,
    total_floor_area,
    building_kind,
    building_material
FROM building
