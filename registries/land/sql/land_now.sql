-- the newest delivery of each municipality; of a parcel written twice, the open record, then the latest description
WITH record AS (
    SELECT
        d.* EXCLUDE (real_estate_number),
        CASE WHEN NOT coalesce(c.is_number_disputed, FALSE) THEN d.real_estate_number END AS real_estate_number,
        coalesce(c.is_number_disputed, FALSE) AS is_number_disputed
    FROM delivered_land_register AS d
    JOIN newest_register AS n
        ON n.object_kind_code = 'land' AND n.lg_code = d.lg_code AND n.day = coalesce(d.file_date, DATE '0001-01-01')
    LEFT JOIN number_claim AS c ON c.object_kind_code = 'land' AND c.real_estate_number = d.real_estate_number
    WHERE c.claimed_on IS NULL OR c.claimed_on = n.day
)

SELECT
    *,
    -- a lot may be borne by closed records beside the open one
    row_number() OVER (
        PARTITION BY lg_code, town_key, lot_number
        ORDER BY coalesce(is_register_closed, FALSE), display_history_number DESC NULLS LAST, file_id, source_line
    ) = 1 AS holds_lot
FROM record
QUALIFY row_number() OVER (
    PARTITION BY coalesce(real_estate_number, lg_code || '/' || town_key || '/' || lot_number)
    ORDER BY coalesce(is_register_closed, FALSE), display_history_number DESC NULLS LAST, file_id, source_line
) = 1
