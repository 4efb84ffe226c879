WITH delivered_block AS (
    SELECT
        lg_code, machiaza_id, blk_id, blk_num, displayed_address_code, rsdt_addr_mtd_code, status_flg, effective_on, abolished_on,
        0 AS rank, file_date, file_id, source_line
    FROM delivered_abr_block
    UNION ALL
    -- a block whose own file was not delivered is known by its residences
    SELECT
        lg_code, machiaza_id, blk_id, blk_num, displayed_address_code, rsdt_addr_mtd_code, status_flg, effective_on, abolished_on,
        1 AS rank, file_date, file_id, source_line
    FROM delivered_abr_residence
),
one AS (
    SELECT *
    FROM delivered_block
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, blk_id
        ORDER BY coalesce(status_flg, '0') = '3' OR abolished_on IS NOT NULL, rank, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
),
pos AS (
    SELECT lg_code, machiaza_id, blk_id, latitude, longitude, crs_code, position_scale
    FROM delivered_abr_block_position
    WHERE latitude IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, blk_id ORDER BY crs_code = 'EPSG:6668' DESC, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
)
SELECT
    o.lg_code, o.machiaza_id, o.blk_id, o.blk_num, o.displayed_address_code, o.rsdt_addr_mtd_code, o.status_flg,
    coalesce(o.status_flg, '0') <> '3' AND o.abolished_on IS NULL AS is_current,
    p.latitude, p.longitude, p.crs_code, p.position_scale, o.effective_on, o.abolished_on
FROM one AS o
LEFT JOIN pos AS p ON p.lg_code = o.lg_code AND p.machiaza_id = o.machiaza_id AND p.blk_id = o.blk_id
ORDER BY o.lg_code, o.machiaza_id, o.blk_id
