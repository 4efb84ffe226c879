"""Running steps of expressions that are made once: for one address the making and the starting cost more than the work.

Numbers are worked on as arrays and text as expressions, which are constants of their modules. What few rows need is run on those rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

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
    return plan.collect(optimizations=_AS_WRITTEN)


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
    if not column.null_count():
        return np.ones(len(column), np.bool_)
    given: Flags = column.is_not_null().to_numpy()
    return given


def optional(frame: pl.DataFrame, name: str) -> Numbers:
    """A column of row numbers as an array, -1 for null."""
    column = frame.get_column(name)
    values = column.to_numpy() if column.dtype != pl.Null else np.full(len(column), np.nan)
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), -1, values).astype(np.int32)
    return values.astype(np.int32)


def matrix(frame: pl.DataFrame, names: Sequence[str]) -> Numbers:
    """Number columns without nulls, side by side."""
    made = np.empty((frame.height, len(names)), np.int32)
    for place, name in enumerate(names):
        made[:, place] = frame.get_column(name).to_numpy()
    return made


def with_arrays(frame: pl.DataFrame, **arrays: npt.NDArray[Any]) -> pl.DataFrame:
    """The frame with arrays as columns; there must be none of these names."""
    return frame.hstack([pl.Series(name, values) for name, values in arrays.items()])


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
