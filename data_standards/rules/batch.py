"""Helpers to write rules with: work spent only where a column needs it, and outcomes of rules that rewrite text."""

from collections.abc import Callable, Iterator

import polars as pl

from data_standards.rules.rule import CleansingRule, Status, outcome

Work = Callable[[pl.Expr], pl.Expr]
"""A function from a column to a column that looks at each value alone."""


SLICE_ROWS = 100_000
"""Rows of one slice of a long column."""


def slices(rule: CleansingRule, values: pl.Series) -> Iterator[tuple[int, pl.DataFrame]]:
    """Apply a rule to a column of any length, slice after slice, so that memory follows the slice.

    A rule runs queries of its own inside the query that it stands in. Polars' in-memory engine gives every chunk of every column to its
    pool as a task, and a task that waits for its inner query begins another on the same stack: a select of many rules over a frame of
    many chunks nests until the stack of the thread overflows (seen with 14 rules over 1.2 million rows: 137 deep). One rule over one
    chunk at a time cannot nest.

    Args:
        rule: The rule.
        values: Text column.

    Yields:
        Place of the slice's first row, and the outcome of each of its rows as columns, with the text ``given`` beside.
    """
    for start in range(0, len(values), SLICE_ROWS):
        frame = values.slice(start, SLICE_ROWS).rechunk().rename("given").to_frame()
        outcomes = frame.select(rule.apply(pl.col("given")).alias("outcome")).unnest("outcome")
        yield start, outcomes.with_columns(frame.to_series())


def only_where(value: pl.Expr, guard: str, work: Work) -> pl.Expr:
    """Apply work to the values that contain a pattern, and leave the others as they are.

    Polars computes both branches of a ``when`` for every row; most values are clean already, so a guard that is cheap to test is put first.

    Args:
        value: Text column.
        guard: Regular expression; a value without a match must be one that the work would not change.
        work: What to do with each value; text in, text out.

    Returns:
        Text column.
    """

    def batch(series: pl.Series) -> pl.Series:
        rows = series.str.contains(guard).fill_null(value=False).arg_true()
        if len(rows) == 0:
            return series
        if 2 * len(rows) > len(series):
            return _distinct(series, work)
        worked = _distinct(series.gather(rows), work)
        # one gather over "old values, then worked values" puts each worked value into its row
        place = pl.select(pl.int_range(len(series), dtype=pl.UInt32)).to_series()
        place = place.scatter(rows, pl.select(pl.int_range(len(series), len(series) + len(rows), dtype=pl.UInt32)).to_series())
        return pl.concat([series.rename(""), worked.rename("")]).gather(place).rename(series.name)

    return value.map_batches(batch, return_dtype=pl.String, is_elementwise=True)


def staged(
    value: pl.Expr, work: Callable[[pl.DataFrame], pl.DataFrame], dtype: pl.Struct, clean: str | None = None, **passed: str
) -> pl.Expr:
    """Run a rule of many steps over frames, on the distinct values that are not clean already.

    A step that uses an earlier one more than once makes one expression grow with every step; columns of a frame do not.

    Args:
        value: Text column.
        work: From a frame with the text column ``given`` to a frame with the fields of the outcome beside it.
        dtype: Type of the outcome.
        clean: Regular expression of values that the rule leaves unchanged, without a look by the work.
        passed: Further fields of the outcome of such values; null where not named.

    Returns:
        Column of the type; null values give null in all fields.
    """
    fields = [field.name for field in dtype.fields]
    given = pl.col("given")

    def batch(series: pl.Series) -> pl.Series:
        frame = series.rename("given").to_frame()
        open_values = given.is_not_null() if clean is None else ~given.str.contains(clean)
        todo = frame.filter(open_values)
        if todo.select(pl.approx_n_unique("given")).item() * 2 > frame.height:
            done = work(frame).select("given", *fields)
        else:
            todo = todo.unique()
            done = frame.join(work(todo).select("given", *fields), on="given", how="left", maintain_order="left")
            unseen = pl.col("status").is_null()
            unchanged = {"value": given, "status": pl.lit(Status.UNCHANGED.value)} | {name: pl.lit(text) for name, text in passed.items()}
            done = done.with_columns(pl.when(unseen).then(field).otherwise(pl.col(name)).alias(name) for name, field in unchanged.items())
        kept = [pl.when(given.is_not_null()).then(pl.col(field)).cast(kind).alias(field) for field, kind in dtype.to_schema().items()]
        return done.select("given", *kept).select(pl.struct(fields).alias("outcome")).to_series()

    return value.map_batches(batch, return_dtype=dtype, is_elementwise=True)


def _distinct(series: pl.Series, work: Work) -> pl.Series:
    """Apply work to a series, by way of its distinct values where they are at most half as many."""
    column = series.rename("given").to_frame()
    distinct = column.unique()
    if 2 * distinct.height > column.height:
        return column.select(work(pl.col("given")).alias("worked")).to_series()
    table = distinct.with_columns(work(pl.col("given")).alias("worked"))
    return column.join(table, on="given", how="left", nulls_equal=True, maintain_order="left").get_column("worked")


def replaced(value: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Replace every occurrence of the table's texts, which must not overlap each other.

    Args:
        value: Text column.
        table: Replacement by text.

    Returns:
        Text column.
    """
    return value.str.replace_many(list(table), list(table.values()))


BLANK = {"blank": ("値が空です。", "The value is blank.")}
"""The reason that :func:`rewritten` gives of itself."""


def rewritten(original: pl.Expr, value: pl.Expr, reason: pl.Expr, doubt: pl.Expr | None = None, **more: pl.Expr) -> pl.Expr:
    """Put the outcome of a rule together that rewrites text: unchanged where the text is the same, changed where it is not.

    Args:
        original: Text column the rule was given.
        value: Text under the standard; blank text becomes null with the status unknown and the reason ``blank``.
        reason: Identifier of the reason for a change, where there is one.
        doubt: Identifier of the reason for which a person should look, null where there is none.
        more: Further fields.

    Returns:
        Outcome struct.
    """
    blank = value.str.strip_chars() == ""
    doubted = pl.lit(None, pl.String) if doubt is None else doubt
    status = (
        pl.when(blank)
        .then(pl.lit(Status.UNKNOWN.value))
        .when(doubted.is_not_null())
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(value == original)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value))
    )
    why = (
        pl.when(blank)
        .then(pl.lit("blank"))
        .when(doubted.is_not_null())
        .then(doubted)
        .when(value == original)
        .then(pl.lit(None, pl.String))
        .otherwise(reason)
    )
    return outcome(original, pl.when(~blank).then(value), status, why, **more)
