"""What is made portion by portion is what is made at once."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.standardise import sql_types, standardised_schema
from pipelines.measuring import query_of
from pipelines.source_declarations import source_named
from quality.measuring import measure
from registries import build, portions
from registries.contract import load_contracts
from registries.schema import place

CONTRACT = load_contracts()["address"]
CODES = ["131016", "131024", "302015", "465054", "011011"]
TABLES = ("block", "residence", "lot")


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (portions, build):
        monkeypatch.setattr(module, "PORTION", 20)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("portions")
    path = str(folder / "warehouse.duckdb")
    opened = build.connect(path, memory_limit="1GB", threads=2, temp_directory=str(folder), restricted=folder / "restricted.duckdb")
    yield opened
    opened.close()


def delivered(connection: duckdb.DuckDBPyConnection, suffix: str, numbers: int = 17) -> dict[str, str]:
    """Records of residences and lots of every municipality, some of them twice, one table for each source."""
    given = pl.DataFrame({"lg_code": CODES}).join(pl.DataFrame({"n": [*range(numbers), 0, 3]}), how="cross").with_row_index("source_line")
    number, block = pl.col("n").cast(pl.String), (pl.col("n") // 4).cast(pl.String)
    ids = {
        "machiaza_id": pl.lit("0001000"), "parcel_id": number.str.zfill(15), "blk_id": block, "rsdt_id": number, "prc_num1": number,
        "blk_num": block, "rsdt_num": number, "status_flg": pl.lit("1"), "latitude": 30 + pl.col("n") / 100,
        "longitude": 130 + pl.col("n") / 100, "crs_code": pl.lit("EPSG:6668"), "file_id": pl.lit("f"),
    }  # fmt: skip
    given = given.with_columns(**ids).sample(fraction=1, shuffle=True, seed=1)
    relations = {}
    for name in CONTRACT.sources:
        source = source_named(name)
        rows = given if name.split("_")[1] in ("residence", "lot") else given.clear()
        schema = standardised_schema(source)
        columns = [(pl.col(c) if c in rows.columns else pl.lit(None)).cast(kind).alias(c) for c, kind in schema.items()]
        connection.register("incoming", rows.select(columns).to_arrow())
        typed = ", ".join(f"{column}::{kind} AS {column}" for column, kind in sql_types(source).items())
        relations[name] = f"{name}_{suffix}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {relations[name]} AS SELECT {typed} FROM incoming")
        connection.unregister("incoming")
    return relations


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {name: connection.execute(f"FROM {place(CONTRACT.tables[name])} ORDER BY ALL").fetchall() for name in TABLES}


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.one_of(st.none(), st.text("ab'1", max_size=2)), max_size=30), size=st.integers(1, 8))
def test_every_row_is_in_one_portion_and_equal_values_in_the_same(values: list[str | None], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as opened:
        patch.setattr(portions, "PORTION", size)
        opened.register("given", pl.DataFrame({"v": values}, schema={"v": pl.String}).to_arrow())
        cut = portions.portions(lambda sql: opened.execute(sql).fetchall(), "given", "v")
        found = [[value for (value,) in opened.execute(f"SELECT v FROM given WHERE {portion}").fetchall()] for portion in cut]
    assert Counter(value for part in found for value in part) == Counter(values)
    held = [{value for value in part if value is not None} for part in found]
    for lower, upper in pairwise(held):
        assert max(lower) < min(upper)
    most = max(Counter(value for value in values if value is not None).values(), default=0)
    assert all(sum(value is not None for value in part) < size + most for part in found)


def test_tables_made_in_portions_are_those_made_at_once(connection: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest) -> None:
    sources = delivered(connection, "whole")
    build.rebuild(connection, CONTRACT, sources, lambda _: None)
    whole = rows(connection)
    assert [len(whole[name]) for name in TABLES] == [25, 85, 85]
    request.getfixturevalue("small_portions")
    steps: list[str] = []
    build.rebuild(connection, CONTRACT, sources, steps.append)
    assert steps.count("lot") > 3, "portions were made"
    assert rows(connection) == whole
    for name in TABLES:
        codes = [code for (code,) in connection.execute(f"SELECT lg_code FROM {place(CONTRACT.tables[name])} ORDER BY rowid").fetchall()]
        assert codes == sorted(codes), "a municipality's rows lie together"


@pytest.mark.usefixtures("small_portions")
def test_new_files_of_many_municipalities_give_what_a_rebuild_gives(connection: duckdb.DuckDBPyConnection) -> None:
    build.rebuild(connection, CONTRACT, delivered(connection, "new", 23), lambda _: None)
    expected = rows(connection)
    build.rebuild(connection, CONTRACT, delivered(connection, "old", 19), lambda _: None)
    assert rows(connection) != expected
    steps: list[str] = []
    sources = delivered(connection, "new", 23)
    build.refresh(connection, CONTRACT, sources, {"abr_lot": sources["abr_lot"]}, steps.append)
    assert steps.count("lot") > 1
    assert rows(connection) == expected


@pytest.mark.usefixtures("small_portions")
def test_repeated_keys_are_counted_over_the_portions(connection: duckdb.DuckDBPyConnection) -> None:
    build.rebuild(connection, CONTRACT, delivered(connection, "once"), lambda _: None)
    table = CONTRACT.tables["lot"]
    twice = f"(FROM {place(table)} UNION ALL FROM {place(table)} WHERE parcel_id >= '000000000000010')"
    (unique,) = (result for result in measure(query_of(connection), table, twice) if result.check.name == "unique_key")
    assert unique.violations == 7 * len(CODES)
