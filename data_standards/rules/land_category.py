"""地目 (land category): the 23 kinds of the register, and the wordings of other ledgers that mean them.

Sources of the rule: 不動産登記規則第99条 (23 kinds); JIS X 0411 (codes). The wordings of the tax roll and the farmland ledger are
declared in ``data_standards/codes/land.yaml``.
"""

import polars as pl

from data_standards.rules.code_list import code_list
from data_standards.rules.folding import code_text, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, Step, with_fields, with_parts
from data_standards.rules.rule import CleansingRule, Status

LIST = "land_category"
DTYPE = with_fields(code=pl.String)
"""Outcome of :func:`clean`; ``code`` is that of JIS X 0411."""


def _read(frame: pl.LazyFrame) -> pl.LazyFrame:
    declared = code_list(LIST)
    of_label = {code.label: value for value, code in declared.codes.items()}
    folded = pl.col("folded")
    code = (
        folded.replace_strict({**of_label, **declared.fixes}, default=None, return_dtype=pl.String),
        pl.when(folded.is_in(list(declared.codes))).then(folded),
    )
    return frame.with_columns(folded=code_text(pl.col("given"))).with_columns(code=pl.coalesce(code))


def _steps(_: pl.Expr) -> list[Step]:
    declared = code_list(LIST)
    folded, code = pl.col("folded"), pl.col("code")
    label = code.replace_strict({value: entry.label for value, entry in declared.codes.items()}, default=None, return_dtype=pl.String)
    several = folded.str.contains("[・、,/及]")
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(folded.is_in(list(declared.ignored)), None, Status.UNKNOWN, "ignored"),
        Step(folded.is_in(list(declared.fixes)), label, Status.CHANGED, "other_wording"),
        Step(folded.is_in(list(declared.codes)), label, Status.CHANGED, "code_to_label"),
        Step(code.is_not_null(), label, Status.CHANGED, "notation"),
        Step(several, None, Status.INVALID, "several_categories"),
        Step(pl.lit(value=True), None, Status.INVALID, "not_a_category"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring land categories to the 23 names of the register.

    Wordings of the tax roll (介在田, 準宅地, 市道, …) become the kind they are; codes of JIS X 0411 become their name. A municipality's
    own numbers are not read: they need its own table.

    Args:
        value: Text column.

    Returns:
        Column of :data:`DTYPE`.
    """
    return with_parts(value, _steps, _read, {"code": pl.col("code")}, DTYPE)


def from_farmland(code: pl.Expr, *, present: bool) -> pl.Expr:
    """Map the land categories of the farmland ledger to codes of JIS X 0411.

    Args:
        code: Text column of the ledger's codes.
        present: True for 現況地目, False for 登記簿地目; the two vocabularies differ.

    Returns:
        Text column; null where the ledger's category has no counterpart among the 23 or holds several (山林・原野).
    """
    declared = code_list("farmland_present_category" if present else "farmland_register_category")
    mapping = {value: entry.maps_to for value, entry in declared.codes.items() if entry.maps_to is not None}
    return code.str.strip_chars().replace_strict(mapping, default=None, return_dtype=pl.String)


RULES = (
    CleansingRule(
        id="land_category",
        label="地目",
        label_en="Land category",
        takes="登記・課税・農地の台帳の地目の語、又はJIS X 0411のコード",
        gives="不動産登記規則の23種の地目と、そのコード",
        standard="不動産登記規則; JIS X 0411",
        clause="規則第99条",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | {
            "ignored": ("地目を表さない語である。", "A word that names no land category."),
            "other_wording": ("他の台帳の語を登記の地目に改めた。", "The wording of another ledger became the register's category."),
            "code_to_label": ("JIS X 0411のコードを名称に改めた。", "A code of JIS X 0411 became its name."),
            "several_categories": ("地目が二つ以上書かれている。", "More than one category is written."),
            "not_a_category": ("23種の地目のいずれでもない。", "None of the 23 categories."),
        },
    ),
)
