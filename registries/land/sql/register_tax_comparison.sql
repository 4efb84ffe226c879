WITH
-- splits and mergers the roll has not followed -----------------------------------------------------------------------
land_side AS (
    SELECT
        lg_code, town_key, object_key, bool_or(taxed) AS taxed, bool_or(closed) AS closed, max(register_area) AS register_area, max(area) AS area,
        any_value(register_category) AS category
    FROM compared_side
    WHERE object_kind_code = 'land' AND (lg_code, town_key, object_key) IN (
        SELECT (lg_code, town_key, unnest([from_lot_number, to_lot_number])) FROM parcel_lineage
    )
    GROUP BY ALL
),

unfollowed_split AS (
    SELECT (e.lg_code, e.town_key, unnest([e.from_lot_number, e.to_lot_number])) AS lot
    FROM parcel_lineage AS e
    JOIN land_side AS b ON b.lg_code = e.lg_code AND b.town_key = e.town_key AND b.object_key = e.from_lot_number
    JOIN land_side AS a ON a.lg_code = e.lg_code AND a.town_key = e.town_key AND a.object_key = e.to_lot_number
    WHERE e.lineage_kind_code = 'split' AND b.taxed AND NOT a.taxed AND NOT b.closed
        AND b.area - b.register_area >= CASE WHEN b.category IN ('10', '88') THEN 0.01 ELSE 1 END
),

unfollowed_merger AS (
    SELECT (e.lg_code, e.town_key, unnest([e.from_lot_number, e.to_lot_number])) AS lot
    FROM parcel_lineage AS e
    JOIN land_side AS b ON b.lg_code = e.lg_code AND b.town_key = e.town_key AND b.object_key = e.from_lot_number
    WHERE e.lineage_kind_code = 'merge' AND b.taxed AND b.closed
),

ledger AS (
    SELECT
        parcel_uid AS property_uid,
        min(ledger_code) AS outcome,
        arg_min(register_value, ledger_code) AS register_value,
        arg_min(roll_value, ledger_code) AS ledger_value
    FROM ledger_comparison
    WHERE ledger_outcome_code NOT IN ('agree', 'only_ledger') AND parcel_uid IS NOT NULL
    GROUP BY ALL
),

judged AS (
    SELECT
        s.*,
        CASE
            WHEN NOT s.taxed THEN CASE WHEN s.registered THEN 'only_register' END
            WHEN NOT s.registered THEN CASE WHEN s.roll_kind_code = '2' THEN 'only_roll_supplementary' ELSE 'only_roll' END
            WHEN s.closed THEN 'closed_but_taxed'
        END AS presence,
        CASE
            WHEN s.object_kind_code <> 'land' THEN NULL
            WHEN (s.lg_code, s.town_key, s.object_key) IN (SELECT lot FROM unfollowed_merger) THEN 'merger_not_followed'
            WHEN (s.lg_code, s.town_key, s.object_key) IN (SELECT lot FROM unfollowed_split) THEN 'split_not_followed'
        END AS lineage,
        od.owner,
        od.register_value AS owner_register_value,
        od.roll_value AS owner_roll_value,
        CASE WHEN s.taxed AND s.registered AND s.category <> s.register_category THEN 'category_registered' END AS registered_category,
        CASE
            WHEN s.taxed AND s.registered AND s.category IS NOT DISTINCT FROM s.register_category
                AND (s.present <> s.register_category OR s.other_present <> s.register_category) THEN 'category_present'
        END AS present_category,
        -- the register cuts acreages off (規則第100条), so the roll's may hold more decimals
        CASE
            WHEN NOT (s.taxed AND s.registered) OR s.area IS NULL OR s.register_area IS NULL THEN NULL
            WHEN s.object_kind_code = 'building' THEN CASE WHEN abs(s.area - s.register_area) >= 0.01 THEN 'floor_area' END
            WHEN s.area >= s.register_area - 0.005 AND s.area < s.register_area
                + CASE WHEN s.register_category IN ('10', '88') OR s.register_area <= 10 THEN 0.01 ELSE 1 END THEN NULL
            ELSE 'acreage'
        END AS area_finding,
        CASE WHEN s.taxed AND s.registered AND s.is_partial THEN 'partial_taxation' END AS partial,
        CASE WHEN s.taxed AND s.registered AND s.kind <> s.register_kind THEN 'building_kind' END AS kind_finding,
        CASE WHEN s.taxed AND s.registered AND s.material <> s.register_material THEN 'building_structure' END AS structure_finding,
        le.outcome AS ledger,
        le.register_value AS ledger_register_value,
        le.ledger_value,
        CASE
            WHEN s.object_kind_code = 'land' AND NOT s.registered
                AND (s.lg_code, s.town_key, s.object_key) IN (SELECT (lg_code, town_key, lot_number) FROM map_parcel) THEN 'only_map'
        END AS mapped
    FROM compared_side AS s
    LEFT JOIN owner_difference AS od
        ON od.property_uid = s.property_uid
        AND od.object_kind_code = s.object_kind_code
        AND od.property_number = s.property_number
        AND od.lg_code = s.roll_lg_code
        AND od.town_key = s.roll_town_key
        AND od.object_key = s.roll_object_key
    LEFT JOIN ledger AS le ON le.property_uid = s.property_uid
),

