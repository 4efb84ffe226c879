"""Large tables are cut into files that a spreadsheet holds, by prefecture, and a release writes only the parts that changed."""

import gzip
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import release_table, tables
from catalog.release_table import Previous, PublishedTable, publish_table
from catalog.tables import WrittenFile, csv_cut, write_csv
from registries.contract import load_contracts
from registries.schema import create_table

CONTRACT = load_contracts()["address"]
TABLE = CONTRACT.tables["residence"]
ROWS, MARGIN = 20, 4
FIVE = TABLE.key


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CSV_ROWS", ROWS)
    monkeypatch.setattr(tables, "CSV_MARGIN", MARGIN)
    monkeypatch.setattr(release_table, "PARTITION_BYTES", 1)


def filled(rows: list[tuple[str, ...]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(create_table(TABLE))
    frame = pl.DataFrame(rows, dict.fromkeys(FIVE, pl.String), orient="row").with_columns(is_current=pl.lit(value=True))
    connection.register("given", frame.to_arrow())
    connection.execute("INSERT INTO residence BY NAME FROM given")
    return connection


def residences(municipality: str, town: str, count: int) -> list[tuple[str, ...]]:
    return [(municipality, town, f"{n // 5:03}", f"{n % 5:03}", "00000") for n in range(count)]


def read(folder: Path, file: WrittenFile) -> list[tuple[str, ...]]:
    frame = pl.read_csv(gzip.decompress((folder / file.path).read_bytes()), infer_schema=False)
    assert frame.height == file.rows
    return frame.select(FIVE).rows()


def csv_of(folder: Path, rows: list[tuple[str, ...]]) -> list[WrittenFile]:
    with filled(rows) as connection:
        return write_csv(connection, CONTRACT, TABLE, "residence", folder, "CC BY 4.0", csv_cut(connection, TABLE, "residence"))


def test_a_table_that_one_file_holds_is_not_cut(tmp_path: Path) -> None:
    files = csv_of(tmp_path, residences("131016", "0001000", ROWS))
    assert [(file.path, file.part) for file in files] == [("residence/csv/residence.csv.gz", None)]


def test_a_large_table_is_cut_by_prefecture(tmp_path: Path) -> None:
    rows = residences("131016", "0001000", 15) + residences("302015", "0001000", 7)
    files = csv_of(tmp_path, rows)
    assert [(file.path, file.part, file.rows) for file in files] == [
        ("residence/csv/residence_13.csv.gz", "13", 15),
        ("residence/csv/residence_30.csv.gz", "30", 7),
    ]
    assert [row for file in files for row in read(tmp_path, file)] == rows


def test_a_municipality_stays_together_where_it_can(tmp_path: Path) -> None:
    rows = [row for n in range(20) for row in residences(f"1310{n:02}", "0001000", 3)]
    files = csv_of(tmp_path, rows)
    assert [file.path.rpartition("/")[2] for file in files] == [f"residence_13_{n}.csv.gz" for n in (1, 2, 3)]
    found = [read(tmp_path, file) for file in files]
    assert [row for part in found for row in part] == rows
    towns = [{code for code, *_ in part} for part in found]
    assert not towns[0] & towns[1]
    assert not towns[1] & towns[2]


def test_a_municipality_larger_than_a_sheet_is_cut_too(tmp_path: Path) -> None:
    """One municipality with more residences than a sheet holds once made a file that no spreadsheet opened."""
    rows = residences("131016", "0001000", 55) + residences("131016", "0002000", 30)
    files = csv_of(tmp_path, rows)
    assert max(file.rows for file in files) <= ROWS + MARGIN
    assert [row for file in files for row in read(tmp_path, file)] == rows


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["131016", "131024", "302015"]), st.sampled_from(["0001000", "0002000", "0003001"]), st.integers(1, 70)),
        unique_by=lambda town: town[:2],
        max_size=6,
    )
)
def test_parts_are_the_table_and_none_is_too_large(tmp_path_factory: pytest.TempPathFactory, towns: list[tuple[str, str, int]]) -> None:
    rows = sorted(row for town in towns for row in residences(*town))
    folder = tmp_path_factory.mktemp("parts")
    files = csv_of(folder, rows)
    assert [row for file in files for row in read(folder, file)] == rows
    assert max(file.rows for file in files) <= ROWS + MARGIN


def published(folder: Path, name: str, rows: list[tuple[str, ...]], previous: Previous | None = None) -> PublishedTable:
    (folder / name).mkdir()
    (folder / "changes").mkdir(exist_ok=True)
    with filled(rows) as connection:
        return publish_table(
            connection, CONTRACT, TABLE, folder / name, folder / "changes", licence="CC BY 4.0", previous=previous, withdrawals=[]
        )


def before(folder: Path, name: str, made: PublishedTable) -> Previous:
    entries = [
        {"path": file.path, "table": file.table, "rows": file.rows, "schema_fingerprint": file.columns, "writer": file.writer}
        | ({"part": file.part} if file.part is not None else {})
        for file in made.files
    ]
    return Previous(name=name, folder=folder / name, files=entries)


def inodes(folder: Path, name: str) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (folder / name / "residence" / "csv").iterdir()}


def test_only_the_prefecture_that_changed_is_written_again(tmp_path: Path) -> None:
    rows = residences("131016", "0001000", 40) + residences("302015", "0001000", 7)
    first = published(tmp_path, "1", rows)
    second = published(tmp_path, "2", rows[:-1], before(tmp_path, "1", first))
    assert second.changes is not None
    assert second.changes.removed == 1
    old, new = inodes(tmp_path, "1"), inodes(tmp_path, "2")
    assert {name for name in old if old[name] == new[name]} == {"residence_13_1.csv.gz", "residence_13_2.csv.gz"}
    parts = [file for file in second.files if file.path.endswith(".gz")]
    assert [row for file in parts for row in read(tmp_path / "2", file)] == rows[:-1]
    partitions = {file.path for file in second.files if file.part is not None and file.path.endswith(".parquet")}
    assert partitions == {f"residence/by_prefecture/prefecture_code={code}/part-0.parquet" for code in ("13", "30")}


@pytest.mark.parametrize(("earlier", "later"), [(ROWS - 5, ROWS + 9), (ROWS + 9, ROWS - 5)])
def test_a_table_that_becomes_large_or_small_is_written_whole(tmp_path: Path, earlier: int, later: int) -> None:
    lasting = residences("302015", "0001000", 3)
    first = published(tmp_path, "1", residences("131016", "0001000", earlier) + lasting)
    rows = residences("131016", "0001000", later) + lasting
    second = published(tmp_path, "2", rows, before(tmp_path, "1", first))
    parts = [file for file in second.files if file.path.endswith(".gz")]
    assert [row for file in parts for row in read(tmp_path / "2", file)] == rows
    assert {path.name for path in (tmp_path / "2" / "residence" / "csv").iterdir()} == {file.path.rpartition("/")[2] for file in parts}
