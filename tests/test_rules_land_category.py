"""Land categories of three ledgers."""

import csv
from pathlib import Path

import polars as pl
import pytest

from data_standards.codes import load_code_lists
from data_standards.rules.land_category import clean, from_farmland

TABLE = Path(__file__).parents[1].parent / "shared" / "data" / "codes" / "chimoku_23.csv"
CASES = [
    ("宅地", "宅地", "unchanged", None, "10"),
    ("　宅 地", "宅地", "changed", "notation", "10"),
    ("溜池", "ため池", "changed", "other_wording", "86"),
    ("宅地介在田", "田", "changed", "other_wording", "40"),
    ("準宅地", "宅地", "changed", "other_wording", "10"),
    ("農地介在山林", "山林", "changed", "other_wording", "71"),
    ("鉄軌道用地", "鉄道用地", "changed", "other_wording", "36"),
    ("市道", "公衆用道路", "changed", "other_wording", "35"),
    ("10", "宅地", "changed", "code_to_label", "10"),
    ("宅地・畑", None, "invalid", "several_categories", None),
    ("11", None, "invalid", "not_a_category", None),
    ("その他", None, "unknown", "ignored", None),
    ("不明", None, "unknown", "said_unknown", None),
    (None, None, None, None, None),
]


def test_categories() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    assert column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == CASES


def test_the_farmland_ledger_maps_onto_the_register() -> None:
    codes = pl.DataFrame({"code": ["1", "9", "10", "27", "3", "99", None]})
    registered = codes.select(from_farmland(pl.col("code"), present=False)).to_series().to_list()
    assert registered == ["40", "35", None, None, "60", None, None]
    assert codes.select(from_farmland(pl.col("code"), present=True)).to_series().to_list() == ["40", None, None, None, "50", None, None]


@pytest.mark.real
@pytest.mark.skipif(not TABLE.exists(), reason="the table of land categories is not beside the checkout")
def test_the_23_kinds_and_their_codes() -> None:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        expected = {row["jis_x0411_code"]: row["chimoku"] for row in csv.DictReader(lines)}
    assert {value: code.label for value, code in load_code_lists()["land_category"].codes.items()} == expected
