WITH one AS (
    SELECT *, coalesce(rsdt2_id, '00000') AS second_id
    FROM delivered_abr_residence
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, blk_id, rsdt_id, coalesce(rsdt2_id, '00000')
        ORDER BY coalesce(status_flg, '0') = '3' OR abolished_on IS NOT NULL, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
),
pos AS (
    SELECT lg_code, machiaza_id, blk_id, rsdt_id, coalesce(rsdt2_id, '00000') AS second_id, latitude, longitude, crs_code, position_scale
    FROM delivered_abr_residence_position
    WHERE latitude IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, blk_id, rsdt_id, coalesce(rsdt2_id, '00000')
        ORDER BY crs_code = 'EPSG:6668' DESC, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
)
SELECT
    o.lg_code, o.machiaza_id, o.blk_id, o.rsdt_id, o.second_id AS rsdt2_id, o.blk_num, o.rsdt_num, o.rsdt_num2, o.basic_rsdt_div,
    o.displayed_address_code, o.rsdt_addr_mtd_code, o.status_flg,
    coalesce(o.status_flg, '0') <> '3' AND o.abolished_on IS NULL AS is_current,
    p.latitude, p.longitude, p.crs_code, p.position_scale, o.effective_on, o.abolished_on
FROM one AS o
LEFT JOIN pos AS p
    ON p.lg_code = o.lg_code AND p.machiaza_id = o.machiaza_id AND p.blk_id = o.blk_id AND p.rsdt_id = o.rsdt_id AND p.second_id = o.second_id
ORDER BY o.lg_code, o.machiaza_id, o.blk_id, o.rsdt_id, o.second_id
