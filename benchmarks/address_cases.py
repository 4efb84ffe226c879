"""Scoring answers against cases: prefecture, municipality and town with 小字, compared after folding what is only notation."""

import polars as pl

from registries.address.matching import TownDictionary, match_parts, match_towns
from registries.address.matching.text import character_table, folded_strings

CLASSES = {
    "prefecture omitted": ~pl.col("input").str.contains("(?:北海道|東京都|大阪府|京都府|.{2,3}県)") & pl.col("expected_pref").is_not_null(),
    "ward only": pl.col("input").str.contains(r"^[^市都道府県]{1,4}区") & pl.col("expected_city").str.contains("市.+区$"),
    "variant glyphs": pl.col("note").fill_null("").str.contains("異体字|旧字|字体"),
    "ヶ ケ が": pl.col("input").str.contains("[ヶケガがｹ]"),
    "building": pl.col("input").str.contains("[ァ-ヶー]{3}|ビル|[0-9０-９]+[階F]"),
    "甲乙 イロハ": pl.col("input").str.contains(
        r"[甲乙丙丁][0-9０-９一二三]|[ｱ-ﾝァ-ヶイロハニ][0-9０-９]+(?:番|-)|番地の?[甲乙丙イロハろロ]"
    ),
    "Kyoto streets": pl.col("expected_city").fill_null("").str.starts_with("京都市")
    & pl.col("input").str.contains("通|上る|下る|東入|西入|上ル|下ル"),
    "大字 字": pl.col("input").str.contains("字") | pl.col("expected_town").fill_null("").str.contains("字"),
    "county omitted": pl.col("expected_city").fill_null("").str.contains("郡.+[町村]$") & ~pl.col("input").str.contains("郡.+[町村]"),
    "Sapporo 条 丁目": pl.col("expected_town").fill_null("").str.contains("条"),
    "former municipality": pl.col("note").fill_null("").str.contains("redirect|合併|旧市|地域自治区|unnecessary_ku"),
}
"""Classes of input, each by an expression over the cases."""

_REFUSED = pl.col("expected_pref").is_null() & (pl.col("note").fill_null("").str.contains("曖昧|当てない|Ambiguous"))


