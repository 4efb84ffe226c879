WITH one AS (
    SELECT *
    FROM delivered_abr_lot
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, parcel_id ORDER BY abolished_on IS NOT NULL, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
),
pos AS (
    SELECT lg_code, machiaza_id, parcel_id, latitude, longitude, crs_code, position_scale
    FROM delivered_abr_lot_position
    WHERE latitude IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY lg_code, machiaza_id, parcel_id
        ORDER BY crs_code = 'EPSG:6668' DESC, position_scale NULLS LAST, file_date DESC NULLS LAST, file_id, source_line
    ) = 1
)
SELECT
    o.lg_code, o.machiaza_id, o.parcel_id, o.prc_num1, o.prc_num2, o.prc_num3, o.displayed_address_code, o.prc_rec_flg, o.prc_area_code,
    p.latitude, p.longitude, p.crs_code, p.position_scale, o.effective_on, o.abolished_on
FROM one AS o
LEFT JOIN pos AS p ON p.lg_code = o.lg_code AND p.machiaza_id = o.machiaza_id AND p.parcel_id = o.parcel_id
ORDER BY o.lg_code, o.machiaza_id, o.parcel_id
