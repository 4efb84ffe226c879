"""Lot numbers and their parts."""

import csv
from pathlib import Path

import polars as pl
import pytest

from data_standards.rules.lot_number import clean

LAND = Path(__file__).parents[1].parent / "shared" / "data" / "land" / "37201_dummy_tochi.csv"
CASES = [
    # given, value, status, reason, kind, series, main, branch1, branch2, prc_id
    ("12番地3先", "12-3地先", "changed", "notation", "adjoining", None, "12", "3", None, None),
    ("2024-03-04", "3-4", "uncertain", "spreadsheet_date", "lot", None, None, None, None, None),
    ("2-1", "2-1", "unchanged", None, "lot", None, "2", "1", None, "000020000100000"),
    ("２番地１", "2-1", "changed", "notation", "lot", None, "2", "1", None, "000020000100000"),
    ("2番の1", "2-1", "changed", "notation", "lot", None, "2", "1", None, "000020000100000"),
    ("２‐１ノ３", "2-1-3", "changed", "notation", "lot", None, "2", "1", "3", "000020000100003"),
    ("千三百二十四番地", "1324", "changed", "notation", "lot", None, "1324", None, None, "013240000000000"),
    ("百二十番の四", "120-4", "changed", "notation", "lot", None, "120", "4", None, "001200000400000"),
    ("0002-0001", "2-1", "changed", "notation", "lot", None, "2", "1", None, "000020000100000"),
    ("甲1324", "甲1324", "unchanged", None, "lot", "甲", "1324", None, None, None),
    ("1656-ﾛ", "1656-ロ", "changed", "notation", "lot", None, "1656", "ロ", None, None),
    ("1324番甲", "1324-甲", "changed", "notation", "lot", None, "1324", "甲", None, None),
    ("12番イの2", "12-イ-2", "changed", "notation", "lot", None, "12", "イ", "2", None),
    ("12番イ2", "12-イ-2", "changed", "notation", "lot", None, "12", "イ", "2", None),
    ("ノ12", "ノ12", "unchanged", None, "lot", "ノ", "12", None, None, None),
    ("2-1の一部", "2-1一部", "changed", "notation", "part", None, "2", "1", None, None),
    ("100番地先", "100地先", "changed", "notation", "adjoining", None, "100", None, None, None),
    ("5番外地", "5番外地", "unchanged", None, "off_register", None, "5", None, None, None),
    ("無番地", "無番地", "unchanged", None, "unnumbered", None, None, None, None, None),
    ("地区外-43774", "地区外-43774", "unchanged", None, "non_parcel", None, None, None, None, None),
    ("筆界未定地-", "筆界未定地-", "unchanged", None, "non_parcel", None, None, None, None, None),
    ("水-", "水-", "unchanged", None, "non_parcel", None, None, None, None, None),
    ("道１", "道1", "changed", "notation", "non_parcel", None, None, None, None, None),
    ("2月1日", "2-1", "uncertain", "spreadsheet_date", "lot", None, None, None, None, None),
    ("123456", "123456", "unchanged", None, "lot", None, "123456", None, None, None),
    ("2001/2/1", None, "invalid", "wrong_form", None, None, None, None, None, None),
    ("", None, "unknown", "said_unknown", None, None, None, None, None, None),
    (None,) + (None,) * 9,
]


def test_lot_numbers_and_parts() -> None:
    fields = ["value", "status", "reason", "kind", "series", "main", "branch1", "branch2", "prc_id"]
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    answers = column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome")
    assert answers.select("given", *fields).rows() == CASES


@pytest.mark.real
@pytest.mark.skipif(not LAND.exists(), reason="the land register sample is not beside the checkout")
def test_the_register_sample_needs_no_change() -> None:
    with LAND.open(encoding="utf-8", newline="") as lines:
        lots = [row[2] for row in csv.reader(lines)]
    answers = pl.DataFrame({"given": lots}).select(clean(pl.col("given")).alias("outcome")).unnest("outcome")
    assert len(lots) > 200
    assert answers.get_column("status").unique().to_list() == ["unchanged"]
    assert answers.get_column("prc_id").null_count() == 0
