"""What is measured otherwise than by checks of rows: declarations, the ledger of deliveries, the quarantine, cycles, who may read what."""

import stat
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_standards.items import load_items
from pipelines.business_days import is_business_day, missing_days
from pipelines.home import Home
from pipelines.source_declarations import Source, load_sources
from quality.quarantine import read_quarantine
from quality.store import Run, counted_row
from registries.contract import Contract, Table

CYCLE_DAYS = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
"""Days within which a source promises its next delivery, by cadence; ``business_daily`` is counted by the publisher's calendar."""
_MEASURE_OF_CODE = {"missing": "Com-I-4", "unknown_code": "Cmp-I-1", "too_small": "Acc-D-1"}
"""Measure that a refusal while standardising speaks of, by its code; any other code is one of form (Acc-I-1)."""
_FORM = "Acc-I-1"
_OF_SOURCES = ("Cre-I-1", "Cre-I-2", "Cur-I-1", "Cur-I-2")
"""What is said of a registry by the sources it is made of."""

Row = dict[str, Any]


def of_declarations(run: Run, contract: Contract, table: Table) -> list[Row]:
    """What the declarations alone tell of a table."""
    items = [column.item for column in table.columns]
    described = sum(bool(item.definition and item.definition_en and item.label and item.label_en) for item in items)
    referenced = sum(bool(item.reference) for item in items)
    numbers = [item for item in items if item.type == "number"]
    rows = [
        counted_row(run, contract.registry, table.name, "Und-I-2", described, len(items)),
        counted_row(run, contract.registry, table.name, "Com-D-2", referenced, len(items)),
    ]
    if numbers:
        rows.append(counted_row(run, contract.registry, table.name, "Pre-I-2", sum(bool(item.unit) for item in numbers), len(numbers)))
    return rows


def of_access(run: Run, connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, restricted: Path) -> Row:
    """Who may read a table: no closed column in what everybody reads, and a file of the owner's alone for the others.

    Args:
        run: The run.
        connection: On the warehouse.
        contract: Contract of the table.
        table: The table.
        restricted: File that holds the restricted tables.
    """
    if table.is_restricted:
        alone = restricted.exists() and not stat.S_IMODE(restricted.stat().st_mode) & 0o077
        note = "the file is readable by its owner alone" if alone else "the file of restricted tables can be read by others"
        return counted_row(run, contract.registry, table.name, "Cnf-I-2", int(alone), 1, check_id="access", note=note)
    told = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table.name]).fetchall()
    items = load_items()
    closed = [str(name) for (name,) in told if str(name) not in items or items[str(name)].confidentiality != "public"]
    note = f"closed columns in a public table: {', '.join(closed)}" if closed else "no closed column in the public table"
    good = len(told) - len(closed)
    return counted_row(run, contract.registry, table.name, "Cnf-I-2", good, len(told), check_id="access", note=note)


def _is_in_time(source: Source, newest: date, now: date) -> bool | None:
    """Whether the newest delivery is no older than the promised cycle; None where no cycle is promised."""
    cadence = source.about["cadence"]
    if cadence == "business_daily":
        later = (newest + timedelta(days=days) for days in range(1, (now - newest).days + 1))
        return sum(1 for day in later if is_business_day(day, source.holidays)) <= 1
    if cadence not in CYCLE_DAYS:
        return None
    return (now - newest).days <= CYCLE_DAYS[cadence]


def _currentness(run: Run, source: Source, days: list[tuple[str | None, date]]) -> list[Row]:
    """Deliveries beside the promised cycle, up to the day that the whole content speaks for."""
    newest, now = max(day for _, day in days), run.data_date or max(day for _, day in days)
    rows = []
    in_time = _is_in_time(source, newest, now)
    if in_time is not None:
        note = f"newest {newest}, promised {source.about['cadence']}, the content speaks for {now}"
        rows.append(counted_row(run, None, source.name, "Cur-I-2", int(in_time), 1, note=note))
    daily = [day for kind, day in days if kind == "daily"]
    if source.about["cadence"] == "business_daily" and daily:
        full = max((day for kind, day in days if kind == "full"), default=None)
        missing = sum(count for _, _, count in missing_days(daily, source.holidays, full))
        here = len({day for day in daily if full is None or day > full})
        rows.append(
            counted_row(run, None, source.name, "Cur-I-1", here, here + missing, note=f"{missing} business days without a delivery")
        )
    return rows


