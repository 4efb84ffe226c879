-- A full file holds registrations of the past too; they are not the latest and must not speak for the number, whenever they were
-- rewritten. A withdrawal is marked neither way.
WITH newest AS (
    SELECT *, coalesce(updated_on, file_date, invoice_registered_on) AS told_on
    FROM delivered
    QUALIFY row_number() OVER (
        PARTITION BY invoice_number
        ORDER BY
            coalesce(is_latest, TRUE) DESC,
            told_on DESC,
            delivery_kind,
            file_date DESC NULLS LAST,
            sequence_number DESC NULLS LAST,
            file_id,
            source_line DESC
    ) = 1
),
-- an association without a corporate number bears digits of its own, which are told by their check digit
numbered AS (
    SELECT
        *,
        CASE
            WHEN issuer_kind_code = '2' AND is_corporate_number(substr(invoice_number, 2)) THEN substr(invoice_number, 2)
        END AS corporate_number
    FROM newest
    WHERE issuer_process_code <> '99'
)
SELECT
    numbered.invoice_number,
    numbered.issuer_kind_code,
    numbered.issuer_country_code,
    numbered.issuer_process_code,
    numbered.corporate_number,
    numbered.name,
    numbered.name_kana,
    numbered.issuer_trade_name,
    coalesce(numbered.full_address, numbered.requested_address) AS full_address,
    numbered.lg_code,
    numbered.prefecture_code,
    numbered.domestic_place_address,
    numbered.invoice_registered_on,
    numbered.invoice_cancelled_on,
    numbered.invoice_expired_on,
    numbered.told_on AS updated_on,
    company.closed_on
FROM numbered
LEFT JOIN company ON numbered.corporate_number = company.corporate_number
