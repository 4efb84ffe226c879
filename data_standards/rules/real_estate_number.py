"""不動産番号 (real estate number) and 不動産ID (real estate id).

Sources of the rules: 不動産登記規則第90条 (thirteen digits for each parcel, building and unit; no check digit is published);
国土交通省「不動産ID ルールガイドライン」(2022): the number, a hyphen and a 特定コード of four characters.
"""

import polars as pl

from data_standards.rules.folding import code_text, says_unknown, without_float_zero
from data_standards.rules.ladder import FLOAT_FORM, LEADING_ZERO, NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

PATTERN = r"^[0-9]{13}$"
ID_PATTERN = r"^[0-9]{13}-(?:[0-9]{4}|(?:G0|GM|B0|BM)[0-9]{2}|000B)$"
"""特定コード: 0000 (parcel, house, whole building, unit), a room number filled with zeros, a floor (G0 storey, GM mezzanine, B0 basement,
BM basement mezzanine, and two digits), or 000B (a whole condominium, on the number of its land)."""


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds real estate numbers by their form; all zeros is no number.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    return value.str.contains(PATTERN) & (value != "0" * 13)


def is_valid_id(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds real estate ids by their form.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    return value.str.contains(ID_PATTERN) & (value.str.head(13) != "0" * 13)


def _repaired(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.replace(r"^不動産番号:?", "")
    whole = without_float_zero(folded)
    bare = whole.str.replace_all(r"[-・,._]", "")
    padded = pl.concat_str(pl.lit("0"), bare)
    return [
        Step(says_unknown(folded) | (bare == "0" * 13), None, Status.UNKNOWN, "said_unknown"),
        Step((whole != folded) & is_valid(whole), whole, Status.REPAIRED, "float_form"),
        Step(is_valid(bare), bare, Status.CHANGED, "notation"),
        # The offices whose number begins with 0 (東京) are many, and spreadsheets drop the zero.
        Step(bare.str.contains(r"^[1-9][0-9]{11}$"), padded, Status.REPAIRED, "leading_zero_restored"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring real estate numbers to thirteen half-width digits.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid, _repaired)


def _repaired_id(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.replace(r"^不動産(?:ID|id):?", "").str.to_uppercase()
    joined = folded.str.replace(r"^([0-9]{12,13})-?([0-9A-Z]{4})$", "${1}-${2}")
    padded = pl.concat_str(pl.lit("0"), joined)
    number_alone = folded.str.contains(PATTERN) & is_valid(folded)
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(is_valid_id(joined), joined, Status.CHANGED, "notation"),
        Step(joined.str.contains("^[1-9][0-9]{11}-") & is_valid_id(padded), padded, Status.REPAIRED, "leading_zero_restored"),
        Step(number_alone, folded + "-0000", Status.UNCERTAIN, "specific_code_missing"),
        Step(joined.str.contains(r"^[0-9]{13}-[0-9A-Z]{4}$"), None, Status.INVALID, "unknown_specific_code"),
    ]


def clean_id(value: pl.Expr) -> pl.Expr:
    """Bring real estate ids to ``number-code``, half width and capital letters.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid_id, _repaired_id)


RULES = (
    CleansingRule(
        id="real_estate_number",
        label="不動産番号",
        label_en="Real estate number",
        takes="不動産番号（先頭の0を失ったものを含む）",
        gives="半角数字13桁",
        standard="不動産登記規則",
        clause="第90条",
        apply=clean,
        reasons=NOTATION | SAID_UNKNOWN | FLOAT_FORM | LEADING_ZERO | WRONG_FORM,
    ),
    CleansingRule(
        id="real_estate_id",
        label="不動産ID",
        label_en="Real estate id",
        takes="不動産番号13桁と特定コード4桁",
        gives="半角の「不動産番号-特定コード」",
        standard="国土交通省 不動産IDルールガイドライン",
        clause="2022年版 特定コード",
        apply=clean_id,
        reasons=NOTATION
        | SAID_UNKNOWN
        | LEADING_ZERO
        | WRONG_FORM
        | {
            "specific_code_missing": (
                "特定コードがないため0000とした。商業用の階、賃貸の部屋、区分所有建物全体では別のコードになる。",
                "No specific code was given and 0000 was taken; shop floors, rented rooms and whole condominiums have others.",
            ),
            "unknown_specific_code": ("特定コードがガイドラインの形ではない。", "The specific code has none of the guideline's forms."),
        },
    ),
)
