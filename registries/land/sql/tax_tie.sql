-- what is taxed, tied to what is registered: by real estate number, else by municipality, town and lot
WITH taxed AS (
    SELECT
        'land' AS object_kind_code,
        lg_code,
        town_key,
        lot_number AS object_key,
        tax_year,
        property_number,
        real_estate_number,
        roll_kind_code,
        addressee_number,
        is_partial,
        parts,
        registered_category_code AS category,
        present_category_code AS present,
        other_present_category_code AS other_present,
        acreage AS area,
        taxed_acreage AS taxed_area,
        NULL AS kind,
        NULL AS material
    FROM roll_land
    UNION ALL
    SELECT
        'building', lg_code, town_key, house_key, tax_year, property_number, real_estate_number, roll_kind_code, addressee_number, FALSE, 1,
        NULL, NULL, NULL, roll_registered_floor_area, roll_registered_floor_area, roll_building_kind, roll_structure
    FROM roll_house
),

by_number AS (
    SELECT
        t.object_kind_code, t.lg_code, t.town_key, t.object_key, t.property_number,
        min(struct_pack(closed := r.is_register_closed, uid := r.property_uid)).uid AS property_uid
    FROM taxed AS t
    JOIN registered_object AS r USING (object_kind_code, lg_code, real_estate_number)
    GROUP BY ALL
),

by_key AS (
    SELECT
        t.object_kind_code, t.lg_code, t.town_key, t.object_key, t.property_number,
        min(struct_pack(closed := r.is_register_closed, uid := r.property_uid)).uid AS property_uid
    FROM taxed AS t
    JOIN registered_object AS r USING (object_kind_code, lg_code, town_key, object_key)
    WHERE t.roll_kind_code = '1'
    GROUP BY ALL
)

SELECT t.*, coalesce(n.property_uid, k.property_uid) AS property_uid, n.property_uid IS NOT NULL AS by_number
FROM taxed AS t
LEFT JOIN by_number AS n USING (object_kind_code, lg_code, town_key, object_key, property_number)
LEFT JOIN by_key AS k USING (object_kind_code, lg_code, town_key, object_key, property_number)
