-- organisations that are taxed, each address record once, whether it stands alone or is a member of a joint one
SELECT DISTINCT
    p.lg_code,
    p.member_addressee_number AS addressee_number,
    c.corporate_number,
    coalesce(c.owner_match_code, 'none') AS owner_match_code,
    coalesce(c.owner_match_score, 0) AS owner_match_score
FROM payee AS p
LEFT JOIN (FROM owner_company WHERE match_band_code <> 'review') AS c
    ON c.owner_name_key = p.addressee_name_key
    AND c.owner_address_key = coalesce(p.addressee_address_key, '')
    AND c.identity_key = coalesce(p.addressee_corporate_number, '')
WHERE c.corporate_number IS NOT NULL OR p.addressee_kind_code = '2'
