"""``daicho conform``: how far a file follows the government's data standards, and the file with its cells brought to them."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl

from data_standards.conformance.cleansing import APPLIED, Cleansed, cleansed_grid, with_gif_names
from data_standards.conformance.document import Companion, Document, Table
from data_standards.conformance.examination import NoTableError, Result, as_json, together
from data_standards.conformance.examination import examine as judge
from pipelines.conform_errors import UnreadableError
from pipelines.conform_read import read_file
from pipelines.conform_release import examine_released, released_table
from pipelines.conform_report import change_report, report, report_together
from pipelines.conform_workbook import change_workbook, new_workbook
from pipelines.errors import DaichoError
from pipelines.progress import PROGRESS

CONFORMS, FINDINGS, UNREADABLE = 0, 1, 2
"""Exit statuses: conforms at the level asked for, does not, cannot be read."""

_SUFFIXES = (".csv", ".parquet", ".xlsx")


def run_conform(arguments: argparse.Namespace) -> int:
    """Run the command.

    Args:
        arguments: files, model, level, fix, lang and json, as the command line declares them.

    Returns:
        0 conforms at the level asked for (and no FATAL rule of machine readability is broken), 1 does not, 2 cannot be read or written.
    """
    english = arguments.lang == "en"
    if arguments.fix is not None and len(arguments.files) > 1:
        raise DaichoError("--fix writes one file; name one FILE")
    results: list[Result] = []
    status = CONFORMS
    for path in arguments.files:
        try:
            if arguments.fix is not None:
                _check_out(path, arguments.fix, english=english)
            PROGRESS.begin(path.name)
            result = _examined(path, arguments.model, arguments.level)
            if PROGRESS.stream.isatty():
                PROGRESS.end("examined")
            written = fix(result, path, arguments.fix, english=english) if arguments.fix is not None else []
        except UnreadableError as error:
            _unreadable(path.name, error, english=english, program=arguments.json)
            status = UNREADABLE
            continue
        except OSError as error:
            print(f"daicho: {path}: {error.strerror or error}", file=sys.stderr)
            status = UNREADABLE
            continue
        results.append(result)
        status = max(status, CONFORMS if result.conforms else FINDINGS)
        if not arguments.json:
            print(report(result, english=english), end="")
            for out in written:
                print(f"Written: {out}" if english else f"書き出しました: {out}")
    _tell_together(results, arguments)
    return status


def _tell_together(results: list[Result], arguments: argparse.Namespace) -> None:
    """Print what is printed once: the JSON answer, and the scores of several files."""
    several = len(arguments.files) > 1
    if arguments.json and results:
        answer = {"files": [as_json(one) for one in results], "together": together(results)} if several else as_json(results[0])
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif several and results:
        print(report_together(together(results), len(results), english=arguments.lang == "en"), end="")


def _unreadable(name: str, error: UnreadableError, *, english: bool, program: bool) -> None:
    text = error.text_en if english else str(error)
    if program:
        print(json.dumps({"file": name, "error": text, "rule": "L1-01" if error.kind == "other" else None}, ensure_ascii=False, indent=2))
    print(f"daicho: {text}", file=sys.stderr)


def _check_out(source: Path, out: Path, *, english: bool) -> None:
    if out.suffix.lower() not in _SUFFIXES:
        text = f"--fix {out}: 拡張子は {'、'.join(_SUFFIXES)} のどれかにしてください。"
        raise UnreadableError(text, f"--fix {out}: the suffix must be one of {', '.join(_SUFFIXES)}.", "csv")
    if out.exists() and source.exists() and out.samefile(source):
        text = f"--fix {out}: 元のファイルには上書きしません。別の名前にしてください。"
        raise UnreadableError(text, f"--fix {out}: the original is never overwritten; choose another name.", "csv")
    if not out.parent.is_dir():
        text = f"--fix {out}: フォルダー {out.parent} がありません。"
        raise UnreadableError(text, f"--fix {out}: there is no folder {out.parent}.", "csv")


def examine(document: Document, name: str, *, model: str | None = None, level: str = "LV1", companion: Companion | None = None) -> Result:
    """Judge a file that was read.

    Args:
        document: The file.
        name: Its name.
        model: Name of a GIF model; the one that recognises the most columns if not given.
        level: Level to conform at.
        companion: What is published beside the file, where that is known.

    Returns:
        The result.

    Raises:
        DeclarationError: There is no such model.
        UnreadableError: There is no table in the file.
    """
    try:
        return judge(replace(document, companion=companion), name, model=model, level=level, progress=_cleansing)
    except NoTableError as error:
        raise UnreadableError(f"{name}: 表がありません。", f"{name}: there is no table.", document.kind) from error


def _examined(path: Path, model: str | None, level: str) -> Result:
    """Judge a file, or a table of a release in the form that GIF gives it."""
    table = released_table(path)
    if table is not None and model is None:
        return examine_released(path, table, level, lambda done, total: PROGRESS.count(done, total, "rows brought to GIF's form"))
    return examine(read_file(path), path.name, model=model, level=level)


def _cleansing(done: int, total: int) -> None:
    PROGRESS.count(done, total, "columns cleansed")


def fix(result: Result, source: Path, out: Path, *, english: bool = False) -> list[Path]:
    """Write the cleansed table and its change report.

    Uncertain and invalid cells stay as they are and stand in the report.

    Args:
        result: What :func:`examine` found.
        source: The file it was read from.
        out: File to write; its suffix says the kind.
        english: Language of the change report.

    Returns:
        The files written.

    Raises:
        UnreadableError: The table cannot be written in that kind of file.
    """
    table, recognition = result.table, result.recognition
    # asked for by name, the model gives its names to the columns too; a model that was only guessed does not
    cleansed = result.cleansed if result.chosen else with_gif_names(table, recognition, result.cleansed)
    grid = cleansed_grid(table, cleansed)
    numbers = {index for index, item in recognition.columns.items() if item.number}
    suffix = out.suffix.lower()
    if suffix == ".csv":
        grid.write_csv(out, include_header=False, include_bom=True)
    elif suffix == ".parquet":
        _parquet_frame(table, grid).write_parquet(out, compression="zstd")
    elif result.document.kind == "excel":
        change_workbook(source, table.sheet.name, _changed_cells(cleansed), numbers, table.header_row, out)
    else:
        new_workbook("データ", grid, numbers, table.header_row, out)
    changes = out.with_name(f"{out.name}.changes.csv")
    change_report(replace(result, cleansed=cleansed), english=english).write_csv(changes, include_bom=True)
    return [out, changes]


def _changed_cells(cleansed: Cleansed) -> dict[tuple[int, int], str]:
    applied = cleansed.changes.filter(pl.col("status").cast(pl.String).is_in(list(APPLIED)))
    return {(row, column): after for row, column, after in applied.select("row", "column", "after").iter_rows()}


def _parquet_frame(table: Table, grid: pl.DataFrame) -> pl.DataFrame:
    """The table's body under its column names; Parquet has no place for anything else."""
    written = grid.row(table.header_row)
    names = [written[i] or f"列{i + 1}" for i in table.columns]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        text = f"項目名が重なるためParquetに書けません: {'、'.join(repeated)}。項目名を改めるか、.csv に書いてください。"
        raise UnreadableError(
            text, f"Parquet needs unique column names; repeated: {', '.join(repeated)}. Rename them or write .csv.", "csv"
        )
    rows = grid.with_row_index("row").join(table.body.select("row"), on="row", how="semi", maintain_order="left")
    return rows.select(pl.col(str(i)).alias(name) for i, name in zip(table.columns, names, strict=True))
