"""適格請求書発行事業者の登録番号 (invoice number): ``T`` and thirteen digits.

Source of the rule: 消費税法第57条の2; 国税庁「登録番号の構成」: corporations carry T and their corporate number.
"""

import polars as pl

from data_standards.rules import corporate_number
from data_standards.rules.folding import code_text, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

PATTERN = r"^T[1-9][0-9]{12}$"


def is_valid(value: pl.Expr) -> pl.Expr:
    """Tell whether a text column holds invoice numbers whose digits are a corporate number.

    Args:
        value: Column of text.

    Returns:
        Boolean column; null stays null.
    """
    return value.str.contains(PATTERN) & corporate_number.is_valid(value.str.slice(1))


def _repaired(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.to_uppercase()
    bare = folded.str.replace(r"^(?:適格請求書発行事業者)?登録番号:?", "").str.replace_all(r"[-・,._]", "")
    digits = bare.str.replace(r"^T", "")
    number = pl.concat_str(pl.lit("T"), digits)
    right = corporate_number.is_valid(digits)
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step((digits != bare) & right, number, Status.CHANGED, "notation"),
        Step(right, number, Status.REPAIRED, "prefix_added"),
        # The public rule says of the check digit only that corporations carry their own number.
        Step(bare.str.contains(PATTERN), number, Status.UNCERTAIN, "not_a_corporate_number"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring invoice numbers to ``T`` and thirteen half-width digits.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, is_valid, _repaired)


RULES = (
    CleansingRule(
        id="invoice_number",
        label="適格請求書発行事業者登録番号",
        label_en="Invoice number",
        takes="登録番号、又はTを欠く13桁",
        gives="Tと半角数字13桁",
        standard="消費税法; 国税庁 適格請求書発行事業者公表サイト",
        clause="法第57条の2第4項; 登録番号の構成",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | WRONG_FORM
        | {
            "prefix_added": ("欠けていたTを付けた。", "The missing T was put before the number."),
            "not_a_corporate_number": (
                "数字が法人番号ではない。個人の登録番号か、誤りである。",
                "The digits are no corporate number: a person's registration, or an error.",
            ),
        },
    ),
)