def _refusals(run: Run, source: Source, refused: pl.DataFrame, read: int) -> list[Row]:
    """Records refused while standardising, by what was wrong with them; and by column, for what to mend first."""
    measure = pl.col("code").replace_strict(_MEASURE_OF_CODE, default=_FORM).alias("measure")
    bad = refused.filter((pl.col("stage") == "standardised") & (pl.col("line") > 0)).with_columns(measure)
    counts = dict(bad.group_by("measure").len().iter_rows())
    items = [column.item for column in source.columns]
    asked = {
        _FORM: any(item.pattern or item.check or item.max_length or item.type != "text" for item in items),
        "Com-I-4": any(column.required or column.required_unless for column in source.columns),
        "Cmp-I-1": any(item.code_list for item in items),
        "Acc-D-1": any(item.minimum is not None for item in items),
    }
    rows = [counted_row(run, None, source.name, code, read - counts.get(code, 0), read) for code, is_asked in asked.items() if is_asked]
    for column, code, of, count in bad.group_by("column", "code", "measure").len().sort("column", "code").iter_rows():
        about = {"check_id": f"{code}__{column}", "column_name": column, "violations": count, "scored": False}
        rows.append(counted_row(run, None, source.name, of, read - count, read, **about))
    return rows


def of_sources(run: Run, connection: duckdb.DuckDBPyConnection, home: Home) -> list[Row]:
    """What the ledger of delivered files, the quarantine and the declarations tell of each source that delivered something."""
    files: dict[str, pl.DataFrame] = {}
    ledger = pl.DataFrame(pl.from_arrow(connection.sql("FROM delivered_file ORDER BY ALL").to_arrow_table()))
    for (name,), of_source in ledger.group_by("source", maintain_order=True):
        files[str(name)] = of_source
    rows = []
    for name, ledger_of in files.items():
        source = load_sources().get(name)
        if source is None:
            continue
        whole = ledger_of.filter(pl.col("file_fault").is_null())
        read, digested = int(ledger_of["records_read"].sum()), ledger_of["file_sha256"].count()
        counts = {
            "Com-I-3": (int(ledger_of["records_accepted"].sum()), read),
            "Con-I-2": (whole.height, ledger_of.height),
            "Cre-I-1": (digested, ledger_of.height),
            "Tra-D-2": (digested, ledger_of.height),
            "Cre-I-2": (sum(bool(source.about.get(key)) for key in ("publisher", "licence", "homepage", "attribution")), 4),
            "Und-I-2": (sum(bool(c.label and c.item.definition) for c in source.columns), len(source.columns)),
            "Com-D-2": (sum(bool(column.item.reference) for column in source.columns), len(source.columns)),
        }
        rows += [counted_row(run, None, name, code, int(good), int(of)) for code, (good, of) in counts.items()]
        rows += _refusals(run, source, read_quarantine(home.quarantine, name), read)
        days = whole.filter(pl.col("file_date").is_not_null()).select("delivery_kind_code", "file_date").rows()
        rows += _currentness(run, source, days) if days else []
    return rows


def by_sources(run: Run, contract: Contract, table: Table, rows: Iterable[Row]) -> list[Row]:
    """What the sources of a registry tell of its tables: where the values come from, and whether they came in time."""
    mine = [row for row in rows if row["table_name"] in contract.sources and row["measure"] in _OF_SOURCES and row["state"] == "measured"]
    found = []
    for code in _OF_SOURCES:
        of_code = [row for row in mine if row["measure"] == code]
        if of_code:
            note = "of its sources: " + ", ".join(f"{row['table_name']} {row['a']}/{row['b']}" for row in of_code)
            good, of = sum(row["a"] for row in of_code), sum(row["b"] for row in of_code)
            found.append(counted_row(run, contract.registry, table.name, code, good, of, check_id=f"sources__{code}", note=note))
    return found
