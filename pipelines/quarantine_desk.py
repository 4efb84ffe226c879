"""The quarantine desk: what was set aside, by rule, source and column; values corrected as data; what corrections did."""

import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.home import Home
from pipelines.ingest.corrections import Correction, read_corrections, write_correction
from pipelines.ingest.standardise import StandardisedStore
from pipelines.source_declarations import load_sources, source_named
from quality.quarantine import read_quarantine

_CONSOLE = Console(highlight=False, soft_wrap=True)
_SHOWN_BYTES = 240


def _readable(original: bytes) -> str:
    """The beginning of a record's bytes as a person can read them, whatever is wrong with them."""
    cut = original[:_SHOWN_BYTES]
    text = min((cut.decode(encoding, errors="replace") for encoding in ("utf-8", "cp932")), key=lambda shown: shown.count("\ufffd"))
    shown = "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
    return shown + ("…" if len(original) > _SHOWN_BYTES else "")


def show_quarantine(home: Home, source: str | None, limit: int, *, code: str | None = None, column: str | None = None) -> int:
    """Print what is in quarantine: a summary by reason, then single records.

    Args:
        home: Home folder.
        source: Only this source.
        limit: Records to print.
        code: Only records refused for this reason.
        column: Only records with a fault in this column.

    Returns:
        Exit status.

    Raises:
        DaichoError: There is no source of that name.
    """
    if source is not None:
        source_named(source)
    refused = read_quarantine(home.quarantine, source)
    for name, wanted in (("code", code), ("column", column)):
        refused = refused.filter(pl.col(name) == wanted) if wanted is not None else refused
    if refused.height == 0:
        _CONSOLE.print(f"nothing is in quarantine in {home.root}")
        return 0
    summary = Table(title="quarantine by reason", title_justify="left", show_edge=False, pad_edge=False)
    for heading in ("source", "stage", "reason", "column"):
        summary.add_column(heading, overflow="fold")
    summary.add_column("records", justify="right")
    counts = refused.group_by("source", "stage", "code", "column").len().sort("len", "code", descending=[True, False])
    for row in counts.iter_rows(named=True):
        summary.add_row(row["source"], row["stage"], row["code"], row["column"], f"{row['len']:,}")
    _CONSOLE.print(summary)
    for row in refused.head(limit).iter_rows(named=True):
        place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
        _CONSOLE.print(f"\n[bold]{place}[/bold]  {row['reason']}", markup=True)
        if row["original"]:
            _CONSOLE.print(f"  {_readable(row['original'])}", markup=False)
    if refused.height > limit:
        _CONSOLE.print(f"\n… and {refused.height - limit:,} more; all of them: {home.quarantine}/*/*.parquet")
    return 0


def fix(home: Home, source: str, *, column: str, value: str, replacement: str, reason: str, author: str, date: str) -> int:
    """Write a correction to the source's list; the next build applies it, and makes anew only what the source leads to.

    Args:
        home: Home folder.
        source: Source.
        column: The publisher's name of the column.
        value: The value as delivered.
        replacement: What it stands for; empty for no value.
        reason: Why.
        author: Who says so.
        date: Since when, ISO 8601.

    Returns:
        Exit status.

    Raises:
        DaichoError: There is no such source or column.
    """
    correction = Correction(column, value, replacement, reason, author, date)
    path = write_correction(home, source_named(source), correction)
    held = read_quarantine(home.quarantine, source).filter((pl.col("column") == column) & (pl.col("value") == value)).height
    _CONSOLE.print(f"{path}: {column}: {value!r} stands for {replacement!r}", markup=False)
    _CONSOLE.print(f"{held:,} records in quarantine have that value; ./daicho build applies the correction")
    return 0


def show_corrections(home: Home) -> int:
    """Print what every correction did: records it was applied to, over all batches, and those of no use any more.

    Args:
        home: Home folder.

    Returns:
        Exit status.
    """
    shown = Table(title="corrections", title_justify="left", show_edge=False, pad_edge=False)
    for heading in ("source", "column", "value", "stands for", "reason", "author", "date"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("records", justify="right")
    for name, source in load_sources().items():
        applied: dict[tuple[str, str], int] = {}
        for hit in StandardisedStore(home, source).corrected():
            key = (hit["column"], hit["value"])
            applied[key] = applied.get(key, 0) + hit["records"]
        for known in read_corrections(home, source):
            count = applied.get((known.column, known.value), 0)
            shown.add_row(name, known.column, known.value, known.replacement, known.reason, known.author, known.date, f"{count:,}")
    _CONSOLE.print(shown if shown.row_count else f"there are no corrections in {home.root}")
    return 0
