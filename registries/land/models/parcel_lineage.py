"""Splits and mergers of parcels, read from the histories that the register tells."""

import duckdb
import polars as pl

from data_standards.rules.parcel_history import operations

_TOLD = """
SELECT lg_code, town_key, lot_number, parcel_history_text AS text, registered_on
FROM land_now
WHERE parcel_history_text IS NOT NULL
ORDER BY ALL
"""
_FORWARD = {"split_into": ("split", True), "split_from": ("split", False), "absorbed": ("merge", False), "merged_into": ("merge", True)}


def edges(told: pl.DataFrame) -> pl.DataFrame:
    """Read histories into edges from the lot before to the lot after.

    Args:
        told: ``lg_code``, ``town_key``, ``lot_number``, ``text`` and ``registered_on`` of parcels with a history.

    Returns:
        ``lg_code``, ``town_key``, ``lineage_kind_code``, ``from_lot_number``, ``to_lot_number``, ``registered_on``, each edge once however
        many parcels tell of it.
    """
    read = operations(told.get_column("text"), told.get_column("lot_number"))
    rows = told.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64)).join(read, on="row", how="inner", maintain_order="left")
    kind = pl.col("operation").replace_strict({name: kind for name, (kind, _) in _FORWARD.items()}, return_dtype=pl.String)
    outward = pl.col("operation").replace_strict({name: way for name, (_, way) in _FORWARD.items()}, return_dtype=pl.Boolean)
    found = rows.select(
        "lg_code",
        "town_key",
        "registered_on",
        lineage_kind_code=kind,
        from_lot_number=pl.when(outward).then("lot_number").otherwise("lot"),
        to_lot_number=pl.when(outward).then("lot").otherwise("lot_number"),
    ).filter(pl.col("from_lot_number") != pl.col("to_lot_number"))
    key = ["lg_code", "town_key", "lineage_kind_code", "from_lot_number", "to_lot_number"]
    return found.group_by(key, maintain_order=True).agg(pl.col("registered_on").max()).sort(key)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Make the table.

    Args:
        connection: Connection with the working table ``land_now`` and the table ``parcel``.

    Returns:
        The columns of the contract, one row per edge.
    """
    connection.register("lineage_edge", edges(connection.sql(_TOLD).pl()).to_arrow())
    return connection.sql(
        """
        WITH place AS (
            SELECT lg_code, town_key, lot_number, any_value(parcel_uid ORDER BY is_register_closed, parcel_uid) AS parcel_uid
            FROM parcel
            WHERE in_register
            GROUP BY ALL
        )
        SELECT e.*, b.parcel_uid AS from_parcel_uid, a.parcel_uid AS to_parcel_uid
        FROM lineage_edge AS e
        LEFT JOIN place AS b ON b.lg_code = e.lg_code AND b.town_key = e.town_key AND b.lot_number = e.from_lot_number
        LEFT JOIN place AS a ON a.lg_code = e.lg_code AND a.town_key = e.town_key AND a.lot_number = e.to_lot_number
        """
    )
