"""Blocks, residences and lots: what the registry holds decides, and nothing is more precise than its evidence."""

import zipfile
from pathlib import Path

import polars as pl
import pytest

from registries.address.matching.number_match import match_numbers
from registries.address.matching.number_register import NumberRegister, number_key, numbers_of
from registries.address.matching.remainder import parse_remainders
from registries.address.matching.town_kin import TownKin, town_kin

CITY = "302015"
# 町字: 0 with 住居表示, 1 大字 with lots only, 2 its 小字 without lots, 3 a 小字 whose name is a number, 4 same name as 1
TOWNS = pl.DataFrame(
    {
        "lg_code": [CITY] * 5 + ["011002"],
        "machiaza_id": ["0001001", "0002000", "0002101", "0002102", "0003000", "0001001"],
        "koaza": [None, None, "県町", "111", None, None],
    }
)
_PLACE = {"latitude": 34.2, "longitude": 135.1, "epsg": "EPSG:6668"}


def _lot(town: str, *numbers: str, identifier: str = "", located: bool = True) -> dict:
    names = dict(zip(("prc_num1", "prc_num2", "prc_num3"), [*numbers, None, None], strict=False))
    return {"lg_code": CITY, "machiaza_id": town, "prc_id": identifier or "-".join(numbers), **names} | (_PLACE if located else {})


def _residence(town: str, block: str, number: str, branch: str | None = None, *, located: bool = True) -> dict:
    ids = {"blk_id": f"b{block}", "rsdt_id": f"r{number}", "rsdt2_id": branch and f"s{branch}"}
    numbers = {"blk_num": block, "rsdt_num": number, "rsdt_num2": branch}
    return {"lg_code": CITY, "machiaza_id": town, **ids, **numbers} | (_PLACE if located else {})


@pytest.fixture(scope="module")
def register() -> NumberRegister:
    text = dict.fromkeys(("prc_num1", "prc_num2", "prc_num3", "rsdt_num2", "rsdt2_id"), pl.String)
    residences = [
        _residence("0001001", "1", "3"),
        _residence("0001001", "1", "4", located=False),
        _residence("0001001", "渡辺", "3"),
        _residence("0001001", "C", "3"),
        _residence("0001001", "9", "4", "2"),
        _residence("0001001", "18", "5"),
        _residence("0001001", "20", "7"),
    ]
    lots = [
        _lot("0002000", "477", "1"),
        _lot("0002000", "794", "ﾛ"),
        _lot("0002000", "636", "乙6"),
        _lot("0002000", "111", "5"),
        _lot("0002000", "甲124", "1"),
        _lot("0002000", "512", "1", located=False),
        _lot("0002102", "11"),
        _lot("0001001", "1", "3"),
        _lot("0001001", "20", "7", "2"),
        _lot("0003000", "477", "2"),
        _lot("0003000", "900", identifier="first"),
        _lot("0002000", "900", identifier="second"),
        _lot("0002000", "8", "1", "2"),
    ]
    blocks = [{"lg_code": CITY, "machiaza_id": "0001001", "blk_id": f"b{number}", "blk_num": number} | _PLACE for number in ("1", "30")]
    return NumberRegister.of_frames(
        numbers_of("residence", pl.DataFrame(residences, schema_overrides=text)),
        numbers_of("block", pl.DataFrame(blocks)),
        numbers_of("lot", pl.DataFrame(lots, schema_overrides=text)),
    )


def _match(register: NumberRegister, text: str, town: int, **more: object) -> dict:
    about = {"lg_code": CITY, "town_row": town, "equal_rows": [town], "coarser_row": None, "chome_number": None} | more
    types = {"town_row": pl.UInt32, "equal_rows": pl.List(pl.UInt32), "coarser_row": pl.UInt32, "chome_number": pl.String}
    parsed = parse_remainders(pl.Series([text])).texts.rename({"chome": "unconfirmed_chome"})
    rows = parsed.hstack(pl.DataFrame([about], schema_overrides=types)).with_row_index("place")
    found = match_numbers(rows, register, TownKin(town_kin(TOWNS)))
    return found.row(0, named=True) if found.height else {}


