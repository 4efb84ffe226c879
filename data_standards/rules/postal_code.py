"""郵便番号 (postal code): seven digits without hyphen.

Source of the rule: GIF 443 コアデータパーツ 郵便番号 (2022). Codes of three and five digits ended in 1998; which seven digits took their
place is a matter of the address, not of the code.
"""

import polars as pl

from data_standards.rules.folding import code_text, says_unknown, without_float_zero
from data_standards.rules.ladder import FLOAT_FORM, LEADING_ZERO, NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

PATTERN = r"^(?:00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})[0-9]{4}$"


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds seven-digit codes; those of repeated 9 or beginning with 000 do not exist.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    return value.str.contains(PATTERN) & (value != "9999999")


def _repaired(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.strip_chars("()").str.replace(r"^(?:〒|郵便番号:?)", "")
    whole = without_float_zero(folded)
    bare = whole.str.replace(r"^([0-9]{3})-?([0-9]{4})$", "${1}${2}")
    padded = bare.str.replace(r"^([0-9]{2})-([0-9]{4})$", "${1}${2}").str.zfill(7)
    six = bare.str.contains(r"^[0-9]{2}-?[0-9]{4}$")
    return [
        Step(says_unknown(folded) | bare.is_in(["0000000", "9999999"]), None, Status.UNKNOWN, "said_unknown"),
        Step((whole != folded) & is_valid(bare), bare, Status.REPAIRED, "float_form"),
        Step(is_valid(bare), bare, Status.CHANGED, "notation"),
        Step(six & is_valid(padded), padded, Status.REPAIRED, "leading_zero_restored"),
        Step(bare.str.contains(r"^[0-9]{3}(?:-?[0-9]{2})?$"), None, Status.INVALID, "old_code"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring postal codes to seven half-width digits.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid, _repaired)


RULES = (
    CleansingRule(
        id="postal_code",
        label="郵便番号",
        label_en="Postal code",
        takes="郵便番号（〒、ハイフン、全角を含む）",
        gives="ハイフンのない半角数字7桁",
        standard="GIF 443 郵便番号",
        clause="443 (2022) 郵便番号の形式",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | FLOAT_FORM
        | LEADING_ZERO
        | WRONG_FORM
        | {
            "old_code": (
                "1998年2月までの3桁又は5桁の郵便番号である。7桁は住所から求める。",
                "A code of three or five digits of the time before February 1998; the seven digits follow from the address.",
            )
        },
    ),
)
