"""Repair ladders: the steps a rule tries in order, and how they run over a column without work on values that need none.

Polars computes every branch of a conditional for every row. A ladder of ten patterns over a column of clean values would be paid in full,
so ladders run on the distinct values that need them, through ``map_batches``: the one thing an expression alone cannot do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from data_standards.rules.rule import OUTCOME, Status, outcome

Check = Callable[[pl.Expr], pl.Expr]
Reasons = dict[str, tuple[str, str]]

NOTATION: Reasons = {
    "notation": (
        "全角・半角、区切り、空白等の表記を標準の形に改めた。",
        "Width, separators or spaces were brought to the standard's form.",
    )
}
SAID_UNKNOWN: Reasons = {
    "said_unknown": ("空欄又は不明を表す値である。", "The value is blank or says that it is not known."),
}
FLOAT_FORM: Reasons = {
    "float_form": (
        "表計算ソフトが付けた小数点以下の0を除いた。",
        "The decimal zero that a spreadsheet had added was taken off.",
    )
}
LEADING_ZERO: Reasons = {
    "leading_zero_restored": ("失われた先頭の0を補った。", "The leading zero that had been lost was restored."),
}
WRONG_CHECK_DIGIT: Reasons = {
    "wrong_check_digit": (
        "検査用数字が合わない。どの桁が誤りかは分からないため推測しない。",
        "The check digit does not fit. Which digit is wrong cannot be known, so nothing is guessed.",
    )
}
WRONG_FORM: Reasons = {
    "wrong_form": ("この項目の値の形をしていない。", "The value does not have the form of this item."),
}


@dataclass(frozen=True)
class Step:
    """One step of a ladder: the first step whose condition holds decides.

    Attributes:
        when: Boolean column.
        value: Value under the standard; None gives null.
        status: What was done.
        reason: Identifier of the reason; None for an unchanged value.
    """

    when: pl.Expr
    value: pl.Expr | None
    status: Status
    reason: str | None


def climb(frame: pl.LazyFrame, steps: list[Step]) -> pl.LazyFrame:
    """Try steps in order on the column ``given``; where none holds, the value is invalid with reason ``wrong_form``.

    Args:
        frame: Table with a text column ``given``.
        steps: Steps, first match wins. A value equal to the given one is reported as unchanged whatever the step says, unless uncertain.

    Returns:
        The table with the column ``outcome`` besides.
    """
    given = pl.col("given")
    number = pl.lit(len(steps))
    for place in reversed(range(len(steps))):
        number = pl.when(steps[place].when).then(place).otherwise(number)
    value = pl.lit(None, pl.String)
    for place, step in enumerate(steps):
        if step.value is not None:
            value = pl.when(pl.col("step") == place).then(step.value).otherwise(value)
    statuses = {place: step.status.value for place, step in enumerate(steps)}
    reasons = {place: step.reason for place, step in enumerate(steps)}
    status = pl.col("step").replace_strict(statuses, default=Status.INVALID.value, return_dtype=pl.String)
    reason = pl.col("step").replace_strict(reasons, default="wrong_form", return_dtype=pl.String)
    same = (pl.col("value") == given).fill_null(value=False) & (status != Status.UNCERTAIN.value)
    settled = outcome(
        given,
        pl.col("value"),
        pl.when(same).then(pl.lit(Status.UNCHANGED.value)).otherwise(status),
        pl.when(~same).then(reason),
    )
    stepped = frame.with_columns(step=number.cast(pl.Int32)).with_columns(value=value)
    return stepped.with_columns(outcome=settled).drop("step", "value")


def unless_clean(
    value: pl.Expr,
    clean: Check,
    steps: Callable[[pl.Expr], list[Step]],
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None,
) -> pl.Expr:
    """Apply a ladder to the distinct values that are not clean; the others are unchanged.

    Args:
        value: Text column.
        clean: Tells which values already follow the standard; null counts as clean.
        steps: Makes the steps for a column.
        prepare: Adds columns, made of the column ``given``, that several steps share.

    Returns:
        Column of outcomes, row for row.
    """
    given = pl.col("given")

    def batch(series: pl.Series) -> pl.Series:
        frame = series.to_frame("given").with_columns(clean=clean(given).fill_null(value=True))
        unchanged = outcome(given, given, pl.lit(Status.UNCHANGED.value), pl.lit(None, pl.String))
        needed = frame.lazy().filter(~pl.col("clean")).select("given").unique().collect()
        if needed.is_empty():
            return frame.select(unchanged.alias("outcome")).get_column("outcome").cast(OUTCOME)
        prepared = needed.lazy() if prepare is None else prepare(needed.lazy())
        answers = climb(prepared, steps(given)).select("given", "outcome").collect()
        joined = frame.join(answers, on="given", how="left", maintain_order="left")
        chosen = pl.when("clean").then(unchanged).otherwise("outcome").alias("outcome")
        return joined.select(chosen).get_column("outcome").cast(OUTCOME)

    return value.map_batches(batch, return_dtype=OUTCOME, is_elementwise=True)


def with_parts(
    value: pl.Expr,
    steps: Callable[[pl.Expr], list[Step]],
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame],
    parts: dict[str, pl.Expr],
    dtype: pl.Struct,
) -> pl.Expr:
    """Apply a ladder to the distinct values and give the parts it read beside the outcome.

    Args:
        value: Text column.
        steps: Makes the steps for a column.
        prepare: Adds columns, made of the column ``given``.
        parts: Further fields, made of the prepared columns; null where the value is.
        dtype: Type of the whole: the fields of an outcome, then the parts.

    Returns:
        Column of ``dtype``, row for row.
    """
    given = pl.col("given")

    def batch(series: pl.Series) -> pl.Series:
        frame = series.to_frame("given")
        climbed = climb(prepare(frame.lazy().unique()), steps(given))
        fields = [pl.col("outcome").struct.field(name).alias(name) for name in ("value", "status", "reason")]
        read = [pl.when(pl.col("outcome").struct.field("value").is_not_null()).then(part).alias(name) for name, part in parts.items()]
        answers = climbed.select("given", answer=pl.struct(*fields, *read)).collect()
        joined = frame.join(answers, on="given", how="left", nulls_equal=True, maintain_order="left")
        return joined.get_column("answer").cast(dtype)

    return value.map_batches(batch, return_dtype=dtype, is_elementwise=True)


def with_fields(**more: pl.DataType | type[pl.DataType]) -> pl.Struct:
    """Type of an outcome with further fields.

    Args:
        more: Type by name of field.

    Returns:
        Struct type whose first fields are those of an outcome.
    """
    return pl.Struct([*OUTCOME.fields, *(pl.Field(name, dtype) for name, dtype in more.items())])
