"""``daicho address``: every kind of file in and out, what is told of wrong ones, and the functions of Polars and DuckDB."""

import io
import json
import os
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.cli import main
from registries.address.matching.output import OUTPUT
from registries.address.matching.warehouse import has_towns, normalize_address, open_matcher, register_function

_ADDRESSES = ["東京都千代田区紀尾井町1番3号 トラストタワー17階", "麻生", None, "東京都千代田区紀尾井町1番地4"]
_TOWN = """
CREATE TABLE town (lg_code VARCHAR, town_id VARCHAR, machiaza_id VARCHAR, prefecture VARCHAR, county VARCHAR, city_name VARCHAR,
    ward VARCHAR, oaza_cho VARCHAR, oaza_cho_kana VARCHAR, oaza_cho_roma VARCHAR, oaza_cho_alias VARCHAR, chome VARCHAR,
    chome_kana VARCHAR, koaza VARCHAR, koaza_kana VARCHAR, koaza_roma VARCHAR, koaza_alias VARCHAR, machiaza_dist VARCHAR,
    displayed_address_code VARCHAR, latitude DOUBLE, longitude DOUBLE,
    crs_code VARCHAR, postal_codes VARCHAR[], old_names VARCHAR[], town_aliases VARCHAR[], is_current BOOLEAN);
INSERT INTO town BY NAME SELECT '131016' AS lg_code, '0056000' AS town_id, '0056000' AS machiaza_id, '東京都' AS prefecture,
    '千代田区' AS city_name, '紀尾井町' AS oaza_cho, 'キオイチョウ' AS oaza_cho_kana, 'Kioicho' AS oaza_cho_roma,
    ['1020094'] AS postal_codes, '1' AS displayed_address_code, true AS is_current;
CREATE TABLE municipality AS SELECT '131016' AS lg_code, NULL::VARCHAR AS county_kana, NULL::VARCHAR AS county_roma,
    'チヨダク' AS city_name_kana, 'Chiyoda-ku' AS city_name_roma, NULL::VARCHAR AS ward_kana, NULL::VARCHAR AS ward_roma;
CREATE TABLE prefecture AS SELECT '東京都' AS prefecture, 'トウキョウト' AS prefecture_kana, 'Tokyo' AS prefecture_roma;
CREATE TABLE block AS SELECT '131016' AS lg_code, '0056000' AS machiaza_id, '001' AS blk_id, '1' AS blk_num, true AS is_current,
    35.68 AS latitude, 139.73 AS longitude, 'EPSG:6668' AS crs_code;
CREATE TABLE residence AS SELECT '131016' AS lg_code, '0056000' AS machiaza_id, '001' AS blk_id, '003' AS rsdt_id, '00000' AS rsdt2_id,
    '1' AS blk_num, '3' AS rsdt_num, NULL::VARCHAR AS rsdt_num2, true AS is_current,
    35.68 AS latitude, 139.73 AS longitude, 'EPSG:6668' AS crs_code;
"""
_LOT = """
CREATE TABLE lot AS SELECT '131016' AS lg_code, '0056000' AS machiaza_id, '000010000400000' AS parcel_id, '1' AS prc_num1, '4' AS prc_num2,
    NULL::VARCHAR AS prc_num3, NULL::DATE AS abolished_on, NULL::DOUBLE AS latitude, NULL::DOUBLE AS longitude, NULL::VARCHAR AS crs_code;
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse holds one town."""
    home = tmp_path_factory.mktemp("home")
    for name, script in (("warehouse", _TOWN), ("restricted", _LOT)):
        with duckdb.connect(str(home / f"{name}.duckdb")) as connection:
            connection.execute(script)
    return home


def _check(result: pl.DataFrame) -> None:
    assert result["id"].to_list() == ["a", "b", "c", "d"]
    assert result.columns[:2] == ["id", "address"]
    assert result["match_level"].to_list() == ["residence", "none", "none", "lot"]
    assert result["building"].to_list() == ["トラストタワー17階", None, None, None]
    assert result["rsdt_id"].to_list() == ["003", None, None, None]
    assert result["rsdt2_id"].to_list() == [None] * 4
    assert result["prc_id"].to_list() == [None, None, None, "000010000400000"]
    assert result["full_address_en"][3] == "1-4 Kioicho, Chiyoda-ku, Tokyo 1020094, Japan"


@pytest.mark.parametrize("source", ["utf-8", "utf-8-sig", "cp932", "parquet"])
@pytest.mark.parametrize("out", ["csv", "parquet"])
def test_every_kind_of_file(built: Path, tmp_path: Path, source: str, out: str) -> None:
    given = pl.DataFrame({"id": ["a", "b", "c", "d"], "address": _ADDRESSES})
    path = tmp_path / ("in.parquet" if source == "parquet" else "in.csv")
    if source == "parquet":
        given.write_parquet(path)
    else:
        path.write_bytes(given.write_csv().encode(source))
    written = tmp_path / f"out.{out}"
    assert main(["address", "--home", str(built), "--in", str(path), "--column", "address", "--out", str(written)]) == 0
    if out == "parquet":
        result = pl.read_parquet(written)
        assert result.schema == pl.Schema({"id": pl.String, "address": pl.String} | OUTPUT)
        spans = result["spans"][0].to_list()
    else:
        result = pl.read_csv(written, infer_schema=False)
        spans = json.loads(result["spans"][0])
    _check(result)
    text = _ADDRESSES[0]
    assert text is not None
    assert "".join(text[span["start"] : span["end"]] for span in spans) == text
    assert [*tmp_path.glob(".*")] == []


