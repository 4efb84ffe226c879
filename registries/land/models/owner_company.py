"""Owners of the register and of the tax roll tied to companies."""

import math

import duckdb
import polars as pl
import pyarrow as pa

from data_standards.rules.property_location import address_key
from registries.address.matching.warehouse import matcher_in
from registries.identity.company_matching import company_model
from registries.identity.matching import frame
from registries.identity.mentions import tie_mentions
from registries.land.owners import judged_owners

# every name and address a company bore is a way to find it; the one it bears now stands first
_COMPANIES = """(
    SELECT
        'nta_corporate_number:' || corporate_number || CASE WHEN place = 1 THEN '' ELSE ':' || place END AS record_id,
        corporate_number, name, name_kana, address, postal_code, lg_code
    FROM (
        SELECT *, row_number() OVER (PARTITION BY corporate_number ORDER BY is_former, name, address, name_kana, postal_code) AS place
        FROM (
            SELECT corporate_number, name, name_kana, address, postal_code, lg_code, min(is_former) AS is_former
            FROM (
                SELECT corporate_number, name, name_kana, concat_ws('', prefecture, city, street_address) AS address, postal_code,
                       lg_code, FALSE AS is_former
                FROM company
                UNION ALL
                SELECT corporate_number, name, name_kana, concat_ws('', prefecture, city, street_address), postal_code, lg_code, TRUE
                FROM company_history
                WHERE recorded_to IS NULL AND address_abroad IS NULL
            )
            GROUP BY ALL
        )
    )
)"""
_OF_OWNERS = """
SELECT o.owner_name_key, o.owner_address_key, o.identity_key, o.record_id, t.corporate_number, t.match_bits, t.match_account,
    t.match_band_code
FROM owner_mention AS o JOIN owner_tie AS t USING (record_id)
UNION ALL
SELECT owner_name_key, owner_address_key, identity_key, record_id, identity_key, NULL, NULL, 'automatic'
FROM owner_mention
WHERE identity_key <> ''
"""
_HOW = {"automatic": "matched", "review": "matched"}


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Tie owners to companies: by their number, else by the company matcher, which also knows former names and addresses.

    Args:
        connection: Connection with the working table ``owner_mention``, the tables of the company and address registries, and the variable
            ``judgements``.

    Returns:
        The columns of the contract, one row per owner as written that was tied; in the band ``review`` a guess that binds nothing.
    """
    owners = frame(connection, "FROM owner_mention ORDER BY record_id")
    mentions = owners.select(
        "record_id",
        "name",
        "address",
        corporate_number=pl.col("identity_key").replace("", None),
        name_kana="kana",
        postal_code=pl.lit(None, pl.String),
    )
    matcher = matcher_in(connection) if owners.height else None
    held = judged_owners(connection).filter(pl.col("judgement_conflict_code").is_null())
    connection.register("owner_tie", tie_mentions(connection, mentions, _COMPANIES, held, matcher).to_arrow())
    tied = frame(connection, f"{_OF_OWNERS} ORDER BY record_id")
    seats = frame(connection, "SELECT corporate_number, concat_ws('', prefecture, city, street_address) AS address FROM company")
    seats = seats.join(tied, on="corporate_number", how="semi").select(
        "corporate_number", company_address_key=address_key(pl.col("address"))
    )
    connection.unregister("owner_tie")
    # what another mention of its cluster tied has no pair of its own with the company, and passed the band all the same
    odds = (pl.col("match_bits").fill_null(company_model().bands["automatic"]) * math.log(2)).exp()
    by_number, is_judged = pl.col("identity_key") != "", pl.col("match_band_code") == "judged"
    return (
        tied.join(seats, on="corporate_number", how="left", maintain_order="left")
        .with_columns(
            owner_match_code=pl.when(by_number).then(pl.lit("registration_number")).otherwise(pl.col("match_band_code").replace(_HOW)),
            owner_match_score=pl.when(by_number | is_judged).then(1.0).otherwise((odds / (1 + odds)).round(6)),
            match_model_version=pl.when(~by_number & ~is_judged).then(pl.lit(company_model().version)),
        )
        .to_arrow()
        .to_reader()
    )
