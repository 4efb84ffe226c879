"""Known dirty values of a source, mended as data: a list of corrections with reason, author and date, beside the source and in the home.

A correction says that a value of a delivered column stands for another. It is applied to the raw text before that is standardised; landing
and raw records keep what was delivered. Corrections that come with a source lie in its folder (``corrections.csv``), those of a home's
stewards in ``stewardship/corrections/<source>.csv``; the stewards' word counts where both speak of one value. The files are sorted text.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import DaichoError
from pipelines.home import Home, write_text_aside
from pipelines.source_declarations import Source

_SHIPPED = Path(__file__).resolve().parents[1] / "sources"


@dataclass(frozen=True, order=True)
class Correction:
    """One value that stands for another.

    Attributes:
        column: The publisher's name of the column.
        value: The value as delivered.
        replacement: What it stands for; empty for no value.
        reason: Why.
        author: Who says so.
        date: Since when, ISO 8601.
    """

    column: str
    value: str
    replacement: str
    reason: str
    author: str
    date: str


_HEADER = [field.name for field in fields(Correction)]


def corrections_path(home: Home, source: Source) -> Path:
    """Where a home's stewards keep the corrections of a source."""
    return home.root / "stewardship" / "corrections" / f"{source.name}.csv"


def _read(path: Path, source: Source) -> list[Correction]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.DictReader(handle)
        if rows.fieldnames != _HEADER:
            raise DaichoError(f"{path}: the first line must be {','.join(_HEADER)}")
        found = [Correction(**{name: row[name] or "" for name in _HEADER}) for row in rows]
    for number, correction in enumerate(found, start=2):
        _check(f"{path}: line {number}", correction, source)
    return found


def _check(place: str, correction: Correction, source: Source) -> None:
    columns = [column.name for column in source.columns]
    if correction.column not in columns:
        raise DaichoError(f"{place}: {source.name} has no column {correction.column!r}; it has {', '.join(columns)}")
    missing = [name for name in ("value", "reason", "author", "date") if not getattr(correction, name)]
    if missing:
        raise DaichoError(f"{place}: a correction needs {', '.join(missing)}")
    try:
        date.fromisoformat(correction.date)
    except ValueError:
        raise DaichoError(f"{place}: {correction.date!r} is not a date of the form YYYY-MM-DD") from None


def read_corrections(home: Home, source: Source) -> list[Correction]:
    """The corrections of a source, sorted.

    Raises:
        DaichoError: A file is malformed, or a correction has no reason, author or date.
    """
    spoken: dict[tuple[str, str], Correction] = {}
    for path in (_SHIPPED / source.name / "corrections.csv", corrections_path(home, source)):
        spoken |= {(correction.column, correction.value): correction for correction in _read(path, source)}
    return sorted(spoken.values())


def write_correction(home: Home, source: Source, correction: Correction) -> Path:
    """Add a correction to those of a home's stewards, in place of one of the same value.

    Returns:
        The file written.

    Raises:
        DaichoError: The correction is incomplete.
    """
    _check("the correction", correction, source)
    path = corrections_path(home, source)
    kept = {(known.column, known.value): known for known in _read(path, source)} | {(correction.column, correction.value): correction}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_HEADER, *(astuple(known) for known in sorted(kept.values()))])
    write_text_aside(path, out.getvalue())
    return path


def digest(corrections: Iterable[Correction]) -> str:
    """Digest of what corrections do; who says it, and why, aside."""
    said = sorted((correction.column, correction.value, correction.replacement) for correction in corrections)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def count_hits(raw_parts: list[Path], corrections: list[Correction]) -> list[dict[str, Any]]:
    """How often each correction applies to raw records: column, value, replacement, records; those that never do are left out."""
    if not corrections or not raw_parts:
        return []
    hits = [(pl.col(correction.column) == correction.value).sum().alias(str(place)) for place, correction in enumerate(corrections)]
    (counts,) = pl.scan_parquet(raw_parts).select(hits).collect().rows()
    return [
        {"column": correction.column, "value": correction.value, "replacement": correction.replacement, "records": int(count)}
        for correction, count in zip(corrections, counts, strict=True)
        if count
    ]


def apply(raw: pl.DataFrame, corrections: list[Correction]) -> pl.DataFrame:
    """Raw records with their known dirty values mended."""
    by_column: dict[str, dict[str, str | None]] = {}
    for correction in corrections:
        by_column.setdefault(correction.column, {})[correction.value] = correction.replacement or None
    return raw.with_columns(
        pl.col(column).replace_strict(list(values), list(values.values()), default=pl.col(column), return_dtype=pl.String)
        for column, values in by_column.items()
    )
