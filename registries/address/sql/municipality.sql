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
post AS (
    SELECT lg_code, postal_city, postal_city_kana
    FROM delivered_japanpost_postal
    QUALIFY row_number() OVER (PARTITION BY lg_code ORDER BY file_date DESC NULLS LAST, file_id, source_line) = 1
),
-- the list of codes ends on 2024-01-01; what it lacks and the master has is taken as well
named AS (
    SELECT
        l.lg_code,
        l.kind,
        l.prefecture,
        -- the list names the towns of 北海道 without their county (郡), the postal codes with it
        CASE WHEN post.postal_city LIKE concat('%郡', l.name) THEN post.postal_city ELSE l.name END AS name,
        CASE WHEN post.postal_city LIKE concat('%郡', l.name) THEN post.postal_city_kana ELSE l.name_kana END AS name_kana
    FROM municipality_code AS l
    LEFT JOIN post ON post.lg_code = l.lg_code AND l.prefecture = '北海道'
    WHERE l.kind IN ('municipality', 'ward') AND l.valid_to IS NULL
),
listed AS (
    SELECT
        lg_code,
        prefecture,
        name,
        name_kana,
        -- 郡 is part of the name of cities too (郡山市, 小郡市)
        nullif(regexp_extract(name, '^(.+?郡).+[町村]$', 1), '') AS county,
        CASE WHEN kind = 'ward' THEN regexp_extract(name, '^(.*?市)', 1) ELSE substr(name, coalesce(length(county), 0) + 1) END AS city_name,
        CASE WHEN kind = 'ward' THEN regexp_extract(name, '^.*?市(.*)$', 1) END AS ward
    FROM named
),
-- the list reads a name as a whole; a ward's reading begins with that of its city
readings AS (
    SELECT
        l.*,
        CASE WHEN l.county IS NOT NULL THEN regexp_extract(l.name_kana, '^(.+?グン)', 1) END AS county_kana,
        CASE
            WHEN l.ward IS NULL THEN substr(l.name_kana, coalesce(length(county_kana), 0) + 1) ELSE city.name_kana
        END AS city_name_kana,
        CASE WHEN starts_with(l.name_kana, city.name_kana) THEN substr(l.name_kana, length(city.name_kana) + 1) END AS ward_kana
    FROM listed AS l
    LEFT JOIN listed AS city ON l.ward IS NOT NULL AND city.prefecture = l.prefecture AND city.name = l.city_name
)
SELECT
    coalesce(m.lg_code, l.lg_code) AS lg_code,
    coalesce(m.prefecture, l.prefecture) AS prefecture,
    CASE WHEN m.lg_code IS NULL THEN l.name ELSE concat(m.county, m.city_name, m.ward) END AS municipality_name,
    CASE WHEN m.lg_code IS NULL THEN l.name_kana ELSE concat(m.county_kana, m.city_name_kana, m.ward_kana) END AS municipality_name_kana,
    CASE WHEN m.lg_code IS NULL THEN l.county ELSE m.county END AS county,
    CASE WHEN m.lg_code IS NULL THEN l.county_kana ELSE m.county_kana END AS county_kana,
    m.county_roma,
    CASE WHEN m.lg_code IS NULL THEN l.city_name ELSE m.city_name END AS city_name,
    CASE WHEN m.lg_code IS NULL THEN l.city_name_kana ELSE m.city_name_kana END AS city_name_kana,
    m.city_name_roma,
    CASE WHEN m.lg_code IS NULL THEN l.ward ELSE m.ward END AS ward,
    CASE WHEN m.lg_code IS NULL THEN l.ward_kana ELSE m.ward_kana END AS ward_kana,
    m.ward_roma,
    p.latitude,
    p.longitude,
    p.crs_code,
    m.effective_on,
    m.abolished_on,
    m.abolished_on IS NULL AS is_current,
    CASE WHEN m.lg_code IS NULL THEN 'code_list' ELSE 'abr' END AS id_source
FROM readings AS l
FULL JOIN master AS m ON m.lg_code = l.lg_code
LEFT JOIN pos AS p ON p.lg_code = m.lg_code
