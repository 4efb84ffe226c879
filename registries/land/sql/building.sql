-- a building's id hangs on the first record that names its number, or its house number where it has none of its own
WITH mention AS (
    SELECT
        coalesce(
            CASE WHEN NOT coalesce(c.is_number_disputed, FALSE) THEN d.real_estate_number END,
            d.lg_code || '/' || d.town_key || '/' || d.house_number
        ) AS key,
        min(struct_pack(day := coalesce(d.file_date, DATE '0001-01-01'), file := d.file_id, line := d.source_line)) AS seen
    FROM delivered_building_register AS d
    LEFT JOIN number_claim AS c ON c.object_kind_code = 'building' AND c.real_estate_number = d.real_estate_number
    GROUP BY ALL
)

SELECT
    'B' || left(md5(m.seen.file || ':' || m.seen.line), 20) AS building_uid,
    b.lg_code,
    b.town_key,
    b.house_number,
    b.real_estate_number,
    b.real_estate_number || '-0000' AS real_estate_id,
    b.building_class_code,
    b.building_kind,
    b.building_material,
    b.building_roof,
    CASE
        WHEN regexp_matches(b.storeys_text, '平[屋家]') THEN 1
        ELSE TRY_CAST(regexp_extract(b.storeys_text, '([0-9]+)階建', 1) AS BIGINT)
    END AS storeys_above_ground,
    coalesce(TRY_CAST(regexp_extract(b.storeys_text, '地下([0-9]+)階', 1) AS BIGINT), 0) AS storeys_below_ground,
    b.floor_areas,
    b.total_floor_area,
    b.built_on,
    b.is_gone AS is_register_closed,
    b.is_number_disputed,
    b.building_lots,
    b.source_file,
    b.source_line
FROM building_now AS b
JOIN mention AS m ON m.key = coalesce(b.real_estate_number, b.house)
