"""The town matcher on real addresses: thresholds of accuracy, what is refused, and that no character is lost."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks import address_cases, address_companies, address_data
from registries.address.matching import TownDictionary, match_parts, match_towns
from registries.address.matching.municipality_names import former

pytestmark = pytest.mark.real
_FILES = 6
_BEST_PEER = {
    "Japanese-Address-testdata": 86.5,
    "abr-geocoder": 82.5,
    "issues": 97.0,
    "jageocoder": 85.7,
    "japanese-address-parser": 99.2,
    "jp-address-normalizer": 100.0,
    "normalize-japanese-addresses": 100.0,
    "normalize-japanese-addresses-py": 100.0,
}
"""Share of towns right that no suite may fall below: that of the best other program with the same towns."""
_BEST_PEER_BY_CLASS = {
    "prefecture omitted": 92,
    "ward only": 94,
    "variant glyphs": 96,
    "ヶ ケ が": 94,
    "building": 92,
    "甲乙 イロハ": 95,
    "Kyoto streets": 54,
    "大字 字": 89,
    "county omitted": 100,
    "Sapporo 条 丁目": 90,
}


@pytest.fixture(scope="session")
def data() -> Path:
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real files beside the checkout (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def nation(data: Path) -> TownDictionary:
    return TownDictionary.build(address_data.towns(data))


@pytest.fixture(scope="session")
def hand(data: Path, nation: TownDictionary) -> pl.DataFrame:
    return address_cases.answered(nation, address_data.cases(data, labels=("hand", "reviewed-snapshot")))


def test_hand_labelled_cases(hand: pl.DataFrame) -> None:
    assert hand["town_right"].mean() >= 0.92
    assert hand["city_right"].mean() >= 0.98


def test_expectations_that_are_not_the_places_own(data: Path, nation: TownDictionary) -> None:
    """The cases listed with a reason count as missed all the same; one that is answered as expected has no place in the list."""
    listed = pl.read_csv(Path(__file__).with_name("address_expectations.csv"), infer_schema=False)
    every = address_data.cases(data, labels=("hand", "reviewed-snapshot", "snapshot")).join(
        listed, on=["input", "expected_city", "expected_town"]
    )
    assert set(every["input"]) == set(listed["input"])
    assert not address_cases.answered(nation, every)["town_right"].any()


def test_no_suite_below_the_best_peer(hand: pl.DataFrame) -> None:
    shares = dict(address_cases.by_suite(hand).select("suite", "town").rows())
    assert {suite: share for suite, share in shares.items() if share < _BEST_PEER[suite]} == {}


def test_no_class_below_the_best_peer(hand: pl.DataFrame) -> None:
    shares = dict(address_cases.by_class(hand).select("class", "town").rows())
    assert {name: shares[name] for name, least in _BEST_PEER_BY_CLASS.items() if shares[name] < least} == {}


def test_snapshots(data: Path, nation: TownDictionary) -> None:
    rows = address_cases.answered(nation, address_data.cases(data, labels=("snapshot",)))
    assert rows["town_right"].mean() >= 0.995


def test_offices(data: Path, nation: TownDictionary) -> None:
    rows = address_cases.answered(nation, address_data.offices(data))
    assert rows["city_right"].all()
    assert rows["town_right"].mean() >= 0.992


def test_what_cannot_be_known_is_refused(nation: TownDictionary) -> None:
    found = match_parts(match_towns(pl.Series(["麻生", "府中市1-1", "麻生区"]), nation), pl.Series(["麻生", "府中市1-1", "麻生区"]))
    assert found["status"].to_list() == ["ambiguous"] * 3
    assert found["town_row"].is_null().all()
    kioi = pl.Series(["東京都千代田区紀尾井町甲1-3"])
    assert match_parts(match_towns(kioi, nation), kioi).select("town", "remainder").row(0) == ("紀尾井町", "甲1-3")


def test_without_prefecture_and_city_hardly_ever_a_wrong_town(data: Path, nation: TownDictionary) -> None:
    outside_kyoto = address_data.offices(data).filter(~pl.col("expected_city").str.starts_with("京都市"))
    cut = address_cases.without_municipality(nation, outside_kyoto).row(0, named=True)
    # the rest: towns that the dictionary has in one municipality only, though others use the name too
    assert cut["unique_wrong"] < 1
    assert cut["ambiguous"] > 30


def test_companies(data: Path, nation: TownDictionary) -> None:
    rows = pl.concat(address_data.companies(address_data.company_files(data)[-_FILES:]))
    postal = address_companies.postal_names(address_data.postal_rows())
    share = address_companies.shares(address_companies.counts(nation, rows, postal)).row(0, named=True)
    assert share["municipality right %"] >= 99.9
    assert share["town found %"] >= 99
    assert share["town fits postal code %"] >= 98.5


def test_overseas_addresses(data: Path, nation: TownDictionary) -> None:
    rows = pl.concat(address_data.companies(address_data.company_files(data)[-60:])).filter(pl.col("abroad").fill_null("") != "")
    assert (match_towns(rows["abroad"], nation)["status"] == "overseas").mean() >= 0.95


def test_every_town_finds_itself(nation: TownDictionary) -> None:
    towns = nation.places.filter(pl.col("town_row").is_not_null(), pl.col("town").is_not_null())
    written = towns.select(pl.concat_str("prefecture", "municipality", "town", pl.lit("１２番地"))).to_series()
    found = match_towns(written, nation).select("equal_rows", status="status")
    itself = pl.concat([towns.select(own="town_row"), found], how="horizontal").select(pl.col("equal_rows").list.contains(pl.col("own")))
    # the rest: names that end in a number (上野々３), which the number behind them runs into
    assert itself.to_series().mean() > 0.9998


def test_every_former_municipality_leads_to_its_successor(nation: TownDictionary) -> None:
    gone = former().group_by(text=pl.concat_str("prefecture", "county", "city", "ward"), maintain_order=True).agg("became")
    found = match_towns(gone["text"], nation).select("lg_code", "status")
    both = pl.concat([gone, found], how="horizontal")
    settled = both.filter(pl.col("status") == "abolished")
    assert settled.select(pl.col("became").list.contains(pl.col("lg_code")).all()).item()
    assert both.filter(pl.col("status") == "ambiguous").height == both.height - settled.height < 10


def test_no_character_of_a_real_address_is_lost(data: Path, nation: TownDictionary) -> None:
    schools = pl.Series((data / "addresses" / "schools_open.txt").read_text(encoding="utf-8").splitlines())
    cases = address_data.cases(data, labels=("hand", "reviewed-snapshot", "snapshot"))["input"]
    companies = pl.concat(address_data.companies(address_data.company_files(data)[-2:]))["address"]
    every = pl.concat([schools, cases, address_data.offices(data)["input"], companies])
    found = match_parts(match_towns(every, nation), every)
    whole = found.select(pl.concat_str("lead", "municipality_text", "skipped", "town_text", "remainder")).to_series()
    assert (whole == every).all()
    assert found["match_level"].is_in(["town", "town_detail"]).mean() >= 0.99
