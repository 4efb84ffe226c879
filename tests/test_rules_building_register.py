"""House numbers, floor areas, kinds and structures of the building register."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data_standards.rules.building_register import clean_floor_area, clean_house_number, clean_kinds, clean_structure

LAND = Path(__file__).parents[1].parent / "shared" / "data" / "land" / "37201_dummy_tatemono.csv"
HOUSE = [
    ("甲12番3の1", "甲12番3の1", "unchanged", None, None, "甲12-3", "1"),
    ("銚子12番", "銚子 12番", "changed", "notation", "銚子", "12", None),
    ("1番3の1", "1番3の1", "unchanged", None, None, "1-3", "1"),
    ("１番３の１", "1番3の1", "changed", "notation", None, "1-3", "1"),
    ("２番８", "2番8", "changed", "notation", None, "2-8", None),
    ("5番の2", "5番の2", "unchanged", None, None, "5", "2"),
    ("番町四丁目　２番４の１", "番町四丁目 2番4の1", "changed", "notation", "番町四丁目", "2-4", "1"),
    ("1-3-1", "1番3の1", "uncertain", "hyphens_read", None, "1-3", "1"),
    ("未登記", None, "unknown", "said_unknown", None, None, None),
    (None,) + (None,) * 6,
]
FLOORS = [
    ("1017.57", "1017.57", "unchanged", None, [{"floor": 1, "area": "1017.57"}], "1017.57"),
    ("4階□52.17", "4階 52.17", "changed", "notation", [{"floor": 4, "area": "52.17"}], "52.17"),
    (
        "１階　５０：２５　２階　４５.５０",
        "1階 50.25 / 2階 45.50",
        "changed",
        "notation",
        [{"floor": 1, "area": "50.25"}, {"floor": 2, "area": "45.50"}],
        "95.75",
    ),
    (
        "地下1階 20.5 / 1階 30",
        "地下1階 20.5 / 1階 30",
        "unchanged",
        None,
        [{"floor": -1, "area": "20.5"}, {"floor": 1, "area": "30"}],
        "50.50",
    ),
    ("広い", None, "invalid", "wrong_form", None, None),
    (None,) + (None,) * 5,
]
KINDS = [
    ("居宅", "居宅", "unchanged", None, ["居宅"], []),
    ("居宅、店舗", "居宅・店舗", "changed", "notation", ["居宅", "店舗"], []),
    ("住宅", "居宅", "changed", "notation", ["居宅"], []),
    ("居宅・鍾乳洞", "居宅・鍾乳洞", "uncertain", "kind_not_listed", ["居宅", "鍾乳洞"], ["鍾乳洞"]),
    ("", None, "unknown", "said_unknown", None, None),
]
STRUCTURES = [
    ("木造かわらぶき2階建", "木造かわらぶき2階建", "unchanged", None, ["木造"], ["かわらぶき"], 2, 0),
    ("木造瓦葺平屋建て", "木造かわらぶき平家建", "changed", "notation", ["木造"], ["かわらぶき"], 1, 0),
    (
        "鉄筋コンクリート造陸屋根地下１階付き５階建",
        "鉄筋コンクリート造陸屋根地下1階付き5階建",
        "changed",
        "notation",
        ["鉄筋コンクリート造"],
        ["陸屋根"],
        5,
        1,
    ),
    (
        "木・鉄骨造亜鉛メッキ鋼板ぶき・かわらぶき2階建",
        "木・鉄骨造亜鉛メッキ鋼板ぶき・かわらぶき2階建",
        "unchanged",
        None,
        ["木造", "鉄骨造"],
        ["亜鉛メッキ鋼板ぶき", "かわらぶき"],
        2,
        0,
    ),
    ("氷造かわらぶき2階建", "氷造かわらぶき2階建", "uncertain", "word_not_listed", ["氷造"], ["かわらぶき"], 2, 0),
    ("4階建て", "4階建", "changed", "notation", None, None, 4, 0),
    ("木造", "木造", "uncertain", "storeys_missing", ["木造"], None, None, 0),
]


@pytest.mark.parametrize(
    ("rule", "cases"), [(clean_house_number, HOUSE), (clean_floor_area, FLOORS), (clean_kinds, KINDS), (clean_structure, STRUCTURES)]
)
def test_cases(rule: Callable[[pl.Expr], pl.Expr], cases: list[tuple[object, ...]]) -> None:
    column = pl.DataFrame({"given": [case[0] for case in cases]}, schema={"given": pl.String})
    assert column.with_columns(rule(pl.col("given")).alias("outcome")).unnest("outcome").rows() == cases


@pytest.mark.real
@pytest.mark.skipif(not LAND.exists(), reason="the building register sample is not beside the checkout")
def test_the_register_sample_is_read() -> None:
    with LAND.open(encoding="utf-8", newline="") as lines:
        rows = [(row[11], row[13], row[17], row[18]) for row in csv.reader(lines)]
    table = pl.DataFrame(rows, schema=["house", "kind", "storeys", "area"], orient="row")
    rules = {"house": clean_house_number, "kind": clean_kinds, "storeys": clean_structure, "area": clean_floor_area}
    answers = table.select(rule(pl.col(name)).struct.field("status").alias(name) for name, rule in rules.items())
    assert answers.height > 100
    for name in rules:
        assert "invalid" not in set(answers.get_column(name)), name
    # The list holds the main kinds only; the others stay and are reported.
    assert answers.select((pl.col("kind") == "uncertain").mean()).item() < 0.1
