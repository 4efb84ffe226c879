-- the registered owner or owners of each parcel and building; few have several, and only those are grouped
WITH several AS (
    SELECT real_estate_number, object_kind_code
    FROM owner_now
    GROUP BY ALL
    HAVING count(*) > 1
),

member AS (
    SELECT
        real_estate_number,
        object_kind_code,
        list_sort(list(struct_pack(
            key := owner_name_key,
            number := owner_number,
            name := owner_name,
            share := coalesce(share_numerator, 1) || '/' || coalesce(share_denominator, 1)
        ))) AS members
    FROM owner_now
    SEMI JOIN several USING (real_estate_number, object_kind_code)
    GROUP BY ALL
)

SELECT
    real_estate_number,
    object_kind_code,
    1 AS owners,
    owner_name_key AS name_key,
    owner_name AS name,
    -- an address under protection (不動産登記法第119条第6項) is held against no other
    CASE WHEN NOT coalesce(is_address_protected, FALSE) THEN owner_address END AS address,
    CASE WHEN NOT coalesce(is_address_protected, FALSE) THEN coalesce(owner_address_key, '') END AS address_key,
    coalesce(owner_address_key, '') AS company_place,
    coalesce(owner_corporate_number, '') AS company_number,
    NULL::VARCHAR [] AS names,
    NULL::VARCHAR [] AS shares,
    NULL AS name_shares
FROM owner_now
ANTI JOIN several USING (real_estate_number, object_kind_code)
UNION ALL
SELECT
    real_estate_number,
    object_kind_code,
    len(members),
    members[1].key,
    array_to_string([m.name FOR m IN members], '、'),
    NULL,
    NULL,
    NULL,
    NULL,
    [m.key FOR m IN members],
    list_sort([m.key || ' ' || m.share FOR m IN members]),
    array_to_string([m.name || ' ' || m.share FOR m IN members], '、')
FROM member
