"""Dates: every way to write them, the bounds of the eras, serials, and the Japanese calendar on output."""

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.rules import dates
from data_standards.rules.dates_plain import settle
from data_standards.rules.rule import CleansingRule
from tests.rule_checks import assert_sound, outcome_of, rows, texts

VECTORS = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "imi" / "imi-enrichment-date" / "spec"
RULES = {rule.id: rule for rule in dates.RULES}

CASES = [
    ("2020-04-01", "2020-04-01", "unchanged", None),
    ("2020-02-29", "2020-02-29", "unchanged", None),
    ("2020-04", "2020-04", "unchanged", None),
    ("2020", "2020", "unchanged", None),
    ("1868-10-23", "1868-10-23", "unchanged", None),  # of the common era as written: nothing to convert
    ("1860年1月", "1860-01", "changed", "date_form"),
    ("H.31.4.30", "2019-04-30", "changed", "era_converted"),
    ("Ｓ．元．１２．２５", "1926-12-25", "changed", "era_converted"),
    ("令和6年4月上旬", "2024-04", "uncertain", "approximate"),
    ("明治45年7月31日", "1912-07-31", "repaired", "era_overrun"),
    ("2021-02-29", None, "invalid", "impossible_date"),
    ("2020-13-01", None, "invalid", "impossible_date"),
    ("平成31年4月31日", None, "invalid", "impossible_date"),
    ("令和二年1月３１日", "2020-01-31", "changed", "era_converted"),
    ("\uf9a8和2年4月1日", "2020-04-01", "changed", "era_converted"),  # the compatibility ideograph of 令
    ("R2.4.1", "2020-04-01", "changed", "era_converted"),
    ("Ｈ元.1.8", "1989-01-08", "changed", "era_converted"),
    ("令2・4・1", "2020-04-01", "changed", "era_converted"),
    ("令和２年４月", "2020-04", "changed", "era_converted"),
    ("㍻2-3-4", "1990-03-04", "changed", "era_converted"),
    ("H300401", "2018-04-01", "changed", "era_converted"),
    ("昭和二十年八月十五日", "1945-08-15", "changed", "era_converted"),
    ("平成31年4月30日", "2019-04-30", "changed", "era_converted"),
    ("平成31年(2019年)4月30日", "2019-04-30", "changed", "era_converted"),
    ("2019年(平成30年)5月1日", "2019-05-01", "uncertain", "years_disagree"),
    ("明治6年1月1日", "1873-01-01", "changed", "era_converted"),
    ("明治5年12月2日", "1872", "uncertain", "lunar_calendar"),
    ("平成31年5月1日", "2019-05-01", "repaired", "era_overrun"),
    ("平成32年", "2020", "repaired", "era_overrun"),
    ("昭和64年1月8日", "1989-01-08", "repaired", "era_overrun"),
    ("昭和65年", "1990", "repaired", "era_overrun"),
    ("昭和65年4月1日", "1990-04-01", "repaired", "era_overrun"),
    ("大正15年12月25日", "1926-12-25", "repaired", "era_overrun"),
    ("明治60年1月1日", "1927-01-01", "uncertain", "era_overrun_far"),
    ("昭和64年1月7日", "1989-01-07", "changed", "era_converted"),
    ("昭和64年", "1989", "changed", "era_converted"),
    ("平成元年1月7日", None, "invalid", "before_era"),
    ("令和元年4月", None, "invalid", "before_era"),
    ("令和0年5月1日", None, "invalid", "impossible_date"),
    ("20200401", "2020-04-01", "changed", "date_form"),
    ("20200400", "2020-04", "changed", "date_form"),
    ("2020/4/1", "2020-04-01", "changed", "date_form"),
    ("2020.4.1", "2020-04-01", "changed", "date_form"),
    ("西暦2020年 4月 1日(水)", "2020-04-01", "changed", "date_form"),
    ("二〇一九年十二月三十一日", "2019-12-31", "changed", "date_form"),
    ("2020-04-01T00:00:00", "2020-04-01", "changed", "time_taken_off"),
    ("2020-03-31T15:00:00Z", "2020-03-31", "uncertain", "time_zone"),
    ("2020-99-99", "2020", "changed", "date_form"),
    ("昭和20年5月日不詳", "1945-05", "changed", "era_converted"),
    ("昭和20年月日不詳", "1945", "changed", "era_converted"),
    ("昭和50年頃", "1975", "uncertain", "approximate"),
    ("平成30年度", "2018", "uncertain", "fiscal_year"),
    ("20/4/1", "2020-04-01", "uncertain", "two_digit_year"),
    ("202004", "2020-04", "uncertain", "six_digits"),
    ("450401", None, "invalid", "not_a_date"),
    ("4/1/2020", "2020-04-01", "uncertain", "day_month_order"),
    ("31/1/2020", "2020-01-31", "changed", "date_form"),
    ("4月1日", None, "invalid", "no_year"),
    ("43922", None, "invalid", "maybe_serial"),
    ("9999-99-99", None, "unknown", "says_unknown"),
    ("0000-00-00", None, "unknown", "says_unknown"),
    ("不明", None, "unknown", "says_unknown"),
    ("99", None, "unknown", "says_unknown"),
    ("", None, "unknown", "says_unknown"),
    ("X1-01-01", None, "invalid", "not_a_date"),
    ("昭和廿年八月十五日", "1945-08-15", "changed", "era_converted"),
    ("明治卅三年四月一日", "1900-04-01", "changed", "era_converted"),
    ("昭和弐拾年拾月", "1945-10", "changed", "era_converted"),
    ("明治5年12月3日", "1872", "uncertain", "lunar_calendar"),  # the day that became 1873-01-01
    ("慶應3年10月14日", "1867", "uncertain", "lunar_calendar"),
    ("嘉永6年", "1853", "uncertain", "lunar_calendar"),
    ("慶応10年", "1874", "uncertain", "era_overrun_far"),
    ("2020˗04⁃01", "2020-04-01", "changed", "date_form"),
    ("2020﹣4﹘1", "2020-04-01", "changed", "date_form"),
    ("’20.4.1", "2020-04-01", "uncertain", "two_digit_year"),
    ("2020 4 1", "2020-04-01", "changed", "date_form"),
    ("2020 12 3", "2020-12-03", "changed", "date_form"),
    ("H30　4　11", "2018-04-11", "changed", "era_converted"),
    ("R 1 5", "2019-05", "changed", "era_converted"),  # not 令和15年
    ("昭和 4 5 年", "1970", "changed", "era_converted"),  # digits spread over a form
    ("令和6年4月1日現在", "2024-04-01", "changed", "word_taken_off"),
    ("昭和45年1月1日生", "1970-01-01", "changed", "word_taken_off"),
    ("令和元年5月1日 午前10時", "2019-05-01", "changed", "time_taken_off"),
    ("2020/4/1 3:15 PM", "2020-04-01", "changed", "time_taken_off"),
    ("約2020年", "2020", "uncertain", "approximate"),
    ("2020年4月中旬ごろ", "2020-04", "uncertain", "approximate"),
    ("2020-04-01/2021-03-31", None, "invalid", "period"),
    ("昭和50年4月1日～昭和55年3月31日", None, "invalid", "period"),
    ("2020年4月1日から", None, "invalid", "period"),
    ("昭和50年代", None, "invalid", "period"),
    ("令和　年　月　日", None, "unknown", "says_unknown"),  # a form left blank
    ("2020年4月　日", "2020-04", "changed", "date_form"),
    ("生年月日不詳", None, "unknown", "says_unknown"),
    ("平成99年99月99日", None, "unknown", "says_unknown"),
    ("昭和99年", "2024", "repaired", "era_overrun"),  # machines did carry it on
    ("4310430", "2019-04-30", "uncertain", "era_code"),
    ("5-02-04-01", "2020-04-01", "uncertain", "era_code"),
    ("4310431", None, "invalid", "impossible_date"),
    ("43922.75", None, "invalid", "maybe_serial"),
    ("April 1, 2020", "2020-04-01", "changed", "date_form"),
    ("1-Apr-2020", "2020-04-01", "changed", "date_form"),
    ("Mar 2020", None, "invalid", "not_a_date"),
]


