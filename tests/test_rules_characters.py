"""Characters: invisible ones, compatibility forms, width, hyphens, gaiji placeholders, JIS X 0213 and the MJ reduction."""

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from data_standards.rules import characters, repertoire
from data_standards.rules.batch import only_where, staged
from data_standards.rules.rule import OUTCOME
from tests.rule_checks import assert_sound, outcome_of, rows, texts

MOJI = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "moji"
RULES = {rule.id: rule for rule in (*characters.RULES, *repertoire.RULES)}

CASES = [
    ("characters_visible", "株式会社台帳", "株式会社台帳", "unchanged", None),
    ("characters_visible", "台\u200b帳\ufeff", "台帳", "changed", "invisible_removed"),
    ("characters_visible", "\x00\x01", None, "unknown", "blank"),
    ("characters_visible", "辻\U000e0100井", "辻井", "changed", "variation_selector_removed"),
    ("characters_visible", "東京都\r\n千代田区", "東京都 千代田区", "changed", "space_tidied"),
    ("characters_visible", "　東京　都　", "東京　都", "changed", "space_tidied"),
    ("characters_visible", "ス\uff9eメ", "ズメ", "changed", "voicing_mark_composed"),
    ("characters_visible", "か\u3099は\u309a", "がぱ", "changed", "voicing_mark_composed"),
    ("characters_visible", "カ\u309a", "カ\u309a", "unchanged", None),  # カ゚ is one character of JIS X 0213 in two code points
    ("characters_visible", "\ufa1e田", "\ufa1e田", "unchanged", None),  # NFC would replace the ideograph
    ("characters_compatibility", "㈱①㍻℡", "(株)1平成TEL", "changed", "compatibility_form"),
    ("characters_compatibility", "Ⅲ㎡²\ufa1e〜～", "Ⅲ㎡²\ufa1e〜～", "unchanged", None),
    ("width_name", "ABC-1 ﾎﾟﾝﾌﾟ", "ＡＢＣ－１　ポンプ", "changed", "made_full_width"),
    ("width_name", "台帳", "台帳", "unchanged", None),
    ("width_code", "１２３－Ａ　ｶﾞ", "123-A ガ", "changed", "made_half_width"),
    ("width_code", "ズー", "ズー", "unchanged", None),
    ("hyphen_by_context", "1ー2―3−4", "1-2-3-4", "changed", "hyphen_unified"),
    ("hyphen_by_context", "１－２", "１-２", "changed", "hyphen_unified"),
    ("hyphen_by_context", "サ─ビス", "サービス", "uncertain", "hyphen_in_katakana"),
    ("hyphen_by_context", "2一1", "2一1", "uncertain", "kanji_one_between_digits"),
    ("hyphen_by_context", "ビール一番‐亭", "ビール一番‐亭", "unchanged", None),
    ("gaiji_placeholder", "<00008328>城", "茨城", "repaired", "gaiji_code_decoded"),
    ("gaiji_placeholder", "<D842DFB7>野家", "𠮷野家", "repaired", "gaiji_code_decoded"),
    ("gaiji_placeholder", "<0000E012>田", "<0000E012>田", "uncertain", "gaiji_code_unreadable"),
    ("gaiji_placeholder", "\ue012田", "\ue012田", "uncertain", "private_use_character"),
    ("gaiji_placeholder", "〓田", "〓田", "uncertain", "gaiji_placeholder"),
    ("gaiji_placeholder", "渡?商店", "渡?商店", "uncertain", "gaiji_placeholder"),
    ("gaiji_placeholder", "what?", "what?", "unchanged", None),
    ("jis_x_0213", "﨑山〜～￥¥", "﨑山〜～￥¥", "unchanged", None),
    ("jis_x_0213", "髙島", None, "invalid", "outside_repertoire"),
    ("jis_x_0213", "ｶﾌﾞ", None, "invalid", "outside_repertoire"),
    ("mj_reduction", "髙島", "高島", "changed", "reduced_to_jis_x_0213"),
    ("mj_reduction", "𠮷野", "吉野", "changed", "reduced_to_jis_x_0213"),
    ("mj_reduction", "渡邉", "渡邉", "unchanged", None),  # 邉 is inside JIS X 0213
    ("mj_reduction", "㚢田", "㚢田", "uncertain", "several_candidates"),
    ("mj_reduction", "한", "한", "uncertain", "no_candidate"),
]


@pytest.mark.parametrize(("rule", "value", "result", "status", "reason"), CASES)
def test_cases(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES[rule], value) == (result, status, reason)


def test_characters_outside_are_named() -> None:
    assert [row["outside"] for row in rows(RULES["jis_x_0213"], ["髙島屋髙", "𠮷髙", "島", None])] == ["髙", "𠮷髙", None, None]
    assert [row["outside"] for row in rows(RULES["mj_reduction"], ["髙한", "髙"])] == ["한", None]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(max_examples=60, deadline=None)
