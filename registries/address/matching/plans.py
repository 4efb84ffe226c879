"""Running steps of expressions that are made once: for one address the making and the starting cost more than the work.

Numbers are worked on as arrays and text as expressions, which are constants of their modules. What few rows need is run on those rows.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]

_AS_WRITTEN = pl.QueryOptFlags.none()


def ran(frame: pl.DataFrame, *steps: Sequence[pl.Expr], kept: Sequence[pl.Expr] | None = None) -> pl.DataFrame:
    """Add columns step by step, in one query that is run as it is written.

    Args:
        frame: The frame.
        steps: Expressions of each step; a step sees the columns of those before it.
        kept: Expressions of the columns of the result; all columns where not given.

    Returns:
        The new frame.
    """
    plan = frame.lazy()
    for step in steps:
        plan = plan.with_columns(step)
    if kept is not None:
        plan = plan.select(kept)
    # the streaming engine starts a pipeline for each query
    return plan.collect(optimizations=_AS_WRITTEN, engine="in-memory")


def columns(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Some columns of a frame, without a query."""
    return frame[list(names)]


def taken(frame: pl.DataFrame, rows: Rows | Numbers) -> pl.DataFrame:
    """Some rows of a frame, in the order given; a single one is a view and costs no query."""
    return frame.slice(int(rows[0]), 1) if len(rows) == 1 else frame[rows]


def picked(values: pl.Series, places: npt.NDArray[Any]) -> pl.Series:
    """Some values of a column, in the order given; a single one is a view."""
    return values.slice(int(places[0]), 1) if len(places) == 1 else values[places]


def picked_where(values: pl.Series, places: npt.NDArray[np.integer], given: Flags) -> pl.Series:
    """Some values of a column, in the order given; null where ``given`` is false."""
    if not given.any():
        return absent("", values.dtype, len(given))
    if given.all():
        return picked(values, places)
    return values.gather(pl.Series(pa.array(places, mask=~given)))


@cache
def _null(name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series(name, [None], kind)


def absent(name: str, kind: pl.DataType | type[pl.DataType], length: int) -> pl.Series:
    """A column of nulls."""
    return _null(name, kind).new_from_index(0, length)


def either(first: pl.Series, second: pl.Series) -> pl.Series:
    """The first column where it has a value, else the second."""
    nulls = first.null_count()
    if nulls in (0, len(first)):
        return second if nulls else first
    return first.zip_with(first.is_not_null(), second)


def where(flags: Flags, values: pl.Series, others: pl.Series) -> pl.Series:
    """Values where flags are true, others where they are not."""
    if flags.all():
        return values
    return values.zip_with(pl.Series(flags), others) if flags.any() else others


def as_text(values: pl.Series) -> pl.Series:
    """Text without nulls: null counts as empty."""
    values = values.cast(pl.String)
    return values.fill_null("") if values.null_count() else values


def array(frame: pl.DataFrame, name: str) -> npt.NDArray[Any]:
    """A column without nulls as an array."""
    return frame.get_column(name).to_numpy()


def given_in(frame: pl.DataFrame, name: str) -> Flags:
    """Tell where a column has a value."""
    column = frame.get_column(name)
    nulls = column.null_count()
    if nulls in (0, len(column)):
        return np.full(len(column), nulls == 0)
    given: Flags = column.is_not_null().to_numpy()
    return given


def equals(frame: pl.DataFrame, name: str, value: str) -> Flags:
    """Tell where a text column holds a value; null holds none."""
    column = frame.get_column(name)
    if len(column) == 1:
        return np.array([column.item() == value])
    if column.null_count() == len(column):
        return np.zeros(len(column), np.bool_)
    same = column == value
    flags: Flags = (same.fill_null(value=False) if same.null_count() else same).to_numpy()
    return flags


def holds(frame: pl.DataFrame, name: str) -> Flags:
    """A column of truth values as an array; null is false."""
    column = frame.get_column(name)
    if len(column) == 1:
        return np.array([column.item() is True])
    if column.null_count() == len(column):
        return np.zeros(len(column), np.bool_)
    flags: Flags = (column.fill_null(value=False) if column.null_count() else column).to_numpy()
    return flags


def optional(frame: pl.DataFrame, name: str) -> Numbers:
    """A column of row numbers as an array, -1 for null."""
    column = frame.get_column(name)
    values = column.to_numpy() if column.dtype != pl.Null else np.full(len(column), np.nan)
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), -1, values).astype(np.int32)
    return values.astype(np.int32)


def with_arrays(frame: pl.DataFrame, **arrays: npt.NDArray[Any]) -> pl.DataFrame:
    """The frame with arrays as columns; there must be none of these names."""
    return frame.hstack([pl.Series(name, values) for name, values in arrays.items()])


def with_series(frame: pl.DataFrame, values: dict[str, pl.Series]) -> pl.DataFrame:
    """The frame with columns, in place of those of the same names."""
    kept = [name for name in frame.columns if name not in values]
    return columns(frame, *kept).hstack([column.alias(name) for name, column in values.items()])


def with_rows(frame: pl.DataFrame, rows: Rows, changed: pl.DataFrame) -> pl.DataFrame:
    """The frame with other values in some rows.

    Args:
        frame: The frame.
        rows: Numbers of the rows.
        changed: Columns of the frame, one row for each of them.

    Returns:
        The new frame.
    """
    columns = changed.columns
    if len(rows) < frame.height:
        place = np.arange(frame.height)
        place[rows] = frame.height + np.arange(len(rows))
        changed = pl.concat([frame.select(columns), changed.cast(frame.select(columns).schema)], rechunk=True)[place]
    return frame.with_columns(changed.get_columns())
