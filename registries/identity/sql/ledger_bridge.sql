-- a record of a restricted ledger has the id of the company it was tied to
WITH tied AS (
    SELECT
        'real_estate_owner:' || p.real_estate_number || ':' || o.owner_number AS record_id,
        o.corporate_number,
        o.owner_match_code,
        o.owner_match_score
    FROM parcel_ownership AS o
    JOIN parcel AS p USING (parcel_uid)
    UNION ALL
    SELECT
        'real_estate_owner:' || b.real_estate_number || ':' || o.owner_number,
        o.corporate_number,
        o.owner_match_code,
        o.owner_match_score
    FROM building_ownership AS o
    JOIN building AS b USING (building_uid)
    UNION ALL
    SELECT
        'fixed_asset_addressee:' || lg_code || ':' || addressee_number,
        corporate_number,
        owner_match_code,
        owner_match_score
    FROM addressee_company
)

SELECT
    i.identity_subject_code,
    t.record_id,
    i.entity_id,
    t.owner_match_code,
    t.owner_match_score
FROM tied AS t
JOIN identity_bridge AS i
    ON i.record_id = 'nta_corporate_number:' || t.corporate_number AND i.identity_subject_code = 'organisation' AND i.member_to IS NULL