found AS (
    SELECT
        *,
        list_filter(
            [
                lineage, presence, mapped, owner, registered_category, area_finding, partial, present_category, kind_finding, structure_finding,
                CASE WHEN taxed THEN ledger END
            ],
            lambda finding: finding IS NOT NULL
        ) AS findings
    FROM judged
),

outcome AS (
    SELECT *, coalesce(findings[1], 'agree') AS outcome_code FROM found
)

SELECT
    left(md5(object_kind_code || lg_code || '/' || town_key || '/' || object_key || '/' || coalesce(property_uid, '') || '/' || coalesce(property_number, '')), 20)
        AS comparison_id,
    object_kind_code,
    lg_code,
    town_key,
    object_key AS compared_lot,
    property_uid,
    tax_year,
    property_number,
    outcome_code,
    CASE
        WHEN outcome_code LIKE 'owner%' THEN owner_register_value
        WHEN outcome_code IN ('category_registered', 'category_present') THEN register_category
        WHEN outcome_code IN ('acreage', 'floor_area', 'split_not_followed', 'merger_not_followed', 'partial_taxation') THEN register_area::VARCHAR
        WHEN outcome_code IN ('farmland', 'forest') THEN ledger_register_value
        WHEN outcome_code = 'building_kind' THEN register_kind
        WHEN outcome_code = 'building_structure' THEN register_material
        WHEN closed THEN '閉鎖'
    END AS register_value,
    CASE
        WHEN outcome_code LIKE 'owner%' THEN owner_roll_value
        WHEN outcome_code = 'category_registered' THEN category
        WHEN outcome_code = 'category_present' THEN CASE WHEN present <> register_category THEN present ELSE other_present END
        WHEN outcome_code = 'partial_taxation' THEN parts || '件 ' || taxed_area
        WHEN outcome_code IN ('acreage', 'floor_area', 'split_not_followed', 'merger_not_followed') THEN area::VARCHAR
        WHEN outcome_code IN ('farmland', 'forest') THEN ledger_value
        WHEN outcome_code = 'building_kind' THEN kind
        WHEN outcome_code = 'building_structure' THEN material
        WHEN outcome_code LIKE 'only_roll%' OR outcome_code = 'closed_but_taxed' THEN property_number
    END AS roll_value,
    list_aggregate(findings, 'string_agg', ',') AS findings,
    CASE
        WHEN registered AND taxed AND by_number THEN '不動産番号が一致'
        WHEN registered AND taxed THEN '市区町村・町字・地番（家屋番号）が一致'
        WHEN registered THEN '台帳に同じ不動産番号も地番（家屋番号）もない'
        ELSE '登記に同じ不動産番号も地番（家屋番号）もない'
    END || CASE
        WHEN lineage = 'split_not_followed' THEN '。登記の変更履歴に分筆'
        WHEN lineage = 'merger_not_followed' THEN '。登記の変更履歴に合筆'
        WHEN mapped IS NOT NULL THEN '。登記所備付地図には同じ地番がある'
        WHEN outcome_code = 'owner_merged' THEN '。台帳の所有者は登記名義人の承継法人'
        ELSE ''
    END AS comparison_evidence,
    CASE outcome_code
        WHEN 'agree' THEN 'none'
        WHEN 'owner_name_form' THEN 'correct_roll_name'
        WHEN 'owner_address' THEN 'correct_roll_address'
        WHEN 'owner_moved' THEN 'notify_owner_address'
        WHEN 'owner_merged' THEN 'notify_owner_merger'
        WHEN 'owner_deceased_or_unknown' THEN 'survey_heirs'
        WHEN 'owner_share' THEN 'check_owner'
        WHEN 'owner_other' THEN 'check_owner'
        WHEN 'category_registered' THEN 'update_roll_from_register'
        WHEN 'acreage' THEN 'update_roll_from_register'
        WHEN 'category_present' THEN 'survey_on_site'
        WHEN 'partial_taxation' THEN 'none'
        WHEN 'only_register' THEN 'add_to_roll'
        WHEN 'only_roll' THEN 'ask_registry_office'
        WHEN 'only_roll_supplementary' THEN 'check_unregistered'
        WHEN 'split_not_followed' THEN 'follow_split'
        WHEN 'merger_not_followed' THEN 'follow_merger'
        WHEN 'closed_but_taxed' THEN 'stop_taxation'
        WHEN 'farmland' THEN 'tell_farmland_committee'
        WHEN 'forest' THEN 'tell_forest_office'
        ELSE 'survey_on_site'
    END AS action_code
FROM outcome
UNION ALL
SELECT
    left(md5('map' || lg_code || '/' || town_key || '/' || lot_number), 20),
    'land',
    lg_code,
    town_key,
    lot_number,
    parcel_uid,
    NULL,
    NULL,
    'only_map',
    map_area::VARCHAR,
    NULL,
    'only_map',
    '登記所備付地図にあり、登記記録にも台帳にもない',
    'ask_registry_office'
FROM parcel
WHERE on_map AND NOT in_register AND NOT EXISTS (
    SELECT 1 FROM roll_land AS t WHERE t.lg_code = parcel.lg_code AND t.town_key = parcel.town_key AND t.lot_number = parcel.lot_number
)
