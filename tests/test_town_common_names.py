"""Common names of towns (通称) in the master lead to the town, and never away from a town that is called so officially."""

import polars as pl
import pytest

from registries.address.matching import TownDictionary, match_parts, match_towns

_TOWNS = """
131016|0001000|東京都|千代田区|霞が関|||官庁街|
131016|0001001|東京都|千代田区|霞が関|一丁目||官庁街|
131016|0001002|東京都|千代田区|霞が関|二丁目||官庁街|
131016|0002000|東京都|千代田区|丸の内|||大手町|
131016|0003000|東京都|千代田区|大手町||||
131016|0004000|東京都|千代田区|永田町|||丘の上|
131016|0005000|東京都|千代田区|平河町|||丘の上|
302015|0001101|和歌山県|和歌山市|大字山田||字三ノ坪||桜団地
302015|0001102|和歌山県|和歌山市|大字山田||字五反田||梅団地
302015|0001103|和歌山県|和歌山市|大字山田||字梅団地||
302015|0000101|和歌山県|和歌山市|||城山||お城
"""


@pytest.fixture(scope="module")
def dictionary() -> TownDictionary:
    columns = ("lg_code", "machiaza_id", "pref", "city", "oaza_cho", "chome", "koaza", "oaza_cho_alias", "koaza_alias")
    rows = [[value or None for value in line.split("|")] for line in _TOWNS.strip().splitlines()]
    return TownDictionary.build(pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row"))


@pytest.mark.parametrize(
    ("written", "town", "remainder"),
    [
        ("東京都千代田区官庁街3", "霞が関", "3"),
        ("東京都千代田区官庁街二丁目1番3号", "霞が関二丁目", "1番3号"),
        ("千代田区官庁街2-1-3", "霞が関二丁目", "1-3"),
        ("和歌山県和歌山市山田桜団地12", "大字山田字三ノ坪", "12"),
        ("和歌山県和歌山市お城5番地", "城山", "5番地"),
    ],
)
def test_a_common_name_leads_to_the_town(dictionary: TownDictionary, written: str, town: str, remainder: str) -> None:
    address = pl.Series([written])
    found = match_parts(match_towns(address, dictionary), address).row(0, named=True)
    assert (found["town"], found["remainder"], found["status"]) == (town, remainder, "unique")
    assert "common_name" in found["corrections"]


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("東京都千代田区大手町1", "大手町"),  # the official name of another town
        ("東京都千代田区丘の上1", None),  # two towns are called so
        ("和歌山県和歌山市大字山田字梅団地1", "大字山田字梅団地"),
        ("東京都千代田区霞が関2-1", "霞が関二丁目"),
        ("東京都官庁街3", None),  # without the municipality it is too little
    ],
)
def test_what_else_is_meant_is_no_common_name(dictionary: TownDictionary, written: str, town: str | None) -> None:
    found = match_towns(pl.Series([written]), dictionary).row(0, named=True)
    assert found["town"] == town
    assert "common_name" not in found["corrections"]
