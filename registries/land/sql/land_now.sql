-- the newest delivery of each municipality; of a parcel written twice, the open record, then the latest description
WITH newest AS (
    SELECT lg_code, max(coalesce(file_date, DATE '0001-01-01')) AS day
    FROM delivered_land_register
    GROUP BY lg_code
)
SELECT
    d.*,
    -- a lot may be borne by closed records beside the open one
    row_number() OVER (
        PARTITION BY d.lg_code, d.town_key, d.lot_number
        ORDER BY coalesce(d.is_register_closed, FALSE), d.display_history_number DESC NULLS LAST, d.file_id, d.source_line
    ) = 1 AS holds_lot
FROM delivered_land_register AS d
JOIN newest AS n ON n.lg_code = d.lg_code AND n.day = coalesce(d.file_date, DATE '0001-01-01')
QUALIFY row_number() OVER (
    PARTITION BY coalesce(d.real_estate_number, d.lg_code || '/' || d.town_key || '/' || d.lot_number)
    ORDER BY coalesce(d.is_register_closed, FALSE), d.display_history_number DESC NULLS LAST, d.file_id, d.source_line
) = 1
