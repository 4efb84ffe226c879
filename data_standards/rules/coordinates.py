"""緯度・経度 and 座標参照系 (coordinates): decimal degrees within Japan, degrees-minutes-seconds read, reference systems as EPSG codes.

Source of the rule: GIF 444 コアデータパーツ 位置情報 (2025-03-25): latitude and longitude as two items in decimal degrees, six decimals
as a rule, longer values of surveys kept; the reference system in an item of its own as EPSG.
"""

from functools import cache

import polars as pl
from pyproj.database import get_codes
from pyproj.enums import PJType

from data_standards.rules.folding import half_width, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Reasons, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

LATITUDES = (20.4, 45.6)
"""From 沖ノ鳥島 to 択捉島, in degrees."""
LONGITUDES = (122.9, 154.0)
"""From 与那国島 to 南鳥島, in degrees."""

_DECIMAL = r"^[0-9]{1,3}(?:\.[0-9]+)?$"
_SIGNS = r"(?i)^(?:北緯|東経|緯度|経度|lat\.?|lon\.?|lng\.?|[NE])[:= ]*|[ ]*[NE]$"

_SYSTEMS = {
    "jgd2011": "EPSG:6668",
    "世界測地系jgd2011": "EPSG:6668",
    "日本測地系2011": "EPSG:6668",
    "jgd2000": "EPSG:4612",
    "世界測地系jgd2000": "EPSG:4612",
    "日本測地系2000": "EPSG:4612",
    "wgs84": "EPSG:4326",
    "wgs1984": "EPSG:4326",
    "日本測地系": "EPSG:4301",
    "旧日本測地系": "EPSG:4301",
    "tokyo": "EPSG:4301",
    "tokyodatum": "EPSG:4301",
}


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"} | {
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19"
} | {sign: str(number) for number, sign in enumerate("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ", 1)}  # fmt: skip


def _within(degrees: pl.Expr, bounds: tuple[float, float]) -> pl.Expr:
    number = pl.when(degrees.str.contains(_DECIMAL)).then(degrees).cast(pl.Float64, strict=False)
    return number.is_between(*bounds).fill_null(value=False)


