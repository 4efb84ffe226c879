"""pandera schemas guard the stages: what slips past standardising, or past a model, stands in quarantine with rule and value."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pandera.polars as pa
import polars as pl
import pytest

from data_standards.rules.registry import SQL_CHECKS
from pipelines.home import Home
from pipelines.ingest import standardise as stage
from pipelines.ingest.guarding import guarded
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.registry_guard import quarantine_rows
from pipelines.source_declarations import Source, load_sources
from quality.checks import Check, checks
from quality.measuring import Measured, measure
from quality.quarantine import read_quarantine
from quality.references import prepare
from quality.schemas import guard, guard_records, schema_of
from quality.witness import Witnesses
from registries.contract import load_contracts
from registries.schema import create_table

CONTRACT = load_contracts()["company"]
TABLE = CONTRACT.tables["company"]


@pytest.mark.parametrize("name", [name for name, source in load_sources().items() if source.columns])
def test_the_guard_of_every_source_lets_examples_pass_and_nothing_empty(name: str) -> None:
    source = load_sources()[name]
    types = {column.item.name: stage.POLARS_TYPES[column.item.type] for column in source.columns}
    derived = {derivation.item.name: stage.POLARS_TYPES[derivation.item.type] for derivation in source.derived}
    texts = {column.item.name: column.item.example for column in source.columns}
    frame = pl.DataFrame({item: [text, text] for item, text in texts.items()}).select(
        *(stage.parse(column.item, pl.col(column.item.name)).alias(column.item.name) for column in source.columns),
        *(pl.lit(None, kind).alias(item) for item, kind in derived.items()),
        file_id=pl.lit("f"),
        source_line=pl.int_range(1, 3, dtype=pl.Int64),
    )
    raw = pl.DataFrame({column.name: [texts[column.item.name]] * 2 for column in source.columns}).with_columns(
        file_id=pl.lit("f"), line=pl.int_range(1, 3, dtype=pl.UInt32)
    )
    passed, faults = guarded(source, frame, raw)
    assert (passed.height, faults.height) == (2, 0)
    required = [column for column in source.columns if column.required]
    for column in required:
        name, empty = column.item.name, pl.lit(None, types[column.item.name])
        lost = frame.with_columns(pl.when(pl.col("source_line") == 2).then(empty).otherwise(pl.col(name)).alias(name))
        passed, faults = guarded(source, lost, raw)
        assert passed["source_line"].to_list() == [1]
        assert faults.select("file_id", "line", "column", "code", "value").rows() == [
            ("f", 2, column.name, f"required__{column.item.name}", texts[column.item.name])
        ]


def test_what_slips_past_standardising_is_quarantined_with_the_rule_and_the_value_as_delivered(
    home: Home, letters: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = letters.columns[1]
    source = replace(letters, columns=(letters.columns[0], replace(word, item=replace(word.item, max_length=2)), letters.columns[2]))
    real = stage.problems
    monkeypatch.setattr(stage, "problems", lambda column: [problem for problem in real(column) if problem.code != "too_long"])
    path = tmp_path / "a_all_.csv"
    path.write_text("1,いろ,2024-01-01\n2,いろは,2024-01-01\n", encoding="utf-8")
    Landing(home, source).land(path, None)
    raw, store = RawStore(home, source), stage.StandardisedStore(home, source)
    raw.read_new(lambda *_: None)
    store.standardise_new(raw, lambda *_: None)
    assert pl.concat([pl.read_parquet(part) for part in store.parts()])["no"].to_list() == ["1"]
    (record,) = read_quarantine(home.quarantine).iter_rows(named=True)
    assert (record["stage"], record["line"], record["column"], record["code"], record["value"]) == (
        "standardised",
        2,
        "word",
        "max_length__word",
        "いろは",
    )
    assert record["original"].decode().startswith("2,いろは")


def test_looking_at_all_demands_together_tells_what_one_by_one_tells() -> None:
    numbers = ["8000012010038", "8000012010039", "x", None, "2010001205124"]
    frame = pl.DataFrame({column.name: pl.Series([None] * 5, dtype=pl.String) for column in TABLE.columns if column.item.type == "text"})
    frame = frame.with_columns(
        *(pl.lit(None, pl.Date).alias(column.name) for column in TABLE.columns if column.item.type == "date"),
        corporate_number=pl.Series(numbers),
        status=pl.Series(["active", "active", "?", None, "active"]),
    )
    columns = [replace(column, required=False) for column in TABLE.columns if column.name in frame.columns]
    together, one_by_one = guard_records(frame, columns), guard(frame, schema_of(columns))
    assert together[0].equals(one_by_one[0])
    assert together[1].sort("row", "rule").equals(one_by_one[1].sort("row", "rule"))
    assert together[0]["corporate_number"].to_list() == ["8000012010038", None, "2010001205124"]
    with pytest.raises(pa.errors.SchemaErrors):
        guard_records(frame.with_columns(status=pl.lit(1)), columns)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for rule, condition in SQL_CHECKS.items():
            opened.execute(f"CREATE MACRO is_{rule}(value) AS {condition}")
        prepare(opened)
        yield opened


@pytest.fixture(scope="module")
def finder(connection: duckdb.DuckDBPyConnection) -> Witnesses:
    return Witnesses(connection, TABLE)


def measured(connection: duckdb.DuckDBPyConnection, finder: Witnesses, *rows: dict[str, str | None]) -> list[Measured]:
    connection.execute(create_table(TABLE).replace(" NOT NULL", "").replace("CREATE TABLE", "CREATE OR REPLACE TABLE"))
    for row in rows:
        connection.execute(f"INSERT INTO company BY NAME FROM {finder.relation(row)}")
    return measure(lambda sql: connection.execute(sql).fetchall(), TABLE, "company")


def test_rows_that_hold_a_table_are_quarantined_until_they_are_mended(
    connection: duckdb.DuckDBPyConnection, finder: Witnesses, home: Home
) -> None:
    valid = finder.valid()
    wrong: Check = next(check for check in checks(TABLE) if check.name == "code_list__kind_code")
    results = measured(connection, finder, valid, finder.violating(wrong), valid)
    assert quarantine_rows(home, connection, CONTRACT, TABLE, results) > 0
    found = read_quarantine(home.quarantine, "company")
    assert set(found["stage"]) == {"registry"}
    told = {row["code"]: (row["column"], row["value"]) for row in found.iter_rows(named=True)}
    assert told["code_list__kind_code"] == ("kind_code", "¿")
    assert "unique_key" in told
    assert valid["corporate_number"] in found["original"][0].decode()
    assert quarantine_rows(home, connection, CONTRACT, TABLE, measured(connection, finder, valid)) == 0
    assert read_quarantine(home.quarantine, "company").height == 0


def test_warnings_put_nothing_into_quarantine(connection: duckdb.DuckDBPyConnection, finder: Witnesses, home: Home) -> None:
    valid = finder.valid() | {
        "closed_on": "1500-01-01",
        "close_cause_code": "01",
        "status": "closed",
    }
    results = measured(connection, finder, valid)
    assert [result.check.name for result in results if result.violations and result.check.group == "range"] == ["range__closed_on"]
    assert quarantine_rows(home, connection, CONTRACT, TABLE, results) == 0
