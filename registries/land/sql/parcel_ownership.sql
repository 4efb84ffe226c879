SELECT
    p.parcel_uid,
    o.owner_number,
    p.lg_code,
    CASE WHEN c.corporate_number IS NOT NULL THEN 'organisation' ELSE o.owner_kind_code END AS owner_kind_code,
    c.corporate_number,
    coalesce(c.owner_match_code, 'none') AS owner_match_code,
    coalesce(c.owner_match_score, 0) AS owner_match_score,
    coalesce(o.share_numerator, 1) AS share_numerator,
    coalesce(o.share_denominator, 1) AS share_denominator,
    o.received_on
FROM parcel AS p
JOIN owner_now AS o ON o.real_estate_number = p.real_estate_number AND o.object_kind_code = 'land'
LEFT JOIN (FROM owner_company WHERE match_band_code <> 'review') AS c
    ON c.owner_name_key = o.owner_name_key
    AND c.owner_address_key = coalesce(o.owner_address_key, '')
    AND c.identity_key = coalesce(o.owner_corporate_number, '')
WHERE NOT p.is_register_closed