def test_lines_of_standard_input(built: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = "\n".join(text or "" for text in _ADDRESSES).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert main(["address", "--home", str(built)]) == 0
    printed, _ = capfdbinary.readouterr()
    result = pl.read_csv(io.BytesIO(printed), infer_schema=False)
    assert result["match_level"].to_list() == ["residence", "none", "none", "lot"]


def test_the_dictionary_stays_while_the_towns_are_the_same(built: Path) -> None:
    from pipelines.address_file import matcher_of_home
    from pipelines.home import Home

    def kept() -> tuple[list[int], list[str]]:
        matcher_of_home(home)
        return (
            [path.stat().st_ino for path in home.dictionaries.iterdir() if path.is_dir()],
            [path.name for path in home.dictionaries.glob("*.json")],
        )

    home = Home(built)
    (folder,), (before,) = kept()
    os.utime(home.warehouse)
    (same,), (after,) = kept()
    assert same == folder
    assert after != before


def test_order_and_rows_stay_over_many_batches(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines import address_file
    from pipelines.home import Home

    texts = [f"東京都千代田区紀尾井町1番地{number}" for number in range(1, 300)]
    pl.DataFrame({"town": texts}).write_csv(tmp_path / "in.csv")
    matcher = address_file.matcher_of_home(Home(built))
    counted = address_file.match_file(matcher, tmp_path / "in.csv", None, tmp_path / "out.parquet", batch=64)
    result = pl.read_parquet(tmp_path / "out.parquet")
    assert counted.total() == 299
    assert result["town"].to_list() == texts
    # a column of the input keeps its name; the result's is told apart
    assert result["matched_town"].unique().to_list() == ["紀尾井町"]
    assert result["block_number"].to_list() == [f"1-{number}" for number in range(1, 300)]


def test_a_file_without_rows(built: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,address\n", encoding="utf-8")
    arguments = ["address", "--home", str(built), "--in", str(tmp_path / "in.csv"), "--column", "address"]
    assert main([*arguments, "--out", str(tmp_path / "out.csv")]) == 0
    assert pl.read_csv(tmp_path / "out.csv").columns == ["id", "address", *OUTPUT]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--in", "{tmp}/absent.csv", "--column", "a"], "there is no such file"),
        (["--in", "{tmp}/in.csv"], "--column is needed"),
        (["--in", "{tmp}/in.csv", "--column", "c"], "no such column; it has a, b"),
        (["--in", "{tmp}/in.txt", "--column", "a"], "the suffix must be one of"),
        (["--in", "{tmp}/broken.parquet", "--column", "a"], "cannot be read as parquet"),
        (["--in", "{tmp}/neither.csv", "--column", "a"], "neither UTF-8 nor CP932"),
        (["--in", "{tmp}/in.csv", "--column", "a", "--out", "{tmp}/in.csv"], "never overwritten"),
        (["--in", "{tmp}/in.csv", "--column", "a", "--out", "{tmp}/out.xlsx"], "the suffix must be one of"),
        (["--in", "{tmp}/in.csv", "--column", "a", "--out", "{tmp}/absent/out.csv"], "there is no folder"),
    ],
)
def test_what_is_wrong_is_told(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    for name, content in (("in.csv", b"a,b\n1,2\n"), ("in.txt", b"a\n"), ("broken.parquet", b"PAR"), ("neither.csv", b"a\n\x81\n")):
        (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert main(["address", "--home", str(built), *(argument.format(tmp=tmp_path) for argument in arguments)]) == 1
    assert message in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_home_without_towns_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not has_towns(tmp_path / "warehouse.duckdb")
    assert main(["address", "--home", str(tmp_path)]) == 1
    assert "daicho build" in capsys.readouterr().err


def test_one_definition_in_polars_and_duckdb(built: Path, tmp_path: Path) -> None:
    matcher = open_matcher(built / "warehouse.duckdb", built / "restricted.duckdb", tmp_path)
    texts = pl.Series("address", _ADDRESSES)
    expected = matcher.match(texts)
    by_polars = texts.to_frame().lazy().select(normalize_address(pl.col("address"), matcher)).collect().to_series().struct.unnest()
    assert by_polars.equals(expected)
    connection = duckdb.connect()
    register_function(connection, matcher)
    connection.register("given", texts.to_frame().to_arrow())
    by_duckdb = connection.sql("SELECT unnest(normalize_address(address)) FROM given").pl()
    assert by_duckdb.equals(expected)


def test_sql_of_the_command_line_asks_the_matcher(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "SELECT oaza_cho, normalize_address('東京都千代田区' || oaza_cho || '1番地4').prc_id AS lot FROM town"
    assert main(["query", asked, "--home", str(built), "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines() == ["oaza_cho,lot", "紀尾井町,000010000400000"]
    for refused in ("COPY (SELECT normalize_address('')) TO 'a.csv'", "DELETE FROM town WHERE normalize_address(oaza_cho) IS NULL"):
        assert main(["query", refused, "--home", str(built)]) == 1


def test_the_dictionary_follows_the_warehouse(built: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    warehouse.write_bytes((built / "warehouse.duckdb").read_bytes())
    first = open_matcher(warehouse, None, tmp_path / "cache").match(pl.Series([_ADDRESSES[0], _ADDRESSES[3]]))
    # without the restricted file there are no lots
    assert first["match_level"].to_list() == ["residence", "block"]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE town SET oaza_cho = '麹町'")
    second = open_matcher(warehouse, None, tmp_path / "cache").match(pl.Series(["東京都千代田区麹町1"]))
    assert second["town"].to_list() == ["麹町"]
    # of the towns before nothing is left: one dictionary, and one note of the warehouse it is of
    assert sorted(path.is_dir() for path in (tmp_path / "cache").iterdir()) == [False, True]