@pytest.mark.parametrize(("value", "result", "status", "reason"), CASES)
def test_iso(value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES["date_iso"], value) == (result, status, reason)


@pytest.mark.parametrize(
    ("rule", "value", "result", "status", "reason"),
    [
        ("date_excel_serial", "43922", "2020-04-01", "changed", "serial_read"),
        ("date_excel_serial", "43922.75", "2020-04-01", "changed", "serial_read"),
        ("date_excel_serial", "1", "1900-01-01", "changed", "serial_read"),
        ("date_excel_serial", "59", "1900-02-28", "changed", "serial_read"),
        ("date_excel_serial", "60", None, "invalid", "not_a_serial"),
        ("date_excel_serial", "61", "1900-03-01", "changed", "serial_read"),
        ("date_excel_serial", "2020-02-29", "2020-02-29", "unchanged", None),
        ("date_excel_serial", "令和2年", None, "invalid", "not_a_serial"),
        ("date_wareki", "2020-04-01", "令和2年4月1日", "changed", "date_form"),
        ("date_wareki", "2019-05-01", "令和元年5月1日", "changed", "date_form"),
        ("date_wareki", "平成31年5月1日", "令和元年5月1日", "changed", "date_form"),
        ("date_wareki", "1989-01-07", "昭和64年1月7日", "changed", "date_form"),
        ("date_wareki", "1873-01-01", "明治6年1月1日", "changed", "date_form"),
        ("date_wareki", "昭和45年", "昭和45年", "unchanged", None),
        ("date_wareki", "1989", "平成元年", "uncertain", "two_eras"),
        ("date_wareki", "1989-01", "平成元年1月", "uncertain", "two_eras"),
        ("date_wareki", "20/4/1", "令和2年4月1日", "uncertain", "read_uncertain"),
        ("date_wareki", "1868-05-01", None, "invalid", "lunar_calendar"),
        ("date_wareki", "不明", None, "unknown", "says_unknown"),
        ("date_wareki", "abc", None, "invalid", "not_a_date"),
    ],
)
def test_other_rules(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES[rule], value) == (result, status, reason)


