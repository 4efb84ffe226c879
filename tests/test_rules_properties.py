"""What every cleansing rule keeps, whatever text it is given: no exception, no lost null, idempotence, an explained reason.

The rules are found, not listed: every rule of every module, of the cells of addresses, and of every code list.
"""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.codes import load_code_lists
from data_standards.conformance.cleansing import declared_rules
from data_standards.rules.code_list import rule_for
from data_standards.rules.rule import CleansingRule
from tests.rule_checks import assert_sound, rows

LISTS = [rule_for(name) for name in sorted(load_code_lists())]
RULES: list[CleansingRule] = [*declared_rules().values(), *LISTS]

# Signs that look like others, stand in for others, or hide: dashes, spaces, selectors, combining marks, private use, enclosed, half width.
ODD = (
    "-\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u30fc\uff0d\uff70~\u301c\uff5e \u00a0\u3000\u200b\ufeff\ufe0f\U000e0100"
    "\u3099\u309a\u0301\ue000\ufffd\u3013①㈱㍻㎡Ⅳ½﨑髙𠮷ｶﾞｱｰ｡\n\t\x00\u202e"
)
SUBJECTS = (
    "0123456789０１９〇一二十百千万億壱弐参廿.,．，・／/()（）［］+°′″NE度分秒年月日元明治大正昭和平成令和ＲHS頃不明不詳"
    "番地のノ之甲乙イ丁目号階内線代表番外無先一部筆外㎡坪反畝歩木造瓦葺建田畑宅合分同本ないし、を株式会社有限団法人東京都千代区市町村"
    "アイウカガッャーんっゃTtＴ@:httpwww.=#〒*?？"
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=ODD + string.ascii_letters, max_size=12),
    st.text(alphabet=SUBJECTS, max_size=30),
    st.text(alphabet=SUBJECTS + ODD, max_size=16),
    st.from_regex(r"[0-9]{1,15}(?:[-.][0-9]{1,6}){0,3}", fullmatch=True),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(max_examples=12, deadline=None)
@given(values=st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=60))
def test_every_rule_keeps_its_promises(rule: CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)


def test_rules_are_named_once_and_explained_in_both_languages() -> None:
    names = [rule.id for rule in RULES]
    assert len(names) == len(set(names)) > 70
    for rule in RULES:
        assert all((rule.label, rule.label_en, rule.takes, rule.gives, rule.standard, rule.clause)), rule.id
        assert all(len(texts) == 2 and all(texts) for texts in rule.reasons.values()), rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_empty_columns_are_fine(rule: CleansingRule) -> None:
    assert rows(rule, []) == []
    assert [row["status"] for row in rows(rule, [None, None])] == [None, None]
