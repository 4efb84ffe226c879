"""GeoParquet 1.1 of tables that have a place: points from latitude and longitude, or geometries, each with its bounding box."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyproj

from catalog.tables import PARQUET_ROW_GROUP, WrittenFile, schema_fingerprint, writer_fingerprint
from registries.contract import Contract, Table
from registries.schema import arrow_schema, quoted

EPSG = 6668
"""Reference system of published positions: JGD2011 (GIF 444). It is not WGS 84, and is not passed off as it."""

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"


def _geometry_column(table: Table) -> str | None:
    return next((column.name for column in table.columns if column.item.type == "geometry"), None)


def has_position(table: Table) -> bool:
    """Whether a table has a geometry, or latitude and longitude."""
    return _geometry_column(table) is not None or {"latitude", "longitude"} <= {column.name for column in table.columns}


@cache
def _crs() -> dict[str, Any]:
    described: dict[str, Any] = pyproj.CRS.from_epsg(EPSG).to_json_dict()
    return described


def geo_metadata(column: str, geometry_types: list[str], bounds: list[float]) -> dict[str, Any]:
    """The ``geo`` metadata of a GeoParquet 1.1 file.

    Args:
        column: Name of the geometry column.
        geometry_types: Kinds of geometry in it, such as ``Point``.
        bounds: Least longitude and latitude, greatest longitude and latitude; empty where no row has a place.
    """
    covering = {"bbox": {edge: ["bbox", edge] for edge in ("xmin", "ymin", "xmax", "ymax")}}
    about = {"encoding": "WKB", "geometry_types": geometry_types, "crs": _crs(), "edges": "planar", "covering": covering}
    return {"version": "1.1.0", "primary_column": column, "columns": {column: {**about, **({"bbox": bounds} if bounds else {})}}}


def write_geoparquet(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, relation: str, folder: Path, licence: str
) -> WrittenFile:
    """Write a table as GeoParquet, with a column ``bbox`` for readers that look for a window; rows without a place are kept.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        relation: SQL of the rows.
        folder: Folder of the release.
        licence: Licence of the table.

    Returns:
        What was written.
    """
    path = f"{table.name}/geo/{table.name}.parquet"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    geometry = _geometry_column(table)
    others = ", ".join(column.name for column in table.columns if column.name != geometry)
    if geometry is None:
        geometry = "geometry"
        point = "st_asbinary(format('POINT({} {})', longitude, latitude)::GEOMETRY)"
        shape = f"CASE WHEN longitude IS NOT NULL AND latitude IS NOT NULL THEN {point} END"
        bounds_of, kind = "longitude AS xmin, latitude AS ymin, longitude AS xmax, latitude AS ymax", "'Point'"
        source = relation
    else:
        shape = f"st_asbinary({geometry})"
        # without a spatial extension the numbers of the text form are the way to the bounds
        source = (
            f"(SELECT *, regexp_extract_all(st_astext({geometry}), '({_NUMBER}) ({_NUMBER})', 1)::DOUBLE[] AS xs_, "
            f"regexp_extract_all(st_astext({geometry}), '({_NUMBER}) ({_NUMBER})', 2)::DOUBLE[] AS ys_ FROM {relation})"
        )
        bounds_of = "list_min(xs_) AS xmin, list_min(ys_) AS ymin, list_max(xs_) AS xmax, list_max(ys_) AS ymax"
        kind = f"regexp_extract(st_astext({geometry}), '^([A-Z]+)', 1)"
    bounds = connection.execute(
        f"SELECT min(xmin), min(ymin), max(xmax), max(ymax) FROM (SELECT {bounds_of} FROM {source} WHERE {shape} IS NOT NULL)"
    ).fetchall()[0]
    kinds = {str(value) for (value,) in connection.execute(f"SELECT DISTINCT {kind} FROM {source} WHERE {shape} IS NOT NULL").fetchall()}
    names = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon", "MULTIPOINT": "MultiPoint"}
    names |= {"MULTILINESTRING": "MultiLineString", "MULTIPOLYGON": "MultiPolygon"}
    types = sorted(names.get(name, name) for name in kinds)
    metadata = geo_metadata(geometry, types, [float(value) for value in bounds] if bounds[0] is not None else [])
    connection.execute(
        f"COPY (SELECT {others}, {shape} AS {geometry}, CASE WHEN {shape} IS NOT NULL THEN b END AS bbox "
        f"FROM (SELECT *, {{'xmin': xmin, 'ymin': ymin, 'xmax': xmax, 'ymax': ymax}} AS b FROM (SELECT *, {bounds_of} FROM {source})) "
        f"ORDER BY {', '.join(table.key)}) TO {quoted(str(folder / path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, "
        f"ROW_GROUP_SIZE {PARQUET_ROW_GROUP}, KV_METADATA {{'geo': {quoted(json.dumps(metadata))}, "
        f"'registry.dataset': {quoted(f'{contract.registry}/{table.name}')}, 'registry.license': {quoted(licence)}}})"
    )
    schema = arrow_schema(contract, table)
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return WrittenFile(path, table.name, int(rows), schema_fingerprint(schema), writer_fingerprint(schema, licence))
