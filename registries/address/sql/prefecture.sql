WITH master AS (
    SELECT lg_code, prefecture, prefecture_kana, prefecture_roma, effective_on, abolished_on
    FROM delivered_abr_prefecture
    QUALIFY row_number() OVER (PARTITION BY lg_code ORDER BY file_date DESC NULLS LAST, file_id, source_line) = 1
),
pos AS (
    SELECT lg_code, latitude, longitude, crs_code
    FROM delivered_abr_prefecture_position
    QUALIFY row_number() OVER (PARTITION BY lg_code ORDER BY file_date DESC NULLS LAST, file_id, source_line) = 1
),
listed AS (
    SELECT lg_code, prefecture, name_kana FROM municipality_code WHERE kind = 'prefecture'
)
SELECT
    l.lg_code,
    coalesce(m.prefecture, l.prefecture) AS prefecture,
    coalesce(m.prefecture_kana, l.name_kana) AS prefecture_kana,
    m.prefecture_roma,
    p.latitude,
    p.longitude,
    p.crs_code,
    m.effective_on,
    m.abolished_on,
    CASE WHEN m.lg_code IS NULL THEN 'code_list' ELSE 'abr' END AS id_source
FROM listed AS l
LEFT JOIN master AS m ON m.lg_code = l.lg_code
LEFT JOIN pos AS p ON p.lg_code = l.lg_code
