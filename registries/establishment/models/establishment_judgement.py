"""What stewards decided about establishments and companies, with what cannot hold."""

import duckdb
import pyarrow as pa

from registries.establishment.judged import company_numbers
from registries.identity.company_judgements import judgements_of, with_conflicts
from registries.identity.matching import frame

LINEAGE = {
    "record_id": [("establishment", "record_id")],
    "corporate_number": [("company", "corporate_number"), ("organisation_listing", "corporate_number")],
    "judgement_conflict_code": [("establishment", "record_id"), ("company", "corporate_number")],
}


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Read the decisions that hold.

    Args:
        connection: With the tables ``establishment``, ``company`` and ``organisation_listing``, and the variable ``judgements``.

    Returns:
        The rows of ``establishment_judgement``.
    """
    establishments = frame(connection, "SELECT record_id FROM establishment")["record_id"]
    return with_conflicts(judgements_of(connection, "establishment"), establishments, company_numbers(connection)).to_arrow().to_reader()
