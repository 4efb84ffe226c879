"""Code columns brought to a declared code list: good, fixed, ignored, unknown.

The lists are in ``data_standards/codes/*.yaml`` and name their standard themselves (GIF 438-1, JIS X 0304, JIS X 0411, ISO 5218, …).
"""

import polars as pl

from data_standards.codes import CodeList, load_code_lists
from data_standards.items import DeclarationError
from data_standards.rules.folding import half_width, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, Reasons, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

REASONS: Reasons = (
    NOTATION
    | SAID_UNKNOWN
    | {
        "fixed": (
            "コード一覧が誤りとして知る値を正しいコードに改めた。",
            "A value the list knows as wrong or foreign became the right code.",
        ),
        "ignored": ("コード一覧が意味のない値とするものを空にした。", "A value that the list ignores became null."),
        "label_to_code": ("コードの名称をコードに改めた。", "The label of a code became the code."),
        "not_listed": ("コード一覧にない値である。", "The value is not in the code list."),
    }
)


def code_list(name: str) -> CodeList:
    """Find a code list.

    Args:
        name: Name of the list.

    Returns:
        The list.

    Raises:
        DeclarationError: There is no such list.
    """
    lists = load_code_lists()
    if name not in lists:
        raise DeclarationError(
            f"there is no code list {name!r}; declare it in data_standards/codes/, or use one of {', '.join(sorted(lists))}"
        )
    return lists[name]


def clean(value: pl.Expr, name: str) -> pl.Expr:
    """Bring a column to the codes of a list; a value that the list does not know is reported and never passed on.

    Codes are unchanged, their labels become codes, known fixes become their code (``repaired``), ignored values become null (``unknown``)
    and everything else is ``invalid``. The code list's own wording wins over the general texts for an unknown value.

    Args:
        value: Text column.
        name: Name of the code list.

    Returns:
        Column of outcomes.

    Raises:
        DeclarationError: There is no such list.
    """
    declared = code_list(name)
    codes = list(declared.codes)
    labels = [code.label for code in declared.codes.values()]
    # A label that two codes share says neither.
    of_label = {code.label: value for value, code in declared.codes.items() if labels.count(code.label) == 1}

    def repaired(given: pl.Expr) -> list[Step]:
        folded = half_width(given).str.strip_chars()
        fixed = folded.replace_strict(declared.fixes, default=None, return_dtype=pl.String)
        labelled = folded.replace_strict(of_label, default=None, return_dtype=pl.String)
        return [
            Step(folded.is_in(codes), folded, Status.CHANGED, "notation"),
            Step(folded.str.to_uppercase().is_in(codes), folded.str.to_uppercase(), Status.CHANGED, "notation"),
            Step(fixed.is_not_null(), fixed, Status.REPAIRED, "fixed"),
            Step(labelled.is_not_null(), labelled, Status.CHANGED, "label_to_code"),
            Step(folded.is_in(list(declared.ignored)), None, Status.UNKNOWN, "ignored"),
            Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
            Step(pl.lit(value=True), None, Status.INVALID, "not_listed"),
        ]

    return unless_clean(value, lambda given: given.is_in(codes), repaired)


def rule_for(name: str) -> CleansingRule:
    """Make the cleansing rule of a code list.

    Args:
        name: Name of the code list.

    Returns:
        A rule with the id ``code_list_<name>``.

    Raises:
        DeclarationError: There is no such list.
    """
    declared = code_list(name)
    return CleansingRule(
        id=f"code_list_{name}",
        label=declared.label,
        label_en=declared.label_en,
        takes="コード、コードの名称、又は一覧が知る誤った値",
        gives="一覧にあるコード",
        standard=declared.reference,
        clause=declared.label,
        apply=lambda value: clean(value, name),
        reasons=REASONS,
    )
