"""The quality pass over the company registry of the nation, beside Great Expectations alone on the same rules, and the defects found."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table as Shown

from benchmarks.measuring import run_measured, show
from registries.contract import Contract, Table

SUMMARY = "The quality pass over 5.7 million companies beside Great Expectations alone; defects injected and reported."
NATION = 5_700_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rows", type=int, default=NATION, metavar="N", help="companies of the measured table (default: 5700000)")
    parser.add_argument("--defect-rows", type=int, default=100_000, metavar="N", help="companies of the corrupted table (default: 100000)")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="without Great Expectations alone")
    parser.add_argument("--stage", choices=("make", "measure", "peer"), help=argparse.SUPPRESS)
    parser.add_argument("--database", type=Path, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Measure as the options say; each part in a process of its own."""
    if arguments.stage is not None:
        return {"make": _make, "measure": _measure, "peer": _peer}[arguments.stage](arguments)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "companies.duckdb"
        own = ["-m", "benchmarks", "quality", "--database", str(database), "--rows", str(arguments.rows)]
        run_measured("make", [*own, "--stage", "make"])
        measures = [run_measured("quality pass", [*own, "--stage", "measure"])]
        if arguments.peer:
            measures.append(run_measured("Great Expectations alone", [*own, "--stage", "peer"]))
        show(f"company registry, {arguments.rows:,} rows", measures, measures[0])
    return _defects(arguments.defect_rows)


def _open(path: str, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    from quality.references import prepare
    from registries.build import connect

    connection = connect(path, memory_limit="4GB", threads=os.cpu_count() or 2, temp_directory=tempfile.gettempdir(), read_only=read_only)
    prepare(connection)
    return connection


def _company() -> tuple[Contract, Table]:
    from registries.contract import load_contracts

    contract = load_contracts()["company"]
    return contract, contract.tables["company"]


def _make(arguments: argparse.Namespace) -> int:
    from quality.made_companies import made_companies

    _, table = _company()
    with _open(str(arguments.database)) as connection:
        connection.execute(f"CREATE TABLE company AS {made_companies(table, arguments.rows)}")
        # as many postal codes as the nation has
        connection.execute("CREATE TABLE postal_code AS SELECT DISTINCT postal_code, lg_code FROM company LIMIT 130000")
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    """Every check and observation by prefecture, references and duplicates, the rows of quality_measure and the scores."""
    import datetime

    import polars as pl

    from quality.across import measure_across
    from quality.gate import judge
    from quality.measuring import measure
    from quality.scores import score_rows
    from quality.store import MEASURE_SCHEMA, Run, measure_frame, measure_rows, not_measured_rows

    contract, table = _company()
    with _open(str(arguments.database), read_only=True) as connection:

        def query(sql: str) -> list[tuple[object, ...]]:
            found: list[tuple[object, ...]] = connection.execute(sql).fetchall()
            return found

        across, missing = measure_across(query, table, lambda name: name)
        results = [*measure(query, table, "company"), *across]
    today = datetime.date(2026, 1, 1)
    judge([(contract, table, results)], pl.DataFrame(schema=MEASURE_SCHEMA), [], today)
    run_of = Run("benchmark", today)
    rows = measure_rows(run_of, "company", "company", results)
    codes = {row["measure"] for row in rows}
    frame = measure_frame([*rows, *not_measured_rows(run_of, "company", "company", codes, missing)])
    score_rows(run_of, [contract], frame, {})
    print(f"{len(results)} checks, {frame.height} measures")
    return 0


def _peer(arguments: argparse.Namespace) -> int:
    from quality.expectations import Examiner

    _, table = _company()
    found = Examiner(arguments.database).examine([table])
    print(f"{len(found)} expectations, {sum(not result.success for result in found)} failed")
    return 0


def _defects(rows: int) -> int:
    """Inject every kind of defect and compare what is reported."""
    from quality.corruption import run_defects
    from quality.made_companies import made_companies

    _, table = _company()
    started = time.monotonic()
    with _open(":memory:") as connection:
        connection.execute(f"CREATE TABLE company AS {made_companies(table, rows)}")
        found = run_defects(connection, table, "company", 0.01)
    shown = Shown(title=f"defects in {rows:,} companies, 1 % of the rows each", title_justify="left", show_edge=False)
    for heading in ("defect", "check", "chosen", "visible", "reported"):
        shown.add_column(heading, justify="left" if heading in ("defect", "check") else "right")
    for reported in found:
        shown.add_row(
            reported.defect.name, reported.defect.check, f"{reported.chosen:,}", f"{reported.injected:,}", f"{reported.reported:,}"
        )
    console = Console(width=130)
    console.print(shown)
    wrong = [reported.defect.name for reported in found if not reported.exact]
    console.print(f"{len(found)} kinds, {len(found) - len(wrong)} reported exactly, {time.monotonic() - started:.1f} s")
    if wrong:
        print(f"not reported as injected: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0
