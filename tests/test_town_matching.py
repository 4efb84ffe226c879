"""The town matcher on a small dictionary: each hard kind of input, what it refuses, and that no character is lost."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from registries.address.matching import TownDictionary, match_parts, match_towns

_TOWNS = """
131016 東京都||千代田区||霞が関|一丁目|
131016 東京都||千代田区||霞が関|二丁目|
131016 東京都||千代田区||紀尾井町||
131041 東京都||新宿区||西新宿|二丁目|
131024 東京都||中央区||銀座|一丁目|
131024 東京都||中央区||日本橋|一丁目|
271284 大阪府||大阪市|中央区|日本橋|一丁目|
132063 東京都||府中市||府中町|一丁目|
342084 広島県||府中市||府中町||
342084 広島県||府中市||鵜飼町||
141011 神奈川県||横浜市|鶴見区|鶴見中央|一丁目|
141372 神奈川県||川崎市|麻生区|下麻生|一丁目|
352047 山口県||萩市||大字椿||
011011 北海道||札幌市|中央区|北三条西|二十丁目|
011011 北海道||札幌市|中央区|北三条西|十丁目|
011070 北海道||札幌市|西区|二十四軒二条|二丁目|
011061 北海道||札幌市|南区|石山||
011061 北海道||札幌市|南区|石山一条|二丁目|
261025 京都府||京都市|上京区|姥ケ寺之前町||
261025 京都府||京都市|上京区|竹屋町||
261025 京都府||京都市|上京区|主税町||
271071 大阪府||大阪市|港区|築港|一丁目|
362069 徳島県||阿波市||市場町市場||字上野段
032158 岩手県||奥州市||胆沢小山||字道場
221015 静岡県||静岡市|葵区|与一|四丁目|
232335 愛知県||清須市||助七|一丁目|
082228 茨城県||鹿嶋市||宮中|一丁目|
412074 佐賀県||鹿島市||大字高津原||
111104 埼玉県||さいたま市|見沼区|大字丸ヶ崎||
111104 埼玉県||さいたま市|見沼区|丸ヶ崎町||
033812 岩手県|胆沢郡|金ケ崎町||西根大谷||
172022 石川県||七尾市||大田町||111
172022 石川県||七尾市||大田町||
162019 富山県||富山市||三番町||
221384 静岡県||浜松市|中央区|砂山町||
212041 岐阜県||多治見市||笠原町||
141020 神奈川県||横浜市|神奈川区|三ツ沢上町||
072125 福島県||南相馬市||原町区本町||
414255 佐賀県|杵島郡|大町町||大字福母||
412091 佐賀県||嬉野市||嬉野町大字下野||
122301 千葉県||八街市||八街ろ||
412091 佐賀県||嬉野市||嬉野町大字下野||丙
"""


@pytest.fixture(scope="module")
def dictionary() -> TownDictionary:
    rows = []
    for line in _TOWNS.strip().splitlines():
        code, rest = line.split(" ")
        rows.append([code, *(part or None for part in rest.split("|"))])
    names = ["lg_code", "pref", "county", "city", "ward", "oaza_cho", "chome", "koaza"]
    towns = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    kana = pl.col("oaza_cho").replace_strict({"霞が関": "カスミガセキ", "築港": "チッコウ"}, default=None)
    return TownDictionary.build(towns.with_columns(oaza_cho_kana=kana))


_FOUND = {
    "as written": ("東京都千代田区霞が関二丁目1番2号", "東京都", "千代田区", "霞が関二丁目", "1番2号"),
    "hyphens, full width": ("東京都千代田区霞ヶ関２−１−２", "東京都", "千代田区", "霞が関二丁目", "１−２"),
    "postal code": ("〒100-0013　東京都千代田区 霞ケ関 ２丁目 1-2", "東京都", "千代田区", "霞が関二丁目", " 1-2"),
    "ノ between numbers": ("東京都新宿区西新宿二ノ八ノ一", "東京都", "新宿区", "西新宿二丁目", "八ノ一"),
    "no prefecture": ("千代田区紀尾井町1-3", "東京都", "千代田区", "紀尾井町", "1-3"),
    "another lot is no 丁目": ("東京都千代田区紀尾井町甲1-3", "東京都", "千代田区", "紀尾井町", "甲1-3"),
    "ward alone": ("港区築港1丁目", "大阪府", "大阪市港区", "築港一丁目", ""),
    "ward of Tokyo": ("中央区銀座1-1", "東京都", "中央区", "銀座一丁目", "1"),
    "city of wards, ward omitted": ("神奈川県横浜市鶴見中央1-2", "神奈川県", "横浜市鶴見区", "鶴見中央一丁目", "2"),
    "county omitted": ("佐賀県大町町大字福母297", "佐賀県", "杵島郡大町町", "大字福母", "297"),
    "half-width ｹ": ("岩手県胆沢郡金ｹ崎町西根大谷120", "岩手県", "胆沢郡金ケ崎町", "西根大谷", "120"),
    "variation selector": ("東京都千󠄁代田区紀尾井町1", "東京都", "千代田区", "紀尾井町", "1"),
    "条 omitted": ("北海道札幌市中央区北3西20-1-1", "北海道", "札幌市中央区", "北三条西二十丁目", "1-1"),
    "kanji digits": ("北海道札幌市中央区北三西二〇-1-1", "北海道", "札幌市中央区", "北三条西二十丁目", "1-1"),
    "ten": ("札幌市中央区北3条西10丁目5", "北海道", "札幌市中央区", "北三条西十丁目", "5"),
    "条 as hyphen": ("北海道札幌市西区24-2-2-3-3", "北海道", "札幌市西区", "二十四軒二条二丁目", "3-3"),
    "a number in one is one number": ("北海道札幌市南区石山12-3", "北海道", "札幌市南区", "石山", "12-3"),
    "条 with its 丁目": ("北海道札幌市南区石山1-2-3", "北海道", "札幌市南区", "石山一条二丁目", "3"),
    "Kyoto street": ("上京区寺之内通千本東入1丁目下る姥ケ寺之前町919-3", "京都府", "京都市上京区", "姥ケ寺之前町", "919-3"),
    "Kyoto street like a town": ("京都市上京区竹屋町通千本東入主税町911", "京都府", "京都市上京区", "主税町", "911"),
    "former municipality": ("徳島県阿波郡市場町大字市場字上野段385-1", "徳島県", "阿波市", "市場町市場字上野段", "385-1"),
    "former municipality that is a town": ("岐阜県土岐郡笠原町2455-1", "岐阜県", "多治見市", "笠原町", "2455-1"),
    "a part of a city that the former municipality is": ("福島県原町市本町2-27", "福島県", "南相馬市", "原町区本町", "2-27"),
    "ッ for ツ": ("神奈川県横浜市神奈川区三ッ沢上町1", "神奈川県", "横浜市神奈川区", "三ツ沢上町", "1"),
    "つ for ツ": ("神奈川県横浜市神奈川区三つ沢上町1", "神奈川県", "横浜市神奈川区", "三ツ沢上町", "1"),
    "ヅ for ツ": ("神奈川県横浜市神奈川区三ヅ沢上町1", "神奈川県", "横浜市神奈川区", "三ツ沢上町", "1"),
    "ツ left out": ("神奈川県横浜市神奈川区三沢上町1", "神奈川県", "横浜市神奈川区", "三ツ沢上町", "1"),
    "が for ヶ": ("さいたま市見沼区丸が崎町3", "埼玉県", "さいたま市見沼区", "丸ヶ崎町", "3"),
    "former ward, no prefecture": ("浜松市中区砂山町350", "静岡県", "浜松市中央区", "砂山町", "350"),
    "former ward": ("静岡県浜松市中区砂山町350", "静岡県", "浜松市中央区", "砂山町", "350"),
    "name of a former town inside": ("岩手県奥州市胆沢区小山字道場40-1", "岩手県", "奥州市", "胆沢小山字道場", "40-1"),
    "numeral in the name": ("静岡県静岡市葵区与一四－１", "静岡県", "静岡市葵区", "与一四丁目", "１"),
    "number at the end": ("愛知県清須市助七一", "愛知県", "清須市", "助七一丁目", ""),
    "city by its glyph, 嶋": ("鹿嶋市宮中1丁目1番1号", "茨城県", "鹿嶋市", "宮中一丁目", "1番1号"),
    "city by its glyph, 島": ("鹿島市高津原1番地", "佐賀県", "鹿島市", "大字高津原", "1番地"),
    "大字 omitted beside 町": ("さいたま市見沼区丸ヶ崎1048", "埼玉県", "さいたま市見沼区", "大字丸ヶ崎", "1048"),
    "町 beside 大字": ("さいたま市見沼区丸ヶ崎町3", "埼玉県", "さいたま市見沼区", "丸ヶ崎町", "3"),
    "小字 unknown": ("広島県府中市鵜飼町十輪谷甲124-1", "広島県", "府中市", "鵜飼町", "十輪谷甲124-1"),
    "小字 passed over": ("佐賀県嬉野市嬉野町大字下野字長波須ハ丙1224", "佐賀県", "嬉野市", "嬉野町大字下野丙", "1224"),
    "小字 of digits": ("七尾市大田町111-11", "石川県", "七尾市", "大田町111", "11"),
    "番町 as number": ("富山県富山市3-1-23", "富山県", "富山市", "三番町", "1-23"),
    "ward doubled": ("東京都千代田区千代田区紀尾井町1", "東京都", "千代田区", "紀尾井町", "1"),
    "kana": ("とうきょうとちよだくかすみがせき２ちょうめ１", "東京都", "千代田区", "霞が関二丁目", "１"),
    "half-width kana, 丁目 as a word": ("ﾁﾖﾀﾞｸ ｶｽﾐｶﾞｾｷ ﾆﾁｮｳﾒ", "東京都", "千代田区", "霞が関二丁目", ""),
    "Roman letters": ("Tokyo-to Chiyoda-ku Kasumigaseki 2-1-2", "東京都", "千代田区", "霞が関二丁目", "1-2"),
    "Roman letters, ward of a city": ("Ōsaka Osaka-shi Minato-ku Chikko 1-chome", "大阪府", "大阪市港区", "築港一丁目", ""),
    "letter behind an unknown 小字": ("千葉県八街市八街字七本松ろ97-1", "千葉県", "八街市", "八街ろ", "97-1"),
    "unreadable character": ("東京都千代田区��尾井町1-3", "東京都", "千代田区", "紀尾井町", "1-3"),
    "text before": ("本社：東京都千代田区紀尾井町1", "東京都", "千代田区", "紀尾井町", "1"),
}


@pytest.mark.parametrize("case", _FOUND.values(), ids=_FOUND)
def test_found(dictionary: TownDictionary, case: tuple[str, str, str, str, str]) -> None:
    address, *expected = case
    series = pl.Series([address])
    found = match_parts(match_towns(series, dictionary), series).row(0, named=True)
    assert [found[name] for name in ("prefecture", "municipality", "town", "remainder")] == expected
    assert found["status"] == ("abolished" if "former" in str(found["corrections"]) else "unique")


@pytest.mark.parametrize(
    ("address", "status", "municipality"),
    [("府中市1-1", "ambiguous", None), ("麻生区", "ambiguous", None), ("麻生", "not_found", None), ("本町", "not_found", None)],
)
def test_what_cannot_be_known_is_refused(dictionary: TownDictionary, address: str, status: str, municipality: str | None) -> None:
    found = match_towns(pl.Series([address]), dictionary).row(0, named=True)
    assert (found["status"], found["town"]) == (status, None)


def test_equal_towns_are_candidates(dictionary: TownDictionary) -> None:
    # only in 東京都 府中町 has a 一丁目; in 広島県 the number would be 番地
    found = match_towns(pl.Series(["府中市府中町1-1", "府中市府中町1丁目1"]), dictionary)
    assert found["status"].to_list() == ["ambiguous", "unique"]
    assert {one["prefecture"] for one in found["candidates"][0]} == {"東京都", "広島県"}
    assert found["prefecture"].to_list() == [None, "東京都"]
    # a prefecture that is left open has not been supplied
    assert ["prefecture_supplied" in said for said in found["corrections"]] == [False, True]
    twice = pl.concat(
        [
            dictionary.towns,
            dictionary.towns.filter(pl.col("oaza_cho") == "銀座").with_columns(lg_code=pl.lit("131032"), city=pl.lit("港区")),
        ]
    )
    other = TownDictionary.build(twice)
    found = match_towns(pl.Series(["銀座1-1"]), other).row(0, named=True)
    assert found["status"] == "ambiguous"
    assert {one["municipality"] for one in found["candidates"]} == {"中央区", "港区"}
    assert (found["prefecture"], found["municipality"], found["town"]) == ("東京都", None, "銀座一丁目")


@pytest.mark.parametrize("written", ["北区", "北区1-1", "Kita-ku", "キタク"])
def test_ward_of_tokyo_is_no_more_than_wards_of_other_cities(dictionary: TownDictionary, written: str) -> None:
    found = match_towns(pl.Series([written]), dictionary).row(0, named=True)
    assert (found["status"], found["prefecture"], found["municipality"]) == ("ambiguous", None, None)
    assert {"北区", "大阪市北区", "札幌市北区"} < {one["municipality"] for one in found["candidates"]}


def test_town_tells_whose_ward_it_is(dictionary: TownDictionary) -> None:
    written = ["中央区日本橋1-2-3", "中央区銀座1-2", "東京都中央区日本橋1-2-3", "港区築港1-2", "Minato-ku Chikko 1-chome", "チヨダク"]
    found = match_towns(pl.Series(written), dictionary)
    assert found["status"].to_list() == ["ambiguous", *["unique"] * 5]
    assert found["municipality"].to_list() == [None, "中央区", "中央区", "大阪市港区", "大阪市港区", "千代田区"]
    assert {one["municipality"] for one in found["candidates"][0]} == {"中央区", "大阪市中央区"}
    # 東京都 is no city that was left out
    assert "city_supplied" not in found["corrections"][1]


def test_abroad(dictionary: TownDictionary) -> None:
    found = match_towns(pl.Series(["アメリカ合衆国カリフォルニア州サンノゼ市1"]), dictionary).row(0, named=True)
    assert (found["status"], found["prefecture"]) == ("overseas", None)


_PIECES = st.sampled_from(
    [
        "東京都",
        "千代田区",
        "霞が関",
        "大字",
        "字",
        " ",
        "　",
        "二丁目",
        "十",
        "1",
        "-",
        "ノ",
        "ｶﾞ",
        "〒100-0013",
        "京都市上京区",
        "竹屋町",
        "通",
        "\U000e0100",
        "゛",
        "トラストタワー17階",
        "𠮷",
        "",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=8).map("".join), min_size=1, max_size=6))
def test_no_character_is_lost_or_doubled(dictionary: TownDictionary, addresses: list[str]) -> None:
    series = pl.Series(addresses, dtype=pl.String)
    parts = match_parts(match_towns(series, dictionary), series)
    whole = parts.select(pl.concat_str("lead", "municipality_text", "skipped", "town_text", "remainder")).to_series()
    assert whole.to_list() == addresses


def test_a_row_does_not_depend_on_its_neighbours(dictionary: TownDictionary) -> None:
    addresses = pl.Series([case[0] for case in _FOUND.values()])
    together = match_towns(addresses, dictionary).drop("row")
    alone = pl.concat([match_towns(addresses[place : place + 1], dictionary) for place in range(len(addresses))]).drop("row")
    assert_frame_equal(together, alone)


def test_written_and_read_again(dictionary: TownDictionary, tmp_path: Path) -> None:
    dictionary.write(tmp_path)
    addresses = pl.Series([case[0] for case in _FOUND.values()])
    assert_frame_equal(match_towns(addresses, TownDictionary.read(tmp_path)), match_towns(addresses, dictionary))


def test_nothing_to_match(dictionary: TownDictionary) -> None:
    assert match_towns(pl.Series([], dtype=pl.String), dictionary).height == 0
    assert match_towns(pl.Series([None, ""]), dictionary)["status"].to_list() == ["not_found", "not_found"]
