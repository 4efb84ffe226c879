-- who stands behind an address record: its owner, or the members of a joint one
WITH record AS (
    FROM delivered_fixed_asset_addressee
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, addressee_number
        ORDER BY coalesce(file_date, DATE '0001-01-01') DESC, file_id, source_line
    ) = 1
),

member AS (
    SELECT lg_code, addressee_number, member_addressee_number, share_numerator, share_denominator
    FROM delivered_fixed_asset_coowner
    WHERE coalesce(is_latest_history, TRUE) AND NOT coalesce(is_deleted, FALSE)
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, addressee_number, member_addressee_number
        ORDER BY tax_year DESC, coalesce(file_date, DATE '0001-01-01') DESC, history_number DESC NULLS LAST, file_id, source_line
    ) = 1
),

person AS (
    SELECT lg_code, addressee_number, addressee_number AS member_addressee_number, 1 AS share_numerator, 1 AS share_denominator
    FROM record
    WHERE addressee_kind_code <> '3'
    UNION ALL
    SELECT lg_code, addressee_number, member_addressee_number, share_numerator, share_denominator FROM member
)

SELECT
    p.lg_code,
    p.addressee_number,
    p.member_addressee_number,
    p.share_numerator,
    p.share_denominator,
    r.addressee_kind_code,
    r.addressee_name,
    r.addressee_kana,
    r.addressee_address,
    r.addressee_name_key,
    r.addressee_address_key,
    r.addressee_corporate_number,
    r.moved_out_on,
    r.died_on,
    coalesce(r.is_whereabouts_unknown, FALSE) AS is_whereabouts_unknown
FROM person AS p
JOIN record AS r ON r.lg_code = p.lg_code AND r.addressee_number = p.member_addressee_number
