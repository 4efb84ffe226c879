"""法人番号 (corporate number): thirteen digits, the first of them a check digit.

Source of the rule: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条.
"""

import polars as pl

DIGITS = 13
PATTERN = r"^[1-9][0-9]{12}$"

SQL_IS_VALID = (
    f"regexp_full_match(value, '{PATTERN}') AND TRY_CAST(left(value, 1) AS BIGINT) = 9 - ("
    + " + ".join(f"TRY_CAST(value AS BIGINT) // {10**place} % 10 * {1 + place % 2}" for place in range(12))
    + ") % 9"
)
"""The same rule as :func:`is_valid` for relational work: an SQL condition over a column ``value`` (DuckDB's dialect)."""


def check_digit(base: pl.Expr) -> pl.Expr:
    """Compute the check digit of a twelve-digit base number.

    ``9 - (Σ p·q mod 9)`` where p are the digits and q is 2, 1, 2, 1, … counted from the leftmost of the twelve.

    Args:
        base: Column of the twelve-digit base (会社法人等番号 for registered companies), as text or integer.

    Returns:
        Int64 column, 1 to 9; null where the base is not a number.
    """
    number = base.cast(pl.Int64, strict=False)
    digit_sum = pl.lit(0, pl.Int64)
    for place in range(12):
        # place 0 is the rightmost digit; the leftmost (place 11) has weight 2
        digit_sum = digit_sum + (number // 10**place % 10) * (1 + place % 2)
    return 9 - digit_sum % 9


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds well-formed corporate numbers with a right check digit.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    number = value.cast(pl.Int64, strict=False)
    right_digit = (number // 10**12) == check_digit(number % 10**12)
    return pl.when(value.is_not_null()).then(value.str.contains(PATTERN) & right_digit.fill_null(value=False))


def from_company_registration_number(value: pl.Expr) -> pl.Expr:
    """Make the corporate number of a 会社法人等番号 by putting the check digit before it.

    Args:
        value: Column of twelve-digit text.

    Returns:
        Thirteen-digit text column; null where the input is not twelve digits.
    """
    well_formed = value.str.contains(r"^[0-9]{12}$")
    return pl.when(well_formed).then(pl.concat_str(check_digit(value).cast(pl.String), value))
