-- the owners of the newest delivery, at the highest rank
SELECT
    d.*,
    row_number() OVER (PARTITION BY d.real_estate_number, d.object_kind_code ORDER BY d.file_id, d.source_line) AS owner_number
FROM delivered_real_estate_owner AS d
QUALIFY rank() OVER (
    PARTITION BY d.real_estate_number, d.object_kind_code
    ORDER BY coalesce(d.file_date, DATE '0001-01-01') DESC, d.rank_number DESC NULLS LAST
) = 1
