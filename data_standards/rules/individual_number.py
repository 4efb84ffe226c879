"""個人番号 (individual number, "My Number"): found by its check digit so that it can be kept out, never passed on.

Source of the rule: 行政手続における特定の個人を識別するための番号の利用等に関する法律施行令第8条; 平成26年総務省令第85号第5条.
About one in ten random twelve-digit numbers passes the check, so a finding in one cell is a suspicion; :func:`share_passing` judges a
column.
"""

import polars as pl

from data_standards.rules.folding import half_width, hyphens
from data_standards.rules.ladder import Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status, outcome

_WEIGHTS = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)

_SQL_REMAINDER = (
    "("
    + " + ".join(f"TRY_CAST(value AS BIGINT) // {10**place} % 10 * {weight}" for place, weight in enumerate(_WEIGHTS, start=1))
    + ") % 11"
)
SQL_IS_VALID = (
    "regexp_full_match(value, '[0-9]{12}') AND TRY_CAST(value AS BIGINT) % 10 = "
    f"CASE WHEN {_SQL_REMAINDER} <= 1 THEN 0 ELSE 11 - {_SQL_REMAINDER} END"
)
"""The same rule as :func:`is_valid` for relational work: an SQL condition over a column ``value`` (DuckDB's dialect)."""


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds twelve digits that pass the check of the individual number.

    The last digit is ``11 - (Σ p·q mod 11)``, or 0 where the remainder is 0 or 1; p counts from the right of the first eleven digits and
    q is 2 to 7, then 2 to 6.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    number = value.cast(pl.Int64, strict=False)
    weighted = pl.lit(0, pl.Int64)
    for place, weight in enumerate(_WEIGHTS, start=1):
        weighted = weighted + (number // 10**place % 10) * weight
    remainder = weighted % 11
    digit = pl.when(remainder <= 1).then(0).otherwise(11 - remainder)
    passes = value.str.contains(r"^[0-9]{12}$") & (number % 10 == digit).fill_null(value=False)
    return pl.when(value.is_not_null()).then(passes)


def _any_valid(runs: pl.Expr) -> pl.Expr:
    return runs.list.eval(is_valid(pl.element().str.replace_all("[ -]", ""))).list.any().fill_null(value=False)


def contains(value: pl.Expr) -> pl.Expr:
    """Tell whether a text holds, anywhere, twelve digits that pass the check; full width and groups of four count.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    folded = hyphens(half_width(value))
    unbroken = folded.str.extract_all(r"[0-9]+")
    grouped = folded.str.extract_all(r"[0-9]+(?:[ -][0-9]+)*")
    of_four = folded.str.extract_all(r"\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}\b")
    return pl.when(value.is_not_null()).then(_any_valid(unbroken) | _any_valid(grouped) | _any_valid(of_four))


def share_passing(value: pl.Expr) -> pl.Expr:
    """Share of a column's twelve-digit values that pass the check: near 0.1 by chance, near 1 where the column holds individual numbers.

    Args:
        value: Column of text.

    Returns:
        One number from 0 to 1; null where no value has twelve digits.
    """
    folded = hyphens(half_width(value)).str.replace_all(r"[ -]", "")
    return is_valid(folded.filter(folded.str.contains(r"^[0-9]{12}$"))).mean()


def _has_no_twelve_digits(value: pl.Expr) -> pl.Expr:
    return ~hyphens(half_width(value)).str.contains(r"(?:^|[^0-9])[0-9](?:[ -]?[0-9]){11}(?:[^0-9]|$)")


def _found(value: pl.Expr) -> list[Step]:
    whole = is_valid(hyphens(half_width(value)).str.strip_chars().str.replace_all("[ -]", ""))
    return [
        Step(whole, None, Status.INVALID, "individual_number"),
        Step(contains(value), None, Status.INVALID, "individual_number_within"),
        Step(pl.lit(value=True), None, Status.UNKNOWN, "no_individual_number"),
    ]


def scan(value: pl.Expr) -> pl.Expr:
    """Say of every value whether it holds an individual number, and never what it is.

    Args:
        value: Text column.

    Returns:
        Column of outcomes whose value is always null.
    """
    scanned = unless_clean(value, _has_no_twelve_digits, _found)
    nothing = scanned.struct.field("status") == Status.UNCHANGED.value
    return outcome(
        value,
        pl.lit(None, pl.String),
        pl.when(nothing).then(pl.lit(Status.UNKNOWN.value)).otherwise(scanned.struct.field("status")),
        pl.when(nothing).then(pl.lit("no_individual_number")).otherwise(scanned.struct.field("reason")),
    )


RULES = (
    CleansingRule(
        id="individual_number_scan",
        label="個人番号の検出",
        label_en="Detection of individual numbers",
        takes="任意の文字列",
        gives="値は常に空。個人番号らしい12桁があれば理由で知らせる",
        standard="番号法施行令; 平成26年総務省令第85号",
        clause="令第8条; 省令第5条（検査用数字）",
        apply=scan,
        reasons={
            "individual_number": (
                "値が個人番号の検査用数字に合う12桁である。",
                "The value is twelve digits that pass the check of the individual number.",
            ),
            "individual_number_within": (
                "文中に個人番号の検査用数字に合う12桁がある。",
                "The text holds twelve digits that pass the check of the individual number.",
            ),
            "no_individual_number": ("個人番号らしい数字はない。", "No digits that could be an individual number."),
        },
    ),
)
