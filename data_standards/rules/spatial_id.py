"""空間ID (spatial id): cells of space at a zoom level.

Source of the rule: GIF 444 位置情報 (2025-03-25) 空間ID. An id is ``{z}/{f}/{x}/{y}``; with n = 2^z, x = floor(n·(λ+180)/360),
y = floor(n·(1-ln(tan φ + 1/cos φ)/π)/2) and f = floor(n·h/2^25), for latitudes up to 85.0511 degrees.
"""

import math

import polars as pl

MOST_NORTHERN = 85.0511
_PATTERN = r"^([0-9]{1,2})/(-?[0-9]{1,10})/([0-9]{1,10})/([0-9]{1,10})$"
_HEIGHT = 2.0**25
_MOST_ZOOM = 30


def encode(latitude: pl.Expr, longitude: pl.Expr, height: pl.Expr, zoom: int) -> pl.Expr:
    """Name the cell that holds a point.

    Args:
        latitude: Degrees.
        longitude: Degrees.
        height: Metres above sea level.
        zoom: Level, 0 to 30; a cell of level 25 is one metre high.

    Returns:
        Text column; null where an input is null or out of range.

    Raises:
        ValueError: The zoom level is not one of 0 to 30.
    """
    if not 0 <= zoom <= _MOST_ZOOM:
        raise ValueError(f"zoom {zoom} is not one of 0 to {_MOST_ZOOM}; the usual level for buildings is 25")
    count = 2**zoom
    angle = latitude.cast(pl.Float64).radians()
    x = ((longitude.cast(pl.Float64) + 180) / 360 * count).floor().cast(pl.Int64, strict=False)
    y = ((1 - (angle.tan() + 1 / angle.cos()).log() / math.pi) / 2 * count).floor().cast(pl.Int64, strict=False)
    f = (height.cast(pl.Float64) / _HEIGHT * count).floor().cast(pl.Int64, strict=False)
    inside = latitude.is_between(-MOST_NORTHERN, MOST_NORTHERN) & longitude.is_between(-180, 180, closed="left") & height.is_finite()
    return pl.when(inside).then(pl.concat_str(pl.lit(str(zoom)), f, x, y, separator="/"))


def decode(value: pl.Expr) -> pl.Expr:
    """Give the bounds of cells.

    Args:
        value: Text column of spatial ids.

    Returns:
        Struct column with south, north, west, east (degrees), bottom and top (metres), all Float64; null where the text is no spatial id
        or its x or y lie outside the level.
    """
    groups = value.str.extract_groups(_PATTERN)
    zoom, f, x, y = (groups.struct.field(str(place)).cast(pl.Int64, strict=False) for place in range(1, 5))
    count = pl.lit(2.0).pow(zoom)

    def parallel(row: pl.Expr) -> pl.Expr:
        return ((1 - 2 * row / count) * math.pi).sinh().arctan().degrees()

    right = zoom.is_between(0, _MOST_ZOOM) & (x < count) & (y < count)
    bounds = pl.struct(
        south=parallel(y + 1),
        north=parallel(y),
        west=x / count * 360 - 180,
        east=(x + 1) / count * 360 - 180,
        bottom=f * _HEIGHT / count,
        top=(f + 1) * _HEIGHT / count,
    )
    return pl.when(right).then(bounds)
