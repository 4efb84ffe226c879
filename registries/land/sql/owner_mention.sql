-- organisations that own or are taxed, and whoever bears a number, each once as it is written in register or roll
SELECT
    'owner:' || left(md5(concat_ws(chr(0), owner_name_key, owner_address_key, identity_key)), 16) AS record_id,
    owner_name_key,
    owner_address_key,
    identity_key,
    min(name) AS name,
    min(kana) AS kana,
    min(address) AS address
FROM (
    SELECT
        owner_name_key,
        coalesce(owner_address_key, '') AS owner_address_key,
        coalesce(owner_corporate_number, '') AS identity_key,
        owner_name AS name,
        NULL AS kana,
        owner_address AS address,
        owner_kind_code = 'organisation' AS is_organisation
    FROM owner_now
    UNION ALL
    SELECT
        addressee_name_key,
        coalesce(addressee_address_key, ''),
        coalesce(addressee_corporate_number, ''),
        addressee_name,
        addressee_kana,
        addressee_address,
        addressee_kind_code = '2'
    FROM payee
)
WHERE is_organisation OR identity_key <> ''
GROUP BY ALL
