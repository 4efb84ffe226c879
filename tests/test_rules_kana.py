"""Kana: the form of readings, and Hepburn where its standards differ."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings

from data_standards.rules import kana
from data_standards.rules.rule import CleansingRule
from tests.rule_checks import assert_sound, outcome_of, texts

TABLE = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "hepburn_base.csv"
RULES = {rule.id: rule for rule in kana.RULES}

CASES = [
    ("kana_katakana", "トヨタジドウシャ", "トヨタジドウシャ", "unchanged", None),
    ("kana_katakana", "ﾄﾖﾀｼﾞﾄﾞｳｼｬ", "トヨタジドウシャ", "changed", "kana_form"),
    ("kana_katakana", "とうきょう", "トウキョウ", "changed", "kana_form"),
    ("kana_katakana", "スﾞメ　タロウ", "ズメ タロウ", "changed", "kana_form"),
    ("kana_katakana", "サ―ビス－", "サービスー", "changed", "kana_form"),
    ("kana_katakana", "ビーール", "ビーール", "uncertain", "unusual_kana"),
    ("kana_katakana", "ンマ", "ンマ", "uncertain", "unusual_kana"),
    ("kana_katakana", "山田", None, "invalid", "not_kana"),
    ("kana_katakana", " ", None, "unknown", "blank"),
    ("kana_large", "ジギョウショ", "ジギヨウシヨ", "changed", "small_kana_made_large"),
    ("kana_large", "ビル", "ビル", "unchanged", None),
    ("romaji_place", "ゴテンバ", "gotenba", "changed", "romanised"),
    ("romaji_passport", "ゴテンバ", "gotemba", "changed", "romanised"),
    ("romaji_2025", "ゴテンバ", "gotenba", "changed", "romanised"),
    ("romaji_place", "シンイチ", "shin-ichi", "changed", "romanised"),
    ("romaji_passport", "シンイチ", "shinichi", "changed", "romanised"),
    ("romaji_2025", "シンイチ", "shin'ichi", "changed", "romanised"),
    ("romaji_place", "とうきょう", "tokyo", "uncertain", "long_vowel_unsure"),
    ("romaji_2025", "とうきょう", "tōkyō", "uncertain", "long_vowel_unsure"),
    ("romaji_place", "ニイガタ", "niigata", "changed", "romanised"),
    ("romaji_passport", "オオノ", "ono", "uncertain", "long_vowel_unsure"),
    ("romaji_passport", "セノオ", "senoo", "uncertain", "long_vowel_unsure"),
    ("romaji_place", "ホッチ", "hotchi", "changed", "romanised"),
    ("romaji_place", "サッポロ", "sapporo", "changed", "romanised"),
    ("romaji_2025", "ビール", "bīru", "changed", "romanised"),
    ("romaji_place", "ヴィラ・フォンテーヌ", "vira fontenu", "changed", "romanised"),
    ("romaji_place", "Gotemba", "Gotemba", "unchanged", None),
    ("romaji_place", "ッ", None, "invalid", "not_kana"),
    ("romaji_place", "御殿場", None, "invalid", "not_kana"),
    ("romaji_place", "", None, "unknown", "blank"),
]


@pytest.mark.parametrize(("rule", "value", "result", "status", "reason"), CASES)
def test_cases(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES[rule], value) == (result, status, reason)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(max_examples=60, deadline=None)
@given(values=texts("アイウオッンャョーガヴヷヮヶかきっんゃ゛ﾞｶﾊｰ-－・ 　a", ["シャ", "ッチ", "ンア", "オウ", "ー", "ｶﾞ"]))
def test_every_rule_is_sound(rule: CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)


def test_every_syllable_has_a_spelling() -> None:
    written = "".join(kana.hepburn_table())
    assert [chr(code) for code in range(0x30A1, 0x30FB) if chr(code) not in written and chr(code) not in "ッン"] == []


@pytest.mark.real
def test_table_agrees_with_the_published_one() -> None:
    if not TABLE.exists():
        pytest.skip(f"the Hepburn table is not there: {TABLE}")
    with TABLE.open(encoding="utf-8", newline="") as lines:
        published = {"".join(chr(ord(sign) + 0x60) for sign in row["kana"]): row["romaji"] for row in csv.DictReader(lines)}
    assert published.pop("ン") == "n"
    assert {syllable: kana.hepburn_table()[syllable] for syllable in published} == published
