"""``daicho profile``: the scorecard of a file never seen before, and a contract that would fit it."""

import json
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table as Shown

from data_standards.rules.registry import SQL_CHECKS
from pipelines.conform import examine
from pipelines.conform_errors import UnreadableError
from pipelines.conform_read import read_file
from pipelines.errors import DaichoError
from quality.framework import characteristics
from quality.measuring import Measured, measure
from quality.page import percent
from quality.profile import Recognised, proposed_contract, recognise, table_name, table_of
from quality.references import prepare
from quality.scores import characteristic_scores
from quality.store import Run, counted_row, measure_frame, measure_rows
from registries.contract import Table

_CONSOLE = Console(highlight=False, soft_wrap=True)


def measure_file(frame: pl.DataFrame, table: Table) -> list[Measured]:
    """Measure a frame whose columns are those of a table, all of them text."""
    with duckdb.connect() as connection:
        for rule, condition in SQL_CHECKS.items():
            connection.execute(f"CREATE TEMP MACRO is_{rule}(value) AS {condition}")
        prepare(connection)
        connection.register(table.name, frame.to_arrow())
        # the dates of a file are text; that they are dates is measured by their form
        return measure(lambda sql: connection.execute(sql).fetchall(), table, table.name)


def _records(path: Path, columns: list[int]) -> pl.DataFrame:
    """Every row of a Parquet file, as text."""
    frame = pl.read_parquet(path)
    texts = [frame.to_series(index).cast(pl.String, strict=False).replace("", None).alias(str(index)) for index in columns]
    return pl.DataFrame(texts)


def run_profile(path: Path, *, as_json: bool) -> int:
    """Profile a file and print what was found.

    Args:
        path: A CSV, Excel or Parquet file.
        as_json: Whether to print for programs.

    Returns:
        Exit status.

    Raises:
        DaichoError: The file cannot be read as a table.
    """
    try:
        judged = examine(read_file(path), path.name)
    except UnreadableError as error:
        raise DaichoError(error.text_en if path.name in error.text_en else f"{path}: {error.text_en}") from error
    source = judged.table
    headers = [source.headers[index] or "" for index in source.columns]
    body = source.body.select(str(index) for index in source.columns)
    left_out = source.sheet.grid.height - source.header_row - 1 - body.height
    if path.suffix.lower() == ".parquet":  # a row of a Parquet file is a record, whatever stands in it
        body, left_out = _records(path, source.columns), 0
    view = judged.recognition.model.view
    hints = {
        place: view[judged.recognition.columns[index].path]["column"]
        for place, index in enumerate(source.columns)
        if index in judged.recognition.columns and "column" in view.get(judged.recognition.columns[index].path, {})
    }
    recognised = recognise(body, headers, hints)
    table = table_of(table_name(path.name), recognised, body.height)
    frame = body.rename({str(index): found.name for index, found in zip(source.columns, recognised, strict=True)})
    results = measure_file(frame, table)
    run = Run("profile", None)
    rows = measure_rows(run, "file", table.name, results)
    repeated = frame.height - frame.n_unique()
    rows.append(counted_row(run, "file", table.name, "Eff-D-4", frame.height - repeated, frame.height, check_id="repeated_record"))
    scores = characteristic_scores(measure_frame(rows)).filter(pl.col("prefecture_code").is_null())
    told = {row["characteristic"]: (row["score"], row["measures"]) for row in scores.iter_rows(named=True)}
    contract = proposed_contract(path.name, table, recognised)
    worst = sorted((result for result in results if result.violations and result.check.scored), key=lambda r: -r.violations / r.counted)
    if as_json:
        content = {
            "file": path.name,
            "rows": body.height,
            "left_out": left_out,
            "gif_level": judged.gif.level,
            "columns": [vars(found) | {"item": found.known} for found in recognised],
            "characteristics": {
                name: {"score": told[name][0], "measures": told[name][1]} if name in told else None for name in characteristics()
            },
            "findings": [
                {"check": result.check.name, "text": result.check.description, "violations": result.violations, "of": result.counted}
                for result in worst
            ],
            "contract": contract,
        }
        _CONSOLE.print(json.dumps(content, ensure_ascii=False, indent=2), markup=False)
        return 0
    if left_out:
        _CONSOLE.print(f"{left_out:,} lines are no records: notes, blank lines, repeated headings, lines with a single cell")
    _show(path, body.height, judged.gif.level, recognised, told, worst, contract)
    return 0


def _show(
    path: Path,
    rows: int,
    level: str | None,
    recognised: list[Recognised],
    scores: dict[str, tuple[float, str]],
    worst: list[Measured],
    contract: str,
) -> None:
    _CONSOLE.print(f"{path.name}: {rows:,} rows, GIF {level or '-'}\n")
    columns = Shown(title="columns", title_justify="left", show_edge=False)
    for heading in ("heading", "data item", "by", "filled", "distinct"):
        columns.add_column(heading)
    for found in recognised:
        share = f"{found.filled / rows:.1%}" if rows else "-"
        columns.add_row(found.header, found.known or "(new)", found.by, share, f"{found.distinct:,}")
    _CONSOLE.print(columns)
    shown = Shown(title="ISO/IEC 25012", title_justify="left", show_edge=False)
    for heading in ("characteristic", "", "score", "measures"):
        shown.add_column(heading)
    for name, label in characteristics().items():
        score = scores.get(name)
        shown.add_row(name, label, percent(score[0] if score else None), score[1] if score else "")
    _CONSOLE.print(shown)
    for result in worst[:20]:
        _CONSOLE.print(f"  {result.check.description}: {result.violations:,} / {result.counted:,}", markup=False)
    _CONSOLE.print("\nproposed contract\n")
    _CONSOLE.print(contract, markup=False)
