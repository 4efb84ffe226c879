"""How far the tables of a release follow the government's data standards, judged as anybody's files are.

Every table is judged by the rules of machine readability as it is published. A table of which GIF defines the model is besides brought
to GIF's form, as the model's ``view`` declares, and judged at its levels (GIF 430, GIF準拠).
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from data_standards.conformance.cleansing import Progress
from data_standards.conformance.document import Companion, Document, Finding, frame_sheet
from data_standards.conformance.examination import Result, examine
from data_standards.conformance.gif_view import columns_needed, to_gif
from data_standards.conformance.machine_readability import EDITION, Outcome, level_score
from data_standards.conformance.models import Model, load_models
from registries.contract import Contract, Table

FILE = "conformance/conformance.json"
"""Where a release holds the result."""

MOST_ROWS = 20_000
"""Rows judged of a table, evenly spaced in the order of its key. ``daicho conform`` on the released file judges all."""


def model_of(table: str) -> Model | None:
    """The GIF model that a table of ours has a view of.

    Args:
        table: Name of the table.

    Returns:
        The model; None where GIF defines none.
    """
    return next((model for model in load_models().values() if model.view_of == table), None)


def in_gif_form(frame: pl.DataFrame, model: Model, name: str, level: str = "LV2s", progress: Progress | None = None) -> Result:
    """Judge a released table in the form of its GIF model.

    Args:
        frame: The table, with the columns of the model's view.
        model: The model.
        name: Name for messages.
        level: Level to conform at.
        progress: Told how many rows are brought to the form, and how many there are.

    Returns:
        The result. Definitions, code lists, history and encoding count as stated: the release holds its dictionary, code lists,
        contract and manifest.
    """
    gif = to_gif(frame, model, progress)
    columns = frozenset(gif.columns)
    beside = Companion(definitions=columns, code_lists=columns, units=columns, history=True, encoding=True)
    document = Document(kind="csv", sheets=(frame_sheet(gif),), companion=beside, encoding="utf-8")
    return examine(document, name, model=model.name, level=level)


def as_published(frame: pl.DataFrame, table: Table) -> Result:
    """Judge a released table as it is published.

    Args:
        frame: The table.
        table: Its contract.

    Returns:
        The result, for the rules of machine readability alone: our column names are not GIF's.
    """
    items = [column.item for column in table.columns]
    beside = Companion(
        definitions=frozenset(item.name for item in items),
        code_lists=frozenset(item.name for item in items if item.code_list is not None or item.pattern is not None),
        units=frozenset(item.name for item in items if item.unit is not None or item.type == "integer"),
        history=True,
        encoding=True,
    )
    listed = [pl.col(name).list.join(";") for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    written = frame.with_columns(*listed, cs.binary().bin.encode("hex"))
    document = Document(kind="csv", sheets=(frame_sheet(written),), companion=beside, encoding="utf-8")
    return replace(examine(document, table.name), in_gif=False)


def write_conformance(contracts: list[Contract], staging: Path, progress: Callable[[str], None]) -> None:
    """Judge the tables of a staged release and write :data:`FILE` into it.

    Args:
        contracts: Contracts of the registries published.
        staging: The release, with the Parquet files of its tables. A table that has none is held back, and is not judged.
        progress: Called with what is being judged.
    """
    tables = {}
    for contract in contracts:
        for table in contract.tables.values():
            path = staging / table.name / f"{table.name}.parquet"
            if path.exists():
                progress(f"conformance of {table.name}")
                tables[table.name] = _judged(path, table)
    out = staging / FILE
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"gif_edition": "GIF 430 (2025-03-25), 438-1 (2026-03)", "machine_readability_edition": EDITION, "tables": tables}
    out.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _judged(path: Path, table: Table) -> dict[str, Any]:
    rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    step = max(1, -(-rows // MOST_ROWS))
    sample = pl.scan_parquet(path).gather_every(step).collect(engine="streaming")
    judged = sample.height
    without_text = [name for name, kind in sample.schema.items() if kind.is_nested() and kind != pl.List(pl.String)]
    sample = sample.drop(without_text)
    told: dict[str, Any] = {"rows": rows, "rows_judged": judged, "every_nth_row": step, "columns_not_judged": without_text, "gif": None}
    model = model_of(table.name)
    if model is not None and judged:
        told["gif"] = _gif(in_gif_form(sample.select(columns_needed(model)), model, table.name), model)
    told["machine_readability"] = _readability(as_published(sample, table)) if judged else None
    return told


def _gif(result: Result, model: Model) -> dict[str, Any]:
    return {
        "model": model.name,
        "reference": model.reference,
        "level": result.gif.level,
        "pattern": result.gif.pattern,
        "reasons_not_higher": [{"level": one.level, "item": one.item, **_said(one.finding)} for one in result.gif.obstacles],
        "remarks": [_said(finding) for finding in result.gif.remarks],
        "machine_readability": _readability(result),
    }


def _readability(result: Result) -> dict[str, Any]:
    broken = [one for one in result.judgements if one.outcome == Outcome.FAILED]
    return {
        "scores": {str(level): level_score(result.judgements, level) for level in (1, 2, 3)},
        "broken": [{"rule": one.rule.id, **_said(finding)} for one in broken for finding in one.findings],
        "for_a_person": [one.rule.id for one in result.judgements if one.outcome == Outcome.NOT_JUDGED],
    }


def _said(finding: Finding) -> dict[str, Any]:
    return {"text": finding.text, "text_en": finding.text_en, "count": finding.count}
