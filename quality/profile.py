"""A file never seen before, measured as if it had a contract: its columns recognised as data items, and the contract that would fit."""

import re
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import yaml

from data_standards.codes import load_code_lists
from data_standards.conformance.document import fold_name
from data_standards.items import DataItem, load_items
from data_standards.rules.registry import CHECKS
from registries.contract import Column, Table

LIKELY = 0.9
"""Share of a column's values that must satisfy an item for the column to be taken for it."""
_SAMPLED = 20_000
_FORMS = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "integer": r"^-?[0-9]+$",
    "number": r"^-?[0-9]+(\.[0-9]+)?$",
    "boolean": r"^(true|false|0|1)$",
}


@dataclass(frozen=True)
class Recognised:
    """What a column of a file was taken for.

    Attributes:
        name: Name of the column in the measured table.
        header: Heading in the file.
        item: The data item, in the text form in which the file holds it.
        known: Name of the declared item; None where a new one is proposed.
        by: ``name``, ``content`` or ``none``.
        filled: Values there are.
        distinct: Different values.
    """

    name: str
    header: str
    item: DataItem
    known: str | None
    by: str
    filled: int
    distinct: int


def _names() -> dict[str, DataItem]:
    found: dict[str, DataItem] = {}
    for item in sorted(load_items().values(), key=lambda item: (len(item.name), item.name)):  # of items with one label the general one
        for name in (item.name, item.label, item.label_en, item.gif or ""):
            if name:
                found.setdefault(fold_name(name), item)
    return found


def _share(values: pl.Series, item: DataItem) -> float:
    """Share of values that satisfy an item's own demands."""
    frame = pl.DataFrame({"value": values})
    if item.check is not None:
        told = frame.select(CHECKS[item.check](pl.col("value")).mean())
    elif item.code_list is not None:
        told = frame.select(pl.col("value").is_in(list(load_code_lists()[item.code_list].codes)).mean())
    else:
        told = frame.select(pl.col("value").str.contains(item.pattern or _FORMS.get(item.type, "")).mean())
    return float(told.item() or 0.0)


def _by_content(values: pl.Series) -> DataItem | None:
    """An item whose check digit the values bear; forms alone are shared by too many.

    Of items with the same check the one with the shortest name is meant: the others add the part
    that a number plays, which values do not tell.
    """
    checked = [item for item in load_items().values() if item.check is not None]
    fits = [(share, item) for item in checked if (share := _share(values, item)) >= LIKELY]
    return min(fits, key=lambda fit: (-fit[0], len(fit[1].name), fit[1].name))[1] if fits else None


def _new_item(number: int, header: str, values: pl.Series) -> DataItem:
    kinds = [kind for kind, form in _FORMS.items() if len(values) and values.str.contains(form).mean() == 1.0]
    # a leading zero is no part of a number
    coded = bool(values.str.contains(r"^0[0-9]").any()) if len(values) else False
    kind = "text" if coded or not kinds else kinds[0]
    lengths = values.str.len_chars()
    example = str(values[0]) if len(values) else "-"
    return DataItem(
        name=f"column_{number}",
        label=header or f"列{number}",
        label_en=header if header.isascii() and header else f"Column {number}",
        reading="",
        definition="",
        definition_en="",
        type=kind,  # type: ignore[arg-type]
        reference="",
        confidentiality="internal",
        example=example,
        max_length=max(lengths.to_list(), default=1) if kind == "text" else None,
    )


def _as_text(item: DataItem, name: str) -> DataItem:
    """An item as a file holds it: everything is text, and a type is a form."""
    if item.type == "text":
        return replace(item, name=name)
    return replace(item, name=name, type="text", pattern=item.pattern or _FORMS.get(item.type), minimum=None, unit=None)


def recognise(frame: pl.DataFrame, headers: list[str], hints: dict[int, str] | None = None) -> list[Recognised]:
    """Take the columns of a file for data items: by their heading where that is a name of one, else by what their values show.

    Args:
        frame: The file's rows, every column as text.
        headers: Headings, in the order of the columns.
        hints: Items by place of the column that are known otherwise, as from GIF's models.
    """
    names, found = _names(), []
    taken: set[str] = set()
    for number, (column, header) in enumerate(zip(frame.columns, headers, strict=True), start=1):
        values = frame[column].drop_nulls()
        sampled = values.head(_SAMPLED)
        item, by = names.get(fold_name(header)) or load_items().get((hints or {}).get(number - 1, "")), "name"
        if item is None or item.name in taken:
            item, by = _by_content(sampled) if len(sampled) else None, "content"
        if item is not None and item.name in taken:
            item = None
        known = item.name if item is not None else None
        taken |= {known} if known else set()
        used = item if item is not None else _new_item(number, header, sampled)
        name = known or used.name
        by = by if known else "none"
        found.append(Recognised(name, header, _as_text(used, name), known, by, len(values), values.n_unique()))
    return found


def table_of(name: str, recognised: list[Recognised], rows: int) -> Table:
    """The table that a file is measured as. A column that is filled throughout is taken for required; the key is proposed.

    Args:
        name: Name of the table.
        recognised: From :func:`recognise`.
        rows: Rows of the file.
    """
    columns = tuple(Column(found.item, found.filled == rows and rows > 0) for found in recognised)
    whole = [found.name for found in recognised if found.filled == found.distinct == rows > 0]
    return Table(
        name=name,
        label=name,
        label_en=name,
        definition="",
        definition_en="",
        key=(whole[0],) if whole else tuple(found.name for found in recognised),
        columns=columns,
        rules=(),
        confidentiality="internal",
    )


def table_name(file_name: str) -> str:
    """A table name made of a file's name."""
    name = re.sub(r"[^a-z0-9]+", "_", file_name.rpartition(".")[0].lower()).strip("_")
    return f"file_{name}" if not name or name[0].isdigit() else name


def proposed_contract(name: str, table: Table, recognised: list[Recognised]) -> str:
    """The contract and the new data items that would fit a file, as YAML to be gone over by a person.

    Args:
        name: Name of the file.
        table: From :func:`table_of`.
        recognised: From :func:`recognise`.
    """
    required = {column.name: column.required for column in table.columns}
    contract: dict[str, Any] = {
        "title": name,
        "version": "0.1.0",
        "tables": {
            table.name: {
                "key": list(table.key),
                "columns": {found.name: "required" if required[found.name] else "optional" for found in recognised},
            }
        },
    }
    new = {
        found.name: {
            key: value
            for key, value in (
                ("label", found.header),
                ("type", _type_of(found.item)),
                ("max_length", found.item.max_length),
                ("confidentiality", found.item.confidentiality),
            )
            if value is not None
        }
        for found in recognised
        if found.known is None
    }
    parts = {"contract": contract} | ({"items": new} if new else {})
    return yaml.safe_dump(parts, allow_unicode=True, sort_keys=False, width=120)


def _type_of(item: DataItem) -> str:
    return next((kind for kind, form in _FORMS.items() if item.pattern == form), "text")
