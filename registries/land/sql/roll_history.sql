-- the roll by tax year, where a municipality has delivered more than one: of each year its newest delivery
WITH entry AS (
    SELECT
        'land' AS object_kind_code,
        lg_code,
        tax_year,
        town_key,
        regexp_replace(lot_number, '一部$', '') AS compared_lot,
        property_number,
        coalesce(roll_kind_code, '1') AS roll_kind_code,
        registered_category_code,
        present_category_code,
        roll_registered_acreage AS roll_area,
        taxed_acreage AS taxed_area,
        coalesce(part_number, 0) AS part,
        history_number,
        file_date,
        file_id,
        source_line,
        coalesce(is_latest_history, TRUE) AND NOT coalesce(is_deleted, FALSE) AS counts
    FROM delivered_fixed_asset_land
    UNION ALL
    SELECT
        'building',
        lg_code,
        tax_year,
        town_key,
        coalesce(regexp_replace(roll_house_number, '^.* ', ''), roll_lots, property_number),
        property_number,
        coalesce(roll_kind_code, '1'),
        NULL,
        NULL,
        roll_registered_floor_area,
        present_floor_area,
        0,
        history_number,
        file_date,
        file_id,
        source_line,
        coalesce(is_latest_history, TRUE) AND NOT coalesce(is_deleted, FALSE) AND demolished_on IS NULL
    FROM delivered_fixed_asset_house
),

year AS (
    SELECT
        object_kind_code, lg_code, tax_year, max(coalesce(file_date, DATE '0001-01-01')) AS day,
        lag(tax_year) OVER delivered AS year_before,
        lead(tax_year) OVER delivered AS year_after
    FROM entry
    GROUP BY object_kind_code, lg_code, tax_year
    WINDOW delivered AS (PARTITION BY object_kind_code, lg_code ORDER BY tax_year)
),

kept AS (
    SELECT e.*, y.year_before, y.year_after
    FROM entry AS e
    JOIN year AS y USING (object_kind_code, lg_code, tax_year)
    WHERE e.counts AND coalesce(e.file_date, DATE '0001-01-01') = y.day AND (y.year_before IS NOT NULL OR y.year_after IS NOT NULL)
    QUALIFY row_number() OVER (
        PARTITION BY e.object_kind_code, e.lg_code, e.tax_year, e.town_key, e.compared_lot, e.property_number, e.part
        ORDER BY e.history_number DESC NULLS LAST, e.file_id, e.source_line
    ) = 1
),

property AS (
    SELECT
        object_kind_code, lg_code, tax_year, town_key, compared_lot, property_number, year_before, year_after,
        max(roll_kind_code) AS roll_kind_code,
        max(registered_category_code) AS registered_category_code,
        string_agg(DISTINCT present_category_code, ',' ORDER BY present_category_code) AS present_category_codes,
        max(roll_area) AS roll_area,
        sum(taxed_area) AS taxed_area
    FROM kept
    GROUP BY ALL
),

beside AS (
    SELECT
        *,
        lag(tax_year) OVER same = year_before AS was_there,
        lead(tax_year) OVER same = year_after AS stays,
        lag(struct_pack(roll_kind_code, registered_category_code, present_category_codes, roll_area, taxed_area)) OVER same AS before
    FROM property
    WINDOW same AS (PARTITION BY object_kind_code, lg_code, town_key, compared_lot, property_number ORDER BY tax_year)
)

SELECT
    object_kind_code,
    lg_code,
    tax_year,
    town_key,
    compared_lot,
    property_number,
    roll_kind_code,
    registered_category_code,
    present_category_codes,
    roll_area,
    taxed_area,
    CASE
        WHEN year_before IS NULL THEN 'first_year'
        WHEN NOT coalesce(was_there, FALSE) THEN 'added'
        WHEN before IS DISTINCT FROM struct_pack(roll_kind_code, registered_category_code, present_category_codes, roll_area, taxed_area)
            THEN 'changed'
        ELSE 'same'
    END AS roll_change_code,
    year_after IS NOT NULL AND NOT coalesce(stays, FALSE) AS is_absent_next_year
FROM beside
