"""Parcels tied to addresses: by the lot that is the address, and by residence numbers within an outline."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
import shapely

from data_standards.rules.lot_number import clean
from pipelines.sources.moj_map_xml.sheet import COLUMNS
from tests.land_cases import records, registry

TAKAMATSU = "372013"


def outline(west: float, east: float) -> str:
    return str(shapely.to_wkb(shapely.box(west, 34.0, east, 34.001), hex=True))


def map_of(lots: list[tuple[str, str, float, float]]) -> pl.DataFrame:
    """Lots of a map: town, lot, and the longitudes between which it lies."""
    rows = [
        {
            "地図名": "S1", "市区町村コード": TAKAMATSU[:5], "市区町村名": "高松市", "座標系": "公共座標4系", "筆ID": f"H{place}",
            "大字名": town, "地番": lot, "形状": outline(west, east),
            "図上面積": "100", "代表点緯度": "34.0005", "代表点経度": str((west + east) / 2),
        }
        for place, (town, lot, west, east) in enumerate(lots)
    ]  # fmt: skip
    return records("moj_map_xml", pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)), "map")


def master(
    towns: list[tuple[str, str]], lots: list[tuple[str, str, str]], residences: list[tuple[str, str, float, str]]
) -> dict[str, pl.DataFrame]:
    """Rows of the address registry: towns (id, name), lots (town, lot id, flag), residences (town, number, longitude, system)."""
    said = {"lg_code": TAKAMATSU, "is_current": True}
    return {
        "town": pl.DataFrame([{**said, "machiaza_id": code, "oaza_cho": name} for code, name in towns]),
        "lot": pl.DataFrame(
            [{"lg_code": TAKAMATSU, "machiaza_id": town, "parcel_id": lot, "displayed_address_code": flag} for town, lot, flag in lots]
        ),
        "residence": pl.DataFrame(
            [
                {
                    **said, "machiaza_id": town, "blk_id": "001", "rsdt_id": number.zfill(3), "rsdt2_id": "00000", "blk_num": "1",
                    "rsdt_num": number, "latitude": 34.0005, "longitude": longitude, "crs_code": system, "position_scale": 2500,
                }
                for town, number, longitude, system in residences
            ]
        ),
    }  # fmt: skip


def test_each_address_has_its_basis(tmp_path: Path) -> None:
    parcels = map_of(
        [
            ("番町", "1", 134.000, 134.001),
            ("番町", "2", 134.001, 134.002),
            ("番町", "3", 134.0015, 134.003),  # overlaps the second
            ("錦町", "1", 134.010, 134.011),
            ("甲乙町", "1", 134.020, 134.021),
        ]
    )
    addresses = master(
        # two towns of one name cannot be told apart by it
        [("0001000", "番町"), ("0002000", "錦町"), ("0003000", "甲乙町"), ("0004000", "甲乙町")],
        [
            ("0001000", "000010000000000", "1"),  # residence indication: the lot is no address
            ("0002000", "000010000000000", "0"),
            ("0002000", "000020000000000", "0"),
            ("0003000", "000010000000000", "0"),
        ],
        [
            ("0001000", "1", 134.0002, "EPSG:6668"),
            ("0001000", "2", 134.0008, "EPSG:6668"),
            ("0001000", "3", 134.0017, "EPSG:6668"),  # in two outlines
            ("0001000", "4", 134.0005, "EPSG:4612"),  # of another system
            ("0001000", "5", 135.0, "EPSG:6668"),  # in none
        ],
    )
    connection = registry({"moj_map_xml": [parcels]}, tmp_path, addresses=addresses)
    found = connection.sql(
        "SELECT p.town_key, p.lot_number, a.parcel_address_kind_code, a.parcel_address_number, a.parcel_address_basis_code, "
        "a.position_scale FROM parcel_address AS a JOIN parcel AS p USING (parcel_uid) ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("番町", "1", "residence", "1-1", "within_outline", 2500),
        ("番町", "1", "residence", "1-2", "within_outline", 2500),
        ("錦町", "1", "lot", "1", "lot_master", None),
    ]


@pytest.mark.real
def test_real_lots_outside_residence_indication_are_addresses(shared_data: Path, tmp_path: Path) -> None:
    """Every thirtieth real lot of 和歌山市, written as a register writes it, meets the address master where it is an address."""

    def table(name: str) -> pl.DataFrame:
        with zipfile.ZipFile(shared_data / "abr" / f"{name}.csv.zip") as archive:
            return pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False)

    towns = table("mt_town_pref30").filter(pl.col("lg_code") == "302015")
    lots = table("mt_parcel_city302015")
    named = towns.select("machiaza_id", "oaza_cho", "chome", "koaza").with_columns(
        name=pl.concat_str("oaza_cho", "chome", "koaza", ignore_nulls=True)
    )
    picked = lots.gather_every(30).join(named.select("machiaza_id", "name"), on="machiaza_id").with_columns(
        lot=pl.concat_str("prc_num1", "prc_num2", "prc_num3", separator="番", ignore_nulls=True)
    )  # fmt: skip
    picked = picked.with_columns(value=clean(pl.col("lot")).struct.field("prc_id")).filter(pl.col("value") == pl.col("prc_id"))
    place = pl.concat_str(pl.lit("和歌山市"), "name")
    written = {0: place, 1: place, 2: pl.col("lot"), 3: pl.lit("宅地"), 7: pl.lit("100"), 8: pl.lit("f"), 16: pl.lit("302015")}
    register = picked.select(written.get(column, pl.lit(None, pl.String)).alias(f"c{column}") for column in range(23))
    addresses = {
        "town": towns.select("lg_code", "machiaza_id", "oaza_cho", "chome", "koaza", is_current=pl.lit(value=True)),
        "lot": lots.select("lg_code", "machiaza_id", parcel_id="prc_id", displayed_address_code="rsdt_addr_flg"),
    }
    connection = registry({"land_register": [records("land_register", register, "register")]}, tmp_path, addresses=addresses)
    right = picked.with_columns(key=pl.concat_str("machiaza_id", "prc_id")).filter(pl.col("rsdt_addr_flg") == "0")
    found = connection.sql("SELECT machiaza_id || parcel_id AS key FROM parcel_address").pl()
    assert found.join(right, on="key", how="anti").height == 0
    assert found.height / right.height > 0.99
