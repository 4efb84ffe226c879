"""What each cell of a table would become under the standard, by the rules of the items its columns are recognised as."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from data_standards import rules as rule_package
from data_standards.conformance import street_address
from data_standards.conformance.columns import profile
from data_standards.conformance.document import Table
from data_standards.conformance.models import Recognition
from data_standards.items import DeclarationError
from data_standards.rules.batch import slices
from data_standards.rules.code_list import rule_for
from data_standards.rules.rule import CleansingRule, Status

APPLIED = (Status.CHANGED.value, Status.REPAIRED.value)
"""Statuses under which the cleansed table takes the new value; uncertain and invalid cells stay and are listed."""

_CODE_LIST = "code_list:"

Progress = Callable[[int, int], None]
"""Told how much of the work is done, and how much there is."""

_REPEATED = ("header", "item", "rule", "standard", "clause", "status", "reason", "reason_ja", "reason_en")
_CHANGES: dict[str, pl.DataType] = {"row": pl.UInt32(), "column": pl.UInt32(), "before": pl.String(), "after": pl.String()}

CHANGES = pl.Schema(_CHANGES | dict.fromkeys(_REPEATED, pl.Categorical()))
"""Columns of a change list: ``row`` and ``column`` in the sheet from 0, ``item`` the path of the GIF item (null
for a column that is none), ``after`` the value under the
standard (a proposal where the status is uncertain, null where it is invalid). Texts that repeat are stored once: a national table may
change in every row."""


@dataclass(frozen=True)
class Cleansed:
    """A table under the standard.

    Attributes:
        changes: Every cell that is not unchanged, with the columns of :data:`CHANGES`, by row and column.
    """

    changes: pl.DataFrame


@cache
def declared_rules() -> dict[str, CleansingRule]:
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
    if name not in declared_rules():
        raise DeclarationError(f"there is no cleansing rule {name!r}; use one of {', '.join(sorted(declared_rules()))}")
    return declared_rules()[name]


def cleanse(table: Table, recognition: Recognition, progress: Progress | None = None) -> Cleansed:
    """Apply to every recognised column the rule of its item, slice after slice.

    Args:
        table: The table.
        recognition: Which of its columns are which items.
        progress: Told of every column that is done.

    Returns:
        The changes.
    """
    ruled = [(index, item, item.rule) for index, item in sorted(recognition.columns.items()) if item.rule is not None]
    pieces = [pl.DataFrame(schema=CHANGES)]
    for done, (index, item, name) in enumerate(ruled):
        if progress is not None:
            progress(done, len(ruled))
        rule = rule_by_id(name)
        about = {"header": table.headers[index], "item": item.path, "rule": rule.id, "standard": rule.standard, "clause": rule.clause}
        rows = table.body["row"]
        for start, outcomes in slices(rule, table.values(index)):
            changed = outcomes.with_columns(row=rows.slice(start, outcomes.height)).filter(pl.col("status") != Status.UNCHANGED.value)
            if changed.height:
                pieces.append(_described(changed, index, rule, about))
    return Cleansed(pl.concat(pieces).sort("row", "column"))


_OF_KIND = {"date": "date_iso", "number": "number_plain"}
_CODE_LIKE = "^0[0-9]"


def with_other_columns(table: Table, recognition: Recognition, cleansed: Cleansed) -> Cleansed:
    """Add the changes of dates and numbers in columns that are no items of the model.

    What may be something else than the column's kind is left alone: numbers with zeros in front (codes), times of day, marks.

    Args:
        table: The table.
        recognition: Which of its columns are items.
        cleansed: The changes of the items.

    Returns:
        All changes, those of other columns without an ``item``.
    """
    pieces = [cleansed.changes]
    status = pl.col("status")
    for column in profile(table, recognition):
        if column.item is not None or column.kind not in _OF_KIND:
            continue
        rule = rule_by_id(_OF_KIND[column.kind])
        about = {"header": column.header, "item": None, "rule": rule.id, "standard": rule.standard, "clause": rule.clause}
        silent = [Status.UNCHANGED.value, Status.UNKNOWN.value] + ([Status.INVALID.value] if column.kind == "number" else [])
        told = ~status.is_in(silent) & ~pl.col("given").str.contains(_CODE_LIKE) & (pl.col("reason") != "time_taken_off")
        for start, outcomes in slices(rule, column.values):
            changed = outcomes.with_columns(row=table.body["row"].slice(start, outcomes.height)).filter(told)
            if changed.height:
                pieces.append(_described(changed, column.index, rule, about))
    return Cleansed(pl.concat(pieces).sort("row", "column"))


_NAMES = CleansingRule(
    id="gif_item_name",
    label="GIFの項目名",
    label_en="Item names of GIF",
    takes="項目名",
    gives="GIFの項目名（階層は . でつなぐ）",
    standard="GIF 430 コアデータモデル解説書",
    clause="GIF準拠LV2s 項目の階層 (2025-03-25)",
    apply=lambda value: value,
    reasons={"renamed": ("GIFの項目名に改めた。", "Renamed to the item's name in GIF.")},
)


def with_gif_names(table: Table, recognition: Recognition, cleansed: Cleansed) -> Cleansed:
    """Add to the changes that the columns take the names of their items, as LV2s asks.

    Args:
        table: The table.
        recognition: Which of its columns are which items.
        cleansed: The changes of its values.

    Returns:
        The changes with those of the column names. Columns of the same item keep their names, for one name would stand twice.
    """
    paths = [item.path for item in recognition.columns.values()]
    pieces = [cleansed.changes]
    for index, item in recognition.columns.items():
        header = table.headers[index]
        if header in (item.path, item.path_en) or paths.count(item.path) > 1 or item.path in table.headers:
            continue
        outcome = {"row": table.header_row, "given": header, "value": item.path, "status": Status.CHANGED.value, "reason": "renamed"}
        about = {"header": header, "item": item.path, "rule": _NAMES.id, "standard": _NAMES.standard, "clause": _NAMES.clause}
        pieces.append(_described(pl.DataFrame([outcome]), index, _NAMES, about))
    return Cleansed(pl.concat(pieces).sort("row", "column"))


def _described(changed: pl.DataFrame, index: int, rule: CleansingRule, about: Mapping[str, str | None]) -> pl.DataFrame:
    """The changes of one slice of a column, with the columns of :data:`CHANGES`."""
    texts = [{code: text[i] for code, text in rule.reasons.items()} for i in (0, 1)]
    reason = pl.col("reason")
    described = changed.select(
        "row",
        pl.lit(index, pl.UInt32).alias("column"),
        pl.col("given").alias("before"),
        pl.col("value").alias("after"),
        "status",
        "reason",
        *(pl.lit(text, pl.String).alias(name) for name, text in about.items()),
        reason_ja=reason.replace_strict(texts[0], default=reason, return_dtype=pl.String),
        reason_en=reason.replace_strict(texts[1], default=reason, return_dtype=pl.String),
    )
    return described.select(pl.col(name).cast(kind) for name, kind in CHANGES.items())


def cleansed_grid(table: Table, cleansed: Cleansed) -> pl.DataFrame:
    """Put the new values into the sheet they come from; every other cell stays.

    Args:
        table: The table.
        cleansed: Its changes.

    Returns:
        The sheet's grid with the new values.
    """
    grid = table.sheet.grid
    applied = cleansed.changes.lazy().filter(pl.col("status").cast(pl.String).is_in(list(APPLIED))).select("row", "column", "after")
    for (index,), new in applied.collect().partition_by("column", as_dict=True).items():
        name = str(index)
        grid = grid.with_columns(_replaced(grid.get_column(name), new["row"], new["after"]))
    return grid


def _replaced(values: pl.Series, rows: pl.Series, new: pl.Series) -> pl.Series:
    """A column with other values in some rows: one gather over "old values, then new values" puts each into its row."""
    height = len(values)
    place = pl.select(pl.int_range(height, dtype=pl.UInt32)).to_series()
    place = place.scatter(rows, pl.select(pl.int_range(height, height + len(new), dtype=pl.UInt32)).to_series())
    return pl.concat([values, new.rename(values.name)]).gather(place)