def _read(frame: pl.LazyFrame) -> pl.LazyFrame:
    folded = half_width(pl.col("given")).str.strip_chars().str.replace_all(r"[\u200e\u200f]", "")
    bare = pl.col("folded").str.replace_all(_SIGNS, "").str.replace_all(" ", "")
    sexagesimal = pl.col("bare").str.extract_groups(
        r"""^([0-9]{1,3})[°º度.:/-]([0-9]{1,2})(?:['′’分.:/-]([0-9]{1,2}(?:\.[0-9]+)?)?(?:["″”秒]|'')?)$"""
    )
    degrees, minutes, seconds = (sexagesimal.struct.field(str(place)).cast(pl.Float64, strict=False) for place in (1, 2, 3))
    right = (minutes < 60) & (seconds.fill_null(0) < 60)
    value = pl.when(right).then(degrees + minutes / 60 + seconds.fill_null(0) / 3600)
    millionths = (value * 1_000_000).round().cast(pl.Int64, strict=False)
    decimals = (millionths % 1_000_000).cast(pl.String).str.zfill(6)
    return (
        frame.with_columns(folded=folded)
        .with_columns(bare=bare)
        .with_columns(
            plain=pl.col("bare").str.replace(r"^([0-9]{1,3}(?:\.[0-9]+)?)[°º度]?$", "${1}").str.replace(r"^0+([0-9])", "${1}"),
            converted=pl.when(millionths.is_not_null()).then(pl.concat_str(millionths // 1_000_000, pl.lit("."), decimals)),
        )
    )


def _clean(value: pl.Expr, bounds: tuple[float, float], other: tuple[float, float]) -> pl.Expr:
    def steps(_: pl.Expr) -> list[Step]:
        plain, converted = pl.col("plain"), pl.col("converted")
        zero = plain.str.contains(r"^0(?:\.0*)?$")
        return [
            Step(says_unknown(pl.col("folded")) | zero, None, Status.UNKNOWN, "said_unknown"),
            Step(_within(plain, bounds), plain, Status.CHANGED, "notation"),
            Step(_within(converted, bounds), converted, Status.CHANGED, "degrees_minutes_seconds"),
            Step(_within(plain, other) | _within(converted, other), None, Status.INVALID, "other_axis"),
            Step(plain.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$") | converted.is_not_null(), None, Status.INVALID, "outside_japan"),
        ]

    return unless_clean(value, lambda given: _within(given, bounds), steps, _read)


def clean_latitude(value: pl.Expr) -> pl.Expr:
    """Bring latitudes of Japan to decimal degrees.

    Args:
        value: Text column.

    Returns:
        Column of outcomes. Decimals are kept as given; degrees, minutes and seconds become six decimals.
    """
    return _clean(value, LATITUDES, LONGITUDES)


def clean_longitude(value: pl.Expr) -> pl.Expr:
    """Bring longitudes of Japan to decimal degrees.

    Args:
        value: Text column.

    Returns:
        Column of outcomes. Decimals are kept as given; degrees, minutes and seconds become six decimals.
    """
    return _clean(value, LONGITUDES, LATITUDES)


def unswapped(latitude: pl.Expr, longitude: pl.Expr) -> pl.Expr:
    """Put pairs right whose latitude and longitude changed places; in Japan the ranges do not overlap, so the mending is certain.

    Args:
        latitude: Text column.
        longitude: Text column.

    Returns:
        Struct column with latitude and longitude (text, as given but in their places) and swapped (boolean).
    """
    swapped = _within(latitude, LONGITUDES) & _within(longitude, LATITUDES)
    return pl.struct(
        latitude=pl.when(swapped).then(longitude).otherwise(latitude),
        longitude=pl.when(swapped).then(latitude).otherwise(longitude),
        swapped=swapped,
    )


@cache
def _epsg_codes() -> list[str]:
    """Codes of reference systems in the EPSG table that pyproj carries, withdrawn ones included."""
    return sorted(get_codes("EPSG", PJType.CRS, allow_deprecated=True))


def _read_system(frame: pl.LazyFrame) -> pl.LazyFrame:
    folded = half_width(pl.col("given")).str.replace_all(r"[\s　]", "").str.to_lowercase()
    named = pl.col("folded").str.replace_all("[-_()]", "")
    # the zone by number or by Roman numeral, the datum before or behind the word for plane coordinates
    number = "([0-9]{1,2}|[ivx]{1,5}|[ⅰ-ⅻ])"
    plane = named.str.extract_groups(
        f"^(?:jgd)?(2000|2011)?[/:]?(?:平面直角座標系?|公共座標系?)(?:jgd)?(2000|2011)?第?{number}系?$|^第?{number}系$"
    )
    datum = pl.coalesce(plane.struct.field("1"), plane.struct.field("2"))
    zone = pl.coalesce(plane.struct.field("3"), plane.struct.field("4")).replace(_ROMAN).cast(pl.Int64, strict=False)
    return frame.with_columns(folded=folded).with_columns(
        code=pl.col("folded").str.extract(r"^(?:epsg:?|urn:ogc:def:crs:epsg:[0-9.]*:)?([0-9]{4,5})$", 1),
        system=named.replace_strict(_SYSTEMS, default=None, return_dtype=pl.String),
        zone=pl.when(zone.is_between(1, 19)).then(zone),
        datum=datum,
    )


def _system_steps(_: pl.Expr) -> list[Step]:
    code = pl.concat_str(pl.lit("EPSG:"), pl.col("code"))
    zone, datum = pl.col("zone"), pl.col("datum")
    plane = pl.concat_str(pl.lit("EPSG:"), zone + pl.when(datum == "2000").then(2442).otherwise(6668))
    return [
        Step(says_unknown(pl.col("folded")), None, Status.UNKNOWN, "said_unknown"),
        Step(code.is_not_null() & ~pl.col("code").is_in(_epsg_codes()), code, Status.UNCERTAIN, "unknown_code"),
        Step(code.is_not_null(), code, Status.CHANGED, "notation"),
        Step(pl.col("system").is_not_null(), pl.col("system"), Status.CHANGED, "named_system"),
        Step(zone.is_not_null() & datum.is_not_null(), plane, Status.CHANGED, "named_system"),
        Step(zone.is_not_null(), plane, Status.UNCERTAIN, "datum_not_said"),
        Step(pl.col("folded") == "世界測地系", pl.lit("EPSG:6668"), Status.UNCERTAIN, "datum_not_said"),
    ]


def clean_system(value: pl.Expr) -> pl.Expr:
    """Bring names and numbers of reference systems to EPSG codes.

    世界測地系 alone may be JGD2000 or JGD2011, and so may a plane-rectangular zone without its datum; JGD2011 is taken, as uncertain.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, lambda given: given.is_in([f"EPSG:{code}" for code in _epsg_codes()]), _system_steps, _read_system)


_DEGREES: Reasons = (
    NOTATION
    | SAID_UNKNOWN
    | WRONG_FORM
    | {
        "degrees_minutes_seconds": (
            "度分秒を十進の度（小数6桁）に直した。",
            "Degrees, minutes and seconds became decimal degrees (six decimals).",
        ),
        "other_axis": ("緯度と経度が入れ替わっている。対で直すこと。", "Latitude and longitude changed places; mend the pair."),
        "outside_japan": ("日本の範囲の外である。", "Outside Japan."),
    }
)

RULES = (
    CleansingRule(
        id="latitude",
        label="緯度",
        label_en="Latitude",
        takes="緯度（十進、度分秒、N・北緯の付いたもの）",
        gives="十進の度",
        standard="GIF 444 位置情報",
        clause="444 (2025-03) 緯度",
        apply=clean_latitude,
        reasons=_DEGREES,
    ),
    CleansingRule(
        id="longitude",
        label="経度",
        label_en="Longitude",
        takes="経度（十進、度分秒、E・東経の付いたもの）",
        gives="十進の度",
        standard="GIF 444 位置情報",
        clause="444 (2025-03) 経度",
        apply=clean_longitude,
        reasons=_DEGREES,
    ),
    CleansingRule(
        id="reference_system",
        label="座標参照系",
        label_en="Coordinate reference system",
        takes="座標参照系の名称又は番号",
        gives="EPSGの番号（EPSG:6668 等）",
        standard="GIF 444 位置情報; EPSG",
        clause="444 (2025-03) 座標参照系",
        apply=clean_system,
        reasons=NOTATION
        | SAID_UNKNOWN
        | WRONG_FORM
        | {
            "named_system": ("座標参照系の名称をEPSGの番号に改めた。", "The name of a reference system became its EPSG code."),
            "unknown_code": ("EPSGの表にない番号である。", "The EPSG table has no such code."),
            "datum_not_said": (
                "測地成果の年が書かれていないためJGD2011とした。",
                "The datum's year was not said; JGD2011 was taken.",
            ),
        },
    ),
)
