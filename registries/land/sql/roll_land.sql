-- one row per parcel of the newest roll: parts taxed separately are put together
WITH newest AS (
    SELECT lg_code, max(struct_pack(year := tax_year, day := coalesce(file_date, DATE '0001-01-01'))) AS last
    FROM delivered_fixed_asset_land
    GROUP BY lg_code
)
SELECT
    d.lg_code,
    d.town_key,
    d.lot_number,
    max(d.tax_year) AS tax_year,
    max(d.real_estate_number) AS real_estate_number,
    string_agg(d.property_number, '、' ORDER BY d.property_number, d.part_number) AS property_number,
    count(*) AS parts,
    max(d.registered_category_code) AS registered_category_code,
    min(d.present_category_code) AS present_category_code,
    max(d.present_category_code) AS other_present_category_code,
    max(d.roll_registered_acreage) AS acreage,
    sum(d.taxed_acreage) AS taxed_acreage,
    min(d.addressee_number) AS addressee_number,
    coalesce(max(d.roll_kind_code), '1') AS roll_kind_code
FROM delivered_fixed_asset_land AS d
JOIN newest AS n ON n.lg_code = d.lg_code AND n.last.year = d.tax_year AND n.last.day = coalesce(d.file_date, DATE '0001-01-01')
WHERE coalesce(d.is_latest_history, TRUE) AND NOT coalesce(d.is_deleted, FALSE)
GROUP BY d.lg_code, d.town_key, d.lot_number
