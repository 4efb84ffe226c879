"""The comparison on rows as clerks meet them: writings of lots, rows that stand twice, parts, co-owners, protected addresses."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.land_cases import records, registry

TOWN, LG = "高松市番町三丁目", "372013"
PERSON = {"addr": "高松市番町三丁目5番6号", "name": "架空太郎"}


def register(*lots: tuple[str, str | None], town: str = TOWN) -> pl.DataFrame:
    """Open parcels: lot and real estate number."""
    rows = [{0: town, 1: town, 2: lot, 3: "宅地", 6: number, 7: "100", 8: "f", 16: LG} for lot, number in lots]
    return records("land_register", pl.DataFrame([[row.get(place) for place in range(23)] for row in rows], orient="row"), "register")


def roll(*rows: dict[str, str]) -> pl.DataFrame:
    """Land of the roll: what a row says besides the usual."""
    usual = {"lg_code6": LG, "nendo": "2026", "shozai": TOWN, "toki_chimoku": "宅地", "genkyo_chimoku": "宅地", "toki_chiseki": "100",
             "kazei_chiseki": "100", "gimusha_atena_no": "1"}  # fmt: skip
    told = [{"bukken_no": str(place), **usual, **row} for place, row in enumerate(rows, start=1)]
    return records("fixed_asset_land", pl.DataFrame(told), "roll")


def houses(*rows: dict[str, str]) -> pl.DataFrame:
    told = [{"lg_code6": LG, "nendo": "2026", "shozai": TOWN, "gimusha_atena_no": "1", **row} for row in rows]
    return records("fixed_asset_house", pl.DataFrame(told), "houses")


def owners(*rows: dict[str, str]) -> pl.DataFrame:
    told = [{"taisho": "土地", "juni_no": "1", "meigi_name": PERSON["name"], "meigi_addr": PERSON["addr"], **row} for row in rows]
    return records("real_estate_owner", pl.DataFrame(told), "owners")


def addressees(*rows: dict[str, str]) -> pl.DataFrame:
    told = [
        {"lg_code6": LG, "atena_no": str(place), "jutai_kubun": "1", "meisho": PERSON["name"], "addr": PERSON["addr"], **row}
        for place, row in enumerate(rows, start=1)
    ]
    return records("fixed_asset_addressee", pl.DataFrame(told), "addressees")


def compared(folder: Path, **delivered: pl.DataFrame) -> list[dict[str, Any]]:
    connection: duckdb.DuckDBPyConnection = registry({source: [frame] for source, frame in delivered.items()}, folder)
    found = connection.sql("FROM register_tax_comparison ORDER BY object_kind_code DESC, compared_lot, property_number").pl()
    assert found["comparison_id"].n_unique() == found.height
    return found.to_dicts()


WRITINGS = [
    ("12-3", "１２番３"), ("12-3", "12の3"), ("12-3", "12番地3"), ("12-3", "12番地の3"), ("12-3", "１２－３"), ("12-3", "12ー3"),
    ("12-3", "012-003"), ("12-3", " 12-3 "),
    ("１２番", "12"), ("甲１２番３", "甲12-3"), ("イ12番", "ｲ12"), ("12番の3の2", "12-3-2"), ("十二番三", "12-3"),
]  # fmt: skip


def test_a_lot_is_tied_however_it_is_written(tmp_path: Path) -> None:
    towns = [f"高松市番町{place}丁目" for place in range(1, len(WRITINGS) + 1)]
    lots = pl.concat(register((registered, None), town=town) for town, (registered, _) in zip(towns, WRITINGS, strict=True))
    taxed = roll(*({"chiban_text": taxed, "shozai": town} for town, (_, taxed) in zip(towns, WRITINGS, strict=True)))
    rows = compared(tmp_path, land_register=lots, fixed_asset_land=taxed)
    assert {row["town_key"]: row["outcome_code"] for row in rows} == {town.removeprefix("高松市"): "agree" for town in towns}


def test_a_row_that_stands_twice_counts_once(tmp_path: Path) -> None:
    twice = {"chiban_text": "12-3", "bukken_no": "7"}
    house = {"bukken_no": "K1", "kaoku_bango": "12番3"}
    rows = compared(
        tmp_path,
        land_register=register(("12-3", None)),
        fixed_asset_land=roll(twice, twice),
        fixed_asset_house=houses(house, house, {**house, "kaoku_bango": "12番3の2"}),
    )
    assert [(row["object_kind_code"], row["compared_lot"], row["outcome_code"]) for row in rows] == [
        ("land", "12-3", "agree"),
        ("building", rows[1]["compared_lot"], "only_roll"),
        ("building", rows[2]["compared_lot"], "only_roll"),
    ]
    assert rows[1]["compared_lot"] != rows[2]["compared_lot"]


@pytest.mark.parametrize(
    "parts",
    [
        [{"chiban_text": "12-3", "ichibu_genkyo_no": "1", "kazei_chiseki": "40"}, {"chiban_text": "12-3", "ichibu_genkyo_no": "2"}],
        [{"chiban_text": "12-3の一部", "kazei_chiseki": "40"}],
        [{"chiban_text": "12-3の内", "bukken_no": "1"}, {"chiban_text": "12-3", "bukken_no": "2"}],
    ],
)
def test_parts_of_a_parcel_are_one_row(parts: list[dict[str, str]], tmp_path: Path) -> None:
    rows = compared(tmp_path, land_register=register(("12-3", None)), fixed_asset_land=roll(*parts))
    assert [row["outcome_code"] for row in rows] == ["partial_taxation"]


def test_a_protected_address_is_neither_shown_nor_held_against_the_roll(tmp_path: Path) -> None:
    number = "1000000000001"
    away = "高松市錦町一丁目1番1号"
    for place, protected in enumerate(("0", "1")):
        folder = tmp_path / protected
        folder.mkdir()
        (row,) = compared(
            folder,
            land_register=register(("12-3", number)),
            fixed_asset_land=roll({"chiban_text": "12-3", "fudosan_bango13": number}),
            real_estate_owner=owners({"fudosan_bango": number, "meigi_addr": away, "jusho_hihyoji": protected}),
            fixed_asset_addressee=addressees({}),
        )
        assert row["outcome_code"] == ("owner_address", "agree")[place]
        assert (away in str(row["register_value"])) == (protected == "0")
    connection = duckdb.connect(str(tmp_path / "1" / "restricted.duckdb"), read_only=True)
    for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        assert connection.execute(f"SELECT count(*) FROM {table} AS t WHERE t::VARCHAR LIKE '%錦町%'").fetchall() == [(0,)], table


def test_co_owners_are_named_as_people_know_them(tmp_path: Path) -> None:
    number = "1000000000001"
    (row,) = compared(
        tmp_path,
        land_register=register(("12-3", number)),
        fixed_asset_land=roll({"chiban_text": "12-3"}),
        real_estate_owner=owners(
            {"fudosan_bango": number, "mochibun": "３分の１"}, {"fudosan_bango": number, "meigi_name": "架空花子", "mochibun": "３分の２"}
        ),
        fixed_asset_addressee=addressees({}),
    )
    assert (row["outcome_code"], row["roll_value"]) == ("owner_other", "架空太郎")
    assert sorted(row["register_value"].split("、")) == ["架空太郎", "架空花子"]


def test_every_row_of_the_roll_says_what_the_register_lacks(tmp_path: Path) -> None:
    rows = compared(
        tmp_path,
        land_register=register(("1", None)),
        fixed_asset_land=roll({"chiban_text": "1"}, {"chiban_text": "2", "hojo_kbn": "2"}, {"chiban_text": "3"}, {"chiban_text": "水"}),
    )
    assert {row["compared_lot"]: row["outcome_code"] for row in rows} == {
        "1": "agree",
        "2": "only_roll_supplementary",
        "3": "only_roll",
        "水": "only_roll",
    }
    assert all(row["action_code"] != "none" for row in rows if row["outcome_code"] != "agree")


def test_the_years_of_the_roll_are_kept_and_what_the_next_lacks_is_told(tmp_path: Path) -> None:
    before = roll({"chiban_text": "1"}, {"chiban_text": "2"}, {"chiban_text": "3"}).with_columns(tax_year=pl.lit(2024, pl.Int64))
    superseded = roll({"chiban_text": "9"}).with_columns(tax_year=pl.lit(2024, pl.Int64), file_date=pl.lit("2024-01-01").str.to_date())
    after = roll({"chiban_text": "1"}, {"chiban_text": "2", "kazei_chiseki": "90"}, {"chiban_text": "4"})
    connection = registry({"fixed_asset_land": [superseded, before, after]}, tmp_path)
    found = connection.sql(
        "SELECT tax_year, compared_lot, roll_change_code, is_absent_next_year, taxed_area FROM roll_history ORDER BY ALL"
    ).fetchall()
    assert found == [
        (2024, "1", "first_year", False, 100.0),
        (2024, "2", "first_year", False, 100.0),
        (2024, "3", "first_year", True, 100.0),
        (2026, "1", "same", False, 100.0),
        (2026, "2", "changed", False, 90.0),
        (2026, "4", "added", False, 100.0),
    ]
    # the comparison looks at the newest year alone
    assert connection.sql("SELECT count(*) FROM register_tax_comparison").fetchall() == [(3,)]


def test_a_single_year_has_no_history(tmp_path: Path) -> None:
    connection = registry({"fixed_asset_land": [roll({"chiban_text": "1"})]}, tmp_path)
    assert connection.sql("SELECT count(*) FROM roll_history").fetchall() == [(0,)]
