"""Data items can be checked by machine, and cover GIF's core models."""

import csv
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_standards.codes import load_code_lists
from data_standards.items import DataItem, load_items
from data_standards.rules.registry import CHECKS

MODELS = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "gif" / "gif_core_datamodel.csv"
TOUCHED = {"法人", "事業所", "連絡先", "住所", "土地", "建物", "施設", "ID情報型", "コード情報型"}
ADDRESS = "a nested address: its parts are items of their own (lg_code, town, block, …)"
NOT_ITEMS = {
    "idGroup": "a nested ID情報型: identifier_type and identifier",
    "representative": "a natural person, whom no registry of ours holds",
    "registeredAddress": ADDRESS,
    "businessPlaceAddress": ADDRESS,
    "contactPointAddress": ADDRESS,
    "landAddress": ADDRESS,
    "buildingAddress": ADDRESS,
    "facilityAddress": ADDRESS,
    "businessPlaceInformation": "a nested 事業所, a table of its own",
    "contactPointInformation": "a nested 連絡先: the contact_ items",
}


def by_gif() -> dict[str, DataItem]:
    return {item.gif: item for item in load_items().values() if item.gif is not None}


@pytest.mark.real
@pytest.mark.skipif(not MODELS.exists(), reason="the list of GIF's items is not beside the checkout")
def test_every_base_item_of_the_touched_models_is_declared_or_has_a_reason() -> None:
    with MODELS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["model"] in TOUCHED and row["section"] == "基礎項目"]
    base = {row["name_en"].replace("(*1)", "").strip() for row in rows}
    assert len(base) > 45
    declared = set(by_gif())
    assert base - declared - set(NOT_ITEMS) == set()
    assert set(NOT_ITEMS) <= base
    assert not set(NOT_ITEMS) & declared
    with MODELS.open(encoding="utf-8", newline="") as lines:
        known = {row["name_en"].replace("(*1)", "").strip() for row in csv.DictReader(lines)}
    assert declared <= known


def test_no_two_items_are_the_same_gif_item() -> None:
    names = [item.gif for item in load_items().values() if item.gif is not None]
    assert len(names) == len(set(names)) >= 50


@pytest.mark.parametrize("item", load_items().values(), ids=lambda item: item.name)
def test_the_example_of_an_item_keeps_its_own_rules(item: DataItem) -> None:
    example = item.example
    if item.pattern is not None:
        assert re.search(item.pattern, example)
        assert pl.select(pl.lit(example).str.contains(item.pattern)).item()
    if item.max_length is not None:
        assert len(example) <= item.max_length
    if item.code_list is not None:
        assert example in load_code_lists()[item.code_list].codes
    if item.check is not None:
        assert pl.select(CHECKS[item.check](pl.lit(example))).item()
    if item.type == "date":
        date.fromisoformat(example)
    if item.type in ("integer", "number"):
        number = float(example)
        assert item.minimum is None or number >= item.minimum
        assert item.type == "number" or number == int(number)
    assert re.fullmatch(r"[ぁ-んー]+", item.reading), "the reading is hiragana"
