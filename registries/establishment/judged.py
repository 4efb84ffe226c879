"""What stewards decided about establishments and companies, brought into the ties of the machine."""

import duckdb
import polars as pl

from registries.identity.matching import frame


def company_numbers(connection: duckdb.DuckDBPyConnection) -> pl.Series:
    """The corporate numbers of all organisations known, from the register or another list."""
    query = "SELECT corporate_number FROM company UNION SELECT corporate_number FROM organisation_listing"
    return frame(connection, query)["corporate_number"]


def apply(tied: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Let the decisions win over the machine.

    Args:
        tied: Ties of the machine: ``record_id``, ``corporate_number``, ``match_bits``, ``match_account``, ``match_band_code``.
        judged: From :func:`registries.identity.company_judgements.with_conflicts`.

    Returns:
        The ties: a company that was decided for stands in the band ``judged`` (with the machine's bits where it had found it too), and one
        that was decided against is no guess any more.
    """
    held = judged.filter(pl.col("judgement_conflict_code").is_null())
    left = tied.join(held.filter(~pl.col("judged_same")), on=["record_id", "corporate_number"], how="anti")
    same = held.filter("judged_same").select("record_id", "corporate_number")
    decided = same.join(tied.drop("match_band_code"), on=["record_id", "corporate_number"], how="left")
    decided = decided.with_columns(match_band_code=pl.lit("judged"))
    return pl.concat([left.join(same, on="record_id", how="anti"), decided.select(left.columns)]).sort("record_id")
