"""pandera schemas, generated from contracts and items: what guards a frame on its way, and tells the rows that may not pass."""

from collections.abc import Callable, Sequence

import duckdb
import pandera.polars as pa
import polars as pl
import pyarrow

from data_standards.codes import load_code_lists
from data_standards.items import DataItem
from data_standards.rules.registry import CHECKS, SQL_CHECKS
from quality.constraints import Constraint, constraints, of_item
from registries.contract import Column, Rule, Table
from registries.schema import ARROW_TYPES

FAILURES = pl.Schema({"row": pl.Int64, "column": pl.String, "rule": pl.String, "value": pl.String})
"""What :func:`guard` says of a row that may not pass: its place in the frame, the column, the rule's id, the value as it was."""


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose bytes are hexadecimal digits: pandera tells of failures as JSON, which Polars cannot write of bytes."""
    stored = frame.with_columns(pl.col(name).ext.storage() for name, kind in frame.schema.items() if isinstance(kind, pl.BaseExtension))
    return stored.with_columns(pl.col(pl.Binary).bin.encode("hex"))


def _polars_type(item: DataItem) -> pl.DataType:
    if item.type == "geometry":
        return pl.String()
    empty = pl.from_arrow(pyarrow.schema([("value", ARROW_TYPES[item.type])]).empty_table())
    if not isinstance(empty, pl.DataFrame):
        raise TypeError(f"{item.name}: {item.type} has no type in Polars")
    return empty.schema["value"]


def _holds(kind: str, item: DataItem, value: pl.Expr) -> pl.Expr:
    """Boolean expression, true where a value satisfies its item; null where there is no value."""
    match kind:
        case "pattern":
            return value.str.contains(item.pattern or "")
        case "max_length":
            return value.str.len_chars() <= (item.max_length or 0)
        case "minimum":
            return value >= (item.minimum or 0)
        case "code_list":
            return value.is_in(list(load_code_lists()[item.code_list or ""].codes))
        case "check_digit":
            return CHECKS[item.check or ""](value)
        case _:
            raise ValueError(f"{kind} is no demand of a data item")


def _value_check(kind: str, item: DataItem) -> pa.Check:
    def satisfied(data: pa.PolarsData) -> pl.LazyFrame:
        # a missing value breaks no demand but that it be there
        return data.lazyframe.select(_holds(kind, item, pl.col(str(data.key))).fill_null(value=True))

    return pa.Check(satisfied, name=f"{kind}__{item.name}", error=f"{kind}__{item.name}")


def _frame_check(constraint_id: str, holds: Callable[[pl.DataFrame], pl.Series]) -> pa.Check:
    def satisfied(data: pa.PolarsData) -> pl.LazyFrame:
        return holds(data.lazyframe.collect()).alias("holds").to_frame().lazy()

    return pa.Check(satisfied, name=constraint_id, error=constraint_id)


def _rule_holds(rule: Rule) -> Callable[[pl.DataFrame], pl.Series]:
    """A rule of a contract is SQL; it runs as SQL on the frame, so that there is one wording of it."""

    def holds(frame: pl.DataFrame) -> pl.Series:
        with duckdb.connect() as connection:
            for name, condition in SQL_CHECKS.items():
                connection.execute(f"CREATE TEMP MACRO is_{name}(value) AS {condition}")
            connection.register("frame", frame.to_arrow())
            found = connection.sql(f"SELECT NOT coalesce({rule.violated_if}, FALSE) AS holds FROM frame").pl()
        return pl.Series(found["holds"])

    return holds


def _of_constraint(constraint: Constraint) -> pa.Check:
    if constraint.rule is not None:
        return _frame_check(constraint.id, _rule_holds(constraint.rule))
    return _frame_check(constraint.id, lambda frame: frame.select(pl.struct(constraint.columns).is_first_distinct()).to_series())


def _column(column: Column) -> pa.Column:
    item = column.item
    checks = [_value_check(kind, item) for kind in of_item(item)]
    return pa.Column(_polars_type(item), checks=checks, nullable=not column.required, required=True, name=item.name)


def schema_of(columns: Sequence[Column], frame_constraints: Sequence[Constraint] = ()) -> pa.DataFrameSchema:
    """The schema of records with these columns.

    Args:
        columns: Columns: data items, and whether every record has a value.
        frame_constraints: Demands on whole rows.
    """
    return pa.DataFrameSchema(
        {column.name: _column(column) for column in columns},
        checks=[_of_constraint(constraint) for constraint in frame_constraints],
        strict=False,
    )


def table_schema(table: Table) -> pa.DataFrameSchema:
    """The schema of a registry's table, with its key and the rules of its contract."""
    return schema_of(table.columns, [constraint for constraint in constraints(table) if constraint.item is None])


def guard_records(frame: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part records as :func:`guard` does, by the demands of single values. All are looked at together first, for most records are right.

    Args:
        frame: Records; columns beyond those demanded stay as they are.
        columns: Columns: data items, and whether every record has a value.

    Returns:
        The rows that pass, and what is wrong with the others, as from :func:`guard`.

    Raises:
        pandera.errors.SchemaErrors: A column is missing or of another type.
    """
    schema = schema_of(columns)
    schema.validate(_as_text(frame.head(0)), lazy=True)
    holds = [_holds(kind, column.item, pl.col(column.name)).fill_null(value=True) for column in columns for kind in of_item(column.item)]
    holds += [pl.col(column.name).is_not_null() for column in columns if column.required]
    suspect = frame.select((~pl.all_horizontal(holds)).arg_true()).to_series() if holds else pl.Series([], dtype=pl.UInt32)
    if not len(suspect):
        return frame, pl.DataFrame(schema=FAILURES)
    _, failures = guard(frame[suspect], schema)
    told = failures.with_columns(row=suspect.cast(pl.Int64).gather(failures["row"]))
    rows = pl.int_range(frame.height, eager=True, dtype=pl.Int64)
    return frame.filter(~rows.is_in(told["row"].unique().implode())), told


def guard(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that satisfy a schema from those that do not.

    Args:
        frame: Records.
        schema: From :func:`schema_of` or :func:`table_schema`.

    Returns:
        The rows that pass, and what is wrong with the others (columns of :data:`FAILURES`; a row may stand there more than once).

    Raises:
        pandera.errors.SchemaErrors: The frame as a whole does not fit: a column is missing or of another type.
    """
    try:
        schema.validate(_as_text(frame), lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        if cases.select(pl.col("index").is_null().any()).item():
            raise
        names = {"not_nullable": "required__"}
        rule = pl.when(pl.col("check") == "not_nullable").then(names["not_nullable"] + pl.col("column")).otherwise(pl.col("check"))
        failures = cases.select(
            pl.col("index").cast(pl.Int64).alias("row"),
            pl.when(pl.col("schema_context") == "Column").then(pl.col("column")).alias("column"),
            rule.alias("rule"),
            pl.when(pl.col("schema_context") == "Column").then(pl.col("failure_case")).alias("value"),
        ).sort("row", "rule")
        bad = failures["row"].unique()
        passed = frame.with_row_index("_row").filter(~pl.col("_row").cast(pl.Int64).is_in(bad.implode())).drop("_row")
        return passed, failures.cast(dict(FAILURES))
    return frame, pl.DataFrame(schema=FAILURES)
