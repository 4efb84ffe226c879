"""Business days of a publisher, against the calendar of 2024."""

from datetime import date, timedelta

import pytest

from pipelines.business_days import is_business_day, missing_days

NEW_YEAR = ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-04", True),  # first business day of the year
        ("2024-01-05", True),
        ("2024-01-06", False),  # Saturday
        ("2024-01-07", False),  # Sunday
        ("2024-01-08", False),  # 成人の日, second Monday
        ("2024-02-11", False),  # 建国記念の日, a Sunday
        ("2024-02-12", False),  # its substitute (振替休日)
        ("2024-02-23", False),  # 天皇誕生日
        ("2024-02-29", True),  # leap day
        ("2024-03-20", False),  # 春分の日
        ("2024-04-30", True),  # between holidays
        ("2024-05-06", False),  # substitute after 5 May
        ("2024-08-12", False),  # substitute of 山の日
        ("2024-12-30", False),  # the publisher's new year
        ("2025-01-02", False),
        ("2025-01-03", False),
        ("2026-09-22", False),  # 国民の休日, between two holidays
    ],
)
def test_is_business_day(text: str, expected: bool) -> None:
    assert is_business_day(day(text), NEW_YEAR) is expected


def test_days_of_the_publisher_count_only_where_given() -> None:
    assert is_business_day(day("2024-12-30"), ()) is True
    assert is_business_day(day("2024-01-01"), ()) is False  # 元日 is a public holiday without it


@pytest.mark.parametrize(
    ("delivered", "since", "expected"),
    [
        pytest.param([], None, [], id="nothing"),
        pytest.param([], "2024-01-05", [], id="only a full file"),
        pytest.param(["2024-01-05"], None, [], id="one day"),
        pytest.param(["2024-01-05", "2024-01-09"], None, [], id="over a long weekend"),
        pytest.param(["2023-12-28", "2024-01-04"], None, [], id="over the new year"),
        pytest.param(["2024-01-05", "2024-01-10"], None, [("2024-01-09", "2024-01-09", 1)], id="one missing"),
        pytest.param(["2024-01-10", "2024-01-04", "2024-01-10"], None, [("2024-01-05", "2024-01-09", 2)], id="in any order, twice"),
        pytest.param(
            ["2024-01-04", "2024-01-10", "2024-01-15"],
            None,
            [("2024-01-05", "2024-01-09", 2), ("2024-01-11", "2024-01-12", 2)],
            id="two stretches",
        ),
        pytest.param(["2024-01-04", "2024-01-10", "2024-01-15"], "2024-01-09", [("2024-01-11", "2024-01-12", 2)], id="full file between"),
        pytest.param(["2024-01-04", "2024-01-15"], "2024-01-10", [("2024-01-11", "2024-01-12", 2)], id="full file in a gap"),
        pytest.param(["2024-01-04", "2024-01-10"], "2024-01-10", [], id="full file of the last day"),
        pytest.param(["2024-01-04", "2024-01-10"], "2024-01-31", [], id="full file after all"),
        pytest.param(["2024-01-06", "2024-01-08"], None, [], id="delivered on days off"),
    ],
)
def test_missing_days(delivered: list[str], since: str | None, expected: list[tuple[str, str, int]]) -> None:
    found = missing_days([day(text) for text in delivered], NEW_YEAR, day(since) if since else None)
    assert found == [(day(first), day(last), count) for first, last, count in expected]


def test_every_missing_business_day_is_in_one_stretch() -> None:
    first = day("2024-01-04")
    days = [first + timedelta(days=number) for number in range(366)]
    business = [one for one in days if is_business_day(one, NEW_YEAR)]
    delivered = [*business[::3], business[-1]]
    stretches = missing_days(delivered, NEW_YEAR)
    missing = [one for one in business if one not in delivered]
    covered = [one for one in missing if sum(low <= one <= high for low, high, _ in stretches) == 1]
    assert covered == missing
    assert sum(count for _, _, count in stretches) == len(missing)
