-- who is taxed under each address record; few are joint owners, and only those are grouped
WITH several AS (
    SELECT lg_code, addressee_number
    FROM payee
    GROUP BY ALL
    HAVING count(*) > 1
),

member AS (
    SELECT
        lg_code,
        addressee_number,
        list_sort(list(struct_pack(
            key := addressee_name_key,
            number := member_addressee_number,
            name := addressee_name,
            share := share_numerator || '/' || share_denominator
        ))) AS members,
        bool_or(died_on IS NOT NULL OR is_whereabouts_unknown) AS is_lost
    FROM payee
    SEMI JOIN several USING (lg_code, addressee_number)
    GROUP BY ALL
)

SELECT
    lg_code,
    addressee_number,
    1 AS owners,
    addressee_name_key AS name_key,
    addressee_name AS name,
    addressee_address AS address,
    coalesce(addressee_address_key, '') AS address_key,
    coalesce(addressee_corporate_number, '') AS company_number,
    died_on IS NOT NULL OR is_whereabouts_unknown AS is_lost,
    moved_out_on IS NOT NULL AS has_moved,
    NULL::VARCHAR [] AS names,
    NULL::VARCHAR [] AS shares,
    NULL AS name_shares
FROM payee
ANTI JOIN several USING (lg_code, addressee_number)
UNION ALL
SELECT
    lg_code,
    addressee_number,
    len(members),
    members[1].key,
    array_to_string([m.name FOR m IN members], '、'),
    NULL,
    NULL,
    NULL,
    is_lost,
    FALSE,
    [m.key FOR m IN members],
    list_sort([m.key || ' ' || m.share FOR m IN members]),
    array_to_string([m.name || ' ' || m.share FOR m IN members], '、')
FROM member
