"""Measuring the checks of the tables that were made, without looking twice at rows that stay as they were."""

import json
from pathlib import Path

from pipelines.home import write_json_aside
from pipelines.warehouse import WarehouseMaker
from quality.checks import Measured, carried, checks, measure, unique_key
from registries.contract import Contract, Table


def measured_checks(maker: WarehouseMaker, contract: Contract, table: Table) -> list[Measured]:
    """Measure the checks of a table: on the rows that arrived records touch where the others were measured before."""
    name = f"{table.name}.json"
    if maker.is_current and (maker.measures_path / name).exists():
        return _read_measures(maker.measures_path / name, table)
    if maker.is_kept(contract) and (maker.measures_now_path / name).exists():
        measured = _read_measures(maker.measures_now_path / name, table)
        _write_measures(maker.measures_path / name, measured)
        return measured
    touched = maker.touched_rows(contract, table)
    with maker.open() as connection:
        measured = measure(lambda sql: connection.execute(sql).fetchall(), table, touched)
    if touched is not None:
        with maker.open_now() as connection:
            replaced = measure(lambda sql: connection.execute(sql).fetchall(), table, touched)
        measured = carried(_read_measures(maker.measures_now_path / name, table), replaced, measured)
    _write_measures(maker.measures_path / name, measured)
    return measured


def _write_measures(path: Path, measured: list[Measured]) -> None:
    write_json_aside(path, {result.check.name: [result.rows, result.violations] for result in measured})


def _read_measures(path: Path, table: Table) -> list[Measured]:
    counts: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
    return [Measured(check, *counts[check.name]) for check in [unique_key(table), *checks(table)]]
