"""One 地図XML file read into lots with their outlines.

Source of the format: 法務省 地図XMLフォーマット (tizuxml, tizuzumen). Coordinates are of the plane rectangular system (X to the north, Y
to the east, metres); a sheet in 任意座標系 has no place on the earth, and its lots are kept without one. A point of a ring is the first
point of each of its curves.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import polars as pl
import shapely
from lxml import etree
from numpy.typing import NDArray

from data_standards.rules.plane_rectangular import to_geographic

_MAP = "{http://www.moj.go.jp/MINJI/tizuxml}"
_DRAWING = "{http://www.moj.go.jp/MINJI/tizuzumen}"
_HEAD = ("地図名", "市区町村コード", "市区町村名", "座標系", "測地系判別")
_LOT = (
    "大字コード", "丁目コード", "小字コード", "予備コード", "大字名", "丁目名", "小字名", "予備名", "地番", "精度区分", "座標値種別",
    "筆界未定構成筆",
)  # fmt: skip
_FRAME = ("地図番号", "縮尺分母", "地図種類", "地図分類")
COLUMNS = (*_HEAD, "筆ID", *_LOT, *_FRAME, "形状", "図上面積", "代表点緯度", "代表点経度")
"""Columns that :func:`read_sheet` gives, all text; ``形状`` is WKB in hexadecimal, JGD2011, longitude before latitude."""


class SheetError(ValueError):
    """A sheet cannot be read; the message says why, for people."""


@dataclass
class _Sheet:
    """What is gathered of a sheet while it streams by: nothing but numbers and the texts of its lots."""

    head: dict[str, str] = field(default_factory=dict)
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    curves: dict[str, int] = field(default_factory=dict)
    north: "array[float]" = field(default_factory=lambda: array("d"))
    east: "array[float]" = field(default_factory=lambda: array("d"))
    surfaces: dict[str, int] = field(default_factory=dict)
    corners: "array[int]" = field(default_factory=lambda: array("l"))
    corners_of_ring: "array[int]" = field(default_factory=lambda: array("l"))
    rings_of_surface: "array[int]" = field(default_factory=lambda: array("l"))
    lots: list[dict[str, str]] = field(default_factory=list)
    frames: dict[str, list[dict[str, str]]] = field(default_factory=dict)


def _texts(element: Any, names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for child in element:
        name = child.tag.removeprefix(_MAP)
        if name in names and child.text:
            found[name] = child.text.strip()
    return found


def _position(element: Any) -> tuple[float, float]:
    north, east = element.iter(f"{_DRAWING}X", f"{_DRAWING}Y")
    return float(north.text), float(east.text)


def _add_curve(sheet: _Sheet, element: Any) -> None:
    column = next(element.iter(f"{_DRAWING}GM_PointArray.column"))
    held = column[0]
    north, east = sheet.points[held[0].get("idref")] if held.tag == f"{_DRAWING}GM_Position.indirect" else _position(held)
    sheet.curves[element.get("id")] = len(sheet.north)
    sheet.north.append(north)
    sheet.east.append(east)


def _add_surface(sheet: _Sheet, element: Any) -> None:
    rings = 0
    # the exterior stands before the interiors
    for ring in element.iter(f"{_DRAWING}GM_Ring"):
        corners = [sheet.curves[generator.get("idref")] for generator in ring]
        sheet.corners.extend(corners)
        sheet.corners_of_ring.append(len(corners))
        rings += 1
    sheet.surfaces[element.get("id")] = len(sheet.rings_of_surface)
    sheet.rings_of_surface.append(rings)


def _add_lot(sheet: _Sheet, element: Any) -> None:
    lot = _texts(element, _LOT)
    shape = element.find(f"{_MAP}形状")
    sheet.lots.append({**lot, "筆ID": element.get("id"), "_surface": "" if shape is None else shape.get("idref")})


def _add_frame(sheet: _Sheet, element: Any) -> None:
    about = _texts(element, _FRAME)
    for reference in element.iterfind(f"{_MAP}筆参照"):
        sheet.frames.setdefault(reference.get("idref"), []).append(about)


def _add_point(sheet: _Sheet, element: Any) -> None:
    sheet.points[element.get("id")] = _position(element)


_HANDLERS = {
    f"{_DRAWING}GM_Point": _add_point,
    f"{_DRAWING}GM_Curve": _add_curve,
    f"{_DRAWING}GM_Surface": _add_surface,
    f"{_MAP}筆": _add_lot,
    f"{_MAP}図郭": _add_frame,
}


def _gather(stream: IO[bytes]) -> _Sheet:
    sheet = _Sheet()
    heads = {f"{_MAP}{name}": name for name in _HEAD}
    try:
        # no entity is ever expanded from outside: the format declares none
        events = etree.iterparse(stream, events=("end",), tag=(*_HANDLERS, *heads), resolve_entities=False, no_network=True)
        for _, element in events:
            handle = _HANDLERS.get(element.tag)
            if handle is None:
                sheet.head[heads[element.tag]] = (element.text or "").strip()
            else:
                handle(sheet, element)
                element.clear()
                # siblings done with are let go, so that memory does not follow the file
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise SheetError(f"not well-formed XML: {error}") from error
    except (KeyError, ValueError, IndexError, StopIteration) as error:
        raise SheetError(f"the sheet refers to a point, line or face that it does not hold, or holds no number: {error}") from error
    missing = [name for name in _HEAD[:4] if not sheet.head.get(name)]
    if missing:
        raise SheetError(f"no 地図XML, or one without {'、'.join(missing)}")
    return sheet


def zone_of(system: str) -> int | None:
    """Number of the plane rectangular zone that ``公共座標n系`` names; None for 任意座標系.

    Raises:
        SheetError: The system is neither.
    """
    if system == "任意座標系":
        return None
    number = system.removeprefix("公共座標").removesuffix("系")
    if not (number.isdecimal() and 1 <= int(number) <= 19):
        raise SheetError(f"unknown 座標系 {system!r}")
    return int(number)


def _polygons(sheet: _Sheet, corners: NDArray[np.float64]) -> NDArray[np.object_]:
    """The faces, made of the corners of every ring."""
    rings_of_corner = np.repeat(np.arange(len(sheet.corners_of_ring)), sheet.corners_of_ring)
    rings = shapely.linearrings(corners, indices=rings_of_corner)
    faces = shapely.polygons(rings, indices=np.repeat(np.arange(len(sheet.rings_of_surface)), sheet.rings_of_surface))
    return np.asarray(faces, dtype=np.object_)


def _shapes(sheet: _Sheet, zone: int | None) -> pl.DataFrame:
    """Outline (hexadecimal WKB), area (㎡) and a point inside, by number of the face."""
    north, east = np.frombuffer(sheet.north, dtype=np.float64), np.frombuffer(sheet.east, dtype=np.float64)
    corners = np.frombuffer(sheet.corners, dtype=np.int64)
    empty = pl.DataFrame(
        schema={"face": pl.Int64, "形状": pl.String, "図上面積": pl.String, "代表点緯度": pl.String, "代表点経度": pl.String}
    )
    if len(corners) == 0:
        return empty
    # rings of fewer than three corners enclose nothing
    if min(sheet.corners_of_ring) < 3:
        raise SheetError("a face has a ring of fewer than three corners")
    area = shapely.area(_polygons(sheet, np.column_stack([east, north])[corners]))
    measured = pl.DataFrame({"face": np.arange(len(area)), "area": area}).select(
        pl.col("face").cast(pl.Int64), pl.col("area").round(2).cast(pl.String).alias("図上面積")
    )
    if zone is None:
        return pl.concat([empty, measured], how="diagonal")
    degrees = to_geographic(
        pl.Series(north), pl.Series(east), pl.Series(np.full(len(north), zone)), "jgd2011"
    ).select("longitude", "latitude").to_numpy().round(9)  # fmt: skip
    faces = _polygons(sheet, degrees[corners])
    inside = shapely.point_on_surface(faces)
    outline = pl.Series("形状", shapely.to_wkb(faces, hex=True), dtype=pl.String)
    return measured.with_columns(
        outline,
        pl.Series("代表点緯度", shapely.get_y(inside)).round(9).cast(pl.String),
        pl.Series("代表点経度", shapely.get_x(inside)).round(9).cast(pl.String),
    ).select(empty.columns)


def read_sheet(stream: IO[bytes]) -> pl.DataFrame:
    """Read one 地図XML.

    The file is parsed as a stream; memory holds its coordinates and the texts of its lots, never its tree.

    Args:
        stream: The bytes of the file.

    Returns:
        One row per 筆 in the order of the file, text columns :data:`COLUMNS`; those that are no parcels (地区外, 別図, 道, 水, …) included.
        Where a lot stands in several 図郭, their numbers are joined by 、.

    Raises:
        SheetError: The file is no 地図XML, or is broken.
    """
    sheet = _gather(stream)
    zone = zone_of(sheet.head["座標系"])
    shapes = _shapes(sheet, zone)
    if not sheet.lots:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    unknown = {lot["_surface"] for lot in sheet.lots} - set(sheet.surfaces) - {""}
    if unknown:
        raise SheetError(f"a lot refers to a face that the sheet does not hold: {sorted(unknown)[0]}")
    lots = pl.DataFrame(list(_rows(sheet)), schema={**dict.fromkeys(("筆ID", *_LOT, *_FRAME), pl.String), "face": pl.Int64}, orient="row")
    about = [pl.lit(sheet.head.get(name) or None, pl.String).alias(name) for name in _HEAD]
    return lots.join(shapes, on="face", how="left", maintain_order="left").with_columns(about).select(COLUMNS)


def _rows(sheet: _Sheet) -> Iterator[tuple[str | int | None, ...]]:
    for lot in sheet.lots:
        frames = sheet.frames.get(lot["筆ID"], [])
        joined = (("、".join(dict.fromkeys(frame[name] for frame in frames if name in frame)) or None) for name in _FRAME)
        yield (lot["筆ID"], *(lot.get(name) for name in _LOT), *joined, sheet.surfaces.get(lot["_surface"]))