def test_precision_is_the_same_whether_a_value_was_parsed_or_passed() -> None:
    alone = [rows(RULES["date_iso"], [value])[0]["precision"] for value in ("2020-04-01", "2020-04", "2020")]
    among = rows(RULES["date_iso"], ["2020-04-01"] * 10 + ["2020-04", "2020", None])
    assert alone == ["day", "month", "year"]
    assert [row["precision"] for row in among] == ["day"] * 10 + ["month", "year", None]
    assert among[0] == {"value": "2020-04-01", "status": "unchanged", "reason": None, "precision": "day"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(max_examples=80, deadline=None)
@given(
    values=texts(
        "0123456789-/.年月日元一二十令和平成昭RHS明　 TZ:",
        ["令和", "H", "明治", "元", "2", "31", "年", "12", "月", "-", "1", "日", "2020", "(", ")", "頃", "不明", "99", "00:00"],
    )
)
def test_every_rule_is_sound(rule: CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)


DAYS = st.lists(st.dates(min_value=date(1873, 1, 1), max_value=date(2099, 12, 31)), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(days=DAYS)
def test_japanese_calendar_round_trip(days: list[date]) -> None:
    iso: list[str | None] = [day.isoformat() for day in days]
    wareki = [row["value"] for row in rows(RULES["date_wareki"], iso)]
    back = rows(RULES["date_iso"], wareki)
    assert [row["value"] for row in back] == iso
    assert {row["status"] for row in back} == {"changed"}


@settings(max_examples=60, deadline=None)
@given(days=DAYS)
def test_every_form_of_a_day_gives_the_day(days: list[date]) -> None:
    for form in ("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d 00:00:00"):
        assert [row["value"] for row in rows(RULES["date_iso"], [day.strftime(form) for day in days])] == [day.isoformat() for day in days]


@settings(max_examples=60, deadline=None)
@given(serials=st.lists(st.integers(min_value=61, max_value=109574), min_size=1, max_size=30))
def test_serials_count_days(serials: list[int]) -> None:
    expected = [(date(1899, 12, 30) + timedelta(days=serial)).isoformat() for serial in serials]
    assert [row["value"] for row in rows(RULES["date_excel_serial"], [str(serial) for serial in serials])] == expected


def test_eras_follow_each_other() -> None:
    for former, latter in zip(dates.ERAS, dates.ERAS[1:], strict=False):
        assert former.last is not None
        assert former.last + timedelta(days=1) == latter.first


def _vectors() -> list[tuple[str, str | None]]:
    """Every pair of text and expected date in the published vectors, whatever they are nested in."""
    found: list[tuple[str, str | None]] = []

    def walk(given: object, expected: object) -> None:
        if isinstance(given, str) and isinstance(expected, dict):
            found.append((given, expected.get("標準型日付")))
        elif isinstance(given, list) and isinstance(expected, list):
            for one, other in zip(given, expected, strict=True):
                walk(one, other)
        elif isinstance(given, dict) and isinstance(expected, dict):
            if given.get("@type") == "日付型" and "標準型日付" not in given:
                text = given["表記"]
                walk(text if isinstance(text, str) else text[0], expected)
            elif "日付" in given:
                walk(given["日付"], expected["日付"])

    for path in sorted(VECTORS.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            walk(case["input"], case["output"])
    return found


# Where the rule date_iso differs from the vectors on purpose: IMI does not look at the bounds of the eras (before_era), and converts
# days of the old calendar as if they were Gregorian (lunar_calendar). GIF 441 asks for dates of ISO 8601, which is Gregorian.
OUR_REASON = {"明": "lunar_calendar", "㍾": "lunar_calendar"} | dict.fromkeys("大㍽昭㍼平㍻令\uf9a8㋿Rr", "before_era")


@pytest.mark.real
def test_published_vectors() -> None:
    if not VECTORS.exists():
        pytest.skip(f"the IMI date vectors are not there: {VECTORS}")
    vectors = _vectors()
    assert len(vectors) >= 50
    differing = {}
    for (text, expected), row in zip(vectors, rows(RULES["date_iso"], [text for text, _ in vectors]), strict=True):
        if row["value"] != expected:
            differing[text] = row["reason"]
            assert row["reason"] == OUR_REASON[text[0]], (text, expected, row)
            assert expected is not None
            assert expected.endswith("-01-01")
    assert len(differing) >= 25


SEPARATORS = st.sampled_from(["", "年", "月", "日", "-", "/", ".", "・", "－", "ー", " ", "　", "年度", "一", "元", ",", "："])
NUMBERS = st.one_of(
    st.integers(0, 99).map(str),
    st.integers(1860, 2105).map(str),
    st.sampled_from(["元", "十", "二十", "三十一", "〇三", "二〇二〇", "０９", "１２", "00", "99", "一九八九", "百", "20200401", "010203"]),
)
ERA_WRITTEN = st.sampled_from(["", "", "西暦", "令和", "平", "昭和", "S", "h", "Ｒ", "㍻", "明治", "M", "大正", "T", "(", "'"])
TAILS = st.sampled_from(
    ["", "", "", " 10:20", "T10:20:30", "　9時", "(月)", "（火曜日）", "頃", "Z", "日(水) 9:05", " 10:20:30.5", "水曜日"]
)
WRITTEN = st.tuples(ERA_WRITTEN, NUMBERS, SEPARATORS, NUMBERS, SEPARATORS, NUMBERS, SEPARATORS, TAILS).map("".join)
SHORT = st.tuples(ERA_WRITTEN, NUMBERS, SEPARATORS, NUMBERS, SEPARATORS, TAILS).map("".join)


@given(values=st.lists(st.one_of(WRITTEN, SHORT, st.sampled_from([case[0] for case in CASES])), min_size=1, max_size=60))
@settings(max_examples=150, deadline=None)
def test_what_is_settled_at_a_glance_is_what_a_close_look_gives(values: list[str]) -> None:
    frame = pl.DataFrame({"given": values}, schema={"given": pl.String}).unique(maintain_order=True)
    settled = settle(frame)
    looked_at = dates._parse(frame).select("value", "precision", "status", "reason")
    assert settled.drop("place").select(looked_at.columns).equals(looked_at.select(pl.all().gather(settled["place"])))


def test_most_of_a_column_is_settled_at_a_glance() -> None:
    plain = [
        "2020/4/1",
        "令和2年4月1日",
        "Ｒ２．４．１",
        "昭和二十年八月十五日",
        "20200401",
        "H300401",
        "2020年4月",
        "平成元年",
        "2020-4-1 10:20",
    ]
    assert settle(pl.DataFrame({"given": plain}))["place"].len() == len(plain)
