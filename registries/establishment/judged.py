"""What stewards decided about establishments and companies, and what of it cannot hold together.

The file ``judgements/establishment.tsv`` hangs decisions on source records. A company is named by its record
``nta_corporate_number:<number>``.
"""

from pathlib import Path

import duckdb
import polars as pl

from registries.identity.judgements import in_force, read_judgements
from registries.identity.matching import frame
from registries.identity.mentions import judged_companies

JUDGED = {"record_id": pl.String, "corporate_number": pl.String, "judged_same": pl.Boolean}
"""A decision that holds: the establishment, the company, whether it is one of its places."""


def judgements_of(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Read the decisions that hold.

    Args:
        connection: Whose variable ``judgements`` names the folder; without it nothing was decided.

    Returns:
        Columns of :data:`JUDGED`, sorted; decisions on two records of one kind are none on an establishment and a company.

    Raises:
        DeclarationError: The file has a line that is no decision.
    """
    ((folder,),) = connection.execute("SELECT getvariable('judgements')").fetchall()
    held = in_force(read_judgements(Path(folder) / "establishment.tsv")) if folder else in_force([])
    return judged_companies(held).rename({"same": "judged_same"}).sort("record_id", "corporate_number")


def company_numbers(connection: duckdb.DuckDBPyConnection) -> pl.Series:
    """The corporate numbers of all organisations known, from the register or another list."""
    query = "SELECT corporate_number FROM company UNION SELECT corporate_number FROM organisation_listing"
    return frame(connection, query)["corporate_number"]


def with_conflicts(judged: pl.DataFrame, establishments: pl.Series, companies: pl.Series) -> pl.DataFrame:
    """Mark decisions that bind nothing.

    Args:
        judged: Columns of :data:`JUDGED`.
        establishments: Record ids there are.
        companies: Corporate numbers there are.

    Returns:
        The decisions with ``judgement_conflict_code``: ``no_such_establishment``, ``no_such_company``, ``several_companies`` (one place was
        tied to two companies: the companies would be one, and they bear two numbers); null where a decision holds.
    """
    tied = pl.col("judged_same") & pl.col("corporate_number").is_in(companies.implode())
    several = tied & (tied.sum().over("record_id") > 1)
    return judged.with_columns(
        judgement_conflict_code=pl.when(~pl.col("record_id").is_in(establishments.implode()))
        .then(pl.lit("no_such_establishment"))
        .when(~pl.col("corporate_number").is_in(companies.implode()))
        .then(pl.lit("no_such_company"))
        .when(several)
        .then(pl.lit("several_companies"))
    )


def apply(tied: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Let the decisions win over the machine.

    Args:
        tied: Ties of the machine: ``record_id``, ``corporate_number``, ``match_bits``, ``match_account``, ``match_band_code``.
        judged: From :func:`with_conflicts`.

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
