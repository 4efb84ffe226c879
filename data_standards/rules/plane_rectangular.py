"""平面直角座標系 (plane rectangular coordinates), zones I to XIX, to latitude and longitude.

Source of the rule: 平成14年国土交通省告示第9号; zones by EPSG: Tokyo 30161–30179, JGD2000 2443–2461, JGD2011 6669–6687. Only the
projection is undone: the result is in the geographic system of the same datum. Moving between datums needs the parameter files of
国土地理院 and is not done here.
"""

from typing import Literal

import polars as pl
from pyproj import Transformer

Datum = Literal["tokyo", "jgd2000", "jgd2011"]

GEOGRAPHIC: dict[Datum, str] = {"tokyo": "EPSG:4301", "jgd2000": "EPSG:4612", "jgd2011": "EPSG:6668"}
"""EPSG code of the result's reference system."""

ZONES = 19
_BEFORE_FIRST_ZONE: dict[Datum, int] = {"tokyo": 30160, "jgd2000": 2442, "jgd2011": 6668}


def to_geographic(northing: pl.Series, easting: pl.Series, zone: pl.Series, datum: Datum) -> pl.DataFrame:
    """Undo the projection, zone by zone over whole columns.

    Args:
        northing: X of the Japanese convention, metres to the north of the zone's origin.
        easting: Y of the Japanese convention, metres to the east.
        zone: Number of the zone, 1 to 19.
        datum: Datum of the coordinates.

    Returns:
        Columns latitude and longitude (degrees, Float64), row for row; null where an input is null or the zone does not exist.
    """
    given = pl.DataFrame(
        {"northing": northing, "easting": easting, "zone": zone},
        schema_overrides={"northing": pl.Float64, "easting": pl.Float64, "zone": pl.Int64},
    ).with_row_index("row")
    parts = [given.select("row", latitude=pl.lit(None, pl.Float64), longitude=pl.lit(None, pl.Float64)).head(0)]
    usable = given.drop_nulls().filter(pl.col("zone").is_between(1, ZONES))
    for number in usable.get_column("zone").unique().sort():
        part = usable.filter(pl.col("zone") == number)
        transformer = Transformer.from_crs(f"EPSG:{_BEFORE_FIRST_ZONE[datum] + number}", GEOGRAPHIC[datum], always_xy=True)
        longitude, latitude = transformer.transform(part.get_column("easting").to_numpy(), part.get_column("northing").to_numpy())
        parts.append(part.select("row").with_columns(latitude=pl.Series(latitude), longitude=pl.Series(longitude)))
    return given.select("row").join(pl.concat(parts), on="row", how="left", maintain_order="left").drop("row").fill_nan(None)
