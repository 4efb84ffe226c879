"""The end of measuring: what was found is kept, judged, put into the warehouse, and what must not pass is held back."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from catalog.model import Score
from pipelines.home import Home, write_json_aside
from pipelines.measuring import measured_across, query_of
from pipelines.quality_evidence import by_sources, of_access, of_declarations, of_sources
from pipelines.registry_guard import quarantine_rows
from pipelines.restore_drill import of_drill
from pipelines.source_declarations import load_sources
from pipelines.warehouse import WarehouseMaker
from quality.framework import characteristics
from quality.gate import Finding, Verdict, judge, read_waivers
from quality.measuring import Measured
from quality.places import judged_places, worst_places
from quality.publication import public_tables, write_quality
from quality.round_trip import round_trip
from quality.scores import ISO, read_statements, score_rows
from quality.store import QualityStore, Run, counted_row, measure_frame, measure_rows, not_measured_rows
from registries.contract import Contract, Table, load_contracts
from registries.schema import place

BASE = "https://daicho.example/id/dataset/"
"""Address below which datasets stand in what is published."""

MeasuredTable = tuple[Contract, Table, list[Measured]]


def public_sources() -> set[str]:
    """Names of the sources of which anything may be told."""
    return {name for name, source in load_sources().items() if not source.is_restricted}


def quality_store(home: Home) -> QualityStore:
    """The kept runs of a home."""
    return QualityStore(home.root / "quality" / "runs")


def waivers_path(home: Home) -> Path:
    """Where stewards write what may pass."""
    return home.root / "stewardship" / "waivers.yaml"


def statements_path(home: Home) -> Path:
    """Where stewards write what data cannot tell of the rubric."""
    return home.root / "stewardship" / "rubric.yaml"


def _run_of(maker: WarehouseMaker, connection: duckdb.DuckDBPyConnection) -> Run:
    ((day,),) = connection.execute("SELECT max(file_date) FROM delivered_file WHERE file_fault IS NULL").fetchall()
    return Run(maker.content_id[:12], day)


def conclude(home: Home, maker: WarehouseMaker, measured: list[MeasuredTable], today: date) -> Verdict:
    """Judge a content whose tables were measured, and keep what was found.

    Args:
        home: Home folder.
        maker: Of the content.
        measured: Results of every table.
        today: Day on which the gate is passed.

    Returns:
        The verdict. Tables that it holds are those of the warehouse in place, and the verdict lies beside the measures.
    """
    store = quality_store(home)
    with maker.open() as connection:
        run = _run_of(maker, connection)
        sources, drilled = of_sources(run, connection, home), of_drill(run, home)
        rows = sources + [row for row in drilled if row["registry"] is None]
        everything, places, municipalities = [], [], {}
        restricted = home.restricted if maker.is_current else home.work / home.restricted.name
        query = query_of(connection)
        for contract, table, results in measured:
            across, missing = measured_across(connection, table)
            everything.append((contract, table, [*results, *across]))
            if not maker.is_current:
                quarantine_rows(home, connection, contract, table, results)
            judged = judged_places(query, table, place(table), results)
            places += worst_places(judged)
            municipalities[table.name] = {found.lg_code: [found.rows, found.faultless] for found in judged}
            found = [
                *measure_rows(run, contract.registry, table.name, [*results, *across]),
                *of_declarations(run, contract, table),
                of_access(run, connection, contract, table, restricted),
                _portability(run, connection, contract, table, home.work / "round_trip"),
                *by_sources(run, contract, table, sources),
                *(row for row in drilled if row["table_name"] == table.name),
            ]
            codes = {row["measure"] for row in found if row["state"] == "measured"}
            rows += [*found, *not_measured_rows(run, contract.registry, table.name, codes, missing)]
        frame = measure_frame(rows)
        earlier = store.published().filter(pl.col("run") != run.name)
        verdict = judge(everything, earlier, read_waivers(waivers_path(home)), today)
        scored = score_rows(run, list(load_contracts().values()), frame, read_statements(statements_path(home)))
        if not verdict.stops:
            store.write(run, frame, scored, [table.name for table in tables_to_hold(verdict)])
        held = [] if maker.is_current else _hold(home, connection, verdict)
        if not maker.is_current:
            store.fill(connection, public_tables(), public_sources())
    worst = [asdict(found) for found in places]
    gate = {
        "findings": [finding.as_json() for finding in verdict.findings],
        "held": held,
        "places": worst,
        "municipalities": municipalities,
    }
    write_json_aside(verdict_path(maker), gate)
    return verdict


def _portability(run: Run, connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, folder: Path) -> dict[str, Any]:
    whole, rows = round_trip(connection, table, place(table), folder)
    note = f"{rows:,} rows written as Parquet and CSV and read back"
    return counted_row(run, contract.registry, table.name, "Por-D-1", whole, rows, **({"note": note} if rows else {}))


def verdict_path(maker: WarehouseMaker) -> Path:
    """Where the verdict on a content is kept."""
    return maker.measures_path / "gate" / "verdict.json"


def read_verdict(maker: WarehouseMaker) -> dict[str, Any]:
    """The verdict on a content: ``findings`` and ``held``; empty where it was not judged."""
    path = verdict_path(maker)
    if not path.exists():
        return {"findings": [], "held": []}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def published_id(maker: WarehouseMaker) -> str:
    """Digest of what is published of a content: that of the content, unless tables are held."""
    held = read_verdict(maker)["held"]
    return hashlib.sha256(f"{maker.content_id} without {held}".encode()).hexdigest() if held else maker.content_id


def tables_to_hold(verdict: Verdict) -> list[Table]:
    """The tables that an error holds, and those of the registries that were made from them."""
    contracts = load_contracts()
    errors = set(verdict.held_tables)
    tainted = {registry for registry, _ in errors}
    for name, contract in contracts.items():  # each stands after those it needs
        if tainted & set(contract.needs):
            tainted.add(name)
            errors |= {(name, table) for table in contract.tables}
    return [contracts[registry].tables[table] for registry, table in sorted(errors)]


def can_hold(home: Home, table: Table) -> bool:
    """Whether a good version of a table is in place, with the columns it has now."""
    if not home.warehouse.exists() or table.is_restricted:
        return False
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        told = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table.name]).fetchall()
    return {str(name) for (name,) in told} == {column.name for column in table.columns}


def _hold(home: Home, connection: duckdb.DuckDBPyConnection, verdict: Verdict) -> list[str]:
    """Put the last good rows of held tables into the warehouse being made; those without any are left, and stop the release."""
    held = [table for table in tables_to_hold(verdict) if can_hold(home, table)]
    if not held:
        return []
    connection.execute(f"ATTACH '{home.warehouse}' AS last_good (READ_ONLY)")
    for table in held:
        connection.execute(f"DELETE FROM {place(table)}")
        connection.execute(f"INSERT INTO {place(table)} BY NAME FROM last_good.main.{table.name}")
    connection.execute("DETACH last_good")
    return [table.name for table in held]


def blocking_findings(verdict: Verdict, held: list[str]) -> list[Finding]:
    """What stops the release: fatal findings, and errors of tables of which no good version is in place."""
    return [*verdict.stops, *(finding for finding in verdict.holds if finding.table not in held)]


def _was_measured(connection: duckdb.DuckDBPyConnection) -> bool:
    ((there,),) = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'quality_measure'").fetchall()
    return bool(there)


def registry_scores(maker: WarehouseMaker, connection: duckdb.DuckDBPyConnection) -> dict[str, list[Score]]:
    """The scores of each registry by characteristic of ISO/IEC 25012; empty where the warehouse was not measured.

    Args:
        maker: Of the content.
        connection: On its warehouse.
    """
    if not _was_measured(connection):
        return {}
    found: dict[str, list[Score]] = {}
    order = {name: place for place, name in enumerate(characteristics())}
    rows = connection.execute(
        "SELECT subject, item, label, score FROM quality_score WHERE run = ? AND scope = 'registry' AND framework = ? "
        "AND prefecture_code IS NULL AND score IS NOT NULL",
        [maker.content_id[:12], ISO],
    ).fetchall()
    for registry, item, label, score in sorted(rows, key=lambda row: order[row[1]]):
        found.setdefault(registry, []).append(Score(label=label, label_en=item.capitalize(), value=score))
    return found


def write_release_quality(maker: WarehouseMaker, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the quality files of a release, where the warehouse was measured.

    Args:
        maker: Of the content released.
        connection: On its warehouse.
        folder: Folder of the release.
    """
    if _was_measured(connection):
        write_quality(connection, maker.content_id[:12], folder, read_verdict(maker), public_sources(), base=BASE)
