WITH pos AS (
    SELECT
        lg_code, machiaza_id, displayed_address_code, latitude, longitude, crs_code, position_scale,
        row_number() OVER (
            PARTITION BY lg_code, machiaza_id, displayed_address_code
            ORDER BY crs_code = 'EPSG:6668' DESC, position_scale NULLS LAST, file_date DESC NULLS LAST, file_id, source_line
        ) AS of_flag
    FROM delivered_abr_town_position
    WHERE latitude IS NOT NULL
),
-- the position under the town's own flag, else that under the other
chosen AS (
    SELECT t.lg_code, t.machiaza_id, p.latitude, p.longitude, p.crs_code, p.position_scale
    FROM abr_town_record AS t
    JOIN pos AS p ON p.lg_code = t.lg_code AND p.machiaza_id = t.machiaza_id AND p.of_flag = 1
    QUALIFY row_number() OVER (
        PARTITION BY t.lg_code, t.machiaza_id
        ORDER BY p.displayed_address_code IS NOT DISTINCT FROM t.displayed_address_code DESC, p.displayed_address_code
    ) = 1
),
codes_of_name AS (
    SELECT lg_code, folded_town, list(DISTINCT postal_code ORDER BY postal_code) AS codes
    FROM postal_line
    WHERE town IS NOT NULL
    GROUP BY ALL
),
-- 大字 and 字 at the head are what people drop or add
aliases AS (
    SELECT
        lg_code,
        machiaza_id,
        -- nulls fall out
        list_distinct([
            nullif(nullif(regexp_replace(town, '^(大字|字)', ''), town), ''),
            nullif(nullif(concat(regexp_replace(oaza_cho, '^大字', ''), chome, regexp_replace(koaza, '^(小字|字)', '')), town), ''),
            CASE
                WHEN coalesce(oaza_cho_alias, koaza_alias) IS NOT NULL
                    THEN concat(coalesce(oaza_cho_alias, oaza_cho), chome, coalesce(koaza_alias, koaza))
            END
        ]) AS written
    FROM abr_town_record
),
towns AS (
    SELECT
        t.lg_code,
        t.machiaza_id AS town_id,
        'abr' AS id_source,
        t.machiaza_id,
        t.prefecture,
        t.county,
        t.city_name,
        t.ward,
        concat(t.county, t.city_name, t.ward) AS municipality_name,
        -- an id without a name stands for the municipality itself
        coalesce(nullif(t.town, ''), concat(t.county, t.city_name, t.ward)) AS town,
        nullif(concat(t.oaza_cho_kana, t.chome_kana, t.koaza_kana), '') AS town_kana,
        nullif(concat_ws(' ', t.oaza_cho_roma, t.chome_number, t.koaza_roma), '') AS town_roma,
        t.machiaza_type_code,
        t.oaza_cho,
        t.oaza_cho_kana,
        t.oaza_cho_roma,
        t.oaza_cho_alias,
        t.chome,
        t.chome_kana,
        t.chome_number,
        t.koaza,
        t.koaza_kana,
        t.koaza_roma,
        t.koaza_alias,
        t.machiaza_dist,
        t.displayed_address_code,
        t.rsdt_addr_is_mixed,
        t.rsdt_addr_mtd_code,
        t.wake_num_flg,
        t.status_flg,
        coalesce(t.status_flg, '0') <> '3' AND t.abolished_on IS NULL AS is_current,
        c.latitude,
        c.longitude,
        c.crs_code,
        c.position_scale,
        coalesce(
            CASE WHEN len(t.postal_codes) > 0 THEN list_sort(t.postal_codes) END, own.codes, of_oaza.codes
        ) AS postal_codes,
        f.old_names,
        CASE WHEN len(a.written) > 0 THEN list_sort(a.written) END AS town_aliases,
        t.effective_on,
        t.abolished_on,
        t.abr_src_code,
        t.abr_remark
    FROM abr_town_record AS t
    LEFT JOIN chosen AS c ON c.lg_code = t.lg_code AND c.machiaza_id = t.machiaza_id
    LEFT JOIN aliases AS a ON a.lg_code = t.lg_code AND a.machiaza_id = t.machiaza_id
    LEFT JOIN abr_town_former AS f ON f.lg_code = t.lg_code AND f.machiaza_id = t.machiaza_id
    LEFT JOIN codes_of_name AS own ON own.lg_code = t.lg_code AND own.folded_town = t.folded_town
    LEFT JOIN codes_of_name AS of_oaza ON of_oaza.lg_code = t.lg_code AND of_oaza.folded_town = t.folded_oaza
),
stand_in AS (
    SELECT
        p.lg_code,
        'J' || substr(sha256(p.lg_code || ' ' || p.folded_town), 1, 10) AS town_id,
        'japanpost' AS id_source,
        NULL AS machiaza_id,
        p.prefecture,
        nullif(regexp_extract(p.postal_city, '^((?:.+郡)?)', 1), '') AS county,
        CASE
            WHEN p.lg_code LIKE '131%' OR NOT regexp_matches(p.postal_city, '^.+市.+区$') THEN regexp_replace(p.postal_city, '^.+郡', '')
            ELSE regexp_extract(p.postal_city, '^(.+市)', 1)
        END AS city_name,
        CASE WHEN p.lg_code NOT LIKE '131%' THEN nullif(regexp_extract(p.postal_city, '^.+市(.+区)$', 1), '') END AS ward,
        p.postal_city AS municipality_name,
        p.town,
        p.town_kana,
        NULL AS town_roma,
        NULL AS machiaza_type_code,
        p.town AS oaza_cho,
        p.town_kana AS oaza_cho_kana,
        NULL AS oaza_cho_roma,
        NULL AS oaza_cho_alias,
        NULL AS chome,
        NULL AS chome_kana,
        NULL AS chome_number,
        NULL AS koaza,
        NULL AS koaza_kana,
        NULL AS koaza_roma,
        NULL AS koaza_alias,
        NULL AS machiaza_dist,
        NULL AS displayed_address_code,
        FALSE AS rsdt_addr_is_mixed,
        NULL AS rsdt_addr_mtd_code,
        NULL AS wake_num_flg,
        NULL AS status_flg,
        TRUE AS is_current,
        NULL AS latitude,
        NULL AS longitude,
        NULL AS crs_code,
        NULL AS position_scale,
        n.codes AS postal_codes,
        NULL::VARCHAR[] AS old_names,
        NULL::VARCHAR[] AS town_aliases,
        NULL AS effective_on,
        NULL AS abolished_on,
        NULL AS abr_src_code,
        NULL AS abr_remark
    FROM postal_line AS p
    JOIN codes_of_name AS n ON n.lg_code = p.lg_code AND n.folded_town = p.folded_town
    -- a floor is not a town
    WHERE p.town IS NOT NULL AND p.postal_part_code <> 'floor' AND p.lg_code NOT IN (SELECT lg_code FROM abr_town_record)
    QUALIFY row_number() OVER (PARTITION BY p.lg_code, p.folded_town ORDER BY p.town, p.town_kana, p.postal_code, p.postal_part_number) = 1
)
SELECT * FROM towns
UNION ALL
SELECT * FROM stand_in
