WITH condominium AS (
    SELECT DISTINCT lg_code, town_key, regexp_extract(house_key, '^([0-9]+)番([0-9]+)?', 1) || coalesce(
        '-' || nullif(regexp_extract(house_key, '^([0-9]+)番([0-9]+)?', 2), ''), ''
    ) AS lot_number
    FROM building_now
    WHERE building_class_code = '区建' AND NOT is_gone
),

joined AS (
    SELECT
        coalesce(r.lg_code, m.lg_code) AS lg_code,
        coalesce(r.town_key, m.town_key) AS town_key,
        coalesce(r.lot_number, m.lot_number) AS lot_number,
        r.machiaza_id,
        r.real_estate_number,
        r.land_category_code,
        r.registered_acreage,
        r.registered_on,
        coalesce(r.is_register_closed, FALSE) AS is_register_closed,
        coalesce(r.is_number_disputed, FALSE) AS is_number_disputed,
        r.lg_code IS NOT NULL AS in_register,
        m.lg_code IS NOT NULL AS on_map,
        coalesce(m.map_piece_count, 0) AS map_piece_count,
        m.precision_class_code,
        m.map_class,
        m.map_area,
        m.parcel_latitude,
        m.parcel_longitude,
        m.land_outline,
        coalesce(r.source_file, m.source_file) AS source_file,
        coalesce(r.source_line, m.source_line) AS source_line
    FROM land_now AS r
    FULL JOIN map_parcel AS m
        ON m.lg_code = r.lg_code AND m.town_key = r.town_key AND m.lot_number = r.lot_number AND r.holds_lot
),

-- tolerance of an area of F square metres (国土調査法施行令別表第四)
measured AS (
    SELECT
        *,
        sqrt(registered_acreage) * CASE precision_class_code
            WHEN '甲一' THEN 0.025 + 0.003 * sqrt(sqrt(registered_acreage))
            WHEN '甲二' THEN 0.05 + 0.01 * sqrt(sqrt(registered_acreage))
            WHEN '甲三' THEN 0.1 + 0.02 * sqrt(sqrt(registered_acreage))
            WHEN '乙一' THEN 0.1 + 0.04 * sqrt(sqrt(registered_acreage))
            WHEN '乙二' THEN 0.25 + 0.07 * sqrt(sqrt(registered_acreage))
            WHEN '乙三' THEN 0.5 + 0.14 * sqrt(sqrt(registered_acreage))
        END AS area_tolerance
    FROM joined
)

SELECT
    coalesce(n.parcel_uid, l.parcel_uid) AS parcel_uid,
    p.lg_code,
    p.town_key,
    p.lot_number,
    p.machiaza_id,
    CASE
        WHEN regexp_full_match(p.lot_number, '[0-9]{1,5}(-[0-9]{1,5}){0,2}')
            THEN lpad(split_part(p.lot_number, '-', 1), 5, '0')
                || lpad(split_part(p.lot_number, '-', 2), 5, '0')
                || lpad(split_part(p.lot_number, '-', 3), 5, '0')
    END AS parcel_id,
    p.real_estate_number,
    p.real_estate_number || '-0000' AS real_estate_id,
    CASE WHEN c.lg_code IS NOT NULL THEN p.real_estate_number || '-000B' END AS condominium_id,
    p.land_category_code,
    p.registered_acreage,
    p.registered_on,
    p.is_register_closed,
    p.is_number_disputed,
    p.in_register,
    p.on_map,
    p.map_piece_count,
    p.precision_class_code,
    p.map_class,
    p.map_area,
    p.area_tolerance,
    -- a registered acreage is cut off by up to 1 ㎡, or 0.01 ㎡ (規則第100条)
    CASE
        WHEN p.map_area IS NULL OR p.registered_acreage IS NULL THEN 'no_area'
        WHEN p.area_tolerance IS NULL THEN 'no_class'
        WHEN p.map_area - p.registered_acreage BETWEEN -p.area_tolerance
            AND p.area_tolerance + CASE WHEN p.land_category_code IN ('10', '88') OR p.registered_acreage <= 10 THEN 0.01 ELSE 1 END
            THEN 'within'
        ELSE 'beyond'
    END AS area_judgement_code,
    p.parcel_latitude,
    p.parcel_longitude,
    CASE WHEN p.land_outline IS NOT NULL THEN 'EPSG:6668' END AS crs_code,
    p.land_outline,
    p.source_file,
    p.source_line
FROM measured AS p
LEFT JOIN parcel_identity AS n ON n.identity_key_kind_code = 'real_estate_number' AND n.identity_key = p.real_estate_number
LEFT JOIN parcel_identity AS l
    ON l.identity_key_kind_code = 'lot' AND l.identity_key = p.lg_code || '/' || p.town_key || '/' || p.lot_number
LEFT JOIN condominium AS c ON c.lg_code = p.lg_code AND c.town_key = p.town_key AND c.lot_number = p.lot_number
