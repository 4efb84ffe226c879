"""Check digits: known numbers, the rule's own arithmetic in plain Python, and the SQL twin of each rule."""

from collections.abc import Callable, Iterator

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data_standards.rules import corporate_number, local_government_code
from data_standards.rules.registry import CHECKS, SQL_CHECKS

COMPANIES = (
    "8000012010038",  # デジタル庁
    "7000012050002",  # 国税庁
    "2000012100001",  # 国土交通省
    "1000011000005",  # 国立国会図書館
    "3000013000001",  # 最高裁判所
    "1180301018771",  # トヨタ自動車株式会社
    "8000020130001",  # 東京都
    "9000020011002",  # 札幌市
    "3000020141003",  # 横浜市
    "4000020270008",  # 大阪府
)
MUNICIPALITIES = {
    "011002": "札幌市",
    "012025": "函館市",
    "041009": "仙台市",
    "131016": "千代田区",
    "131024": "中央区",
    "141003": "横浜市",
    "221384": "浜松市中央区",
    "231002": "名古屋市",
    "271004": "大阪市",
    "372013": "高松市",
    "401307": "福岡市",
    "130001": "東京都",
    "472018": "那覇市",
}


def corporate_number_is_right(text: str) -> bool:
    """省令第2条, digit by digit."""
    if len(text) != 13 or not set(text) <= set("0123456789") or text[0] == "0":
        return False
    total = sum(int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(text[1:]))
    return int(text[0]) == 9 - total % 9


def local_government_code_is_right(text: str) -> bool:
    """総務省 仕様, digit by digit; where the sum is below 11 it is taken from 11 itself, which comes to the same."""
    if len(text) != 6 or not set(text) <= set("0123456789") or not 1 <= int(text[:2]) <= 47:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:5], (6, 5, 4, 3, 2), strict=True))
    return int(text[5]) == int(str(11 - total if total < 11 else 11 - total % 11)[-1])


PLAIN: dict[str, Callable[[str], bool]] = {
    "corporate_number": corporate_number_is_right,
    "local_government_code": local_government_code_is_right,
}
KNOWN = {"corporate_number": COMPANIES, "local_government_code": tuple(MUNICIPALITIES)}


def by_polars(rule: str, values: list[str | None]) -> list[bool | None]:
    frame = pl.DataFrame({"value": values}, schema={"value": pl.String})
    return frame.select(CHECKS[rule](pl.col("value")).alias("right"))["right"].to_list()


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def by_sql(connection: duckdb.DuckDBPyConnection, rule: str, values: list[str | None]) -> list[bool | None]:
    rows = connection.execute(
        f"SELECT {SQL_CHECKS[rule]} FROM (SELECT unnest($1::VARCHAR[]) AS value, unnest(range(len($1))) AS n) ORDER BY n", [values]
    ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("rule", PLAIN)
def test_known_numbers_are_right(connection: duckdb.DuckDBPyConnection, rule: str) -> None:
    known: list[str | None] = list(KNOWN[rule])
    assert by_polars(rule, known) == [True] * len(known)
    assert by_sql(connection, rule, known) == [True] * len(known)


BROKEN = [
    "", " ", "x", "0", "-1", "+8000012010038", "8000012010038 ", " 8000012010038", "8000012010038\n", "80000120100380", "800001201003",
    "８000012010038", "８０００012010038", "8000012010O38", "T8000012010038", "8.00001201003", "8e12", "0000000000000", "9000000000000",
    "-000012010038", "99999999999999999999999", "131016 ", "13101", "1310167", "000001", "480002", "01100２", "13-016", "13101６",
    "13101\n", "131016\n", "\u0661\u0663\u0661\u0660\u0661\u0666",
]  # fmt: skip
DIGITS = st.text("0123456789", min_size=4, max_size=14)
VALUES = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from([*BROKEN, *COMPANIES, *MUNICIPALITIES]),
        DIGITS,
        st.text("0123456789", min_size=13, max_size=13),
        st.text("0123456789", min_size=6, max_size=6),
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=14),
    ),
    max_size=40,
)


