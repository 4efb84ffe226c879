"""Working model: one row for each town of the address base registry, whatever was delivered twice, with the forms for comparison."""

import duckdb
import polars as pl
import pyarrow as pa

from registries.address.town_names import folded_part, folded_towns, formal_chome

# of several rows with one id the current one speaks, then that with residence indication, then the newest
_ONE = """
SELECT
    *,
    coalesce(
        min(displayed_address_code) OVER (PARTITION BY lg_code, machiaza_id)
        <> max(displayed_address_code) OVER (PARTITION BY lg_code, machiaza_id), FALSE
    ) AS rsdt_addr_is_mixed
FROM delivered_abr_town
QUALIFY row_number() OVER (
    PARTITION BY lg_code, machiaza_id
    ORDER BY
        coalesce(status_flg, '0') = '3' OR abolished_on IS NOT NULL,
        displayed_address_code DESC NULLS LAST, file_date DESC NULLS LAST, file_id, source_line
) = 1
"""

_KEPT = (
    "lg_code",
    "machiaza_id",
    "prefecture",
    "county",
    "city_name",
    "ward",
    "machiaza_type_code",
    "oaza_cho",
    "oaza_cho_kana",
    "oaza_cho_roma",
    "chome",
    "chome_kana",
    "chome_number",
    "koaza",
    "koaza_kana",
    "koaza_roma",
    "machiaza_dist",
    "displayed_address_code",
    "rsdt_addr_mtd_code",
    "wake_num_flg",
    "status_flg",
    "postal_codes",
    "oaza_cho_alias",
    "koaza_alias",
    "effective_on",
    "abolished_on",
    "abr_src_code",
    "abr_remark",
)
_NAME = [("delivered_abr_town", column) for column in ("oaza_cho", "chome", "chome_number", "koaza")]
LINEAGE = {
    **{column: [("delivered_abr_town", column)] for column in _KEPT},
    "rsdt_addr_is_mixed": [("delivered_abr_town", "displayed_address_code")],
    "town": _NAME,
    "folded_oaza": _NAME[:1],
    "folded_town": _NAME,
}
"""What each column is made of."""


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Bring the delivered towns to one row for each town id.

    Args:
        connection: On which ``delivered_abr_town`` is known; the nation has 0.7 million rows.

    Returns:
        The delivered columns, ``rsdt_addr_is_mixed``, ``town`` (丁目 in kanji), ``folded_oaza`` and ``folded_town``.
    """
    one = connection.sql(_ONE).pl()
    return (
        one.with_columns(
            town=pl.concat_str(pl.col("oaza_cho"), formal_chome(), pl.col("koaza"), ignore_nulls=True),
            folded_oaza=folded_part(pl.col("oaza_cho")),
            folded_town=folded_towns(),
        )
        .to_arrow()
        .to_reader()
    )
