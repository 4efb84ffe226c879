"""``daicho quality``: the last run's scores in the terminal, and the stewards' pages with the trend over runs."""

import datetime
import shutil
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table as Shown

from pipelines.errors import DaichoError
from pipelines.home import Home, write_text_aside
from pipelines.quality_run import quality_store, read_verdict
from pipelines.restore_drill import restore_drill
from pipelines.source_declarations import source_named
from pipelines.source_watch import SourceWatch
from pipelines.warehouse import WarehouseMaker
from quality.framework import characteristics
from quality.page import percent
from quality.publication import content_of, page_of
from quality.scores import ISO, rubric_means
from registries.contract import Table, load_contracts

_CONSOLE = Console(highlight=False, soft_wrap=True)


def _trend(scores: pl.DataFrame, registry: str) -> dict[str, list[float | None]]:
    """Scores of a registry's characteristics over the runs, oldest first."""
    mine = scores.filter(
        (pl.col("scope") == "registry")
        & (pl.col("subject") == registry)
        & (pl.col("framework") == ISO)
        & pl.col("prefecture_code").is_null()
    )
    runs = mine["run"].unique(maintain_order=True).to_list()
    told = {(row["item"], row["run"]): row["score"] for row in mine.iter_rows(named=True)}
    series = {label: [told.get((name, run)) for run in runs] for name, label in characteristics().items()}
    return {label: values for label, values in series.items() if any(value is not None for value in values)}


def show_quality(home: Home, *, expectations: bool, drill: bool = False) -> int:
    """Print the scores of the last run and write the pages.

    Args:
        home: Home folder.
        expectations: Whether to run Great Expectations too.
        drill: Whether to run the restore drill too.

    Returns:
        Exit status: 1 where an expectation does not hold, or something cannot be restored.

    Raises:
        DaichoError: Nothing was measured yet.
    """
    store = quality_store(home)
    if not store.runs():
        raise DaichoError(f"{home.root}: nothing was measured yet; run ./daicho build")
    measured, every = store.read("measure", last=1), store.read("score")
    scored = every.filter(pl.col("run") == every["run"][-1])
    tables = {table.name for contract in load_contracts().values() for table in contract.tables.values()}
    content = content_of(measured, scored, read_verdict(WarehouseMaker(home)), tables)
    for name, about in content["registries"].items():
        about["trend"] = _trend(every, name)
    for name, about in content["sources"].items():
        day, changes = SourceWatch(home, source_named(name)).latest()
        about["changed_on"], about["changes"] = day, [f"{change.column}: {change.text}" for change in changes]
    page = home.root / "quality" / "index.html"
    write_text_aside(page, page_of(content))
    names = list(content["registries"])
    shown = Shown(title=f"ISO/IEC 25012, run {content['run']}", title_justify="left", show_edge=False)
    shown.add_column("")
    for name in names:
        shown.add_column(name, justify="right")
    for characteristic, label in characteristics().items():
        told = (content["registries"][name]["characteristics"].get(characteristic, {}).get("score") for name in names)
        shown.add_row(label, *(percent(score) for score in told))
    _CONSOLE.print(shown)
    for row in rubric_means(scored.filter(pl.col("scope") == "registry")).iter_rows(named=True):
        mean = "-" if row["level"] is None else f"{row['level']:.2f}"
        _CONSOLE.print(f"468-2 {row['subject']} {row['axis']}: {mean} ({row['items']} of {row['of']} items have a level)")
    for finding in content["gate"]["findings"]:
        waived = f"  (waived by {finding['waiver']['steward']} until {finding['waiver']['expires']})" if "waiver" in finding else ""
        _CONSOLE.print(f"{finding['severity']}: {finding['id']}: {finding['text']}{waived}", markup=False)
    for name, about in content["sources"].items():
        for change in about["changes"]:
            _CONSOLE.print(f"changed in {name} ({about['changed_on']}): {change}", markup=False)
    _CONSOLE.print(f"\npage       {page}")
    return max(_drill(home) if drill else 0, _expectations(home) if expectations else 0)


def _drill(home: Home) -> int:
    outcome = restore_drill(home, datetime.datetime.now(tz=datetime.UTC).date())
    lost = {name: counts for kind in ("tables", "sources") for name, counts in outcome[kind].items() if counts[0] < counts[1]}
    for name, (whole, every) in lost.items():
        _CONSOLE.print(f"not restored: {name}: {whole:,} of {every:,}", markup=False)
    rows, files = (sum(counts[0] for counts in outcome[kind].values()) for kind in ("tables", "sources"))
    _CONSOLE.print(
        f"restored   {len(outcome['tables'])} tables, {rows:,} rows from release {outcome['release']}; {files:,} landed files are intact; "
        "the next build counts it as recoverability"
    )
    return 1 if lost else 0


def _expectations(home: Home) -> int:
    from quality.expectations import Examiner

    pages = home.root / "quality" / "expectations"
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        there = {str(name) for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    tables = [table for contract in load_contracts().values() for table in contract.tables.values() if _is_public(table, there)]
    shutil.rmtree(pages, ignore_errors=True)  # the pages are those of this run
    found = Examiner(Path(home.warehouse), pages).examine(tables)
    failed = [result for result in found if not result.success]
    for result in failed:
        _CONSOLE.print(f"does not hold: {result.table}: {result.rule}: {result.unexpected}", markup=False)
    _CONSOLE.print(f"expected   {len(found)}, of which {len(failed)} do not hold: {pages / 'index.html'}")
    return 1 if failed else 0


def _is_public(table: Table, there: set[str]) -> bool:
    return not table.is_restricted and table.name in there
