"""Numbers: separators, signs, kanji numerals, units."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.rules import numbers
from tests.rule_checks import assert_sound, outcome_of, rows, texts

RULE = numbers.RULES[0]

CASES = [
    ("1234", "1234", "unchanged", None),
    ("-0.50", "-0.50", "unchanged", None),
    ("１，２３４", "1234", "changed", "number_form"),
    ("1、234", "1234", "changed", "number_form"),
    ("1 234 567", "1234567", "changed", "number_form"),
    ("007", "7", "changed", "number_form"),
    ("+5", "5", "changed", "number_form"),
    ("-0", "0", "changed", "number_form"),
    ("△1,234", "-1234", "changed", "number_form"),
    ("▲５", "-5", "changed", "number_form"),
    ("−12.5", "-12.5", "changed", "number_form"),
    ("¥1,000", "1000", "changed", "number_form"),
    ("(1,234)", "-1234", "uncertain", "parentheses_as_minus"),
    ("二〇一九", "2019", "changed", "kanji_numeral_read"),
    ("十", "10", "changed", "kanji_numeral_read"),
    ("二百三", "203", "changed", "kanji_numeral_read"),
    ("千二百三十四", "1234", "changed", "kanji_numeral_read"),
    ("一億二千三百四十五万六千七百八十九", "123456789", "changed", "kanji_numeral_read"),
    ("壱千弐百参拾萬", "12300000", "changed", "kanji_numeral_read"),
    ("金壱百万円", "1000000", "changed", "unit_taken_off"),
    ("1億2千万", "120000000", "changed", "kanji_numeral_read"),
    ("1億2,345万6,789", "123456789", "changed", "kanji_numeral_read"),
    ("九千九百九十九京", "99990000000000000000", "changed", "kanji_numeral_read"),
    ("3兆", "3000000000000", "changed", "kanji_numeral_read"),
    ("1.5億円", "150000000", "changed", "unit_taken_off"),
    ("12.345千円", "12345", "changed", "unit_taken_off"),
    ("1.23456千", "1234.56", "changed", "kanji_numeral_read"),
    ("12百万円", "12000000", "changed", "unit_taken_off"),
    ("123.45㎡", "123.45", "changed", "unit_taken_off"),
    ("約1,200人", "1200", "uncertain", "approximate"),
    ("30以上", "30", "uncertain", "approximate"),
    ("12,34", None, "invalid", "not_a_number"),
    ("1.2.3", None, "invalid", "not_a_number"),
    ("万", None, "invalid", "not_a_number"),
    ("二三十", None, "invalid", "not_a_number"),
    ("三鷹", None, "invalid", "not_a_number"),
    ("不明", None, "unknown", "says_unknown"),
    ("", None, "unknown", "says_unknown"),
]


@pytest.mark.parametrize(("value", "result", "status", "reason"), CASES)
def test_cases(value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULE, value) == (result, status, reason)


def test_units_are_kept_beside() -> None:
    assert [row["unit"] for row in rows(RULE, ["1.5億円", "3", "100 m2", "5%", None])] == ["円", None, "m2", "%", None]


@settings(max_examples=150, deadline=None)
@given(values=texts("0123456789.,-△１２一二十百千万億兆京〇円()約 ー", ["1", "2千", "万", "億", "3百", "十", ",000", "円", "-", "以上"]))
def test_rule_is_sound(values: list[str | None]) -> None:
    assert_sound(RULE, values)


def kanji(number: int) -> str:
    """Write a number in kanji, by the plain rules of schoolbooks."""
    text = ""
    for place, large in ((10**16, "京"), (10**12, "兆"), (10**8, "億"), (10**4, "万"), (1, "")):
        section, number = divmod(number, place)
        written = ""
        for unit_value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, section = divmod(section, unit_value)
            if digit:
                written += ("" if digit == 1 and unit else "〇一二三四五六七八九"[digit]) + unit
        text += written + large if written else ""
    return text or "〇"


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(min_value=0, max_value=10**20 - 1), min_size=1, max_size=20))
def test_kanji_numerals_round_trip(values: list[int]) -> None:
    assert [row["value"] for row in rows(RULE, [kanji(value) for value in values])] == [str(value) for value in values]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(min_value=-(10**30), max_value=10**30), min_size=1, max_size=20))
def test_separators_round_trip(values: list[int]) -> None:
    assert [row["value"] for row in rows(RULE, [f"{value:,}" for value in values])] == [str(value) for value in values]
