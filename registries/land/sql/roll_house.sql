-- the houses of the newest roll; what stands twice counts once
WITH newest AS (
    SELECT lg_code, max(struct_pack(year := tax_year, day := coalesce(file_date, DATE '0001-01-01'))) AS last
    FROM delivered_fixed_asset_house
    GROUP BY lg_code
)
SELECT
    d.lg_code,
    d.town_key,
    d.property_number,
    d.tax_year,
    d.real_estate_number,
    -- a house without a number is known by its land
    coalesce(regexp_replace(d.roll_house_number, '^.* ', ''), d.roll_lots, d.property_number) AS house_key,
    d.roll_building_kind,
    d.roll_structure,
    d.roll_registered_floor_area,
    d.addressee_number,
    coalesce(d.roll_kind_code, '1') AS roll_kind_code
FROM delivered_fixed_asset_house AS d
JOIN newest AS n ON n.lg_code = d.lg_code AND n.last.year = d.tax_year AND n.last.day = coalesce(d.file_date, DATE '0001-01-01')
WHERE coalesce(d.is_latest_history, TRUE) AND NOT coalesce(d.is_deleted, FALSE) AND d.demolished_on IS NULL
QUALIFY row_number() OVER (
    PARTITION BY d.lg_code, d.town_key, house_key, d.property_number ORDER BY d.history_number DESC NULLS LAST, d.file_id, d.source_line
) = 1
