-- one row per parcel of the newest roll: parts taxed separately are put together, and so is what stands twice
WITH newest AS (
    SELECT lg_code, max(struct_pack(year := tax_year, day := coalesce(file_date, DATE '0001-01-01'))) AS last
    FROM delivered_fixed_asset_land
    GROUP BY lg_code
),

entry AS (
    SELECT
        -- a roll may write 12-3の一部 for a part of lot 12-3
        d.* EXCLUDE (lot_number),
        regexp_replace(d.lot_number, '一部$', '') AS lot_number,
        d.lot_number LIKE '%一部' AS says_part
    FROM delivered_fixed_asset_land AS d
    JOIN newest AS n ON n.lg_code = d.lg_code AND n.last.year = d.tax_year AND n.last.day = coalesce(d.file_date, DATE '0001-01-01')
    WHERE coalesce(d.is_latest_history, TRUE) AND NOT coalesce(d.is_deleted, FALSE)
    QUALIFY row_number() OVER (
        PARTITION BY d.lg_code, d.town_key, d.lot_number, d.property_number, coalesce(d.part_number, 0)
        ORDER BY d.history_number DESC NULLS LAST, d.file_id, d.source_line
    ) = 1
)

SELECT
    lg_code,
    town_key,
    lot_number,
    max(tax_year) AS tax_year,
    max(real_estate_number) AS real_estate_number,
    string_agg(DISTINCT property_number, '、' ORDER BY property_number) AS property_number,
    count(*) AS parts,
    count(*) > 1 OR bool_or(says_part) AS is_partial,
    max(registered_category_code) AS registered_category_code,
    min(present_category_code) AS present_category_code,
    max(present_category_code) AS other_present_category_code,
    max(roll_registered_acreage) AS acreage,
    sum(taxed_acreage) AS taxed_acreage,
    min(addressee_number) AS addressee_number,
    coalesce(max(roll_kind_code), '1') AS roll_kind_code
FROM entry
GROUP BY lg_code, town_key, lot_number
