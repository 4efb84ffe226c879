"""The guard of the registry stage: rows that hold their table back, told apart by its pandera schema, in quarantine with rule and value."""

import json
from collections.abc import Iterable

import duckdb
import polars as pl

from pipelines.home import Home
from quality.checks import BLOCKING
from quality.measuring import Measured
from quality.quarantine import Quarantined, write_quarantine
from quality.schemas import guard, table_schema
from registries.contract import Contract, Table
from registries.schema import place

MOST = 10_000
"""Rows of a table that are put into quarantine; their number as a whole is in the measures."""


def _suspects(table: Table, broken: Iterable[Measured]) -> str:
    """SQL of the rows that break a blocking check."""
    conditions = [f"({result.check.counted_if}) AND ({result.check.violated_if})" for result in broken if result.check.violated_if]
    if any(result.check.name == "unique_key" for result in broken):
        key = ", ".join(table.key)
        conditions.append(f"({key}) IN (SELECT ({key}) FROM {place(table)} GROUP BY {key} HAVING count(*) > 1)")
    order = ", ".join(table.key)
    return f"SELECT * FROM {place(table)} WHERE {' OR '.join(f'({condition})' for condition in conditions)} ORDER BY {order} LIMIT {MOST}"


def _as_quarantined(table: Table, frame: pl.DataFrame, failures: pl.DataFrame) -> list[Quarantined]:
    shown = frame.select(column.name for column in table.columns if column.item.type != "geometry")
    found = []
    for row, column, rule, value in failures.iter_rows():
        record = {name: text for name, text in shown.row(int(row), named=True).items() if text is not None}
        found.append(
            Quarantined(
                stage="registry",
                file=table.name,
                file_id="",
                line=0,
                column=column or "",
                code=rule,
                reason=f"{table.label}: the row breaks {rule}",
                value=value,
                original=json.dumps(record, ensure_ascii=False, default=str).encode(),
            )
        )
    return found


def quarantine_rows(home: Home, connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, results: list[Measured]) -> int:
    """Put the rows that hold a table back into quarantine, in place of those of the run before.

    Args:
        home: Home folder.
        connection: On the warehouse being made, prepared for measuring.
        contract: Contract of the table.
        table: The table.
        results: What was measured of it.

    Returns:
        Breaches written.
    """
    broken = [result for result in results if result.check.severity in BLOCKING and not result.passed]
    records: list[Quarantined] = []
    known = {result.check.name for result in broken}
    if any(result.check.violated_if or result.check.name == "unique_key" for result in broken):
        frame = pl.DataFrame(pl.from_arrow(connection.sql(_suspects(table, broken)).to_arrow_table()))
        _, failures = guard(frame, table_schema(table))
        records = _as_quarantined(table, frame, failures.filter(pl.col("rule").is_in(sorted(known))))
    write_quarantine(home.quarantine, contract.registry, f"{table.name}-registry", records)
    return len(records)
