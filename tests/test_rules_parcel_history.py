"""Histories of parcels read into operations."""

import polars as pl
import pytest

from data_standards.rules.parcel_history import clean, operations

READINGS = [
    ("12番、同番3ないし5を合筆", None, [("absorbed", ["12", "12-3", "12-4", "12-5"])]),
    ("１２番１、同番２に分筆", None, [("split_into", ["12-1", "12-2"])]),
    ("1番2から分筆", None, [("split_from", ["1-2"])]),
    ("十二番の三に合筆", None, [("merged_into", ["12-3"])]),
    ("12番ないし14番を合筆", None, [("absorbed", ["12", "13", "14"])]),
    ("本番2ないし3に分筆", "7-1", [("split_into", ["7-2", "7-3"])]),
    ("本番、8番1を合筆", "7-1", [("absorbed", ["7-1", "8-1"])]),
    ("3番1から分筆、4番、同番2を合筆", None, [("split_from", ["3-1"]), ("absorbed", ["4", "4-2"])]),
    ("地目変更", None, []),
    (None, "1", []),
]
TEXTS = [
    ("12番、同番3ないし5を合筆", "12、12-3、12-4、12-5を合筆", "changed", "lots_named"),
    ("12、12-3を合筆", "12、12-3を合筆", "unchanged", None),
    ("3番1から分筆、4番、同番2を合筆", "3-1から分筆。4、4-2を合筆", "changed", "lots_named"),
    ("昭和50年1月1日 12番3から分筆", "12-3から分筆", "uncertain", "words_left"),
    ("本番2に分筆", None, "invalid", "own_lot_needed"),
    ("地目変更", None, "invalid", "no_operation"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


@pytest.mark.parametrize(("text", "own", "expected"), READINGS)
def test_operations(text: str | None, own: str | None, expected: list[tuple[str, list[str]]]) -> None:
    rows = operations(pl.Series([text], dtype=pl.String), pl.Series([own], dtype=pl.String))
    clauses = rows.group_by("clause", maintain_order=True).agg(pl.col("operation").first(), pl.col("lot"))
    assert clauses.select("operation", "lot").rows() == expected


def test_a_range_cannot_fill_the_memory() -> None:
    rows = operations(pl.Series(["1番1ないし999999を合筆"]), pl.Series([None], dtype=pl.String))
    assert rows.get_column("lot").to_list() == ["1-1", "1-999999"]


def test_texts() -> None:
    column = pl.DataFrame({"given": [case[0] for case in TEXTS]}, schema={"given": pl.String})
    assert column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == TEXTS
