WITH open_parcel AS (
    SELECT p.*, o.owner_name_key
    FROM parcel AS p
    LEFT JOIN (
        SELECT real_estate_number, any_value(owner_name_key) AS owner_name_key
        FROM owner_now
        WHERE object_kind_code = 'land'
        GROUP BY real_estate_number
        HAVING count(*) = 1
    ) AS o USING (real_estate_number)
    WHERE p.in_register
),

entry AS (
    SELECT
        'farmland' AS ledger_code, lg_code, town_key, lot_number, registered_category_code AS category, farmland_area AS area,
        owner_name_key, file_date
    FROM delivered_farmland
    UNION ALL
    SELECT 'forest', lg_code, town_key, lot_number, forest_category_code, forest_area, owner_name_key, file_date
    FROM delivered_forest
),

listed AS (
    FROM entry
    QUALIFY coalesce(file_date, DATE '0001-01-01') = max(coalesce(file_date, DATE '0001-01-01')) OVER (PARTITION BY ledger_code, lg_code)
),

kept AS (
    SELECT
        ledger_code, lg_code, town_key, lot_number, max(category) AS category, sum(area) AS area, min(owner_name_key) AS owner_name_key
    FROM listed
    GROUP BY ALL
),

-- where a municipality keeps a ledger, every field or forest of its register should stand in it
expected AS (
    SELECT k.ledger_code, p.*
    FROM open_parcel AS p
    JOIN (SELECT DISTINCT ledger_code, lg_code FROM kept) AS k USING (lg_code)
    WHERE NOT p.is_register_closed
        AND ((k.ledger_code = 'farmland' AND p.land_category_code IN ('40', '50')) OR (k.ledger_code = 'forest' AND p.land_category_code = '71'))
),

side AS (
    SELECT
        coalesce(k.ledger_code, e.ledger_code) AS ledger_code,
        coalesce(k.lg_code, e.lg_code) AS lg_code,
        coalesce(k.town_key, e.town_key) AS town_key,
        coalesce(k.lot_number, e.lot_number) AS lot_number,
        k.ledger_code IS NOT NULL AS listed,
        k.category,
        k.area,
        k.owner_name_key AS ledger_owner
    FROM kept AS k
    FULL JOIN expected AS e USING (ledger_code, lg_code, town_key, lot_number)
),

placed AS (
    SELECT
        s.*,
        p.parcel_uid,
        p.is_register_closed,
        p.land_category_code,
        p.registered_acreage,
        p.owner_name_key AS register_owner
    FROM side AS s
    LEFT JOIN open_parcel AS p USING (lg_code, town_key, lot_number)
    QUALIFY row_number() OVER (
        PARTITION BY s.ledger_code, s.lg_code, s.town_key, s.lot_number ORDER BY p.is_register_closed, p.parcel_uid
    ) = 1
)

SELECT
    ledger_code,
    lg_code,
    town_key,
    lot_number,
    parcel_uid,
    CASE
        WHEN NOT listed THEN 'only_register'
        WHEN parcel_uid IS NULL THEN 'only_ledger'
        WHEN is_register_closed THEN 'closed'
        WHEN category IS NOT NULL AND category <> land_category_code THEN 'category'
        -- the ledgers' own decimals do not count beyond the register's cut-off
        WHEN abs(area - registered_acreage) >= 1 THEN 'area'
        WHEN ledger_owner <> register_owner THEN 'owner'
        ELSE 'agree'
    END AS ledger_outcome_code,
    land_category_code || ' ' || registered_acreage AS register_value,
    category || ' ' || area AS roll_value
FROM placed
