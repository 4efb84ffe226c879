"""What each cell of a table would become under the standard, by the rules of the items its columns are recognised as."""

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from data_standards import rules as rule_package
from data_standards.conformance import street_address
from data_standards.conformance.document import Table
from data_standards.conformance.models import Recognition
from data_standards.items import DeclarationError
from data_standards.rules.code_list import rule_for
from data_standards.rules.rule import CleansingRule, Status

APPLIED = (Status.CHANGED.value, Status.REPAIRED.value)
"""Statuses under which the cleansed table takes the new value; uncertain and invalid cells stay and are listed."""

_CODE_LIST = "code_list:"

CHANGES = pl.Schema(
    {
        "row": pl.UInt32,
        "column": pl.UInt32,
        "header": pl.String,
        "item": pl.String,
        "before": pl.String,
        "after": pl.String,
        "rule": pl.String,
        "standard": pl.String,
        "clause": pl.String,
        "status": pl.String,
        "reason": pl.String,
        "reason_ja": pl.String,
        "reason_en": pl.String,
    }
)
"""Columns of a change list: ``row`` and ``column`` in the sheet from 0, ``item`` the path of the GIF item, ``after`` the value under the
standard (a proposal where the status is uncertain, null where it is invalid)."""


@dataclass(frozen=True)
class Cleansed:
    """A table under the standard.

    Attributes:
        changes: Every cell that is not unchanged, with the columns of :data:`CHANGES`, by row and column.
        values: The new values of every column that has a rule, by index of the column; one per row of the table's body.
    """

    changes: pl.DataFrame
    values: dict[int, pl.Series] = field(repr=False)


@cache
def _declared() -> dict[str, CleansingRule]:
    """Every cleansing rule by its id, found by the modules' ``RULES``."""
    found = {rule.id: rule for rule in street_address.RULES}
    for module in pkgutil.iter_modules(rule_package.__path__):
        for rule in getattr(importlib.import_module(f"{rule_package.__name__}.{module.name}"), "RULES", ()):
            found[rule.id] = rule
    return found


@cache
def rule_by_id(name: str) -> CleansingRule:
    """Find a cleansing rule.

    Args:
        name: Id of the rule, or ``code_list:<name of the list>``.

    Returns:
        The rule.

    Raises:
        DeclarationError: There is no such rule.
    """
    if name.startswith(_CODE_LIST):
        return rule_for(name.removeprefix(_CODE_LIST))
    if name not in _declared():
        raise DeclarationError(f"there is no cleansing rule {name!r}; use one of {', '.join(sorted(_declared()))}")
    return _declared()[name]


def cleanse(table: Table, recognition: Recognition) -> Cleansed:
    """Apply to every recognised column the rule of its item.

    Args:
        table: The table.
        recognition: Which of its columns are which items.

    Returns:
        The changes and the new values.
    """
    pieces, values = [], {}
    for index, item in sorted(recognition.columns.items()):
        if item.rule is None:
            continue
        rule = rule_by_id(item.rule)
        given = pl.col(str(index))
        outcome = table.body.select("row", before=given, outcome=rule.apply(given)).with_columns(
            after=pl.col("outcome").struct.field("value"),
            status=pl.col("outcome").struct.field("status"),
            reason=pl.col("outcome").struct.field("reason"),
        )
        takes = pl.col("status").is_in(list(APPLIED))
        values[index] = outcome.select(pl.when(takes).then("after").otherwise("before").alias(str(index))).to_series()
        about = {"header": table.headers[index], "item": item.path, "rule": rule.id, "standard": rule.standard, "clause": rule.clause}
        texts = [{code: text[i] for code, text in rule.reasons.items()} for i in (0, 1)]
        pieces.append(
            outcome.filter(pl.col("status") != Status.UNCHANGED.value).select(
                "row",
                pl.lit(index, pl.UInt32).alias("column"),
                "before",
                "after",
                "status",
                "reason",
                *(pl.lit(text, pl.String).alias(name) for name, text in about.items()),
                reason_ja=pl.col("reason").replace_strict(texts[0], default=pl.col("reason"), return_dtype=pl.String),
                reason_en=pl.col("reason").replace_strict(texts[1], default=pl.col("reason"), return_dtype=pl.String),
            )
        )
    if not pieces:
        return Cleansed(pl.DataFrame(schema=CHANGES), values)
    changes = pl.concat(pieces).select(pl.col(name).cast(kind) for name, kind in CHANGES.items()).sort("row", "column")
    return Cleansed(changes, values)


def cleansed_grid(table: Table, cleansed: Cleansed) -> pl.DataFrame:
    """Put the new values into the sheet they come from; every other cell stays.

    Args:
        table: The table.
        cleansed: Its new values.

    Returns:
        The sheet's grid with the new values.
    """
    if not cleansed.values or table.body.is_empty():
        return table.sheet.grid
    new = pl.DataFrame([table.body["row"], *cleansed.values.values()])
    indexed = table.sheet.grid.with_row_index("row")
    joined = indexed.join(new, on="row", how="left", suffix="_new", maintain_order="left")
    columns = [str(index) for index in cleansed.values]
    return joined.with_columns(pl.coalesce(f"{name}_new", name).alias(name) for name in columns).select(table.sheet.grid.columns)
