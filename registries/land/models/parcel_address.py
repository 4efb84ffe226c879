"""Lots and addresses: where the lot number is the address, and which residence numbers lie within a parcel's outline.

Sources of the rule: 住居表示に関する法律第2条 (街区方式: an address is block and residence number, and no longer the lot);
アドレス・ベース・レジストリ 地番マスター (住居表示フラグ) and 住居表示-住居マスター (代表点).
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import polars as pl
import shapely

from data_standards.rules.property_location import town_key

CRS = "EPSG:6668"
"""Reference system of outlines; positions of another are not compared, for they may lie metres away."""
_TOWNS = """
SELECT lg_code, machiaza_id, concat(oaza_cho, chome, koaza) AS name
FROM town
WHERE is_current AND machiaza_id IS NOT NULL
ORDER BY ALL
"""
_MUNICIPALITIES = """
SELECT lg_code FROM residence WHERE latitude IS NOT NULL
INTERSECT
SELECT lg_code FROM parcel WHERE land_outline IS NOT NULL
ORDER BY lg_code
"""
_OUTLINES = """
SELECT parcel_uid, st_asbinary(land_outline) AS outline
FROM parcel
WHERE lg_code = ? AND land_outline IS NOT NULL AND NOT is_register_closed
ORDER BY parcel_uid
"""
_RESIDENCES = f"""
SELECT machiaza_id, blk_id, rsdt_id, rsdt2_id, concat_ws('-', blk_num, rsdt_num, rsdt_num2) AS number, position_scale, latitude, longitude
FROM residence
WHERE lg_code = ? AND is_current AND latitude IS NOT NULL AND crs_code = '{CRS}' AND blk_num IS NOT NULL
ORDER BY machiaza_id, blk_id, rsdt_id, rsdt2_id
"""
_WITHIN = {
    "parcel_uid": pl.String,
    "lg_code": pl.String,
    "machiaza_id": pl.String,
    "blk_id": pl.String,
    "rsdt_id": pl.String,
    "rsdt2_id": pl.String,
    "parcel_address_number": pl.String,
    "position_scale": pl.Int64,
}
_TABLE = """
SELECT
    p.parcel_uid,
    p.lg_code,
    coalesce(p.machiaza_id, k.machiaza_id) AS machiaza_id,
    'lot' AS parcel_address_kind_code,
    p.lot_number AS parcel_address_number,
    'lot_master' AS parcel_address_basis_code,
    l.parcel_id,
    NULL::VARCHAR AS blk_id,
    NULL::VARCHAR AS rsdt_id,
    NULL::VARCHAR AS rsdt2_id,
    NULL::BIGINT AS position_scale
FROM parcel AS p
LEFT JOIN land_town AS k ON k.lg_code = p.lg_code AND k.town_key = p.town_key
JOIN lot AS l
    ON l.lg_code = p.lg_code AND l.machiaza_id = coalesce(p.machiaza_id, k.machiaza_id) AND l.parcel_id = p.parcel_id
    AND l.displayed_address_code = '0'
WHERE NOT p.is_register_closed
UNION ALL
SELECT
    parcel_uid, lg_code, machiaza_id, 'residence', parcel_address_number, 'within_outline', NULL, blk_id, rsdt_id, rsdt2_id, position_scale
FROM land_within
"""


def towns(named: pl.DataFrame) -> pl.DataFrame:
    """Find the 町字ID of a town by its key.

    Args:
        named: ``lg_code``, ``machiaza_id`` and ``name`` of towns.

    Returns:
        ``lg_code``, ``town_key`` and ``machiaza_id``; a key that two towns of a municipality share leads to neither.
    """
    keyed = named.with_columns(town_key=town_key(pl.col("name"), pl.col("lg_code")))
    return keyed.filter(pl.len().over("lg_code", "town_key") == 1).select("lg_code", "town_key", "machiaza_id")


def within(outlines: pl.DataFrame, residences: pl.DataFrame) -> pl.DataFrame:
    """Find the residences whose representative point lies in a parcel.

    Args:
        outlines: ``parcel_uid`` and ``outline`` (WKB).
        residences: ``longitude`` and ``latitude``, and any columns besides.

    Returns:
        The residences with their ``parcel_uid``; a point in two parcels (outlines overlap, or it lies on the boundary) in neither.
    """
    tree = shapely.STRtree(shapely.from_wkb(outlines.get_column("outline").to_numpy(allow_copy=True)))
    points = shapely.points(residences.get_column("longitude").to_numpy(), residences.get_column("latitude").to_numpy())
    point, parcel = tree.query(points, predicate="intersects")
    alone = np.bincount(point, minlength=len(points))[point] == 1
    found: pl.DataFrame = residences[point[alone].astype(np.int64)]
    return found.with_columns(outlines.get_column("parcel_uid").gather(parcel[alone].astype(np.int64)))


def _by_municipality(connection: duckdb.DuckDBPyConnection) -> Iterator[pl.DataFrame]:
    """Residences in parcels, one municipality after the other so that memory holds the outlines of one."""
    for (lg_code,) in connection.execute(_MUNICIPALITIES).fetchall():
        outlines = connection.sql(_OUTLINES, params=[lg_code]).pl()
        residences = connection.sql(_RESIDENCES, params=[lg_code]).pl()
        found = within(outlines, residences)
        yield found.select(
            "parcel_uid",
            pl.lit(lg_code).alias("lg_code"),
            "machiaza_id",
            "blk_id",
            "rsdt_id",
            "rsdt2_id",
            pl.col("number").alias("parcel_address_number"),
            "position_scale",
        )


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Make the table.

    Args:
        connection: Connection with the table ``parcel`` and the address registry's tables ``town``, ``lot`` and ``residence``.

    Returns:
        The columns of the contract, one row per parcel and address.
    """
    connection.register("land_town", towns(connection.sql(_TOWNS).pl()).to_arrow())
    found = pl.concat([pl.DataFrame(schema=_WITHIN), *_by_municipality(connection)])
    connection.register("land_within", found.to_arrow())
    return connection.sql(_TABLE)
