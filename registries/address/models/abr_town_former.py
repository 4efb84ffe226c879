"""Working model: the names that towns bore in earlier deliveries of the address base registry, under the same id."""

import duckdb
import polars as pl
import pyarrow as pa

from registries.address.town_names import folded_towns, formal_chome

_EARLIER = """
SELECT DISTINCT e.lg_code, e.machiaza_id, e.oaza_cho, e.chome, e.chome_number, e.koaza, t.folded_town AS folded_today
FROM earlier_abr_town AS e
JOIN abr_town_record AS t USING (lg_code, machiaza_id)
"""

LINEAGE = {
    "lg_code": [("delivered_abr_town", "lg_code")],
    "machiaza_id": [("delivered_abr_town", "machiaza_id")],
    "old_names": [("delivered_abr_town", column) for column in ("oaza_cho", "chome", "chome_number", "koaza")],
}
"""What each column is made of."""


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Gather the former names of towns; a name that only writes today's in another way is none.

    Args:
        connection: On which ``earlier_abr_town`` and ``abr_town_record`` are known.

    Returns:
        ``lg_code``, ``machiaza_id``, ``old_names`` (sorted), one row for each town that had another name.
    """
    names = connection.sql(_EARLIER).pl()
    town = pl.concat_str(pl.col("oaza_cho"), formal_chome(), pl.col("koaza"), ignore_nulls=True)
    names = names.with_columns(town=town, folded_town=folded_towns())
    other = names.filter((pl.col("folded_town") != pl.col("folded_today")) & (pl.col("town") != ""))
    # of one name written in several ways the first speaks
    other = other.sort("lg_code", "machiaza_id", "town").unique(
        ["lg_code", "machiaza_id", "folded_town"], keep="first", maintain_order=True
    )
    return other.group_by("lg_code", "machiaza_id", maintain_order=True).agg(old_names="town").to_arrow().to_reader()
