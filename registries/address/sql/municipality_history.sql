SELECT
    lg_code,
    prefecture,
    name AS municipality_name,
    name_kana AS municipality_name_kana,
    coalesce(valid_from, DATE '1970-04-01') AS lg_code_from,
    valid_to AS lg_code_to
FROM municipality_code
WHERE kind IN ('municipality', 'ward')
