"""Coordinates, reference systems, plane-rectangular zones and spatial ids."""

import math
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from data_standards.rules.coordinates import clean_latitude, clean_longitude, clean_system, unswapped
from data_standards.rules.plane_rectangular import GEOGRAPHIC, to_geographic
from data_standards.rules.spatial_id import decode, encode

LATITUDE = [
    ("35.676097", "35.676097", "unchanged", None),
    ("35.67609712345", "35.67609712345", "unchanged", None),
    ("３５．６７６０９７", "35.676097", "changed", "notation"),
    ("N35.676097", "35.676097", "changed", "notation"),
    ("北緯35度40分34秒", "35.676111", "changed", "degrees_minutes_seconds"),
    ("35°40′34.5″", "35.676250", "changed", "degrees_minutes_seconds"),
    ("35.40.34", "35.676111", "changed", "degrees_minutes_seconds"),
    ("35°70′34″", None, "invalid", "wrong_form"),
    ("139.744879", None, "invalid", "other_axis"),
    ("369.56056", None, "invalid", "outside_japan"),
    ("51.5", None, "invalid", "outside_japan"),
    ("0", None, "unknown", "said_unknown"),
    ("不明", None, "unknown", "said_unknown"),
    (None, None, None, None),
]
LONGITUDE = [
    ("139.744879", "139.744879", "unchanged", None),
    ("東経139度44分41.5秒", "139.744861", "changed", "degrees_minutes_seconds"),
    ("35.676097", None, "invalid", "other_axis"),
]
SYSTEM = [
    ("EPSG:6668", "EPSG:6668", "unchanged", None),
    ("6668", "EPSG:6668", "changed", "notation"),
    ("ＪＧＤ２０１１", "EPSG:6668", "changed", "named_system"),
    ("JGD2000", "EPSG:4612", "changed", "named_system"),
    ("WGS 84", "EPSG:4326", "changed", "named_system"),
    ("日本測地系", "EPSG:4301", "changed", "named_system"),
    ("JGD2011 平面直角座標系第9系", "EPSG:6677", "changed", "named_system"),
    ("公共座標4系", "EPSG:6672", "uncertain", "datum_not_said"),
    ("世界測地系", "EPSG:6668", "uncertain", "datum_not_said"),
    ("火星", None, "invalid", "wrong_form"),
]


@pytest.mark.parametrize(("rule", "cases"), [(clean_latitude, LATITUDE), (clean_longitude, LONGITUDE), (clean_system, SYSTEM)])
def test_the_ladders(rule: Callable[[pl.Expr], pl.Expr], cases: list[tuple[str | None, ...]]) -> None:
    column = pl.DataFrame({"given": [case[0] for case in cases]}, schema={"given": pl.String})
    assert column.with_columns(rule(pl.col("given")).alias("outcome")).unnest("outcome").rows() == cases


def test_the_codes_of_named_systems_are_those_of_epsg() -> None:
    for code, name in (("EPSG:6668", "JGD2011"), ("EPSG:4612", "JGD2000"), ("EPSG:4301", "Tokyo"), ("EPSG:6677", "CS IX")):
        assert name in CRS.from_user_input(code).name


def test_swapped_pairs_are_put_right() -> None:
    pairs = pl.DataFrame({"lat": ["139.7", "35.6", "139.7", None], "lon": ["35.6", "139.7", "139.7", "35.6"]})
    rows = pairs.select(unswapped(pl.col("lat"), pl.col("lon")).alias("pair")).unnest("pair").rows()
    assert rows == [("35.6", "139.7", True), ("35.6", "139.7", False), ("139.7", "139.7", False), (None, "35.6", False)]


def test_plane_rectangular_zones() -> None:
    # The origins of zones IX and IV, and a point a kilometre north and east of the former, worked out on the ellipsoid.
    answers = to_geographic(
        pl.Series([0.0, 0.0, 1000.0, None, 0.0]), pl.Series([0.0, 0.0, 1000.0, 1.0, 0.0]), pl.Series([9, 4, 9, 9, 20]), "jgd2011"
    )
    latitude, longitude = answers.get_column("latitude").to_list(), answers.get_column("longitude").to_list()
    assert (latitude[0], longitude[0]) == (pytest.approx(36.0, abs=1e-9), pytest.approx(139 + 50 / 60, abs=1e-9))
    assert (latitude[1], longitude[1]) == (pytest.approx(33.0, abs=1e-9), pytest.approx(133.5, abs=1e-9))
    assert latitude[2] == pytest.approx(36 + 1000 / 0.9999 / 110_958.0, abs=2e-6)
    assert longitude[2] == pytest.approx(139 + 50 / 60 + 1000 / 0.9999 / (6_378_137 * math.pi / 180 * 0.8099), abs=2e-5)
    assert latitude[3:] == [None, None]
    assert set(GEOGRAPHIC) == {"tokyo", "jgd2000", "jgd2011"}


def test_spatial_ids() -> None:
    points = pl.DataFrame({"lat": [35.676097, 86.0, None], "lon": [139.744879, 139.0, 139.0], "h": [33.0, 0.0, 0.0]})
    ids = points.select(encode(pl.col("lat"), pl.col("lon"), pl.col("h"), 20).alias("id")).get_column("id").to_list()
    # By hand from the formulas of GIF 444.
    row = (1 - math.log(math.tan(math.radians(35.676097)) + 1 / math.cos(math.radians(35.676097))) / math.pi) / 2 * 2**20
    assert ids == [f"20/1/931324/{math.floor(row)}", None, None]
    example = pl.DataFrame({"id": ["20/1/931369/413142"]}).select(decode(pl.col("id")).alias("cell")).unnest("cell").row(0, named=True)
    assert (example["bottom"], example["top"]) == (32.0, 64.0)
    assert example["west"] == pytest.approx(931369 / 2**20 * 360 - 180)
    with pytest.raises(ValueError, match="zoom 31"):
        encode(pl.col("lat"), pl.col("lon"), pl.col("h"), 31)
    wrong = pl.DataFrame({"id": ["20/1/1048576/0", "a", None]}).select(decode(pl.col("id")).alias("cell"))
    assert wrong.get_column("cell").null_count() == 3


@settings(deadline=None, max_examples=50)
@given(st.floats(-85, 85), st.floats(-180, 179.99), st.integers(-1_000_000, 5_000_000), st.integers(0, 26))
def test_a_point_lies_in_its_cell(latitude: float, longitude: float, millimetres: int, zoom: int) -> None:
    height = millimetres / 1000  # a height below the smallest normal number would underflow, and is no height
    point = pl.DataFrame({"lat": [latitude], "lon": [longitude], "h": [height]})
    cell = point.select(decode(encode(pl.col("lat"), pl.col("lon"), pl.col("h"), zoom)).alias("cell")).unnest("cell").row(0, named=True)
    slack = 1e-9
    assert cell["south"] - slack <= latitude <= cell["north"] + slack
    assert cell["west"] - slack <= longitude <= cell["east"] + slack
    assert cell["bottom"] <= height < cell["top"]
