"""Working model: the parts that postal codes apply to."""

import duckdb
import pyarrow as pa

from registries.address.postal_parts import postal_parts

COLUMNS = (
    "postal_code",
    "lg_code",
    "folded_town",
    "postal_part_number",
    "prefecture",
    "postal_city",
    "town",
    "town_kana",
    "postal_town",
    "postal_part_code",
    "postal_part",
    "postal_range_from",
    "postal_range_to",
    "postal_part_is_excluded",
    "postal_has_several_codes",
    "postal_counts_from_koaza",
    "postal_has_chome",
    "postal_covers_several_towns",
)

_TOWN = [("delivered_japanpost_postal", "postal_town")]
LINEAGE = {
    **{column: [("delivered_japanpost_postal", column)] for column in COLUMNS},
    **dict.fromkeys(
        ("folded_town", "town", "postal_part_code", "postal_part", "postal_range_from", "postal_range_to", "postal_part_is_excluded"), _TOWN
    ),
    "postal_part_number": _TOWN,
    "town_kana": [("delivered_japanpost_postal", "postal_town_kana")],
}
"""What each column is made of."""


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Take the rules of Japan Post apart.

    Args:
        connection: On which ``delivered_japanpost_postal`` is known; the nation has 125,000 entries.

    Returns:
        The columns of the table ``postal_code``.
    """
    return postal_parts(connection.sql("FROM delivered_japanpost_postal").pl().lazy()).select(COLUMNS).collect().to_arrow().to_reader()
