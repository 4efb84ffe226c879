SELECT
    lg_code,
    source_file,
    source_line,
    map_name,
    map_feature_id,
    map_lot_text,
    lot_kind_code,
    town_key,
    map_area,
    land_outline
FROM delivered_moj_map_xml
WHERE lot_kind_code <> 'lot'
QUALIFY coalesce(file_date, DATE '0001-01-01') = max(coalesce(file_date, DATE '0001-01-01')) OVER (PARTITION BY lg_code)