@given(
    values=texts(
        "ｶﾞﾊﾟ゛゜\u3099\u309aアガー-－一1２ A㈱①髙邉㚢𠮷〓?＿\u200b\U000e0100\ufa1e", ["<00008328>", "<0000E000>", "<D842DFB7>", "<", "城"]
    )
)
def test_every_rule_is_sound(rule: characters.CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)


def test_repertoire_has_the_size_of_the_standard() -> None:
    kanji = [character for character in repertoire.jis_x_0213() if unicodedata.name(character).startswith("CJK ")]
    # levels 1 to 4: 2,965 + 3,390 + 1,259 + 2,436, and 仝, which the standard counts among the signs
    assert len([name for name in kanji if "IDEOGRAPH" in unicodedata.name(name)]) == 10050 + 1
    assert "ｱ" not in repertoire.jis_x_0213()
    assert "\x7f" not in repertoire.jis_x_0213()


@pytest.mark.parametrize(
    ("character", "state", "names"),
    [("髙", "one", ("高",)), ("棃", "inside", ("梨",)), ("麴", "inside", None), ("㚢", "several", None), ("한", "none", ())],
)
def test_reduction_states(character: str, state: str, names: tuple[str, ...] | None) -> None:
    assert repertoire.reduction(character) == state
    if names is not None:
        assert repertoire.candidates(character) == names


def test_character_class_writes_ranges() -> None:
    assert repertoire.character_class("bca") == r"[\x{61}-\x{63}]"
    assert repertoire.character_class("ax", negated=True) == r"[^\x{61}\x{78}]"


def test_work_runs_where_the_guard_matches_and_once_per_distinct_value() -> None:
    seen: list[int] = []

    def count(series: pl.Series) -> pl.Series:
        seen.append(len(series))
        return series + "!"

    values = ["a1", "b", None, "a1", "c", "d", "a1", "e", "f", "a1"]
    work = lambda text: text.map_batches(count, return_dtype=pl.String)  # noqa: E731
    frame = pl.DataFrame({"given": values})
    assert frame.select(only_where(pl.col("given"), "[0-9]", work)).to_series().to_list() == [
        f"{value}!" if value == "a1" else value for value in values
    ]
    assert seen == [1]


def test_a_staged_rule_sees_each_open_value_once_and_gives_the_same_for_columns_of_few_and_of_many_values() -> None:
    seen: list[int] = []

    def work(frame: pl.DataFrame) -> pl.DataFrame:
        seen.append(frame.height)
        changed = pl.col("given") + "!"
        return frame.with_columns(
            value=pl.when(pl.col("given") == "clean").then("given").otherwise(changed),
            status=pl.when(pl.col("given") == "clean").then(pl.lit("unchanged")).otherwise(pl.lit("changed")),
            reason=pl.when(pl.col("given") != "clean").then(pl.lit("marked")),
        )

    few = pl.DataFrame({"given": ["x", None, "clean", "clean"] * 25})
    many = pl.DataFrame({"given": [None, "clean", *(f"x{number}" for number in range(20))]})
    rule = staged(pl.col("given"), work, OUTCOME, "^clean$").alias("outcome")
    marked = few.select(rule).unnest("outcome").rows()
    assert marked == [("x!", "changed", "marked"), (None, None, None), *[("clean", "unchanged", None)] * 2] * 25
    assert many.select(rule).unnest("outcome").rows()[:3] == [
        (None, None, None),
        ("clean", "unchanged", None),
        ("x0!", "changed", "marked"),
    ]
    assert seen == [1, 22]


@pytest.mark.real
def test_repertoire_agrees_with_the_published_map() -> None:
    path = MOJI / "nta_jis_shrink_map.csv"
    if not path.exists():
        pytest.skip(f"the map of JIS X 0213 is not there: {path}")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        published = {chr(int(row["ucs"][2:], 16)) for row in csv.DictReader(lines) if " " not in row["ucs"]}
    ours = {character for character in repertoire.jis_x_0213() if not "\x20" <= character <= "\x7e"}
    assert published <= repertoire.jis_x_0213()
    # beside the 25 combined characters' mark, only other code points of published characters are ours alone
    assert ours - published <= set("￥¥‾‖∥〜−¢£¬⦅⦆") | {"\u309a", "\u0300", "\u0301", "\u02e5", "\u02e9"}


@pytest.mark.real
def test_reduction_agrees_with_the_published_map() -> None:
    path = MOJI / "mj_shrink_map.csv"
    if not path.exists():
        pytest.skip(f"the MJ reduction map is not there: {path}")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        first = [row["ucs"].split("|")[0].split(" ")[0] for row in csv.DictReader(lines) if row["ucs"]]
    states = Counter(repertoire.reduction(chr(int(code[2:], 16))) for code in first)
    assert states == {"inside": 14278, "one": 16616, "several": 3483, "none": 24482}
