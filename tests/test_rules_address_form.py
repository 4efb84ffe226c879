"""Written addresses in three and in four items, and what lies below the municipality."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.rules.address_form import RULES
from tests.rule_checks import assert_sound, rows, texts

THREE, FOUR, LOWER = RULES
SPEC = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "imi" / "imi-enrichment-address" / "spec"

# 町字以下: given, value, building, remainder
LOWER_CASES = [
    ("霞が関二丁目１番２号", "霞が関2-1-2", None, None),
    ("霞が関2-1-2", "霞が関2-1-2", None, None),
    ("霞が関２丁目１－２", "霞が関2-1-2", None, None),
    ("霞が関2ー1ー2", "霞が関2-1-2", None, None),
    ("三軒茶屋二丁目", "三軒茶屋2", None, None),
    ("三軒茶屋2-11-22", "三軒茶屋2-11-22", None, None),
    ("三軒茶屋二丁目十一番二十二号", "三軒茶屋2-11-22", None, None),
    ("三軒茶屋二十一丁目一番", "三軒茶屋21-1", None, None),
    ("三軒茶屋", "三軒茶屋", None, None),
    ("六本木六丁目10番1号", "六本木6-10-1", None, None),
    ("二の丸1番1号", "二の丸1-1", None, None),
    ("三ノ輪2-3", "三ノ輪2-3", None, None),
    ("一之江1丁目2番", "一之江1-2", None, None),
    ("一番町25番地", "一番町25", None, None),
    ("麻布十番1-2-3", "麻布十番1-2-3", None, None),
    ("東七番丁160", "東七番丁160", None, None),
    ("丸の内1の1の1", "丸の内1-1-1", None, None),
    ("本町一の三", "本町1-3", None, None),
    ("千駄ヶ谷五-23-13", "千駄ヶ谷5-23-13", None, None),
    ("樋堀百二十番の四", "樋堀120-4", None, None),
    ("本町千三百二十四番地", "本町1324", None, None),
    ("大字鶴賀緑町1613番地", "鶴賀緑町1613", None, None),
    ("大戸町大字高川甲1324", "大戸町高川甲1324", None, None),
    ("大戸町高川字甲１３２４番地", "大戸町高川字甲1324", None, None),
    ("字前田12番地3", "前田12-3", None, None),
    ("イ1番地", "イ1", None, None),
    ("尾張町12番イの2", "尾張町12-イ-2", None, None),
    ("尾張町12番甲", "尾張町12-甲", None, None),
    ("大原子1番地", "大原子1", None, None),
    ("北一条西三丁目1番地", "北1条西3-1", None, None),
    ("北1条西1-3", "北1条西1-3", None, None),
    ("宮の森四条１２丁目２番１０号", "宮の森4条12-2-10", None, None),
    ("四条通烏丸東入長刀鉾町8", "四条通烏丸東入長刀鉾町8", None, None),
    ("三条町314番地3", "三条町314-3", None, None),
    ("寺町通御池上る上本能寺前町488番地", "寺町通御池上る上本能寺前町488", None, None),
    ("大町西1丁1番1号", "大町西1丁1-1", None, None),
    ("第１地割１２番地先", "第1地割12地先", None, None),
    ("川反5番外地", "川反5番外地", None, None),
    ("山奥無番地", "山奥無番地", None, None),
    ("山奥無番地0丁目", "山奥無番地", "0丁目", None),
    ("本町一丁目1番地1-1号", "本町1-1-1-1", None, None),
    ("本町1-1-1 〇〇住宅A-101", "本町1-1-1", "〇〇住宅A-101", None),
    ("本町1-1-1-305号室", "本町1-1-1", "305号室", None),
    ("本町1番地305号室", "本町1", "305号室", None),
    ("本町1-14-10-2F", "本町1-14-10", "2F", None),
    ("本町1番地１７－２階", "本町1-17", "2階", None),
    ("本町二丁目ビル", "本町2", "ビル", None),
    ("本町1番地三井ビル", "本町1", "三井ビル", None),
    ("本町１番３号センタービル２階", "本町1-3", "センタービル2階", None),
    ("本町1番1号-305", "本町1-1", "305", None),
    ("本町13-2(商店街振興組合内)", "本町13-2", None, "(商店街振興組合内)"),
    ("本町1番 2号", "本町1-2", None, None),
    ("本町 2丁目 3番 4号", "本町2-3-4", None, None),
    ("三軒茶屋 区民会館", "三軒茶屋", None, "区民会館"),
    ("本町1丁目字前田5番の2", "本町1丁目字前田5-2", None, None),
    ("３７１０番地", "3710", None, None),
]
# whole addresses: given, value in three items, town and block of four items, code, status and reason in three items
WHOLE_CASES = [
    ("東京都千代田区霞が関二丁目1番2号", "東京都千代田区霞が関2-1-2", "霞が関二丁目", "1-2", "131016", "changed", "notation"),
    ("東京都千代田区霞が関2-1-2", "東京都千代田区霞が関2-1-2", "霞が関", "2-1-2", "131016", "unchanged", None),
    ("東京都北区東十条1-2-3", "東京都北区東十条1-2-3", "東十条", "1-2-3", "131172", "unchanged", None),
    ("東京都北区上十条二丁目3番4号", "東京都北区上十条2-3-4", "上十条二丁目", "3-4", "131172", "changed", "notation"),
    ("北海道札幌市中央区北三条西6丁目1", "北海道札幌市中央区北3条西6-1", "北三条西六丁目", "1", "011011", "changed", "notation"),
    (
        "北海道 札幌市中央区 宮の森四条１２丁目２番１０号",
        "北海道札幌市中央区宮の森4条12-2-10",
        "宮の森四条十二丁目",
        "2-10",
        "011011",
        "changed",
        "notation",
    ),
    ("北海道様似郡様似町大通３丁目２６番地", "北海道様似郡様似町大通3-26", "大通三丁目", "26", "016080", "changed", "notation"),
    ("東京都八丈島八丈町大賀郷2551番地2", "東京都八丈島八丈町大賀郷2551-2", "大賀郷", "2551-2", "134015", "changed", "notation"),
    ("調布市小島町二丁目35番地1", "東京都調布市小島町2-35-1", "小島町二丁目", "35-1", "132080", "changed", "prefecture_supplied"),
    ("広島県府中町大通1番地の3", "広島県安芸郡府中町大通1-3", "大通", "1-3", "343021", "changed", "municipality_completed"),
    (
        "横浜市 西区 みなとみらい2-3-1",
        "神奈川県横浜市西区みなとみらい2-3-1",
        "みなとみらい",
        "2-3-1",
        "141038",
        "changed",
        "prefecture_supplied",
    ),
    ("龍ヶ崎市3710", "茨城県龍ケ崎市3710", None, "3710", "082082", "changed", "prefecture_supplied"),
    ("府中市宮町1-1", "府中市宮町1-1", "宮町", "1-1", None, "uncertain", "municipality_not_unique"),
    ("中央区銀座1-1", "中央区銀座1-1", "銀座", "1-1", None, "uncertain", "municipality_not_unique"),
    ("北海道泊村堀株村1", "北海道泊村堀株村1", "堀株村", "1", None, "uncertain", "municipality_not_unique"),
    ("府中町大通1番", "広島県安芸郡府中町大通1", "大通", "1", "343021", "uncertain", "town_or_municipality"),
    ("静岡県浜松市北区三方原町1", "静岡県浜松市北区三方原町1", "三方原町", "1", "221350", "uncertain", "former_municipality"),
    ("東京都港区麻布十番", "東京都港区麻布十番", "麻布十番", None, "131032", "uncertain", "town_or_number"),
    ("兵庫県", "兵庫県", None, None, "280003", "unchanged", None),
    ("東京県世田谷区三軒茶屋二丁目", None, None, None, None, "invalid", "prefecture_unknown"),
    ("東京都世田屋区三軒茶屋二丁目", None, None, None, None, "invalid", "municipality_unknown"),
    ("三軒茶屋二丁目", None, None, None, None, "invalid", "municipality_unknown"),
    ("1-3-1, Kasumigaseki, Chiyoda ku", None, None, None, None, "invalid", "wrong_form"),
    ("アメリカ合衆国カリフォルニア州", None, None, None, None, "unknown", "abroad"),
    ("不明", None, None, None, None, "unknown", "said_unknown"),
    ("", None, None, None, None, "unknown", "said_unknown"),
    (None,) + (None,) * 6,
]
# What IMI answers from its master of towns and of changes; ours has none, and says so by the status and reason named here.
ON_PURPOSE = {
    "三軒茶屋二丁目": ("municipality_unknown", "the municipality is looked up in a master of towns"),
    "三軒茶屋二丁目ビル": ("municipality_unknown", "the municipality is looked up in a master of towns"),
    "三軒茶屋2-11-22": ("municipality_unknown", "the municipality is looked up in a master of towns"),
    "東京都世田谷区三軒茶屋2-11-22": ("chome_not_marked", "that 2 is a 丁目 is known from a master of towns"),
    "兵庫県篠山市": ("former_municipality", "a name that is no more is doubted, the code of its time is the same"),
    "兵庫県篠山市北新町41": ("former_municipality", "the text stays as written; the name of today is a matter of the change table"),
    "埼玉県浦和市常盤六丁目4番4号": ("former_municipality", "the town is given although no master confirms it"),
    "東京都世田谷区六軒茶屋二丁目": (None, "that the town does not exist is known from a master of towns"),
    "東京都世田谷区三軒茶屋四丁目": (None, "that the 丁目 does not exist is known from a master of towns"),
    "兵庫県丹波篠山市北新町41": ("chome_not_marked", "that 41 is no 丁目 is known from a master of towns"),
}


@pytest.mark.parametrize("case", LOWER_CASES, ids=lambda case: case[0])
def test_below_the_municipality(case: tuple[str, str, str | None, str | None]) -> None:
    row = rows(LOWER, [case[0]])[0]
    assert (row["value"], row["building"], row["remainder"]) == case[1:]


@pytest.mark.parametrize("case", WHOLE_CASES, ids=lambda case: str(case[0]))
def test_whole_addresses(case: tuple[str | None, ...]) -> None:
    three, four = rows(THREE, [case[0]])[0], rows(FOUR, [case[0]])[0]
    assert (three["value"], four["town"], four["block"], three["lg_code"], three["status"], three["reason"]) == case[1:]
    assert four["lg_code"] == three["lg_code"]


def test_postal_code_and_building_have_their_places() -> None:
    row = rows(FOUR, ["〒100-0013 東京都千代田区霞が関１丁目３－１ 経済産業省別館3階"])[0]
    assert (row["building"], row["remainder"], row["block"]) == ("経済産業省別館3階", "〒100-0013", "3-1")


def test_four_items_say_that_an_unmarked_number_may_be_a_chome() -> None:
    assert [row["reason"] for row in rows(FOUR, ["東京都千代田区霞が関2-1", "東京都千代田区霞が関2番地1"])] == [
        "chome_not_marked",
        "notation",
    ]


PIECES = [
    "東京都",
    "千代田区",
    "浜松市",
    "北区",
    "北海道",
    "虻田郡",
    "倶知安町",
    "府中町",
    "三軒茶屋",
    "二丁目",
    "十",
    "一番",
    "3番地",
    "の",
    "大字",
    "字",
    "甲",
    "イ",
    "1-2",
    "-",
    " ",
    "号",
    "4号室",
    "5階",
    "ビル",
    "北一条西",
    "三線",
    "無番地",
    "番外地",
    "地先",
    "(内)",
    "丁",
    "2Ｆ",
    "ー",
    "、",
    "〒100-0001 ",
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(deadline=None, max_examples=25)
@given(values=texts("東京都千代田区霞が関府中市町字大丁目番地号の条線北西一二三十百0123１２-－ー 、()ビルF階室甲イ先無外内", PIECES))
def test_sound_on_any_text(rule: Any, values: list[str | None]) -> None:
    assert_sound(rule, values)


def _counted(text: str) -> Counter[str]:
    """Characters that must not get lost: no separators, no marks that 442 drops or turns into hyphens."""
    return Counter(text.translate(dict.fromkeys(map(ord, " -ー、,丁目番地号の大字"))))


ARABIC = [
    "霞が関",
    "三軒茶屋",
    "本町",
    "2丁目",
    "3番",
    "4番地",
    "5号",
    "の",
    "-",
    "6",
    " ",
    "大字",
    "字",
    "甲",
    "イ",
    "ビル",
    "7階",
    "8号室",
    "(内)",
    "ABC",
    "、",
]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.sampled_from(ARABIC), min_size=1, max_size=9).map("".join), min_size=1, max_size=8))
def test_every_character_below_the_municipality_is_accounted_for(values: list[str]) -> None:
    for value, row in zip(values, rows(LOWER, values), strict=True):
        parts = [row["value"], row["building"], row["remainder"]]
        assert _counted(value) == _counted("".join(part or "" for part in parts)), (value, row)


@pytest.mark.parametrize("rule", [THREE, FOUR], ids=lambda rule: rule.id)
@settings(deadline=None, max_examples=25)
@given(lower=st.lists(st.lists(st.sampled_from(ARABIC), max_size=7).map("".join), min_size=1, max_size=8), head=st.sampled_from(PIECES[:8]))
def test_every_character_of_an_address_is_accounted_for(rule: Any, lower: list[str], head: str) -> None:
    values = [head + text for text in lower]
    for value, row in zip(values, rows(rule, values), strict=True):
        # A refused value keeps the prefecture it has read beside the rest.
        whole = row["value"] if row["value"] is not None else (row["prefecture"] or "") * (row["remainder"] != value)
        kept = "".join(part or "" for part in (whole, row["building"], row["remainder"]))
        # Four items write the digits of 丁目 in kanji.
        numerals = dict.fromkeys(map(ord, "0123456789一二三四五六七八九十百")) if rule is FOUR else {}
        assert _counted(value.translate(numerals)) <= _counted(kept.translate(numerals)), (value, row)


def _vectors() -> list[tuple[str, dict[str, Any]]]:
    """Every address of the vectors with IMI's answer, nested ones included."""
    found: list[tuple[str, dict[str, Any]]] = []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            if node.get("@type") == "住所型" and "表記" in node:
                found.append((node["表記"], node))
            for part in node.values():
                walk(part)

    for path in sorted(SPEC.glob("*.json")):
        for vector in json.loads(path.read_text(encoding="utf-8")):
            walk(vector["output"])
    return found


