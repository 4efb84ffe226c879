"""全国地方公共団体コード (local government code): five digits of JIS X 0401 and X 0402 and a check digit.

Source of the rule: 総務省「全国地方公共団体コード仕様」.
"""

from functools import cache

import polars as pl

from data_standards.codes import municipalities
from data_standards.rules.folding import code_text, says_unknown, without_float_zero
from data_standards.rules.ladder import (
    FLOAT_FORM,
    LEADING_ZERO,
    NOTATION,
    SAID_UNKNOWN,
    WRONG_CHECK_DIGIT,
    WRONG_FORM,
    Step,
    unless_clean,
)
from data_standards.rules.rule import CleansingRule, Status

PATTERN = r"^(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}$"
_WEIGHTS = (6, 5, 4, 3, 2)

SQL_IS_VALID = (
    f"regexp_full_match(value, '{PATTERN}') AND TRY_CAST(right(value, 1) AS BIGINT) = (11 - ("
    + " + ".join(f"TRY_CAST(value AS BIGINT) // {10**place} % 10 * {place + 1}" for place in range(1, 6))
    + ") % 11) % 10"
)
"""The same rule as :func:`is_valid` for relational work: an SQL condition over a column ``value`` (DuckDB's dialect)."""


def check_digit(base: pl.Expr) -> pl.Expr:
    """Compute the check digit of a five-digit code.

    ``(11 - (6a + 5b + 4c + 3d + 2e) mod 11) mod 10``.

    Args:
        base: Column of five-digit text or integers.

    Returns:
        Int64 column, 0 to 9; null where the base is not a number.
    """
    number = base.cast(pl.Int64, strict=False)
    weighted = pl.lit(0, pl.Int64)
    for place, weight in enumerate(reversed(_WEIGHTS)):
        weighted = weighted + (number // 10**place % 10) * weight
    return (11 - weighted % 11) % 10


def with_check_digit(base: pl.Expr) -> pl.Expr:
    """Complete five-digit codes to six digits.

    Args:
        base: Column of five-digit text.

    Returns:
        Six-digit text column; null where the base is not five digits.
    """
    well_formed = base.str.contains(r"^[0-9]{5}$")
    return pl.when(well_formed).then(pl.concat_str(base, check_digit(base).cast(pl.String)))


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds six-digit codes of a known prefecture with a right check digit.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    right_digit = value.str.slice(5, 1).cast(pl.Int64, strict=False) == check_digit(value.str.slice(0, 5))
    return pl.when(value.is_not_null()).then(value.str.contains(PATTERN) & right_digit.fill_null(value=False))


def from_parts(prefecture_code: pl.Expr, municipality_code: pl.Expr) -> pl.Expr:
    """Make six-digit codes of the two parts that registers carry.

    Args:
        prefecture_code: Column of two-digit text (JIS X 0401).
        municipality_code: Column of three-digit text (last three digits of JIS X 0402).

    Returns:
        Six-digit text column; null where a part is missing or malformed.
    """
    return with_check_digit(pl.concat_str(prefecture_code, municipality_code))


@cache
def _known(*, today: bool) -> list[str]:
    standing = pl.col("valid_to").is_null() & (pl.col("kind") != "county") if today else pl.lit(value=True)
    return municipalities().filter(standing).get_column("lg_code").unique().sort().to_list()


def _readings(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add what a value can be (folded and ``bare``, zero ``restored``, check digit ``completed``) and whether such codes exist."""
    bare = pl.col("bare")
    zero = pl.concat_str(pl.lit("0"), bare)
    base = (
        pl.when(bare.str.contains(r"^[0-9]{5}$"))
        .then(bare)
        .when(bare.str.contains(r"^[0-9]{4}$"))
        .then(zero)
        .when(bare.str.contains(r"^[0-9]{1,2}$"))
        .then(pl.concat_str(bare.str.zfill(2), pl.lit("000")))
    )
    read = (
        frame.with_columns(folded=code_text(pl.col("given")))
        .with_columns(folded=pl.col("folded").str.replace("^([0-9]{2})-?([0-9]{3})-?([0-9])?$", "${1}${2}${3}"))
        .with_columns(bare=without_float_zero(pl.col("folded")))
        .with_columns(valid=is_valid(bare), restored=zero, completed=with_check_digit(base))
        .with_columns(pl.when(is_valid(pl.col(name))).then(name).alias(name) for name in ("restored", "completed"))
    )
    return read.with_columns(
        pl.col(name).is_in(_known(today=today)).fill_null(value=False).alias(f"{name}_{state}")
        for name in ("restored", "completed")
        for state, today in (("known", False), ("stands", True))
    )


def _repaired(_: pl.Expr) -> list[Step]:
    folded, bare, valid, restored, completed = (pl.col(name) for name in ("folded", "bare", "valid", "restored", "completed"))
    restored_known, completed_known = pl.col("restored_known"), pl.col("completed_known")
    restored_stands, completed_stands = pl.col("restored_stands"), pl.col("completed_stands")
    both = restored_known & completed_known
    digits = bare.str.len_chars()
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(valid & (bare != folded), bare, Status.REPAIRED, "float_form"),
        Step(valid, bare, Status.CHANGED, "notation"),
        Step(both & restored_stands & ~completed_stands, restored, Status.UNCERTAIN, "standing_reading"),
        Step(both & completed_stands & ~restored_stands, completed, Status.UNCERTAIN, "standing_reading"),
        Step(both, None, Status.INVALID, "two_readings"),
        Step(restored_known, restored, Status.REPAIRED, "leading_zero_restored"),
        Step(completed_known & (digits == 5), completed, Status.REPAIRED, "check_digit_added"),
        Step(completed_known & (digits == 4), completed, Status.REPAIRED, "zero_and_check_digit_added"),
        Step(completed_known, completed, Status.UNCERTAIN, "prefecture_completed"),
        Step(restored.is_not_null() | completed.is_not_null(), None, Status.INVALID, "not_listed"),
        Step(bare.str.contains(PATTERN), None, Status.INVALID, "wrong_check_digit"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring local government codes to six digits with a right check digit.

    The ladder: six digits that check; five digits that check once their lost leading zero is back; five digits of JIS X 0401 and 0402,
    which get their check digit; four digits, which lack both; one or two digits, the code of a prefecture. A completed code must be one
    that the table of municipalities knows; where both readings of five digits are known, only one that stands today is taken, as
    uncertain. A code of six digits whose check digit does not fit is not mended from its first five: the wrong digit may be any of the
    six, and a neighbouring code is often a real one.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid, _repaired, _readings)


RULES = (
    CleansingRule(
        id="local_government_code",
        label="全国地方公共団体コード",
        label_en="Local government code",
        takes="団体コード6桁、検査用数字のない5桁、先頭の0を失ったもの",
        gives="検査用数字の合う半角数字6桁",
        standard="総務省 全国地方公共団体コード仕様; GIF 442 住所",
        clause="検査数字の算出法; GIF 442 全国地方公共団体コード (2026-03)",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | FLOAT_FORM
        | LEADING_ZERO
        | WRONG_CHECK_DIGIT
        | WRONG_FORM
        | {
            "check_digit_added": ("5桁の団体コードに検査用数字を付けた。", "The check digit was added to a code of five digits."),
            "zero_and_check_digit_added": (
                "失われた先頭の0と検査用数字を補った。",
                "The lost leading zero and the check digit were added to a code of four digits.",
            ),
            "prefecture_completed": (
                "都道府県コードから都道府県の団体コードを作った。市区町村の意味でないか確かめること。",
                "The code of the prefecture itself was made of a prefecture number; see whether a municipality was meant.",
            ),
            "standing_reading": (
                "先頭の0を失った6桁とも、検査用数字のない5桁とも読める。今も存続する方を採った。",
                "Five digits that may lack the leading zero or the check digit; the reading that still stands today was taken.",
            ),
            "two_readings": (
                "先頭の0を失った6桁とも、検査用数字のない5桁とも読め、決められない。",
                "Five digits that may lack the leading zero or the check digit; nothing decides.",
            ),
            "not_listed": (
                "補っても実在する団体コードにならない。",
                "Even when completed this is no code that has ever existed.",
            ),
        },
    ),
)
