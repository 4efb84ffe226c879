"""Working model: the towns of the location reference information with the form for comparison."""

import duckdb
import polars as pl
import pyarrow as pa

from registries.address.town_names import folded_part

LINEAGE = {
    "lg_code": [("delivered_mlit_isj", "lg_code")],
    "isj_town_code": [("delivered_mlit_isj", "isj_town_code")],
    "folded_town": [("delivered_mlit_isj", "isj_town")],
}
"""What each column is made of."""


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Fold the names of the ministry's towns.

    Args:
        connection: On which ``delivered_mlit_isj`` is known; the nation has 190,000 rows.

    Returns:
        Columns ``lg_code``, ``isj_town_code`` and ``folded_town``.
    """
    towns = connection.sql("SELECT DISTINCT lg_code, isj_town_code, isj_town FROM delivered_mlit_isj").pl()
    # 大字 and 字 stand at the head of a part only, and this source joins the parts
    return towns.select("lg_code", "isj_town_code", folded_town=folded_part(pl.col("isj_town"))).to_arrow().to_reader()