@pytest.mark.real
@pytest.mark.skipif(not SPEC.exists(), reason="the IMI address vectors are not beside the checkout (../shared)")
def test_imi_vectors() -> None:
    vectors = _vectors()
    assert len(vectors) >= 30
    answers = rows(FOUR, [given for given, _ in vectors])
    lowers = rows(THREE, [given for given, _ in vectors])
    for (text, imi), row, three in zip(vectors, answers, lowers, strict=True):
        expected = {name: imi.get(name) for name in ("都道府県", "市区町村", "町名", "丁目", "番地", "号")}
        if text in ON_PURPOSE:
            reason = ON_PURPOSE[text][0]
            assert reason is None or row["reason"] == reason, (text, row)
            if row["value"] is None:
                continue
        if "市区町村" not in imi and row["value"] != imi.get("都道府県"):
            # Where IMI finds no or several municipalities, no code is given either.
            assert row["lg_code"] is None and row["status"] in {"invalid", "unknown", "uncertain"}, (text, row)
            assert row["prefecture"] == imi.get("都道府県"), (text, row)
            continue
        city = "篠山市" if text == "兵庫県篠山市北新町41" else expected["市区町村"]
        assert (row["prefecture"], row["city"]) == (expected["都道府県"], city), (text, row)
        if imi.get("市区町村コード"):
            assert row["lg_code"][:5] == imi["市区町村コード"][-5:], (text, row)
        numbers = "-".join(number for number in (expected["丁目"], expected["番地"], expected["号"]) if number)
        if text in ON_PURPOSE and expected["町名"] is None:
            continue
        if text == "東京都世田谷区三軒茶屋四丁目":
            assert three["street_address"] == "三軒茶屋4"
            continue
        assert (three["street_address"] or "") == (expected["町名"] or "") + numbers, (text, three)
