"""Offices with a postal code of their own, each tied to the company it belongs to."""

import duckdb
import polars as pl
import pyarrow as pa

from registries.address.matching.warehouse import matcher_in
from registries.establishment.address_ids import address_ids
from registries.establishment.judged import apply, company_numbers
from registries.establishment.tie import tie
from registries.identity.company_judgements import judgements_of, with_conflicts
from registries.identity.company_matching import company_model
from registries.identity.matching import frame

_OFFICES = """
SELECT 'japanpost_office:' || postal_code || ':' || left(md5(office_name), 8) AS record_id,
    office_name, office_name_kana, postal_code, office_code_kind, lg_code, prefecture, postal_city, postal_town, office_address
FROM delivered_japanpost_office
QUALIFY row_number() OVER (
    PARTITION BY postal_code, office_name ORDER BY file_date DESC NULLS LAST, file_id, source_line
) = 1
"""
# every name and address a company bore is a way to find it; withdrawn and corrected beliefs are not
_COMPANIES = """
SELECT 'nta_corporate_number:' || corporate_number || ':' || row_number() OVER (
        PARTITION BY corporate_number ORDER BY name, address, name_kana, postal_code
    ) AS record_id,
    corporate_number, name, name_kana, address, postal_code
FROM (
    SELECT DISTINCT corporate_number, name, name_kana, concat(prefecture, city, street_address) AS address, postal_code
    FROM company_history
    WHERE recorded_to IS NULL AND address_abroad IS NULL
)
UNION ALL
SELECT record_id, corporate_number, name, name_kana, full_address, NULL FROM organisation_listing
"""
_OFFICE = "delivered_japanpost_office"
_KEPT = (
    "office_name",
    "office_name_kana",
    "postal_code",
    "office_code_kind",
    "lg_code",
    "prefecture",
    "postal_city",
    "postal_town",
    "office_address",
)
_PLACED = [
    *((_OFFICE, column) for column in ("lg_code", "prefecture", "postal_city", "postal_town", "office_address")),
    *(("town", column) for column in ("lg_code", "machiaza_id", "prefecture", "county", "city_name", "ward", "oaza_cho", "chome", "koaza")),
]
_PLACED_IN = {"machiaza_id": [], "blk_id": ["block"], "rsdt_id": ["residence"], "rsdt2_id": ["residence"]}
_TIED = [
    *(
        (_OFFICE, column)
        for column in ("office_name", "office_name_kana", "postal_code", "prefecture", "postal_city", "postal_town", "office_address")
    ),
    *(
        ("company_history", column)
        for column in ("corporate_number", "name", "name_kana", "prefecture", "city", "street_address", "postal_code")
    ),
    *(("organisation_listing", column) for column in ("corporate_number", "name", "name_kana", "full_address")),
]
LINEAGE = {
    **{column: [(_OFFICE, column)] for column in _KEPT},
    "record_id": [(_OFFICE, "postal_code"), (_OFFICE, "office_name")],
    **{column: [*_PLACED, *((table, column) for table in tables)] for column, tables in _PLACED_IN.items()},
    **dict.fromkeys(("corporate_number", "match_bits", "match_account", "match_band_code", "match_model_version"), _TIED),
}


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Read the offices and tie them to companies and to address ids.

    Args:
        connection: With the view of the source, the tables ``company``, ``company_history`` and ``organisation_listing``, those of the
            address registry, and the variable ``judgements``.

    Returns:
        The rows of ``establishment``.
    """
    offices = frame(connection, f"{_OFFICES} ORDER BY record_id")
    connection.register("office", offices.to_arrow())
    written = (
        "(SELECT record_id, office_name AS name, office_name_kana AS name_kana, "
        "concat(prefecture, postal_city, postal_town, office_address) AS address, postal_code FROM office)"
    )
    companies = company_numbers(connection)
    judged = with_conflicts(judgements_of(connection, "establishment"), offices["record_id"], companies)
    matcher = matcher_in(connection) if offices.height else None
    tied = apply(tie(connection, written, f"({_COMPANIES})", judged.filter(~pl.col("judged_same")), matcher), judged)
    connection.unregister("office")
    joined = offices.join(tied, on="record_id", how="left").with_columns(
        match_model_version=pl.when(pl.col("match_bits").is_not_null()).then(pl.lit(company_model().version))
    )
    return joined.hstack(address_ids(matcher, joined)).to_arrow().to_reader()
