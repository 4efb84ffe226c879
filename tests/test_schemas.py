"""pandera schemas and Great Expectations suites say of every injected breach what the SQL checks say."""

import re
from pathlib import Path

import duckdb
import great_expectations.execution_engine.sqlalchemy_execution_engine as gx_engine
import pandera.polars as pa
import polars as pl
import pytest

from data_standards.rules.registry import SQL_CHECKS
from quality import gx_duckdb
from quality.checks import checks
from quality.constraints import constraints
from quality.expectations import CrashedExpectationError, Examiner
from quality.schemas import guard, schema_of, table_schema
from quality.witness import Row, Witnesses
from registries.contract import Table, load_contracts
from registries.schema import create_table

TABLES = {f"{contract.registry}.{table.name}": table for contract in load_contracts().values() for table in contract.tables.values()}


def opened(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path)
    for rule, condition in SQL_CHECKS.items():
        connection.execute(f"CREATE TEMP MACRO is_{rule}(value) AS {condition}")
    return connection


def rows_of(connection: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[str, Row]]:
    """A valid row, then for each check of single rows one that breaks it."""
    finder = Witnesses(connection, table)
    return [("", finder.valid()), *((check.name, finder.violating(check)) for check in checks(table) if check.violated_if)]


def fill(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    connection.execute(create_table(table).replace("restricted.main.", "").replace(" NOT NULL", ""))
    for row in rows:
        connection.execute(f"INSERT INTO {table.name} BY NAME FROM {Witnesses(connection, table).relation(row)}")


def test_a_row_with_a_shape_is_parted_too() -> None:
    table = load_contracts()["land"].tables["parcel"]
    with opened() as connection:
        finder = Witnesses(connection, table)
        broken = finder.violating(next(check for check in checks(table) if check.name == "required__lg_code"))
        connection.execute(create_table(table).replace("restricted.main.", "").replace(" NOT NULL", ""))
        for row in (finder.valid(), broken, finder.valid()):
            connection.execute(f"INSERT INTO {table.name} BY NAME FROM {finder.relation(row)}")
        frame = pl.DataFrame(pl.from_arrow(connection.sql(f"SELECT * FROM {table.name}").to_arrow_table()))
    passed, failures = guard(frame, table_schema(table))
    assert {(row, rule) for row, rule in failures.select("row", "rule").iter_rows()} >= {(1, "required__lg_code"), (2, "unique_key")}
    assert passed.height == 1
    assert passed.schema == frame.schema


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_parts_the_rows_that_break_it_with_rule_and_value(name: str) -> None:
    table = TABLES[name]
    with opened() as connection:
        cases = rows_of(connection, table)
        fill(connection, table, [row for _, row in cases])
        frame = pl.DataFrame(pl.from_arrow(connection.sql(f"SELECT * FROM {table.name}").to_arrow_table()))
    schema = table_schema(table)
    passed, failures = guard(frame, schema)
    for number, (rule, row) in enumerate(cases):
        told = failures.filter((pl.col("row") == number) & (pl.col("rule") == rule))
        if not rule:
            assert failures.filter(pl.col("row") == number).height == 0
            continue
        assert told.height == 1, rule
        column = told["column"][0]
        if column is not None and row[column] is not None and not re.match(r"minimum", rule):
            assert told["value"][0] == row[column]
    assert passed.equals(frame.head(1))


def test_a_repeated_key_is_parted() -> None:
    table = TABLES["company.company"]
    with opened() as connection:
        row = Witnesses(connection, table).valid()
        fill(connection, table, [row, row])
        frame = pl.DataFrame(pl.from_arrow(connection.sql(f"SELECT * FROM {table.name}").to_arrow_table()))
    passed, failures = guard(frame, table_schema(table))
    assert passed.height == 1
    assert failures.select("row", "rule").rows() == [(1, "unique_key")]


def test_a_missing_column_is_no_matter_of_rows() -> None:
    table = TABLES["company.company"]
    with pytest.raises(pa.errors.SchemaErrors):
        guard(pl.DataFrame({"corporate_number": ["8000012010038"]}), schema_of(table.columns))


def files_of(registry: str, folder: Path) -> tuple[list[Table], Path, Path]:
    """The tables of a registry, a file of them with a valid row each, and one with a row for each breach."""
    tables = list(load_contracts()[registry].tables.values())
    good, bad = folder / "good.duckdb", folder / "bad.duckdb"
    with opened(str(good)) as connection, opened(str(bad)) as other:
        for table in tables:
            cases = rows_of(connection, table)
            fill(connection, table, [cases[0][1]])
            fill(other, table, [row for _, row in cases] + [cases[0][1]])
    return tables, good, bad


@pytest.mark.parametrize("registry", load_contracts())
def test_great_expectations_sees_every_breach(registry: str, tmp_path: Path) -> None:
    tables, good, bad = files_of(registry, tmp_path)
    clean = Examiner(good).examine(tables)
    assert {(result.table, result.rule) for result in clean} == {(t.name, c.id) for t in tables for c in constraints(t)}
    assert [result for result in clean if not result.success] == []
    assert [result for result in Examiner(bad).examine(tables) if result.success] == []


@pytest.mark.parametrize("registry", ["company", "delivery"])
def test_the_pages_of_great_expectations_need_no_network(registry: str, tmp_path: Path) -> None:
    tables, _, bad = files_of(registry, tmp_path)
    pages = tmp_path / "pages"
    Examiner(bad, pages).examine(tables)
    written = sorted(pages.rglob("*.html"))
    assert (pages / "index.html") in written
    for page in written:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]*\.(?:js|css|png)', text)
        assert "<script" not in text
    front = (pages / "index.html").read_text(encoding="utf-8")
    for table in tables:
        (link,) = re.findall(rf'<a href="(validations/[^"]*)">{table.name}</a></td><td>{len(constraints(table))}</td><td>(?!0<)', front)
        assert (pages / link).is_file()
        assert (pages / "expectations" / f"{table.name}.html").is_file()


def test_an_expectation_that_does_not_run_is_an_error(tmp_path: Path) -> None:
    table = TABLES["delivery.delivered_file"]
    database = tmp_path / "wrong.duckdb"
    with opened(str(database)) as connection:
        connection.execute(f"CREATE TABLE {table.name} (source VARCHAR)")
    with pytest.raises(CrashedExpectationError, match=r"of delivered_file did not run"):
        Examiner(database).examine([table])


def test_a_changed_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(gx_engine, "_PERSISTED_CONNECTION_DIALECTS")
    with pytest.raises(gx_duckdb.AdaptationError, match="has changed"):
        gx_duckdb.adapt()
