-- owners that differ between register and roll, with what each says of them
WITH merged AS (
    SELECT predecessor_corporate_number AS old, unnest([successor_corporate_number, final_successor_corporate_number]) AS new
    FROM company_succession
    WHERE succession_status_code = 'in_force'
),

-- a tie that waits for a person binds nothing
tied AS (FROM owner_company WHERE match_band_code <> 'review')

SELECT
    s.object_kind_code,
    s.property_uid,
    s.lg_code,
    s.town_key,
    s.object_key,
    s.property_number,
    CASE
        WHEN ro.name_key IS NULL OR tp.name_key IS NULL THEN NULL
        WHEN tp.is_lost THEN 'owner_deceased_or_unknown'
        WHEN ro.owners <> tp.owners THEN 'owner_other'
        WHEN ro.owners > 1 THEN CASE WHEN ro.names <> tp.names THEN 'owner_other' WHEN ro.shares <> tp.shares THEN 'owner_share' END
        WHEN ro.name_key = tp.name_key OR rc.corporate_number = tc.corporate_number THEN
            CASE
                WHEN ro.address_key <> tp.address_key AND (tp.has_moved OR tp.address_key = rc.company_address_key) THEN 'owner_moved'
                WHEN ro.address_key <> tp.address_key THEN 'owner_address'
                WHEN ro.name <> tp.name THEN 'owner_name_form'
            END
        WHEN m.old IS NOT NULL THEN 'owner_merged'
        ELSE 'owner_other'
    END AS owner,
    CASE
        WHEN owner = 'owner_share' THEN ro.name_shares
        WHEN owner IN ('owner_address', 'owner_moved') THEN ro.name || ' ' || coalesce(ro.address, '')
        ELSE ro.name
    END AS register_value,
    CASE
        WHEN owner = 'owner_share' THEN tp.name_shares
        WHEN owner IN ('owner_address', 'owner_moved') THEN tp.name || ' ' || coalesce(tp.address, '')
        ELSE tp.name
    END AS roll_value
FROM (
    SELECT t.object_kind_code, t.property_uid, t.lg_code, t.town_key, t.object_key, t.property_number, t.addressee_number, r.real_estate_number
    FROM tax_tie AS t
    JOIN registered_object AS r USING (property_uid)
) AS s
JOIN register_owner AS ro ON ro.real_estate_number = s.real_estate_number AND ro.object_kind_code = s.object_kind_code
JOIN taxpayer AS tp ON tp.lg_code = s.lg_code AND tp.addressee_number = s.addressee_number
LEFT JOIN tied AS rc
    ON rc.owner_name_key = ro.name_key AND rc.owner_address_key = ro.company_place AND rc.identity_key = ro.company_number
LEFT JOIN tied AS tc
    ON tc.owner_name_key = tp.name_key AND tc.owner_address_key = tp.address_key AND tc.identity_key = tp.company_number
LEFT JOIN (SELECT DISTINCT old, new FROM merged) AS m ON m.old = rc.corporate_number AND m.new = tc.corporate_number
WHERE owner IS NOT NULL
