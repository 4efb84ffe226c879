WITH abr AS (
    SELECT lg_code, folded_town, list(DISTINCT machiaza_id ORDER BY machiaza_id) AS town_ids, list(DISTINCT town) AS names
    FROM abr_town_record
    WHERE folded_town <> '' AND coalesce(status_flg, '0') <> '3'
    GROUP BY ALL
),
-- a 丁目 or 小字 is listed by its 大字・町 where the other source goes no further
abr_oaza AS (
    SELECT DISTINCT lg_code, folded_town, folded_oaza FROM abr_town_record WHERE folded_oaza <> '' AND folded_oaza <> folded_town
),
post AS (
    SELECT lg_code, folded_town, list(DISTINCT postal_code ORDER BY postal_code) AS codes, list(DISTINCT town) AS names
    FROM postal_line
    WHERE town IS NOT NULL AND postal_part_code <> 'floor'
    GROUP BY ALL
),
isj AS (
    SELECT lg_code, folded_town, list(DISTINCT isj_town_code ORDER BY isj_town_code) AS codes
    FROM isj_record
    GROUP BY ALL
),
-- what only a 大字 of the base registry names, under each of its 丁目 and 小字
of_oaza AS (
    SELECT o.lg_code, o.folded_town, list_distinct(flatten(list(p.codes))) AS codes
    FROM abr_oaza AS o
    JOIN post AS p ON p.lg_code = o.lg_code AND p.folded_town = o.folded_oaza
    GROUP BY ALL
),
isj_of_oaza AS (
    SELECT DISTINCT o.lg_code, o.folded_town
    FROM abr_oaza AS o
    JOIN isj AS i ON i.lg_code = o.lg_code AND i.folded_town = o.folded_oaza
),
keys AS (
    SELECT lg_code, folded_town FROM abr
    UNION
    SELECT lg_code, folded_town FROM post
    UNION
    SELECT lg_code, folded_town FROM isj
),
has_abr AS (SELECT DISTINCT lg_code FROM abr),
has_post AS (SELECT DISTINCT lg_code FROM post),
has_isj AS (SELECT DISTINCT lg_code FROM isj)
SELECT
    k.lg_code,
    k.folded_town,
    a.town_ids AS abr_town_ids,
    list_sort(coalesce(p.codes, o.codes)) AS postal_codes,
    i.codes AS isj_town_codes,
    CASE
        WHEN a.lg_code IS NOT NULL THEN 'same_name'
        WHEN k.lg_code NOT IN (FROM has_abr) THEN 'nothing_delivered'
        ELSE 'not_listed'
    END AS abr_correspondence_code,
    CASE
        WHEN p.lg_code IS NOT NULL AND (a.lg_code IS NULL OR list_has_any(a.names, p.names)) THEN 'same_name'
        WHEN p.lg_code IS NOT NULL THEN 'same_when_folded'
        WHEN o.lg_code IS NOT NULL THEN 'listed_as_oaza'
        WHEN k.lg_code NOT IN (FROM has_post) THEN 'nothing_delivered'
        ELSE 'not_listed'
    END AS japanpost_correspondence_code,
    CASE
        WHEN i.lg_code IS NOT NULL THEN 'same_when_folded'
        WHEN io.lg_code IS NOT NULL THEN 'listed_as_oaza'
        WHEN k.lg_code NOT IN (FROM has_isj) THEN 'nothing_delivered'
        ELSE 'not_listed'
    END AS isj_correspondence_code
FROM keys AS k
LEFT JOIN abr AS a ON a.lg_code = k.lg_code AND a.folded_town = k.folded_town
LEFT JOIN post AS p ON p.lg_code = k.lg_code AND p.folded_town = k.folded_town
LEFT JOIN isj AS i ON i.lg_code = k.lg_code AND i.folded_town = k.folded_town
LEFT JOIN of_oaza AS o ON o.lg_code = k.lg_code AND o.folded_town = k.folded_town
LEFT JOIN isj_of_oaza AS io ON io.lg_code = k.lg_code AND io.folded_town = k.folded_town
