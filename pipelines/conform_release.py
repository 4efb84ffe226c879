"""The conformance command on a table of a release: judged with what the release publishes beside it, in GIF's form where GIF has one."""

import json
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from catalog.conformance import as_published, in_gif_form, model_of
from data_standards.conformance.cleansing import Progress
from data_standards.conformance.examination import Result
from data_standards.conformance.gif_view import columns_needed
from pipelines.conform_errors import UnreadableError
from registries.contract import Table, load_contracts


def released_table(path: Path) -> Table | None:
    """The contract of the table that a file of a release holds.

    Args:
        path: A file.

    Returns:
        The table; None where the file is not the Parquet file of a table that a release's manifest names.
    """
    manifest = path.absolute().parent.parent / "manifest.json"
    if path.suffix != ".parquet" or not manifest.is_file() or not path.is_file():
        return None
    try:
        files = json.loads(manifest.read_text(encoding="utf-8")).get("files", [])
    except (ValueError, AttributeError):
        return None
    name = f"{path.absolute().parent.name}/{path.name}"
    named = next((file.get("table") for file in files if isinstance(file, dict) and file.get("path") == name), None)
    return next((table for contract in load_contracts().values() for table in contract.tables.values() if table.name == named), None)


def examine_released(path: Path, table: Table, level: str, progress: Progress) -> Result:
    """Judge a table of a release: all its rows.

    Args:
        path: Its Parquet file.
        table: Its contract.
        level: Level to conform at.
        progress: Told how many rows are brought to GIF's form, and how many there are.

    Returns:
        The result: of the table in GIF's form where a model has a view of it, of the table as it is where none has.

    Raises:
        UnreadableError: The file is damaged.
    """
    model = model_of(table.name)
    try:
        if model is None:
            return as_published(pl.read_parquet(path), table)
        return in_gif_form(pl.read_parquet(path, columns=columns_needed(model)), model, f"{path.name} → GIF {model.label}", level, progress)
    except (PolarsError, OSError) as error:
        raise UnreadableError(
            f"{path.name}: Parquetとして読めません（{error}）。", f"{path.name}: cannot be read as Parquet ({error})."
        ) from error
