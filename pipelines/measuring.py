"""Measuring the tables that were made, without looking twice at rows that stay as they were."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.home import write_json_aside
from pipelines.warehouse import WarehouseMaker
from quality.across import measure_across
from quality.measuring import Measured, Query, carried, measure, row_checks
from quality.references import prepare
from registries.contract import Contract, Table, load_contracts
from registries.schema import place


def measured_checks(maker: WarehouseMaker, contract: Contract, table: Table) -> list[Measured]:
    """Measure the checks of a table: on the rows that arrived records touch where the others were measured before."""
    name = f"{table.name}.json"
    kept = read_measures(maker.measures_path / name, table) if maker.is_current else None
    if kept is not None:
        return kept
    before = read_measures(maker.measures_now_path / name, table)
    if before is not None and maker.is_kept(contract):
        _write_measures(maker.measures_path / name, before)
        return before
    touched = maker.touched_rows(contract, table) if before is not None else None
    with maker.open() as connection:
        measured = measure(query_of(connection), table, touched or place(table))
    if touched is not None and before is not None:
        with maker.open_now() as connection:
            replaced = measure(query_of(connection), table, touched)
        measured = carried(before, replaced, measured)
    _write_measures(maker.measures_path / name, measured)
    return measured


def query_of(connection: duckdb.DuckDBPyConnection) -> Query:
    """Make what the checks name on a connection, and give what runs SQL on it."""
    prepare(connection)
    return lambda sql: connection.execute(sql).fetchall()


def place_of(connection: duckdb.DuckDBPyConnection) -> Callable[[str], str | None]:
    """Give what says where a table lies on a connection."""
    tables = {table.name: place(table) for contract in load_contracts().values() for table in contract.tables.values()}
    there = {str(name) for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return lambda name: tables.get(name) if name in there else None


def measured_across(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[list[Measured], dict[str, str]]:
    """Measure the checks of a table that look at more than one row, and say which could not be measured and why."""
    return measure_across(query_of(connection), table, place_of(connection))


def counted_checks(folder: Path) -> dict[str, int]:
    """Number of checks of the contracts measured, and of those that some row violates.

    Args:
        folder: Where the measures of a content are kept.
    """
    measured = [
        result
        for contract in load_contracts().values()
        for table in contract.tables.values()
        for result in read_measures(folder / f"{table.name}.json", table) or []
        if result.check.severity != "info"
    ]
    return {"measured": len(measured), "violated": sum(1 for result in measured if result.violations)}


def _write_measures(path: Path, measured: list[Measured]) -> None:
    write_json_aside(path, {result.check.name: result.as_json() for result in measured})


def read_measures(path: Path, table: Table) -> list[Measured] | None:
    """What was measured of a table; None where that was not, or not by the same checks."""
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    found = row_checks(table)
    if set(kept) != {check.name for check in found}:
        return None
    return [Measured.from_json(check, kept[check.name]) for check in found]
