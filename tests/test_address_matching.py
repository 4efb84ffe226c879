"""Written addresses as a whole: parts, ids, standard forms, and that no character is lost or doubled."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from benchmarks.address_data import towns
from registries.address.matching.address import AddressMatcher
from registries.address.matching.number_register import NumberRegister, numbers_of
from registries.address.matching.output import OUTPUT, PARTS

_TOKYO = {"pref": "東京都", "pref_kana": "トウキョウト", "pref_roma": "Tokyo", "county": None, "ward": None}
_TOWNS = [
    {
        "lg_code": "131016",
        **_TOKYO,
        "city": "千代田区",
        "city_kana": "チヨダク",
        "city_roma": "Chiyoda-ku",
        "oaza_cho": "霞が関",
        "chome": "二丁目",
        "oaza_cho_kana": "カスミガセキ",
        "chome_kana": "２チョウメ",
        "oaza_cho_roma": "Kasumigaseki",
        "machiaza_id": "0002002",
        "post_code": "1000013",
        "latitude": 35.67,
        "longitude": 139.75,
        "epsg": "EPSG:6668",
    },
    {
        "lg_code": "131016",
        **_TOKYO,
        "city": "千代田区",
        "city_kana": "チヨダク",
        "city_roma": "Chiyoda-ku",
        "oaza_cho": "紀尾井町",
        "machiaza_id": "0056000",
        "oaza_cho_kana": "キオイチョウ",
        "oaza_cho_roma": "Kioicho",
        "post_code": "1020094",
    },
    {
        "lg_code": "011011",
        "pref": "北海道",
        "city": "札幌市",
        "ward": "中央区",
        "oaza_cho": "北一条西",
        "chome": "三丁目",
        "machiaza_id": "0100003",
    },
    {"lg_code": "131172", **_TOKYO, "city": "北区", "oaza_cho": "上十条", "chome": "二丁目", "machiaza_id": "0019002"},
    {"lg_code": "104019", "pref": "群馬県", "city": "前橋市", "oaza_cho": "大字横芝", "koaza": "字真砂", "machiaza_id": "0001101"},
    {"lg_code": "104019", "pref": "群馬県", "city": "前橋市", "oaza_cho": "大字横芝", "machiaza_id": "0001000"},
    {
        "lg_code": "113859",
        "pref": "埼玉県",
        "county": "児玉郡",
        "city": "上里町",
        "oaza_cho": "大字七本木",
        "oaza_cho_kana": "シチホンギ",
        "machiaza_id": "0008000",
    },
    {"lg_code": "014036", "pref": "北海道", "county": "古宇郡", "county_kana": "フルウグン", "city": "泊村", "machiaza_id": "0001000"},
]


@pytest.fixture(scope="module")
def matcher() -> AddressMatcher:
    place = {"latitude": 35.6795, "longitude": 139.7355, "epsg": "EPSG:6668"}
    residence = {"lg_code": "131016", "machiaza_id": "0056000", "blk_id": "001", "rsdt_id": "003", "blk_num": "1", "rsdt_num": "3"} | place
    block = {"lg_code": "131016", "machiaza_id": "0056000", "blk_id": "001", "blk_num": "1"} | place
    lot = {"lg_code": "131016", "machiaza_id": "0056000", "prc_id": "000010000400000", "prc_num1": "1", "prc_num2": "4"} | place
    both = lot | {"prc_id": "000010000300000", "prc_num2": "3"}
    register = NumberRegister.of_frames(
        numbers_of("residence", pl.DataFrame([residence])),
        numbers_of("block", pl.DataFrame([block])),
        numbers_of("lot", pl.DataFrame([lot, both])),
    )
    texts = {name: pl.String for town in _TOWNS for name in town if name not in ("latitude", "longitude")}
    return AddressMatcher.build(pl.DataFrame(_TOWNS, schema_overrides=texts, infer_schema_length=None), register)


def _match(matcher: AddressMatcher, text: str) -> dict:
    return matcher.match(pl.Series([text])).row(0, named=True)


_KAMISATO = {"prefecture": "埼玉県", "municipality": "児玉郡上里町", "match_level": "municipality", "building": None, "left_over": None}
_SHICHIHONGI = {"municipality": "児玉郡上里町", "town": "大字七本木", "match_level": "town", "building": None, "left_over": None}
_NAKA = {"prefecture": "神奈川県", "municipality": "横浜市中区", "match_level": "municipality", "building": None, "left_over": None}
CASES = [
    (
        "東京都千代田区霞が関2-1-2 中央合同庁舎第２号館",
        {
            "prefecture": "東京都",
            "municipality": "千代田区",
            "town": "霞が関二丁目",
            "block_number": "1-2",
            "building": "中央合同庁舎第２号館",
            "town_and_block": "霞が関2-1-2",
            "full_address": "東京都千代田区霞が関2-1-2 中央合同庁舎第２号館",
            "full_address_kana": "トウキョウトチヨダクカスミガセキニチョウメ1-2",
            "full_address_en": "2-1-2 Kasumigaseki, Chiyoda-ku, Tokyo 1000013, Japan",
            "postal_code": "1000013",
            "match_level": "town_detail",
            "position_level": "town",
            "latitude": 35.67,
            "status": "unique",
        },
    ),
    (
        "東京都千代田区紀尾井町１番３号トラストタワー17階",
        {
            "building": "トラストタワー17階",
            "blk_id": "001",
            "rsdt_id": "003",
            "prc_id": None,
            "match_level": "residence",
            "position_level": "residence",
            "epsg": "EPSG:6668",
            "latitude": 35.6795,
        },
    ),
    ("東京都千代田区紀尾井町1番地4", {"prc_id": "000010000400000", "rsdt_id": None, "match_level": "lot", "status": "unique"}),
    ("東京都千代田区紀尾井町1-3", {"rsdt_id": "003", "prc_id": "000010000300000", "status": "ambiguous"}),
    ("東京都千代田区紀尾井町1ー３ー２", {"rsdt_id": "003", "block_number": "1-3", "left_over": "２"}),
    ("東京都千代田区紀尾井町1-3-502", {"rsdt_id": "003", "block_number": "1-3", "building": "502"}),
    (
        "東京都千代田区紀尾井町1-999 ガーデンテラス",
        {"match_level": "block", "blk_id": "001", "rsdt_id": None, "block_number": "1-999", "building": "ガーデンテラス"},
    ),
    ("東京都千代田区紀尾井町1丁目3番地", {"rsdt_id": "003", "block_number": "1-3", "town_and_block": "紀尾井町1-3"}),
    (
        "東京都千代田区紀尾井町5丁目3番地",
        {"match_level": "town", "block_number": "3", "town_and_block": "紀尾井町5-3", "unconfirmed_town": "5丁目"},
    ),
    ("東京都千代田区紀尾井町５丁目の３番地", {"town": "紀尾井町", "block_number": "3", "unconfirmed_town": "５丁目"}),
    ("東京都千代田区紀尾井町1丁目3番地", {"block_number": "1-3", "unconfirmed_town": None}),
    ("東京都千代田区紀尾井町９ーＡ２２ ビル", {"block_number": "9", "building": "Ａ２２ ビル"}),
    # of 霞が関 the register has the 丁目 alone
    ("東京都千代田区霞が関", {"town": "霞が関", "town_and_block": "霞が関", "full_address": "東京都千代田区霞が関", "machiaza_id": None}),
    ("東京都千代田区紀尾井町甲1-3", {"match_level": "town", "prc_id": None, "rsdt_id": None, "block_number": "甲1-3"}),
    ("東京都千代田区紀尾井町あ14番地", {"match_level": "town", "prc_id": None, "block_number": "ア14"}),
    ("東京都千代田区紀尾井町(麹町郵便局私書箱第1号)", {"note": "(麹町郵便局私書箱第1号)", "town_and_block": "紀尾井町"}),
    ("北海道札幌市中央区北一条西三丁目2番地", {"town_and_block": "北1条西3-2", "municipality": "札幌市中央区"}),
    ("東京都北区上十条2丁目5番13号十条会館204-B", {"town_and_block": "上十条2-5-13", "building": "十条会館204-B"}),
    ("群馬県前橋市大字横芝字真砂482番地の2", {"town": "大字横芝字真砂", "town_and_block": "横芝字真砂482-2"}),
    (
        "群馬県前橋市大字横芝字家六482番地の2",
        {"town": "大字横芝", "unconfirmed_town": "字家六", "town_and_block": "横芝字家六482-2", "full_address_kana": None},
    ),
    ("〒102-0094 東京都千代田区紀尾井町1番地先", {"postal_code": "1020094", "block_number": "1地先", "left_over": None}),
    ("（〒102-0094）東京都千代田区紀尾井町1", {"postal_code": "1020094", "left_over": None}),
    ("東京都千代田区紀尾井町(南側)1番地4(倉庫)", {"block_number": "1-4", "note": "(倉庫)", "left_over": "(南側)", "match_level": "lot"}),
    ("東京都千代田区紀尾井町1番地4 山田太郎様", {"match_level": "lot", "building": None, "note": "山田太郎様"}),
    ("東京都千代田区1-1", {"match_level": "municipality", "town": None, "block_number": "1-1"}),
    (
        "Mori Bldg., 3F, 1-4 Kioi-cho, Chiyoda-ku, Tokyo 102-0094, Japan",
        {"town": "紀尾井町", "match_level": "lot", "building": "Mori Bldg., 3F", "postal_code": "1020094", "left_over": None},
    ),
    (
        "2-1-2 Kasumigaseki, Chiyoda Ward, Tokyo",
        {"town": "霞が関二丁目", "block_number": "1-2", "corrections": ["chome_from_number", "romaji_read", "english_order_read"]},
    ),
    ("Tokyo, Chiyoda-ku, Kasumigaseki 2-1-2", {"town": "霞が関二丁目", "block_number": "1-2"}),
    ("2-chome 1-2 Kasumigaseki, Chiyoda-ku, Tokyo", {"town": "霞が関二丁目", "block_number": "1-2"}),
    ("Kasumigaseki 2-1-2, Chiyoda-ku, Tokyo", {"town": "霞が関二丁目", "block_number": "1-2"}),
    (
        "1-4 Kioicho Chiyoda-ku Tokyo 102-0094 Japan",
        {"town": "紀尾井町", "match_level": "lot", "postal_code": "1020094", "left_over": None},
    ),
    ("2-1-2 Kasumigaseki Chiyoda Ward Tokyo", {"town": "霞が関二丁目", "block_number": "1-2"}),
    ("Kasumigaseki 2-1-2 Chiyoda-ku Tokyo", {"town": "霞が関二丁目", "block_number": "1-2"}),
    ("1-4 Kioicho Chiyoda-ku", {"match_level": "none", "status": "not_found"}),
    ("5518 Shichihongi, Kamisato-machi, Kodama-gun, Saitama", _SHICHIHONGI | {"block_number": "5518"}),
    ("5518 Shichihongi Kamisato-machi Kodama-gun Saitama 369-0300 Japan", _SHICHIHONGI | {"block_number": "5518"}),
    ("5518 Shichihongi, Kamisato, Kodama-gun, Saitama-ken", _SHICHIHONGI | {"block_number": "5518"}),
    ("5518 Shichihongi, Kamisato Town, Kodama District, Saitama Prefecture", _SHICHIHONGI | {"block_number": "5518"}),
    ("5518 Shichihongi, Kamisato-machi, Saitama", _SHICHIHONGI | {"corrections": ["county_supplied", "romaji_read", "english_order_read"]}),
    ("Shichihongi, Kamisato-machi, Kodama-gun, Saitama", _SHICHIHONGI | {"block_number": None}),
    ("Shichihongi Kamisato-machi Kodama-gun Saitama", _SHICHIHONGI | {"block_number": None}),
    ("Saitama-ken Kodama-gun Kamisato-machi Shichihongi 5518", _SHICHIHONGI | {"block_number": "5518"}),
    ("Kamisato-machi Kodama-gun Saitama", _KAMISATO),
    ("Kamisato-machi, Kodama-gun, Saitama", _KAMISATO),
    ("Kamisato Town Kodama District Saitama Prefecture Japan", _KAMISATO),
    ("Kamisato-machi Kodama-gun", {"match_level": "none", "status": "not_found"}),
    ("Naka-ku, Yokohama-shi, Kanagawa", _NAKA),
    ("Naka-ku Yokohama-shi Kanagawa 231-0005", _NAKA),
    ("Naka Ward, Yokohama City, Kanagawa, Japan", _NAKA),
    ("Naka-ku Yokohama Kanagawa", _NAKA),
    ("Naka-ku, Yokohama", _NAKA),
    ("1-1 Honcho, Naka-ku, Yokohama", {"municipality": "横浜市中区"}),
    ("Kita-ku, Osaka", {"municipality": "大阪市北区"}),
    ("Kita-ku, Osaka-fu", {"prefecture": "大阪府", "municipality": None, "status": "ambiguous"}),
    ("Chiyoda-ku, Tokyo", {"prefecture": "東京都", "municipality": "千代田区", "match_level": "municipality", "building": None}),
    ("Tokyo-to Chiyoda-ku", {"prefecture": "東京都", "municipality": "千代田区", "corrections": ["romaji_read"]}),
    ("Fuchu-shi, Tokyo", {"prefecture": "東京都", "municipality": "府中市", "status": "unique"}),
    ("Fuchu-shi", {"prefecture": None, "status": "ambiguous"}),
    ("Tomari-mura Hokkaido", {"lg_code": None, "status": "ambiguous"}),
    ("Tomari-mura, Furu-gun, Hokkaido", {"municipality": "古宇郡泊村", "status": "unique"}),
    ("Paris, France", {"status": "overseas", "match_level": "none"}),
    ("1 Infinite Loop, Cupertino, CA 95014, USA", {"status": "overseas", "match_level": "none"}),
    ("麻生", {"match_level": "none", "status": "not_found", "left_over": "麻生", "town_and_block": None}),
    ("", {"match_level": "none", "status": "not_found", "full_address": None}),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] or "empty" for case in CASES])
def test_addresses(matcher: AddressMatcher, text: str, expected: dict) -> None:
    row = _match(matcher, text)
    assert {name: row[name] for name in expected} == expected


def test_characters_of_an_english_address_keep_their_places(matcher: AddressMatcher) -> None:
    text = "Mori Bldg., 3F, 1-4 Kioicho, Chiyoda-ku, Tokyo 102-0094, Japan"
    spans = [(one["part"], text[one["start"] : one["end"]].strip(" ,")) for one in _match(matcher, text)["spans"]]
    told = [("building", "Mori Bldg."), ("room", "3F"), ("number", "1-4"), ("town", "Kioicho"), ("municipality", "Chiyoda-ku, Tokyo")]
    assert [one for one in spans if one in told] == told


def test_both_readings_are_candidates(matcher: AddressMatcher) -> None:
    candidates = _match(matcher, "東京都千代田区紀尾井町1-3")["candidates"]
    assert [(one["match_level"], one["rsdt_id"], one["prc_id"]) for one in candidates] == [
        ("residence", "003", None),
        ("lot", None, "000010000300000"),
    ]
    assert {one["town"] for one in candidates} == {"紀尾井町"}


def test_the_columns_are_the_declared_ones(matcher: AddressMatcher) -> None:
    assert matcher.match(pl.Series(["東京都", None])).schema == OUTPUT


def test_an_address_alone_is_matched_as_it_is_among_others(matcher: AddressMatcher) -> None:
    texts = pl.Series([case[0] for case in CASES])
    alone = pl.concat([matcher.match(texts[place : place + 1]) for place in range(len(texts))])
    assert_frame_equal(alone, matcher.match(texts))


def test_no_address_gives_no_row(matcher: AddressMatcher) -> None:
    assert matcher.match(pl.Series([], dtype=pl.String)).schema == OUTPUT


def test_a_matcher_is_written_and_read(matcher: AddressMatcher, tmp_path: Path) -> None:
    matcher.write(tmp_path)
    texts = pl.Series([case[0] for case in CASES])
    again = AddressMatcher.read(tmp_path, matcher.register)
    assert again.match(texts).equals(matcher.match(texts))


def _account(matcher: AddressMatcher, texts: list[str]) -> None:
    """The spans are the whole input, one after another; texts of the result are pieces of it."""
    written = pl.Series("written", texts, dtype=pl.String)
    result = matcher.match(written).hstack([written])
    spans = result.with_row_index("place").select("place", "written", "spans").explode("spans").drop_nulls("spans").unnest("spans")
    joined = spans.with_columns(
        piece=pl.col("written").str.slice(pl.col("start"), pl.col("end") - pl.col("start")), before=pl.col("end").shift(1).over("place")
    )
    assert joined.filter((pl.col("start") != pl.col("before").fill_null(0)) | (pl.col("end") <= pl.col("start"))).rows() == []
    assert joined.filter(~pl.col("part").is_in(PARTS)).rows() == []
    whole = joined.group_by("place", maintain_order=True).agg("written", pl.col("piece").str.join(""))
    assert whole.filter(pl.col("written").list.first() != pl.col("piece")).rows() == []
    assert joined["place"].n_unique() == result.filter(pl.col("written") != "").height
    pieces = [
        pl.col("written").str.contains(pl.col(name), literal=True).fill_null(value=True)
        for name in ("building", "note", "unconfirmed_town")
    ]
    assert result.filter(~pl.all_horizontal(pieces)).select("written", "building", "note", "unconfirmed_town").rows() == []


_PIECES = st.sampled_from(
    [
        *"0123456789１２一二十番地号の-－ー　 ()（）甲イビル階室ァ様",
        "Chiyoda-ku",
        ", ",
        "Tokyo",
        "Kioicho",
        "TEL 03-1234-5678",
        "東京都",
        "千代田区",
        "霞が関",
        "紀尾井町",
        "二丁目",
        "〒102-0094",
        "私書箱",
        "前橋市",
        "字真砂",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=14).map("".join), min_size=1, max_size=20))
def test_no_character_is_lost_or_doubled(matcher: AddressMatcher, texts: list[str]) -> None:
    _account(matcher, texts)


@pytest.mark.real
def test_no_character_of_a_real_address_is_lost(shared_data: Path) -> None:
    addresses = shared_data / "addresses"
    names = ("cases_open.csv", "offices_open.csv", "abr_number_cases_open.csv")
    texts = [text for name in names for text in pl.read_csv(addresses / name, columns=["input"], infer_schema=False)["input"].to_list()]
    nation = AddressMatcher.build(towns(shared_data))
    _account(nation, [text or "" for text in texts] + (addresses / "schools_open.txt").read_text(encoding="utf-8").splitlines())


def test_a_place_without_its_reading_is_not_read() -> None:
    unread = [town | {"city_kana": None, "city_roma": None} for town in _TOWNS]
    texts = {name: pl.String for town in unread for name in town if name not in ("latitude", "longitude")}
    towns = pl.DataFrame(unread, schema_overrides=texts, infer_schema_length=None)
    found = AddressMatcher.build(towns, NumberRegister.of_frames()).match(pl.Series(["東京都千代田区霞が関2-1-2"]))
    assert found.select("full_address", "full_address_kana", "full_address_en").row(0) == ("東京都千代田区霞が関2-1-2", None, None)
