"""法人番号 (corporate number): thirteen digits, the first of them a check digit.

Source of the rule: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条.
"""

import polars as pl

from data_standards.rules.folding import code_text, says_unknown, without_float_zero
from data_standards.rules.ladder import FLOAT_FORM, NOTATION, SAID_UNKNOWN, WRONG_CHECK_DIGIT, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

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


def _repaired(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.replace(r"^法人番号:?", "")
    bare = folded.str.replace_all(r"[-・,.'_]", "")
    whole = without_float_zero(folded)
    floating = (whole != folded) & is_valid(whole)
    invoice = bare.str.replace(r"^[Tt]", "")
    registered = from_company_registration_number(bare)
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(floating, whole, Status.REPAIRED, "float_form"),
        Step(is_valid(bare), bare, Status.CHANGED, "notation"),
        # The number of a sole trader has the same form, so only a person can tell that a company is meant.
        Step((invoice != bare) & is_valid(invoice), invoice, Status.UNCERTAIN, "invoice_number"),
        Step(registered.is_not_null(), registered, Status.REPAIRED, "check_digit_added"),
        Step(folded.str.contains(r"(?i)^[0-9.]+e\+?[0-9]+$"), None, Status.INVALID, "scientific_notation"),
        Step(bare.str.contains(r"^[0-9]{13}$"), None, Status.INVALID, "wrong_check_digit"),
        Step(bare.str.contains(r"^[0-9]+$"), None, Status.INVALID, "wrong_length"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring corporate numbers to thirteen half-width digits.

    Width, separators and spaces are mended. Twelve digits are a 会社法人等番号, whose check digit is computed, not guessed. A number whose
    check digit does not fit stays invalid: which digit is wrong cannot be known.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid, _repaired)


RULES = (
    CleansingRule(
        id="corporate_number",
        label="法人番号",
        label_en="Corporate number",
        takes="法人番号、又は会社法人等番号（12桁）",
        gives="検査用数字の合う半角数字13桁",
        standard="法人番号の指定等に関する省令（平成26年財務省令第70号）; GIF 438-1 法人",
        clause="省令第2条; GIF 法人/法人番号 (2026-03)",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | FLOAT_FORM
        | WRONG_CHECK_DIGIT
        | WRONG_FORM
        | {
            "check_digit_added": (
                "12桁の会社法人等番号に検査用数字を付けた。",
                "The check digit was put before the twelve digits of a company registration number.",
            ),
            "invoice_number": (
                "Tで始まる登録番号から数字を採った。個人の登録番号であれば法人番号ではない。",
                "The digits of an invoice number (T…) were taken; they are no corporate number if it belongs to a person.",
            ),
            "scientific_notation": (
                "指数表記のため下の桁が失われている。",
                "Scientific notation has lost the last digits.",
            ),
            "wrong_length": ("13桁でも12桁でもない。", "Neither thirteen nor twelve digits."),
        },
    ),
)
