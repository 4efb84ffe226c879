"""Areas: units, and the cutting off of fractions."""

import polars as pl
import pytest

from data_standards.rules.acreage import clean, floor_area, register_area

CASES = [
    ("50㎡12", "50.12", "changed", "notation"),
    ("100.05", "100.05", "unchanged", None),
    ("１００．０５㎡", "100.05", "changed", "notation"),
    ("1,017.57m2", "1017.57", "changed", "notation"),
    ("１２３：４５", "123.45", "changed", "notation"),
    ("0100", "100", "changed", "notation"),
    ("2.5a", "250", "changed", "metric_unit"),
    ("1.23456ha", "12345.6", "changed", "metric_unit"),
    ("0.05ha", "500", "changed", "metric_unit"),
    ("30.25坪", "100", "uncertain", "old_unit"),
    ("1反", "991.73", "uncertain", "old_unit"),
    ("1町2反3畝4歩", "12211.57", "uncertain", "old_unit"),
    ("10畝歩", "991.73", "uncertain", "old_unit"),
    ("-5", None, "invalid", "wrong_form"),
    ("広い", None, "invalid", "wrong_form"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


def test_units() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    assert column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == CASES


@pytest.mark.parametrize(
    ("area", "category", "expected"),
    [
        ("100.053245", "畑", "100"),
        ("100.053245", "宅地", "100.05"),
        ("100.059", "鉱泉地", "100.05"),
        ("9.053245", "畑", "9.05"),
        ("10.00", "田", "10"),
        ("10.99", "田", "10"),
        ("10.00", "宅地", "10"),
        ("0.29", None, "0.29"),
        ("12.5", None, "12"),
        ("広い", "田", None),
        (None, "田", None),
    ],
)
def test_the_land_register_cuts_off(area: str | None, category: str | None, expected: str | None) -> None:
    row = pl.DataFrame({"area": [area], "category": [category]}, schema={"area": pl.String, "category": pl.String})
    assert row.select(register_area(pl.col("area"), pl.col("category"))).item() == expected


def test_floor_areas_are_cut_off_not_rounded() -> None:
    areas = pl.DataFrame({"area": ["52.179", "52.17", "52", None, "x"]})
    assert areas.select(floor_area(pl.col("area"))).to_series().to_list() == ["52.17", "52.17", "52", None, None]
