"""全国地方公共団体コード (local government code): five digits of JIS X 0401 and X 0402 and a check digit.

Source of the rule: 総務省「全国地方公共団体コード仕様」.
"""

import polars as pl

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
