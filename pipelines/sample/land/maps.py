"""The sample's maps of registry offices: 地図XML sheets, each zipped, all zipped again."""

import io
import zipfile
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.sample.land.disagreements import Told
from pipelines.sample.land.world import ORIGINS, ROW, SPACING, ZONES

LOTS_IN_A_SHEET = 300
_CLASSES = ("甲一", "甲二", "甲三", "乙一")
_NO_PARCELS = ("地区外-1", "道1", "別図-2", "水-")
_EPOCH = (2026, 4, 1, 0, 0, 0)


def _outlines(told: Told) -> pl.DataFrame:
    """Corners of every lot that is on the map, and its texts; one lot in a hundred is drawn half as large again."""
    code5 = told.world.lg_code[:5]
    north, east = ORIGINS[code5]
    lots = told.land.filter("on_map").sort("row")
    too_large = pl.when(pl.col("row") % 100 == 50).then(1.5).otherwise(1.0)
    side = (pl.col("acreage").cast(pl.Float64) * too_large).sqrt()
    return lots.select(
        "town",
        "has_chome",
        "lot",
        "row",
        precision=(pl.col("row") % len(_CLASSES)).replace_strict(dict(enumerate(_CLASSES)), return_dtype=pl.String),
        south=north + (pl.col("row") // ROW).cast(pl.Float64) * SPACING,
        west=east + (pl.col("row") % ROW).cast(pl.Float64) * SPACING,
        side=side,
    )


def _metres(value: pl.Expr) -> pl.Expr:
    return value.round(3).cast(pl.String)


def _position(north: pl.Expr, east: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("<zmn:X>"), _metres(north), pl.lit("</zmn:X><zmn:Y>"), _metres(east), pl.lit("</zmn:Y>"))


def _spatial(lots: pl.DataFrame) -> str:
    """Points, lines and faces. The lines of every second lot refer to points, the others hold their ends."""
    south, west, side = pl.col("south"), pl.col("west"), pl.col("side")
    corners = [(south, west), (south, west + side), (south + side, west + side), (south + side, west)]
    number = pl.col("id")
    points, lines = [], []
    for place, (north, east) in enumerate(corners):
        position = _position(north, east)
        points.append(
            pl.concat_str(
                pl.lit('<zmn:GM_Point id="P'), number * 4 + place,
                pl.lit('"><zmn:GM_Point.position><zmn:DirectPosition>'), position,
                pl.lit("</zmn:DirectPosition></zmn:GM_Point.position></zmn:GM_Point>\n"),
            )
        )  # fmt: skip
        ends = []
        for end in (place, (place + 1) % 4):
            reference = pl.concat_str(
                pl.lit('<zmn:GM_Position.indirect><zmn:GM_PointRef.point idref="P'),
                number * 4 + end,
                pl.lit('"/></zmn:GM_Position.indirect>'),
            )
            direct = pl.concat_str(pl.lit("<zmn:GM_Position.direct>"), _position(*corners[end]), pl.lit("</zmn:GM_Position.direct>"))
            held = pl.when(number % 2 == 0).then(reference).otherwise(direct)
            ends.append(pl.concat_str(pl.lit("<zmn:GM_PointArray.column>"), held, pl.lit("</zmn:GM_PointArray.column>")))
        lines.append(
            pl.concat_str(
                pl.lit('<zmn:GM_Curve id="C'), number * 4 + place,
                pl.lit('"><zmn:GM_Curve.segment><zmn:GM_LineString><zmn:GM_LineString.controlPoint>'), *ends,
                pl.lit("</zmn:GM_LineString.controlPoint></zmn:GM_LineString></zmn:GM_Curve.segment></zmn:GM_Curve>\n"),
            )
        )  # fmt: skip
    generators = [
        pl.concat_str(pl.lit('<zmn:GM_CompositeCurve.generator idref="C'), number * 4 + place, pl.lit('"/>')) for place in range(4)
    ]
    face = pl.concat_str(
        pl.lit('<zmn:GM_Surface id="F'), number,
        pl.lit(
            '"><zmn:GM_Surface.patch><zmn:GM_Polygon><zmn:GM_Polygon.boundary><zmn:GM_SurfaceBoundary><zmn:GM_SurfaceBoundary.exterior>'
            "<zmn:GM_Ring>"
        ),
        *generators,
        pl.lit(
            "</zmn:GM_Ring></zmn:GM_SurfaceBoundary.exterior></zmn:GM_SurfaceBoundary></zmn:GM_Polygon.boundary></zmn:GM_Polygon>"
            "</zmn:GM_Surface.patch></zmn:GM_Surface>\n"
        ),
    )  # fmt: skip
    written = lots.select(point=pl.concat_str(points), line=pl.concat_str(lines), face=face)
    return "".join(column.str.join("").item() for column in written.get_columns())


def _lots(lots: pl.DataFrame) -> str:
    chome = pl.when("has_chome").then(pl.lit("<丁目名>１丁目</丁目名>")).otherwise(pl.lit(""))
    town = pl.when(pl.col("town") != "").then(pl.concat_str(pl.lit("<大字名>"), "town", pl.lit("</大字名>"))).otherwise(pl.lit(""))
    precision = pl.concat_str(pl.lit("<精度区分>"), "precision", pl.lit("</精度区分>"))
    text = pl.concat_str(
        pl.lit('<筆 id="H'), "id",
        pl.lit('"><大字コード>001</大字コード><丁目コード>001</丁目コード><小字コード>0000</小字コード><予備コード>00</予備コード>'),
        town, chome, pl.lit("<地番>"), "lot", pl.lit('</地番><形状 idref="F'), "id", pl.lit('"/>'),
        pl.when(pl.col("town") != "").then(precision).otherwise(pl.lit("")),
        pl.lit("<座標値種別>測量成果</座標値種別></筆>\n"),
    )  # fmt: skip
    return str(lots.select(text.str.join("")).item())


def _sheet(told: Told, number: int, lots: pl.DataFrame, *, arbitrary: bool) -> bytes:
    code5 = told.world.lg_code[:5]
    system = "<座標系>任意座標系</座標系>" if arbitrary else f"<座標系>公共座標{ZONES[code5]}系</座標系>\n<測地系判別>測量</測地系判別>"
    last = lots.row(-1, named=True)
    strange = pl.DataFrame(
        {"town": "", "has_chome": False, "lot": list(_NO_PARCELS), "precision": "甲一", "side": 5.0,
         "south": last["south"] + 5.0 * np.arange(1, len(_NO_PARCELS) + 1), "west": last["west"]}
    )  # fmt: skip
    every = pl.concat([lots.select(strange.columns), strange]).with_row_index("id", offset=1).with_columns(pl.col("id").cast(pl.Int64))
    references = every.select(pl.concat_str(pl.lit('<筆参照 idref="H'), "id", pl.lit('"/>')).str.join("")).item()
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<地図 xmlns="http://www.moj.go.jp/MINJI/tizuxml" '
        'xmlns:zmn="http://www.moj.go.jp/MINJI/tizuzumen">\n<version>ver1.0</version>\n'
        f"<地図名>S{number:04d}</地図名>\n<市区町村コード>{code5}</市区町村コード>\n<市区町村名>{told.world.place[1]}</市区町村名>\n"
        f"{system}\n<空間属性>\n{_spatial(every)}</空間属性>\n<主題属性>\n{_lots(every)}</主題属性>\n"
        f"<図郭><地図番号>{number}</地図番号><縮尺分母>500</縮尺分母><地図種類>地籍図</地図種類><地図分類>法第14条1項地図</地図分類>"
        f"{references}</図郭>\n</地図>\n"
    )
    return text.encode()


def write_maps(told: Told, folder: Path) -> None:
    """Write a municipality's map: a zip of zips of sheets; the last sheet has arbitrary coordinates, neighbours share a lot.

    Args:
        told: The municipality.
        folder: Folder to write ``<code>-9999-20260401.zip`` into.
    """
    lots = _outlines(told)
    starts = range(0, lots.height, LOTS_IN_A_SHEET)
    code5 = told.world.lg_code[:5]
    with zipfile.ZipFile(folder / f"{code5}-9999-20260401.zip", "w", zipfile.ZIP_STORED) as office:
        for number, start in enumerate(starts, start=1):
            # a lot at the border is on both sheets
            piece = lots[max(0, start - 1) : start + LOTS_IN_A_SHEET]
            content = _sheet(told, number, piece, arbitrary=number == len(starts) and len(starts) > 1)
            name = f"{code5}-9999-{number}"
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as inner:
                inner.writestr(zipfile.ZipInfo(f"{name}.xml", _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
            office.writestr(zipfile.ZipInfo(f"{name}.zip", _EPOCH), packed.getvalue())