def scored(cases: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Score answers.

    Args:
        cases: Rows of ``cases_open.csv``.
        found: Answers in the same order: prefecture, municipality, town, street (may be null), remainder, status.

    Returns:
        The cases with pref_right, city_right, town_right (all three down to the town with 小字), and the answers.
    """
    both = pl.concat(
        [cases, found.select("prefecture", "municipality", "town", "street", "remainder", "status", "candidates")], how="horizontal"
    )
    given = (
        "expected_pref",
        "expected_city",
        "expected_town",
        "expected_rest",
        "prefecture",
        "municipality",
        "town",
        "street",
        "remainder",
    )
    folds = both.select(pl.col(name).fill_null("") for name in given)
    folds = pl.DataFrame([folded(folds[name]) for name in given])
    pref, city, town, rest, f_pref, f_city, f_town, street, left = (pl.col(name) for name in given)
    blank = pl.lit("")
    whole, got = pl.concat_str(town, rest), pl.concat_str(f_town, left)
    town_right = (
        (town == blank)
        | (f_town == town)
        | (f_town != blank) & (street != blank) & town.str.starts_with(f_town) & _same_street(town, f_town, street)
        | (f_town != blank) & town.str.starts_with(f_town) & got.str.starts_with(town)
        | _begins(whole, f_town) & f_town.str.starts_with(town) & (town != blank)
    )
    right = folds.select(
        pref_right=(pref == blank) | (f_pref == pref),
        city_right=((pref == blank) | (f_pref == pref)) & ((city == blank) | (f_city == city)),
        town_named=town_right,
    )
    refused = both.select(_REFUSED).to_series()
    both = pl.concat([both, right], how="horizontal").with_columns(refused.alias("refused"))
    named = pl.col("candidates").list.eval(pl.element().struct.field("municipality")).list.contains(pl.col("expected_city"))
    offered = (pl.col("status") == "ambiguous") & named.fill_null(value=False) & (pl.len().over("input", "source_project") > 1)
    town_ok = (
        pl.when(offered)
        .then(pl.lit(value=True))
        .when("refused")
        .then(pl.col("status") != "unique")
        .otherwise(pl.col("city_right") & pl.col("town_named"))
    )
    return both.with_columns(town_right=town_ok)


def _begins(whole: pl.Expr, town: pl.Expr) -> pl.Expr:
    """Tell whether a text begins with a town, its 丁目 written or implied by the hyphen or the end of the number."""
    implied = town.str.replace("丁目$", "", literal=False)
    return whole.str.starts_with(town) | (whole.str.starts_with(implied) & town.str.ends_with("丁目"))


def _same_street(town: pl.Expr, found: pl.Expr, street: pl.Expr) -> pl.Expr:
    """Tell whether the street written before the town is the one that ABR keeps behind it; 通 may be left out."""
    kept = town.str.slice(found.str.len_chars()).str.replace_all("通", "", literal=True)
    return street.str.replace_all("通", "", literal=True).str.starts_with(kept)


def folded(text: pl.Series) -> pl.Series:
    """Fold notation away: what the matcher folds, and ten alone as digits."""
    return folded_strings(text, character_table()).str.replace_all("十", "10", literal=True).alias(text.name)


def by_suite(rows: pl.DataFrame) -> pl.DataFrame:
    """Count by the project a case is from: n, and the share right of prefecture, municipality, town."""
    suite = pl.col("source_project").str.split("@").list.first().str.split("/").list.last().str.split(" ").list.first()
    return rows.group_by(suite.alias("suite"), maintain_order=True).agg(*_SHARES).sort("suite")


def by_class(rows: pl.DataFrame) -> pl.DataFrame:
    """Count by class of input."""
    return pl.concat(rows.filter(where).select(pl.lit(name).alias("class"), *_SHARES) for name, where in CLASSES.items())


_SHARES = (
    pl.len().alias("n"),
    (pl.col("pref_right").mean() * 100).round(1).alias("prefecture"),
    (pl.col("city_right").mean() * 100).round(1).alias("municipality"),
    (pl.col("town_right").mean() * 100).round(1).alias("town"),
)


def overall(rows: pl.DataFrame) -> pl.DataFrame:
    """Count all rows: n, and the share right of prefecture, municipality, town."""
    return rows.select(*_SHARES)


def answered(dictionary: TownDictionary, cases: pl.DataFrame) -> pl.DataFrame:
    """Match the column ``input`` of cases and score the answers.

    Args:
        dictionary: The dictionary.
        cases: Rows of ``cases_open.csv`` or ``offices_open.csv``.

    Returns:
        As :func:`scored`.
    """
    found = match_parts(match_towns(cases["input"], dictionary), cases["input"])
    return scored(cases, found.with_columns(street=pl.when(pl.col("town").is_not_null()).then("skipped")))


def without_municipality(dictionary: TownDictionary, offices: pl.DataFrame) -> pl.DataFrame:
    """Match addresses with prefecture and municipality cut off: how many are answered, and of those how many wrongly.

    Args:
        dictionary: The dictionary.
        offices: Rows with expected_pref, expected_city, expected_town, expected_rest.

    Returns:
        One row: n, unique (share answered with one town), unique_wrong (share of those in another municipality), ambiguous, and
        truth_among (share of ambiguous rows with at most 20 candidates that name the true municipality).
    """
    cut = offices.with_columns(input=pl.concat_str(pl.col("expected_town").fill_null(""), pl.col("expected_rest").fill_null("")))
    found = match_towns(cut["input"], dictionary).select("status", "municipality", "candidates")
    both = pl.concat([cut.select("expected_city"), found], how="horizontal")
    unique, ambiguous = pl.col("status") == "unique", pl.col("status") == "ambiguous"
    named = pl.col("candidates").list.eval(pl.element().struct.field("municipality")).list.contains(pl.col("expected_city"))
    few = ambiguous & (pl.col("candidates").list.len() < 20)
    return both.select(
        pl.len().alias("n"),
        (unique.mean() * 100).round(2).alias("unique"),
        ((unique & (pl.col("municipality") != pl.col("expected_city"))).sum() / unique.sum() * 100).round(2).alias("unique_wrong"),
        (ambiguous.mean() * 100).round(2).alias("ambiguous"),
        ((few & named).sum() / few.sum() * 100).round(2).alias("truth_among"),
    )
