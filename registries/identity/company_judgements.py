"""What stewards decided about a record and a company, and what of it cannot hold together.

A file ``judgements/<registry>.tsv`` hangs decisions on source records. A company is named by its record ``nta_corporate_number:<number>``.
"""

from pathlib import Path

import duckdb
import polars as pl

from registries.identity.judgements import in_force, read_judgements

COMPANY_RECORD = "nta_corporate_number:"
"""What the record id of a company begins with; its number follows."""
JUDGED = {"record_id": pl.String, "corporate_number": pl.String, "judged_same": pl.Boolean}
"""A decision that holds: the record, the company, whether the record is of it."""


def judgements_of(connection: duckdb.DuckDBPyConnection, registry: str) -> pl.DataFrame:
    """Read the decisions that hold.

    Args:
        connection: Whose variable ``judgements`` names the folder; without it nothing was decided.
        registry: Whose records were judged.

    Returns:
        Columns of :data:`JUDGED`, sorted; decisions on two records of one kind are none on a record and a company.

    Raises:
        DeclarationError: The file has a line that is no decision.
    """
    ((folder,),) = connection.execute("SELECT getvariable('judgements')").fetchall()
    held = in_force(read_judgements(Path(folder) / f"{registry}.tsv")) if folder else in_force([])
    a, b = pl.col("record_a"), pl.col("record_b")
    crossed = held.filter(a.str.starts_with(COMPANY_RECORD) != b.str.starts_with(COMPANY_RECORD))
    swapped = a.str.starts_with(COMPANY_RECORD)
    return crossed.select(
        record_id=pl.when(swapped).then(b).otherwise(a),
        corporate_number=pl.when(swapped).then(a).otherwise(b).str.strip_prefix(COMPANY_RECORD),
        judged_same="same",
    ).sort("record_id", "corporate_number")


def with_conflicts(judged: pl.DataFrame, records: pl.Series, companies: pl.Series) -> pl.DataFrame:
    """Mark decisions that bind nothing.

    Args:
        judged: Columns of :data:`JUDGED`.
        records: Ids of the records there are.
        companies: Corporate numbers there are.

    Returns:
        The decisions with ``judgement_conflict_code``: ``no_such_record``, ``no_such_company``, ``several_companies`` (one record was
        tied to two companies: the companies would be one, and they bear two numbers); null where a decision holds.
    """
    tied = pl.col("judged_same") & pl.col("corporate_number").is_in(companies.implode())
    several = tied & (tied.sum().over("record_id") > 1)
    return judged.with_columns(
        judgement_conflict_code=pl.when(~pl.col("record_id").is_in(records.implode()))
        .then(pl.lit("no_such_record"))
        .when(~pl.col("corporate_number").is_in(companies.implode()))
        .then(pl.lit("no_such_company"))
        .when(several)
        .then(pl.lit("several_companies"))
    )
