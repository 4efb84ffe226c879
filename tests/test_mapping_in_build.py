"""A municipality's own export is read by the build through the mapping kept for it."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.cli import main
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore
from pipelines.source_declarations import source_named
from quality.quarantine import read_quarantine

SOURCE = "fixed_asset_land"
HEADER = "年度,番号,大字コード,本番,枝番,孫番,登記地目コード,登記地積,メモ"
ROWS = ["2026,1,0010,12,3,0,10,100.05,﨑", "2026,2,0020 ,13,0,0,20 ,50,", '2026,3,0010,x,0,0,10,7,"a,b"']
MAPPING = """\
source: fixed_asset_land
encoding: cp932
files: [tochi_372013_*.csv]
columns:
  nendo: 年度
  bukken_no: 番号
  shozai: 大字コード
  chiban_text: [本番, 枝番, 孫番]
  toki_chimoku: 登記地目コード
  toki_chiseki: 登記地積
joints: {chiban_text: '-'}
constants: {lg_code6: '372013'}
values:
  shozai: {'0010': 番町三丁目, '0020': 錦町一丁目}
  chiban_text: {'0': ''}
  toki_chimoku: {'10': 宅地, '20': 田}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def deliver(home: Home, name: str = "tochi_372013_20260401.csv", rows: list[str] | None = None) -> None:
    path = home.root / name
    path.write_bytes("\r\n".join([HEADER, *(ROWS if rows is None else rows), ""]).encode("cp932"))
    Landing(home, source_named(SOURCE)).land(path, None, "delivered")


def keep(home: Home, text: str, name: str = "372013/land.yaml") -> None:
    path = home.mappings / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(home: Home) -> pl.DataFrame:
    source = source_named(SOURCE)
    raw = RawStore(home, source)
    raw.read_new(lambda *_: None)
    store = StandardisedStore(home, source)
    store.standardise_new(raw, lambda *_: None)
    parts = store.parts()
    return pl.concat(pl.read_parquet(part) for part in parts).sort("property_number") if parts else pl.DataFrame()


def test_an_export_is_read_through_its_mapping(home: Home) -> None:
    keep(home, MAPPING)
    deliver(home)
    read_rows = read(home)
    columns = ["lg_code", "tax_year", "town_key", "lot_number", "registered_category_code", "roll_registered_acreage"]
    assert read_rows.select(columns).rows() == [
        ("372013", 2026, "番町3丁目", "12-3", "10", 100.05),
        ("372013", 2026, "錦町1丁目", "13", "40", 50.0),
    ]
    # what is refused is told by its line, with the bytes as they came
    (refused,) = read_quarantine(home.quarantine, SOURCE).to_dicts()
    assert (refused["line"], refused["column"], refused["original"]) == (4, "chiban_text", ROWS[2].encode("cp932"))
    (file,) = RawStore(home, source_named(SOURCE)).files()
    assert (file.encoding, file.unknown_columns) == ("cp932", ("メモ",))


def test_a_mapping_that_comes_later_is_applied_to_what_was_delivered_before(home: Home) -> None:
    deliver(home)
    assert read(home).is_empty()
    assert "lacks the required column" in read_quarantine(home.quarantine, SOURCE)["reason"][0]
    keep(home, MAPPING)
    assert read(home)["lot_number"].to_list() == ["12-3", "13"]
    keep(home, MAPPING.replace("錦町一丁目", "錦町二丁目"))
    assert read(home)["town_key"].to_list() == ["番町3丁目", "錦町2丁目"]
    assert read_quarantine(home.quarantine, SOURCE).height == 1
    before = RawStore(home, source_named(SOURCE)).batches()
    assert RawStore(home, source_named(SOURCE)).read_new(lambda *_: None) is None
    assert RawStore(home, source_named(SOURCE)).batches() == before


def test_other_files_are_left_alone(home: Home) -> None:
    keep(home, MAPPING)
    deliver(home, "tochi_182079_20260401.csv")
    assert read(home).is_empty()


def test_a_mapping_that_does_not_fit_refuses_the_file_and_names_the_column(home: Home) -> None:
    keep(home, MAPPING.replace("登記地積", "地積"))
    deliver(home)
    assert read(home).is_empty()
    assert "no column '地積'" in read_quarantine(home.quarantine, SOURCE)["reason"][0]


def test_two_mappings_for_one_file_are_told(home: Home) -> None:
    keep(home, MAPPING)
    keep(home, MAPPING, "other.yaml")
    deliver(home)
    with pytest.raises(DaichoError, match="two mappings are for this file"):
        read(home)


def test_a_proposal_names_the_files_it_is_for(tmp_path: Path) -> None:
    export = tmp_path / "tochi_372013_20260401.csv"
    export.write_bytes("団体コード,所在\r\n372013,番町\r\n".encode("cp932"))
    assert main(["map-columns", str(export), "--to", SOURCE, "--out", str(tmp_path / "m.yaml")]) == 0
    assert "tochi_*_*.csv" in (tmp_path / "m.yaml").read_text(encoding="utf-8")