# text behind the town, town, expected
CASES = [
    ("1番3号", 0, {"number_level": "residence", "blk_id": "b1", "rsdt_id": "r3", "prc_id": None, "number_ambiguous": False}),
    ("1番の3", 0, {"number_level": "lot", "prc_id": "1-3", "rsdt_id": None, "number_ambiguous": False}),
    ("1番地の3", 0, {"number_level": "lot", "prc_id": "1-3"}),
    ("1番3", 0, {"number_level": "lot", "prc_id": "1-3"}),
    # both registers hold 1-3, and the notation says nothing: both are named
    ("1-3", 0, {"number_level": "residence", "rsdt_id": "r3", "prc_id": "1-3", "number_ambiguous": True}),
    ("1番地4", 0, {"number_level": "residence", "rsdt_id": "r4", "position_level": "block", "number_ambiguous": False}),
    ("1-999", 0, {"number_level": "block", "blk_id": "b1", "rsdt_id": None, "tokens_used": 1}),
    ("1丁目3番地", 0, {"number_level": "residence", "rsdt_id": "r3", "found_as": "chome_as_number"}),
    ("30", 0, {"number_level": "block", "blk_id": "b30"}),
    ("渡辺3号", 0, {"number_level": "residence", "blk_id": "b渡辺"}),
    ("Ｃ‐３", 0, {"number_level": "residence", "blk_id": "bC", "rsdt_id": "r3"}),
    ("9番4-2号", 0, {"number_level": "residence", "rsdt2_id": "s2", "tokens_used": 3}),
    ("18-5-802", 0, {"number_level": "residence", "rsdt_id": "r5", "tokens_used": 2, "room_used": False}),
    ("1-4-2", 0, {"number_level": "residence", "rsdt_id": "r4", "tokens_used": 2}),
    # a lot that uses all numbers is better than a residence that uses some
    ("20-7-2", 0, {"number_level": "lot", "prc_id": "20-7-2"}),
    ("477番地1", 1, {"number_level": "lot", "prc_id": "477-1", "position_level": "lot"}),
    ("794番地のロ", 1, {"number_level": "lot", "prc_id": "794-ﾛ"}),
    ("794-ろ", 1, {"number_level": "lot", "prc_id": "794-ﾛ"}),
    ("636番地乙6", 1, {"number_level": "lot", "prc_id": "636-乙6"}),
    ("甲124番地1", 1, {"number_level": "lot", "prc_id": "甲124-1"}),
    ("十輪谷甲１２４－１", 1, {"number_level": "lot", "prc_id": "甲124-1"}),
    ("512番地1-601号", 1, {"number_level": "lot", "prc_id": "512-1", "position_level": None}),
    ("477-1", 2, {"number_level": "lot", "prc_id": "477-1", "found_as": "koaza_without_numbers", "found_town_row": 1}),
    ("111-11", 1, {"number_level": "lot", "prc_id": "11", "found_as": "numeric_koaza", "found_town_row": 3}),
    ("111-5", 1, {"number_level": "lot", "prc_id": "111-5", "found_as": "town"}),
]


