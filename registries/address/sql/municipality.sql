WITH master AS (
    SELECT *
    FROM delivered_abr_municipality
    QUALIFY row_number() OVER (PARTITION BY lg_code ORDER BY file_date DESC NULLS LAST, file_id, source_line) = 1
),
pos AS (
    SELECT lg_code, latitude, longitude, crs_code
    FROM delivered_abr_municipality_position
    QUALIFY row_number() OVER (PARTITION BY lg_code ORDER BY file_date DESC NULLS LAST, file_id, source_line) = 1
),
-- the list of codes ends on 2024-01-01; what it lacks and the master has is taken as well
listed AS (
    SELECT
        lg_code,
        prefecture,
        name,
        name_kana,
        CASE WHEN kind = 'ward' THEN regexp_extract(name, '^(.*?市)', 1) ELSE regexp_extract(name, '^((?:.*郡)?)(.*)$', 2) END AS city_name,
        CASE WHEN kind = 'ward' THEN regexp_extract(name, '^.*?市(.*)$', 1) END AS ward,
        CASE WHEN kind = 'municipality' THEN nullif(regexp_extract(name, '^((?:.+郡)?)', 1), '') END AS county
    FROM municipality_code
    WHERE kind IN ('municipality', 'ward') AND valid_to IS NULL
)
SELECT
    coalesce(m.lg_code, l.lg_code) AS lg_code,
    coalesce(m.prefecture, l.prefecture) AS prefecture,
    CASE WHEN m.lg_code IS NULL THEN l.name ELSE concat(m.county, m.city_name, m.ward) END AS municipality_name,
    CASE WHEN m.lg_code IS NULL THEN l.name_kana ELSE concat(m.county_kana, m.city_name_kana, m.ward_kana) END AS municipality_name_kana,
    CASE WHEN m.lg_code IS NULL THEN l.county ELSE m.county END AS county,
    m.county_kana,
    m.county_roma,
    CASE WHEN m.lg_code IS NULL THEN l.city_name ELSE m.city_name END AS city_name,
    m.city_name_kana,
    m.city_name_roma,
    CASE WHEN m.lg_code IS NULL THEN l.ward ELSE m.ward END AS ward,
    m.ward_kana,
    m.ward_roma,
    p.latitude,
    p.longitude,
    p.crs_code,
    m.effective_on,
    m.abolished_on,
    m.abolished_on IS NULL AS is_current,
    CASE WHEN m.lg_code IS NULL THEN 'code_list' ELSE 'abr' END AS id_source
FROM listed AS l
FULL JOIN master AS m ON m.lg_code = l.lg_code
LEFT JOIN pos AS p ON p.lg_code = m.lg_code
