"""Former names of towns: gathered from earlier deliveries of the address master, and found by the matcher where nothing else is meant."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore
from pipelines.source_declarations import source_named
from pipelines.warehouse import WarehouseMaker
from registries.address.matching.address import AddressMatcher
from registries.address.matching.warehouse import matcher_in
from registries.contract import load_contracts

ADDRESS = load_contracts()["address"]
HEADER = "lg_code,machiaza_id,pref,city,oaza_cho,chome,chome_number,koaza,rsdt_addr_flg,status_flg\n"
MITAKA = ("132047", "東京都", "三鷹市")
MUSASHINO = ("132039", "東京都", "武蔵野市")


def _town(place: tuple[str, str, str], machiaza_id: str, oaza: str, chome: str = "", number: str = "", koaza: str = "") -> str:
    return f"{place[0]},{machiaza_id},{place[1]},{place[2]},{oaza},{chome},{number},{koaza},0,1\n"


FIRST = [
    _town(MITAKA, "0001000", "旧町"),
    _town(MITAKA, "0002001", "古町", "一丁目", "1"),
    _town(MITAKA, "0003000", "大字霞ヶ丘"),
    _town(MITAKA, "0004000", "仲町"),
    _town(MITAKA, "0005000", "栄町"),
    _town(MITAKA, "0006000", "緑町"),
    _town(MITAKA, "0007000", "南町"),
    _town(MUSASHINO, "0001000", "旧町"),
]
SECOND = [
    _town(MITAKA, "0001000", "中間町"),
    _town(MITAKA, "0002001", "新町", "一丁目", "1"),
    _town(MITAKA, "0003000", "霞が丘"),
    # the name went from one town to another
    _town(MITAKA, "0004000", "本町"),
    _town(MITAKA, "0008000", "仲町"),
    # two towns bore it at some time
    _town(MITAKA, "0005000", "泉町"),
    _town(MITAKA, "0006000", "栄町"),
    _town(MITAKA, "0007000", "南町"),
]
THIRD = [
    _town(MITAKA, "0001000", "真新町"),
    *SECOND[1:6],
    _town(MITAKA, "0006000", "若葉町"),
    SECOND[7],
]


def deliver(home: Home, folder: Path, day: str, rows: list[str]) -> None:
    """Take a file of the town master through the stages of the source."""
    path = folder / f"mt_town_{day}.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    source = source_named("abr_town")
    Landing(home, source).land(path, None, "delivered")
    raw = RawStore(home, source)
    raw.read_new(lambda *_: None)
    StandardisedStore(home, source).standardise_new(raw, lambda *_: None)


def made(home: Home) -> None:
    """Make the address registry of a home and put it in place."""
    maker = WarehouseMaker(home)
    maker.begin()
    maker.make(ADDRESS, lambda _: None)
    maker.measures_path.mkdir(parents=True, exist_ok=True)
    maker.put_in_place()


def old_names(home: Home) -> dict[tuple[str, str], list[str]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute("SELECT lg_code, town_id, old_names FROM town WHERE old_names IS NOT NULL").fetchall()
    return {(lg_code, town_id): names for lg_code, town_id, names in rows}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made_home = Home(tmp_path / "home")
    made_home.prepare()
    return made_home


def test_former_names_are_those_of_earlier_deliveries(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "20240101", FIRST)
    made(home)
    assert old_names(home) == {}
    deliver(home, tmp_path, "20250101", SECOND)
    made(home)
    after_two = {
        ("132047", "0001000"): ["旧町"],
        ("132047", "0002001"): ["古町一丁目"],
        ("132047", "0004000"): ["仲町"],
        ("132047", "0005000"): ["栄町"],
        ("132047", "0006000"): ["緑町"],
    }
    assert old_names(home) == after_two, "a name written otherwise is none, and the other municipality was not delivered again"
    deliver(home, tmp_path, "20260101", THIRD)
    made(home)
    after_three = after_two | {("132047", "0001000"): ["中間町", "旧町"], ("132047", "0006000"): ["栄町", "緑町"]}
    assert old_names(home) == after_three
    home.warehouse.unlink()
    made_anew = Home(home.root)
    made(made_anew)
    assert old_names(made_anew) == after_three, "a refresh gives what a rebuild gives"


def test_a_delivery_that_goes_back_to_a_name_leaves_none(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "20240101", [_town(MITAKA, "0001000", "旧町")])
    deliver(home, tmp_path, "20250101", [_town(MITAKA, "0001000", "旧町"), _town(MITAKA, "0002000", "南町")])
    made(home)
    assert old_names(home) == {}


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> AddressMatcher:
    folder = tmp_path_factory.mktemp("former")
    home = Home(folder / "home")
    home.prepare()
    for day, rows in (("20240101", FIRST), ("20250101", SECOND), ("20260101", THIRD)):
        deliver(home, folder, day, rows)
    made(home)
    connection = duckdb.connect(str(home.warehouse), read_only=True)
    return matcher_in(connection)


@pytest.mark.parametrize(
    ("written", "town", "number"),
    [
        ("東京都三鷹市旧町3番地", "真新町", "3"),
        ("三鷹市中間町3-1", "真新町", "3-1"),
        ("東京都三鷹市古町一丁目2番3号", "新町一丁目", "2-3"),
        ("東京都三鷹市古町１丁目２－３", "新町一丁目", "2-3"),
        ("東京都三鷹市緑町5", "若葉町", "5"),
    ],
)
def test_a_former_name_leads_to_the_town(matcher: AddressMatcher, written: str, town: str, number: str) -> None:
    found = matcher.match(pl.Series([written])).row(0, named=True)
    assert (found["town"], found["block_number"], found["status"]) == (town, number, "abolished")
    assert "former_town" in found["corrections"]
    assert "".join(written[span["start"] : span["end"]] for span in found["spans"]) == written


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("東京都三鷹市仲町3", "仲町"),  # a town of today is called so
        ("東京都三鷹市栄町3", None),  # two were
        ("東京都三鷹市霞ヶ丘3", "霞が丘"),  # no former name, another writing
        ("東京都三鷹市古町1-3", None),  # not the 丁目
        ("東京都武蔵野市旧町3", "旧町"),  # it still is, here
        ("東京都武蔵野市中間町3", None),  # of the other municipality
    ],
)
def test_what_else_is_meant_is_no_former_name(matcher: AddressMatcher, written: str, town: str | None) -> None:
    found = matcher.match(pl.Series([written])).row(0, named=True)
    assert found["town"] == town
    assert "former_town" not in found["corrections"]
