"""Locations of land and buildings: keys of towns, lots of buildings, shares."""

import polars as pl
import pytest

from data_standards.rules.property_location import building_lots, map_town_key, share_part, town_key

TOWNS = [
    ("高松市番町３丁目", "372013", "番町3丁目"),
    ("香川県高松市番町三丁目", "372013", "番町3丁目"),
    ("番町　三丁目", "372013", "番町3丁目"),
    ("熊毛郡屋久島町安房", "465054", "安房"),
    ("屋久島町大字安房字平内", "465054", "安房平内"),
    ("大字十文字字三谷", "372013", "十文字三谷"),
    ("霞ヶ関二十一丁目", "131016", "霞ケ関21丁目"),
    ("高松市", "372013", ""),
    (None, "372013", None),
]
LOTS = [
    ("高松市番町四丁目　１番地３", ["番町4丁目/1-3"]),
    ("高松市番町四丁目　２番地８、２番地７", ["番町4丁目/2-8", "番町4丁目/2-7"]),
    ("高松市番町四丁目　２番地８、　天神前　１０番地", ["番町4丁目/2-8", "天神前/10"]),
    ("高松市番町四丁目　１２番地　番町ビル", ["番町4丁目/12"]),
    ("高松市番町四丁目", None),
    (None, None),
]
SHARES = [("２分の１", 1, 2), ("三分の二", 2, 3), ("持分1/4", 1, 4), (None, 1, 1), ("", 1, 1), ("半分", None, None)]


@pytest.mark.parametrize(("location", "code", "expected"), TOWNS)
def test_the_key_of_a_town(location: str | None, code: str, expected: str | None) -> None:
    frame = pl.DataFrame({"location": [location], "code": [code]}, schema={"location": pl.String, "code": pl.String})
    assert frame.select(town_key(pl.col("location"), pl.col("code"))).to_series().to_list() == [expected]


@pytest.mark.parametrize(("location", "code", "expected"), TOWNS)
def test_a_key_is_its_own_key(location: str | None, code: str, expected: str | None) -> None:
    frame = pl.DataFrame({"location": [expected], "code": [code]}, schema={"location": pl.String, "code": pl.String})
    assert frame.select(town_key(pl.col("location"), pl.col("code"))).to_series().to_list() == [expected]


def test_the_map_and_the_register_meet() -> None:
    frame = pl.DataFrame({"oaza": ["番町", "安房"], "chome": ["３丁目", None], "koaza": [None, "平内"], "code": ["372013", "465054"]})
    keys = frame.select(map_town_key(*(pl.col(name) for name in frame.columns))).to_series().to_list()
    assert keys == ["番町3丁目", "安房平内"]


@pytest.mark.parametrize(("text", "expected"), LOTS)
def test_the_lots_of_a_building(text: str | None, expected: list[str] | None) -> None:
    frame = pl.DataFrame({"text": [text], "code": ["372013"]}, schema={"text": pl.String, "code": pl.String})
    assert frame.select(building_lots(pl.col("text"), pl.col("code"))).to_series().to_list() == [expected]


@pytest.mark.parametrize(("text", "numerator", "denominator"), SHARES)
def test_shares(text: str | None, numerator: int | None, denominator: int | None) -> None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    both = frame.select(
        a=share_part(pl.col("text"), denominator=False), b=share_part(pl.col("text"), denominator=True)
    )  # fmt: skip
    assert both.row(0) == (numerator, denominator)
