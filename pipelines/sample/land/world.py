"""The land and buildings of a municipality as they are, before anybody writes them down."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_standards.rules import local_government_code
from data_standards.rules.acreage import register_area
from pipelines.sample.addresses import towns
from pipelines.sample.land.owners import companies, persons

MUNICIPALITIES = ("37201", "18207", "30201")
"""The sample's municipalities, in three prefectures: codes without check digit."""
ZONES = {"37201": 4, "18207": 6, "30201": 6}
"""Plane rectangular zone of each municipality (平成14年国土交通省告示第9号)."""
ORIGINS = {"37201": (148_000.0, 50_000.0), "18207": (-5_000.0, 15_000.0), "30201": (-196_000.0, -75_000.0)}
"""Northing and easting of the corner from which a municipality's lots are laid out, metres."""
SPACING = 200.0
"""Distance between the corners of neighbouring lots on the sample's plane, metres; no lot is wider."""
ROW = 100
"""Lots in a row of the plane."""

_CATEGORIES = {"10": 0.46, "40": 0.16, "50": 0.12, "71": 0.12, "35": 0.07, "90": 0.05, "84": 0.02}
_LABELS = {"10": "宅地", "40": "田", "50": "畑", "71": "山林", "35": "公衆用道路", "90": "雑種地", "84": "用悪水路"}
_SIZES = {"10": 200.0, "40": 900.0, "50": 500.0, "71": 4000.0, "35": 60.0, "90": 300.0, "84": 80.0}
_WIDEST = 190.0
_MATERIALS = ("木造", "鉄骨造", "鉄筋コンクリート造")
_KINDS = ("居宅", "共同住宅", "店舗", "事務所", "倉庫")
_ROOFS = ("かわらぶき", "スレートぶき", "陸屋根")


@dataclass(frozen=True)
class World:
    """One municipality.

    Attributes:
        lg_code: Six-digit code.
        place: ``prefecture`` and ``city``.
        parcels: ``number`` (real estate number), ``town``, ``has_chome`` (in its first 丁目), ``lot``, ``category`` (code), ``acreage``
        (text), ``owner``, ``second_owner`` (rows of ``owners``, the second null where there is one owner), ``registered``, ``received``
        (days), ``row`` (place on the plane).
        buildings: ``number``, ``parcel`` (row of ``parcels``), ``branch`` (支号, null where the lot has one building), ``is_unit``,
        ``kind``, ``material``, ``roof``, ``storeys``, ``areas`` (text by floor), ``area`` (text, the sum), ``built``, ``owner``.
        owners: ``name``, ``address``, ``corporate_number`` and ``registration_number`` (null for persons).
        mergers: Rows of ``owners`` of an absorbed company and of its successor: ``absorbed``, ``successor``.
    """

    lg_code: str
    place: tuple[str, str]
    parcels: pl.DataFrame
    buildings: pl.DataFrame
    owners: pl.DataFrame
    mergers: pl.DataFrame


def category_labels(code: pl.Expr) -> pl.Expr:
    """Names of the land categories that the sample knows."""
    return code.replace_strict(_LABELS, return_dtype=pl.String)


def other_category(code: pl.Expr) -> pl.Expr:
    """A land category other than the given one."""
    codes = list(_LABELS)
    return code.replace_strict(dict(zip(codes, [*codes[1:], codes[0]], strict=True)), return_dtype=pl.String)