@pytest.mark.parametrize("rule", PLAIN)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=VALUES)
@example(values=[*BROKEN, None])
def test_polars_sql_and_plain_arithmetic_agree(connection: duckdb.DuckDBPyConnection, rule: str, values: list[str | None]) -> None:
    expected = [None if value is None else PLAIN[rule](value) for value in values]
    assert by_polars(rule, values) == expected
    assert by_sql(connection, rule, values) == expected


@pytest.mark.parametrize("rule", PLAIN)
@pytest.mark.parametrize("change", ["one digit", "neighbours swapped"])
def test_small_mistakes_are_judged_by_the_rule(connection: duckdb.DuckDBPyConnection, rule: str, change: str) -> None:
    changed: list[str | None] = []
    for number in KNOWN[rule]:
        for place in range(len(number)):
            if change == "one digit":
                changed += [number[:place] + digit + number[place + 1 :] for digit in "0123456789" if digit != number[place]]
            elif place + 1 < len(number) and number[place] != number[place + 1]:
                changed.append(number[:place] + number[place + 1] + number[place] + number[place + 2 :])
    judged = by_polars(rule, changed)
    assert judged == by_sql(connection, rule, changed) == [PLAIN[rule](str(number)) for number in changed]
    assert judged.count(False) > 0.8 * len(changed)


@pytest.mark.parametrize("number", COMPANIES)
def test_a_wrong_digit_of_a_corporate_number_passes_only_as_nine_for_nought(number: str) -> None:
    # the sum is taken modulo 9, so the rule cannot tell 0 from 9; every other single digit it finds
    for place in range(1, 13):
        others = [number[:place] + digit + number[place + 1 :] for digit in "0123456789" if digit != number[place]]
        passed = [other[place] for other, right in zip(others, by_polars("corporate_number", [*others]), strict=True) if right]
        assert passed == ({"0": ["9"], "9": ["0"]}.get(number[place], []))
    firsts = [digit + number[1:] for digit in "0123456789" if digit != number[0]]
    assert not any(by_polars("corporate_number", [*firsts]))


@settings(max_examples=200, deadline=None)
@given(base=st.text("0123456789", min_size=12, max_size=12))
def test_a_registration_number_is_completed(base: str) -> None:
    frame = pl.DataFrame({"base": [base]}).select(
        whole=corporate_number.from_company_registration_number(pl.col("base")), digit=corporate_number.check_digit(pl.col("base"))
    )
    whole, digit = frame.row(0)
    assert whole == f"{digit}{base}"
    assert corporate_number_is_right(whole)


@pytest.mark.parametrize("base", [None, "", "12345678901", "1234567890123", "12345678901x", "１23456789012"])
def test_other_texts_are_not_completed_to_a_corporate_number(base: str | None) -> None:
    frame = pl.DataFrame({"base": [base]}, schema={"base": pl.String})
    assert frame.select(whole=corporate_number.from_company_registration_number(pl.col("base"))).row(0) == (None,)


@pytest.mark.parametrize("code", MUNICIPALITIES)
def test_a_code_is_completed(code: str) -> None:
    frame = pl.DataFrame({"prefecture": [code[:2]], "rest": [code[2:5]], "base": [code[:5]]})
    made = frame.select(
        a=local_government_code.with_check_digit(pl.col("base")),
        b=local_government_code.from_parts(pl.col("prefecture"), pl.col("rest")),
    )
    assert made.row(0) == (code, code)


@pytest.mark.parametrize(
    ("prefecture", "rest"), [(None, "101"), ("13", None), (None, None), ("13", "10"), ("1", "101"), ("13", "10x"), ("", "")]
)
def test_other_parts_make_no_code(prefecture: str | None, rest: str | None) -> None:
    frame = pl.DataFrame({"prefecture": [prefecture], "rest": [rest]}, schema={"prefecture": pl.String, "rest": pl.String})
    assert frame.select(code=local_government_code.from_parts(pl.col("prefecture"), pl.col("rest"))).row(0) == (None,)
