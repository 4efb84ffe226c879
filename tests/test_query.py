"""``daicho query`` reads, prints so that one can read it, and does nothing else."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.querying import show_query


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    with duckdb.connect(str(home.warehouse)) as connection:
        wide = ", ".join(f"'値{number}' AS column_{number}" for number in range(30))
        connection.execute(f"CREATE TABLE wide AS SELECT {wide}, ['一', '二'] AS texts")
        connection.execute("CREATE TABLE narrow AS SELECT i AS number, '名' || i AS name FROM range(3) AS r (i)")
    return home


def test_what_fits_is_a_table(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_query(home, "FROM narrow ORDER BY number", limit=2, form="table") == 0
    printed = capsys.readouterr()
    assert [line.split() for line in printed.out.splitlines()][2:] == [["0", "│", "名0"], ["1", "│", "名1"]]
    assert "--limit" in printed.err


def test_what_does_not_fit_is_printed_value_by_value(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    show_query(home, "FROM wide", limit=5, form="table")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["column_17", "値17"] in lines
    assert ["texts", "一,", "二"] in lines


def test_columns_without_rows_are_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    show_query(home, "FROM narrow WHERE number > 9", limit=5, form="table")
    assert "number" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "-- nothing",
        "SELEC 1",
        "FROM nowhere",
        "DELETE FROM narrow",
        "CREATE TABLE other AS FROM narrow",
        "COPY narrow TO 'taken.csv'",
        "FROM read_text('/etc/hostname')",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_it_reads_and_does_nothing_else(home: Home, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DaichoError):
        show_query(home, sql, limit=5, form="table")
    assert list(tmp_path.iterdir()) == []


def test_a_home_without_a_warehouse_is_told(tmp_path: Path) -> None:
    with pytest.raises(DaichoError, match="daicho build"):
        show_query(Home(tmp_path), "SELECT 1", limit=5, form="table")