def _owners(places: pl.DataFrame, parcels: int, scale: int, seed: int, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    every = companies(scale, seed)
    present = every.filter("is_open")
    merged = every.filter(pl.col("successor").is_not_null()).head(max(10, parcels // 20))
    heirs = every.filter(pl.col("corporate_number").is_in(merged.get_column("successor").implode()))
    chosen = present[rng.choice(present.height, min(present.height, max(10, parcels // 6)), replace=False)]
    firms = pl.concat([merged, heirs, chosen]).unique("corporate_number", keep="first", maintain_order=True)
    people = persons(max(20, parcels // 2), places, rng)
    owners = pl.concat([firms.select("name", "address", "corporate_number", "registration_number"), people], how="diagonal").with_row_index(
        "owner"
    )
    index = owners.select("owner", successor="corporate_number")
    mergers = (
        merged.join(owners.select(absorbed="owner", corporate_number="corporate_number"), on="corporate_number")
        .join(index, on="successor")
        .select("absorbed", successor="owner")
    )
    return owners, mergers


def make_world(code5: str, parcels: int, scale: int, seed: int) -> World:
    """Lay out a municipality.

    Args:
        code5: Code of the municipality without check digit; one of which the postal list knows towns.
        parcels: How many parcels.
        scale: Companies of the company sample the owners are taken from.
        seed: Seed of the random numbers.

    Returns:
        The municipality; the same arguments give the same.
    """
    rng = np.random.default_rng([seed, 7, int(code5)])
    places = towns().filter(pl.col("lg_code5") == code5)
    lg_code = places.select(local_government_code.with_check_digit(pl.col("lg_code5"))).item(0, 0)
    owners, mergers = _owners(places, parcels, scale, seed, rng)
    ordinary = np.setdiff1d(owners.get_column("owner").to_numpy(), mergers.get_column("absorbed").to_numpy()).astype(np.int64)
    used = min(places.height, max(3, parcels // 200))
    town = np.sort(rng.integers(0, used, parcels))
    category = rng.choice(list(_CATEGORIES), parcels, p=list(_CATEGORIES.values()))
    size = np.minimum(pl.Series(category).replace_strict(_SIZES).to_numpy() * rng.lognormal(0, 0.5, parcels), _WIDEST**2)
    is_shared = rng.random(parcels) < 0.12
    second = np.where(is_shared, rng.choice(ordinary, parcels), -1)
    frame = pl.DataFrame(
        {
            "town": places.get_column("town").gather(town),
            "has_chome": places.get_column("has_chome").gather(town),
            "category": category,
            "size": np.maximum(size, 3.0),
            "owner": rng.choice(ordinary, parcels),
            "second_owner": second,
            "registered": (rng.integers(3_000, 19_500, parcels)).astype(np.int32),
        }
    ).with_row_index("row")
    place = pl.int_range(pl.len()).over("town")
    branch = place % 4
    frame = frame.with_columns(
        number=_real_estate_number(code5, pl.col("row").cast(pl.Int64) * 2 + 1),
        lot=pl.concat_str(place // 4 + 1, pl.when(branch > 0).then(pl.concat_str(pl.lit("-"), branch)).otherwise(pl.lit(""))),
        second_owner=pl.when((pl.col("second_owner") >= 0) & (pl.col("second_owner") != pl.col("owner"))).then("second_owner"),
        acreage=register_area(pl.col("size").round(4).cast(pl.String), category_labels(pl.col("category"))),
        registered=pl.col("registered").cast(pl.Date),
        received=(pl.col("registered") + 12).cast(pl.Date),
    )
    return World(
        lg_code,
        (places.item(0, "prefecture"), places.item(0, "city")),
        frame.drop("size"),
        _buildings(frame, code5, rng),
        owners,
        mergers,
    )


def _real_estate_number(code5: str, serial: pl.Expr) -> pl.Expr:
    """Numbers of 13 digits, each once in the country; those of one municipality begin with the zero that spreadsheets lose."""
    return pl.concat_str(pl.lit(("0" if code5 == MUNICIPALITIES[1] else "1") + code5), serial.cast(pl.String).str.zfill(7))


def _buildings(parcels: pl.DataFrame, code5: str, rng: np.random.Generator) -> pl.DataFrame:
    """Houses on four fifths of the building land; some lots hold two, some a condominium of four units."""
    land = parcels.filter(pl.col("category") == "10").select("owner", parcel="row")
    land = land.filter(pl.Series(rng.random(land.height) < 0.8))
    draw = rng.random(land.height)
    units = np.where(draw < 0.03, 4, np.where(draw < 0.08, 2, 1))
    rows = land[np.repeat(np.arange(land.height), units)]
    count = rows.height
    material = rng.integers(0, len(_MATERIALS), count)
    several = pl.len().over("parcel") > 1
    drawn = rows.with_columns(
        pl.Series("is_unit", np.repeat(units == 4, units)),
        pl.Series("kind", _KINDS).gather(rng.integers(0, len(_KINDS), count)),
        pl.Series("material", _MATERIALS).gather(material),
        pl.Series("roof", _ROOFS).gather(material),
        pl.Series("storeys", rng.integers(1, 4, count)),
        pl.Series("cents", rng.integers(3_000, 15_000, count)),
        pl.Series("built", rng.integers(2_000, 19_000, count).astype(np.int32)).cast(pl.Date),
        branch=pl.when(several).then(pl.int_range(1, pl.len() + 1).over("parcel")),
        serial=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    storeys = pl.col("storeys")
    each = _metres(pl.col("cents"))
    floors = [pl.concat_str(pl.lit(f"{floor}階□"), each) for floor in (1, 2, 3)]
    return drawn.with_columns(
        number=_real_estate_number(code5, pl.col("serial") * 2),
        areas=pl.when(storeys == 1)
        .then(each)
        .when(storeys == 2)
        .then(pl.concat_str(*floors[:2], separator="\u3000"))
        .otherwise(pl.concat_str(*floors, separator="\u3000")),
        area=_metres(pl.col("cents") * storeys),
    ).drop("serial", "cents")


def _metres(cents: pl.Expr) -> pl.Expr:
    return pl.concat_str(cents // 100, pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2))
