"""What is amiss in the address master itself, municipality by municipality: the flaws that an importer of the registry meets.

The records are looked at as they were delivered, before the registry brings them to one row for each town.
"""

import duckdb
import polars as pl

# of files that overlap (a nation's and a municipality's) one speaks for a municipality, or each flaw would be seen twice
_ONE_FILE = """
CREATE OR REPLACE TEMP TABLE {name} AS
SELECT d.*
FROM {delivered} AS d
JOIN (
    SELECT lg_code, arg_max(file_id, (records, file_id)) AS file_id
    FROM (SELECT lg_code, file_id, count(*) AS records FROM {delivered} GROUP BY ALL)
    GROUP BY lg_code
) AS f ON f.lg_code = d.lg_code AND f.file_id = d.file_id
"""

FINDINGS = {
    "duplicate_town_id": ("同じ町字IDの行が複数", "Rows that repeat a town id"),
    "both_residence_flags": ("住居表示フラグ0と1の両方がある町字ID", "Town ids with residence flag 0 and 1"),
    "town_without_position": ("位置のない町字の行", "Town rows without a position under their flag"),
    "position_under_other_flag": ("位置が反対の住居表示フラグにある町字の行", "Of these, rows with a position under the other flag"),
    "flag_0_but_position_1": ("町字は0、位置は1", "Town ids with flag 0 only and position with 1 only"),
    "flag_1_but_position_0": ("町字は1、位置は0", "Town ids with flag 1 only and position with 0 only"),
    "position_without_town": ("町字のない位置のキー", "Position keys without a town"),
    "duplicate_position": ("同じキーの位置の行が複数", "Position rows that repeat a key"),
    "chome_in_digits": ("算用数字の丁目", "Chome written with digits"),
    "chome_in_kanji": ("漢数字の丁目", "Chome written with kanji numerals"),
    "starts_with_oaza": ("大字で始まる大字・町名", "Oaza that begin with 大字"),
    "starts_with_aza": ("字で始まる小字名", "Koaza that begin with 字"),
    "without_postal_code": ("郵便番号のない町字の行", "Town rows without a postal code"),
    "same_name_groups": ("同じ名称になる町字の組", "Groups of town ids that fold to one name"),
    "same_name_towns": ("その組の町字", "Town ids in such groups"),
    "lots_in_some_only": ("組の一部だけが地番を持つ", "Groups of which some ids only hold lots"),
    "lots_split": ("組の地番が複数の町字IDに分かれる", "Groups whose lots are split between ids"),
    "crs_4612": ("EPSG:4612の位置", "Positions in EPSG:4612"),
    "crs_6668": ("EPSG:6668の位置", "Positions in EPSG:6668"),
    "lots_without_position": ("位置のない地番", "Lots without a position"),
    "lots_with_residence_flag": ("住居表示フラグ1の地番", "Lots with residence flag 1"),
}
"""Kinds of finding: column of the report, with labels."""

