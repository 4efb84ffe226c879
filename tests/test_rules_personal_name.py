"""Names of persons: the separator and letters of 438 and of 461, which contradict each other."""

import pytest
from hypothesis import given, settings

from data_standards.rules import personal_name
from data_standards.rules.rule import CleansingRule
from tests.rule_checks import assert_sound, outcome_of, texts

RULES = {rule.id: rule for rule in personal_name.RULES}


@pytest.mark.parametrize(
    ("rule", "value", "result", "status", "reason"),
    [
        ("person_name_438", "山田 花子", "山田 花子", "unchanged", None),
        ("person_name_438", "山田　花子", "山田 花子", "changed", "name_form"),
        ("person_name_438", "　髙橋　　﨑 ", "髙橋 﨑", "changed", "name_form"),
        ("person_name_438", "\ufa19谷 花子", "\ufa19谷 花子", "unchanged", None),
        ("person_name_438", "山田花子", "山田花子", "uncertain", "not_separated"),
        ("person_name_438", "山田 花 子", "山田 花 子", "uncertain", "several_separators"),
        ("person_name_438", " ", None, "unknown", "blank"),
        ("person_name_461", "山田 花子", "山田　花子", "changed", "name_form"),
        ("person_name_461", "山田　花子", "山田　花子", "unchanged", None),
        ("person_kana_438", "ﾔﾏﾀﾞ　はなこ", "ヤマダ ハナコ", "changed", "name_form"),
        ("person_kana_438", "山田 ハナコ", None, "invalid", "not_kana"),
        ("person_romaji_438", "YAMADA, HANAKO", "Yamada Hanako", "changed", "name_form"),
        ("person_romaji_438", "Ｙａｍａｄａ　Ｈａｎａｋｏ", "Yamada Hanako", "changed", "name_form"),
        ("person_romaji_461", "Yamada Hanako", "YAMADA HANAKO", "changed", "name_form"),
        ("person_romaji_461", "山田", None, "invalid", "not_latin"),
    ],
)
def test_cases(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES[rule], value) == (result, status, reason)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(max_examples=60, deadline=None)
@given(values=texts("山田花子髙ヤマﾔﾏﾞやYaZｙÀßŉſ ,'-　\u200b", ["山田", " ", "　", "ヤマダ", "YAMADA", "Hanako", ", "]))
def test_every_rule_is_sound(rule: CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)
