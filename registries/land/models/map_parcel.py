"""Lots of maps: what stands on several sheets is one lot, its outline united."""

import duckdb
import numpy as np
import polars as pl
import shapely

_KEY = ["lg_code", "town_key", "lot_number"]
_NEWEST = """
SELECT lg_code, town_key, lot_number, precision_class_code, map_class, map_area, parcel_latitude, parcel_longitude, land_outline,
       source_file, source_line
FROM delivered_moj_map_xml
WHERE lot_kind_code = 'lot'
QUALIFY coalesce(file_date, DATE '0001-01-01') = max(coalesce(file_date, DATE '0001-01-01')) OVER (PARTITION BY lg_code)
"""


def united(pieces: pl.DataFrame) -> pl.DataFrame:
    """Unite the pieces of each lot.

    A piece drawn twice counts once. Pieces without a place on the earth cannot be compared: the largest is taken.

    Args:
        pieces: Lots that have more than one piece, with the columns of the map and ``map_piece_count``.

    Returns:
        One row per lot. The class of precision is the worst of its pieces; the area is that of the union.
    """
    ordered = pieces.sort(*_KEY, "map_area", "source_file", "source_line", descending=[False] * 3 + [True, False, False], nulls_last=True)
    group = ordered.select(pl.struct(_KEY).rle_id().alias("group")).get_column("group").to_numpy()
    outlines = shapely.from_wkb(ordered.get_column("land_outline").to_numpy(allow_copy=True))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    whole = np.array([shapely.union_all(part) if part[0] is not None else None for part in np.split(outlines, starts[1:])], dtype=object)
    drawn = np.add.reduceat(np.nan_to_num(shapely.area(outlines)), starts)
    # the share that the union keeps of the pieces' areas holds on the plane as on the globe
    share = np.where(drawn > 0, shapely.area(whole) / np.where(drawn > 0, drawn, 1), np.nan)
    inside = shapely.point_on_surface(whole)
    lots = ordered.group_by(_KEY, maintain_order=True).agg(
        pl.len().alias("map_piece_count"),
        pl.col("precision_class_code").max(),
        pl.col("map_class", "source_file", "source_line").first(),
        total=pl.col("map_area").sum(),
        largest=pl.col("map_area").max(),
    )
    kept = pl.Series(np.where(drawn > 0, share, 0.0))
    placed = pl.Series(drawn > 0)
    return lots.with_columns(
        map_area=pl.when(placed).then(pl.col("total") * kept).otherwise("largest").round(2),
        parcel_latitude=pl.Series(shapely.get_y(inside)).round(9).fill_nan(None),
        parcel_longitude=pl.Series(shapely.get_x(inside)).round(9).fill_nan(None),
        land_outline=pl.Series(shapely.to_wkb(whole).tolist(), dtype=pl.Binary),
    ).drop("total", "largest")


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Make the table.

    Args:
        connection: Connection with the view ``delivered_moj_map_xml``.

    Returns:
        The columns of the contract, one row per lot.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE map_piece AS SELECT *, count(*) OVER (PARTITION BY {', '.join(_KEY)}) AS pieces FROM ({_NEWEST})"
    )
    several = connection.sql("SELECT * EXCLUDE (pieces) FROM map_piece WHERE pieces > 1").pl()
    columns = (
        "lg_code, town_key, lot_number, map_piece_count, precision_class_code, map_class, map_area, parcel_latitude, parcel_longitude, "
        "land_outline, source_file, source_line"
    )
    single = f"SELECT {columns} FROM (SELECT *, pieces AS map_piece_count FROM map_piece WHERE pieces = 1)"
    if several.height:
        connection.register("map_united", united(several).to_arrow())
        single = f"{single} UNION ALL SELECT {columns} FROM map_united"
    return connection.sql(single)
