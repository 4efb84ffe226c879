"""Sketches of the values of a released file's columns, from a few of its row groups."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

_MOST_ROWS = 200_000
_BINS = 16
_FREQUENT = 12


@dataclass(frozen=True)
class Sketch:
    """What a column's values look like.

    Attributes:
        rows: Rows looked at.
        filled: Share of them that have a value.
        distinct: Different values among them.
        bins: Label and count of each bin, or of each frequent value; empty where a picture would say nothing.
        is_histogram: Whether the bins are ranges of an ordered value, not frequent values.
        lowest: Least value, as text.
        highest: Greatest value, as text.
    """

    rows: int
    filled: float
    distinct: int
    bins: list[tuple[str, int]]
    is_histogram: bool
    lowest: str
    highest: str


def sketches(path: Path) -> dict[str, Sketch]:
    """Sketch every column of a Parquet file.

    At most about 200,000 rows are looked at, in row groups spread evenly over the file, so that the cost does not follow the nation.

    Args:
        path: Parquet file.

    Returns:
        Sketch by column; columns of bytes and nested columns are left out.
    """
    file = pq.ParquetFile(path)
    groups = file.num_row_groups
    if groups == 0 or file.metadata.num_rows == 0:
        return {}
    per_group = max(1, file.metadata.num_rows // groups)
    wanted = min(groups, max(1, _MOST_ROWS // per_group))
    chosen = sorted({number * groups // wanted for number in range(wanted)})
    frame = pl.from_arrow(file.read_row_groups(chosen))
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"{path}: not a table")
    kept = [name for name, kind in frame.schema.items() if kind != pl.Binary and not kind.is_nested()]
    return {name: _sketch(frame[name]) for name in kept}


def _sketch(values: pl.Series) -> Sketch:
    present = values.drop_nulls()
    if present.dtype == pl.String:
        present = present.filter(present != "")
    filled = len(present) / len(values) if len(values) else 0.0
    distinct = present.n_unique() if len(present) else 0
    ordered = present.dtype.is_numeric() or present.dtype.is_temporal()
    lowest, highest = (str(present.min()), str(present.max())) if len(present) else ("", "")
    bins = _histogram(present) if ordered and distinct > _FREQUENT else _frequent(present, distinct)
    return Sketch(len(values), filled, distinct, bins, ordered and distinct > _FREQUENT, lowest, highest)


def _frequent(present: pl.Series, distinct: int) -> list[tuple[str, int]]:
    """The most frequent values; none where nearly every row has its own."""
    if not distinct or distinct > max(_FREQUENT, len(present) // 4):
        return []
    counts = present.cast(pl.String).value_counts().sort(["count", present.name], descending=[True, False]).head(_FREQUENT)
    return [(value, count) for value, count in counts.iter_rows()]


def _histogram(present: pl.Series) -> list[tuple[str, int]]:
    numbers = present.to_physical().cast(pl.Float64)
    low, high = float(numbers.quantile(0.01) or 0.0), float(numbers.quantile(0.99) or 0.0)
    if high <= low:
        return []
    places = ((numbers.clip(low, high) - low) / (high - low) * _BINS).floor().clip(0, _BINS - 1).cast(pl.Int64)
    counted = dict(places.value_counts().iter_rows())
    edges = pl.Series([low + (high - low) * number / _BINS for number in range(_BINS + 1)])
    shown = edges.cast(pl.Int64).cast(present.dtype) if present.dtype.is_temporal() else edges.round(2)
    return [(f"{shown[number]} – {shown[number + 1]}", counted.get(number, 0)) for number in range(_BINS)]