@pytest.mark.parametrize(("text", "town", "expected"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_what_the_registry_holds_decides(register: NumberRegister, text: str, town: int, expected: dict) -> None:
    found = _match(register, text, town)
    assert {name: found.get(name) for name in expected} == expected


# another number of the register begins or ends alike, or has no series: none of them is the answer
@pytest.mark.parametrize(
    "text", ["477", "477-3", "477-1-1", "47-1", "甲477-1", "124-1", "甲1-3", "乙124-1", "900-1", "794-ハ", "無番地", ""]
)
def test_an_unknown_lot_is_no_lot(register: NumberRegister, text: str) -> None:
    assert _match(register, text, 1) == {}


def test_a_number_read_as_chome_may_be_the_banchi(register: NumberRegister) -> None:
    # 8-1-2 is a whole lot of the 大字, and of 8丁目 only block 1 is known
    found = _match(register, "1-2", 0, coarser_row=1, chome_number="8")
    assert (found["number_level"], found["prc_id"]) == ("lot", "8-1-2")
    found = _match(register, "1-3", 0, coarser_row=1, chome_number="8")
    assert (found["number_level"], found["found_as"]) == ("residence", "town")
    found = _match(register, "77-2", 0, coarser_row=1, chome_number="8")
    assert found == {}
    found = _match(register, "1-2", 2, coarser_row=1, chome_number="8")
    assert (found["prc_id"], found["found_as"], found["found_town_row"]) == ("8-1-2", "number_not_chome", 1)


def test_lots_split_between_towns_of_one_name(register: NumberRegister) -> None:
    assert _match(register, "477-2", 1, equal_rows=[1, 4])["found_town_row"] == 4
    both = _match(register, "900", 1, equal_rows=[1, 4])
    assert both["number_ambiguous"]
    assert {reading["prc_id"] for reading in both["number_candidates"]} == {"first", "second"}


def test_a_town_without_numbers_is_asked_for_nothing(register: NumberRegister) -> None:
    assert _match(register, "1-1", 5, lg_code="011002") == {}
    assert _match(register, "1-1", 0, town_row=None) == {}


def test_municipalities_least_recently_used_are_forgotten() -> None:
    loaded = []

    def load(lg_code: str) -> pl.DataFrame:
        loaded.append(lg_code)
        return numbers_of("lot", pl.DataFrame([_lot("0002000", "1") | {"lg_code": lg_code}]))

    register = NumberRegister(load, most_rows=2)
    for code in ("011002", "131016", "011002", "302015", "011002", "131016"):
        assert register.known([code]) == [code]
    assert loaded == ["011002", "131016", "302015", "131016"]


@pytest.mark.parametrize(
    ("number", "key"), [("乙1", "乙-1"), ("ﾛ", "ロ"), ("ろ", "ロ"), ("012", "12"), ("１２ー３", "12-3"), ("渡辺", "渡辺")]
)
def test_number_key(number: str, key: str) -> None:
    assert pl.select(number_key(pl.lit(number))).item() == key


def _read(path: Path) -> pl.DataFrame:
    with zipfile.ZipFile(path) as archive:
        return pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False)


def _with_positions(rows: pl.DataFrame, positions: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    latitude, longitude = (pl.col(name).cast(pl.Float64) for name in ("rep_lat", "rep_lon"))
    placed = positions.select(*key, latitude=latitude, longitude=longitude, epsg="rep_srid").unique(key, keep="first")
    return rows.join(placed, on=key, how="left", nulls_equal=True, maintain_order="left")


@pytest.mark.real
def test_real_residences_and_lots(shared_data: Path) -> None:
    """All residence ids and at least 99 % of the lot ids of the number cases, with their positions."""
    abr = shared_data / "abr"
    residence_key, lot_key = ["lg_code", "machiaza_id", "blk_id", "rsdt_id", "rsdt2_id"], ["lg_code", "machiaza_id", "prc_id"]
    residences = pl.concat(
        _with_positions(_read(abr / f"mt_rsdtdsp_rsdt_{part}.csv.zip"), _read(abr / f"mt_rsdtdsp_rsdt_pos_{part}.csv.zip"), residence_key)
        for part in ("pref30", "pref13.SUBSET-A")
    )
    lots = _with_positions(_read(abr / "mt_parcel_city302015.csv.zip"), _read(abr / "mt_parcel_pos_city302015.csv.zip"), lot_key)
    register = NumberRegister.of_frames(numbers_of("residence", residences), numbers_of("lot", lots))
    towns = pl.concat([residences, lots], how="diagonal").select("lg_code", "machiaza_id").unique(maintain_order=True)
    towns = towns.with_columns(koaza=pl.lit(None, pl.String)).with_row_index("town_row")
    cases = pl.read_csv(shared_data / "addresses" / "abr_number_cases_open.csv", infer_schema=False).with_row_index("place")
    asked = cases.select("place", "lg_code", "machiaza_id").join(towns, on=["lg_code", "machiaza_id"], how="left", maintain_order="left")
    nothing = {"coarser_row": pl.lit(None, pl.UInt32), "chome_number": pl.lit(None, pl.String)}
    parsed = parse_remainders(cases["num"]).texts.rename({"chome": "unconfirmed_chome"})
    rows = parsed.hstack(asked).with_columns(equal_rows=pl.concat_list("town_row"), **nothing)
    found = cases.join(
        match_numbers(rows, register, TownKin(town_kin(towns))), on="place", how="left", suffix="_found", maintain_order="left"
    )
    right = found.with_columns(
        right=pl.when(pl.col("kind") == "rsdt")
        .then((pl.col("blk_id") == pl.col("blk_id_found")) & (pl.col("rsdt_id") == pl.col("rsdt_id_found")))
        .otherwise(pl.col("prc_id") == pl.col("prc_id_found"))
        .fill_null(value=False),
        near=((pl.col("lat").cast(pl.Float64) - pl.col("number_latitude")).abs() < 1e-6).fill_null(value=False),
    )
    shares = dict(right.group_by("kind").agg(pl.col("right").mean()).rows())
    assert shares["rsdt"] == 1
    assert shares["parcel"] >= 0.99
    assert right.filter(~pl.col("number_ambiguous")).get_column("near").all()
    # without a doubt a residence is no lot, and the reverse
    certain = right.filter(~pl.col("number_ambiguous"))
    level = pl.col("kind").replace({"rsdt": "residence", "parcel": "lot"})
    assert certain.filter(pl.col("number_level") != level).is_empty()