_COUNTS = """
WITH by_town AS (
    SELECT
        lg_code, machiaza_id, count(*) AS n,
        bool_or(displayed_address_code = '0') AS has_0, bool_or(displayed_address_code = '1') AS has_1
    FROM master_town GROUP BY ALL
),
by_key AS (SELECT lg_code, machiaza_id, displayed_address_code AS flag, count(*) AS n FROM master_position GROUP BY ALL),
by_position AS (
    SELECT lg_code, machiaza_id, bool_or(flag = '0') AS has_0, bool_or(flag = '1') AS has_1 FROM by_key GROUP BY ALL
),
town_rows AS (
    SELECT
        t.*,
        k.lg_code IS NULL AS lacks,
        k.lg_code IS NULL AND p.lg_code IS NOT NULL AS under_other
    FROM master_town AS t
    LEFT JOIN by_key AS k
        ON k.lg_code = t.lg_code AND k.machiaza_id = t.machiaza_id AND k.flag IS NOT DISTINCT FROM t.displayed_address_code
    LEFT JOIN by_position AS p ON p.lg_code = t.lg_code AND p.machiaza_id = t.machiaza_id
),
towns AS (
    SELECT
        lg_code,
        any_value(prefecture) AS prefecture,
        any_value(concat(county, city_name, ward)) AS municipality_name,
        count(*) AS town_rows,
        count(DISTINCT machiaza_id) AS town_ids,
        count(*) FILTER (lacks) AS town_without_position,
        count(*) FILTER (under_other) AS position_under_other_flag,
        count(*) FILTER (regexp_matches(chome, '^[0-9０-９]+丁目')) AS chome_in_digits,
        count(*) FILTER (regexp_matches(chome, '^[一二三四五六七八九十]+丁目')) AS chome_in_kanji,
        count(*) FILTER (starts_with(oaza_cho, '大字')) AS starts_with_oaza,
        count(*) FILTER (starts_with(koaza, '字')) AS starts_with_aza,
        count(*) FILTER (postal_codes IS NULL) AS without_postal_code
    FROM town_rows GROUP BY lg_code
),
flags AS (
    SELECT
        t.lg_code,
        sum(t.n - 1)::BIGINT AS duplicate_town_id,
        count(*) FILTER (t.has_0 AND t.has_1) AS both_residence_flags,
        count(*) FILTER (t.has_0 AND NOT t.has_1 AND p.has_1 AND NOT p.has_0) AS flag_0_but_position_1,
        count(*) FILTER (t.has_1 AND NOT t.has_0 AND p.has_0 AND NOT p.has_1) AS flag_1_but_position_0
    FROM by_town AS t
    LEFT JOIN by_position AS p USING (lg_code, machiaza_id)
    GROUP BY t.lg_code
),
positions AS (
    SELECT
        k.lg_code,
        sum(k.n)::BIGINT AS position_rows,
        sum(k.n - 1)::BIGINT AS duplicate_position,
        count(*) FILTER (t.lg_code IS NULL) AS position_without_town
    FROM by_key AS k
    LEFT JOIN by_town AS t ON t.lg_code = k.lg_code AND t.machiaza_id = k.machiaza_id
    GROUP BY k.lg_code
),
systems AS (
    SELECT lg_code, count(*) FILTER (crs_code = 'EPSG:4612') AS crs_4612, count(*) FILTER (crs_code = 'EPSG:6668') AS crs_6668
    FROM master_position GROUP BY lg_code
),
held AS (SELECT lg_code, machiaza_id, count(*) AS lots FROM master_lot GROUP BY ALL),
numbered AS (SELECT DISTINCT lg_code FROM held),
groups_of_name AS (
    SELECT f.lg_code, count(*) AS towns, count(h.lots) AS holding
    FROM folded_name AS f
    LEFT JOIN held AS h ON h.lg_code = f.lg_code AND h.machiaza_id = f.machiaza_id
    WHERE f.folded_town <> ''
    GROUP BY f.lg_code, f.folded_town
    HAVING count(*) > 1
),
same_names AS (
    SELECT
        g.lg_code,
        count(*) AS same_name_groups,
        sum(g.towns)::BIGINT AS same_name_towns,
        -- said only of municipalities whose lots were delivered
        count(*) FILTER (n.lg_code IS NOT NULL AND g.holding BETWEEN 1 AND g.towns - 1) AS lots_in_some_only,
        count(*) FILTER (g.holding > 1) AS lots_split
    FROM groups_of_name AS g
    LEFT JOIN numbered AS n ON n.lg_code = g.lg_code
    GROUP BY g.lg_code
),
lots AS (
    SELECT
        l.lg_code,
        count(*) AS lot_rows,
        count(*) FILTER (p.lg_code IS NULL) AS lots_without_position,
        count(*) FILTER (l.displayed_address_code = '1') AS lots_with_residence_flag
    FROM master_lot AS l
    LEFT JOIN (SELECT DISTINCT lg_code, machiaza_id, parcel_id FROM master_lot_position WHERE latitude IS NOT NULL) AS p
        ON p.lg_code = l.lg_code AND p.machiaza_id = l.machiaza_id AND p.parcel_id = l.parcel_id
    GROUP BY l.lg_code
),
codes AS (SELECT lg_code FROM towns UNION SELECT lg_code FROM positions UNION SELECT lg_code FROM lots)
SELECT * REPLACE (coalesce(prefecture, '') AS prefecture, coalesce(municipality_name, '') AS municipality_name)
FROM codes
LEFT JOIN towns USING (lg_code)
LEFT JOIN flags USING (lg_code)
LEFT JOIN positions USING (lg_code)
LEFT JOIN systems USING (lg_code)
LEFT JOIN same_names USING (lg_code)
LEFT JOIN lots USING (lg_code)
ORDER BY lg_code
"""

TOTALS = ("town_rows", "town_ids", "position_rows", "lot_rows")
"""Columns of the report that say how much was delivered."""


def master_report(connection: duckdb.DuckDBPyConnection, folded: pl.DataFrame) -> pl.DataFrame:
    """Count the flaws of the delivered address master.

    Args:
        connection: On which the relations ``delivered_abr_town``, ``delivered_abr_town_position``, ``delivered_abr_lot`` and
            ``delivered_abr_lot_position`` are known.
        folded: For each town id the name for comparison: columns ``lg_code``, ``machiaza_id``, ``folded_town``.

    Returns:
        One row per municipality: ``lg_code``, ``prefecture``, ``municipality_name``, :data:`TOTALS` and :data:`FINDINGS`, and
        ``mixed_chome`` and ``mixed_crs``, whether both notations and both reference systems occur.
    """
    for name, source in (("town", "town"), ("position", "town_position"), ("lot", "lot"), ("lot_position", "lot_position")):
        connection.execute(_ONE_FILE.format(name=f"master_{name}", delivered=f"delivered_abr_{source}"))
    connection.register("folded_name", folded.to_arrow())
    counted: pl.DataFrame = connection.sql(_COUNTS).pl()
    connection.unregister("folded_name")
    return counted.select(
        "lg_code",
        "prefecture",
        "municipality_name",
        *(pl.col(name).fill_null(0).cast(pl.Int64) for name in (*TOTALS, *FINDINGS)),
        mixed_chome=(pl.col("chome_in_digits") > 0) & (pl.col("chome_in_kanji") > 0),
        mixed_crs=(pl.col("crs_4612") > 0) & (pl.col("crs_6668") > 0),
    ).with_columns(pl.col("mixed_chome", "mixed_crs").fill_null(value=False))


def by_prefecture(report: pl.DataFrame) -> pl.DataFrame:
    """Add a report up.

    Args:
        report: From :func:`master_report`.

    Returns:
        One row per prefecture: ``prefecture_code``, ``prefecture``, the sums, and in ``mixed_chome`` and ``mixed_crs`` how many
        municipalities mix both.
    """
    return (
        report.group_by(pl.col("lg_code").str.head(2).alias("prefecture_code"))
        .agg(
            pl.col("prefecture").max(),
            pl.len().alias("municipalities"),
            pl.col(*TOTALS, *FINDINGS).sum(),
            pl.col("mixed_chome", "mixed_crs").sum(),
        )
        .sort("prefecture_code")
    )
