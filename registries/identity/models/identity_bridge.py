"""Which record belonged to which permanent id, and when."""

import duckdb

from registries.identity.run import run

_RECORDS = [
    ("company", "corporate_number"),
    ("company", "updated_on"),
    ("establishment", "record_id"),
    ("establishment", "corporate_number"),
    ("invoice_issuer", "invoice_number"),
    ("invoice_issuer", "corporate_number"),
]
LINEAGE = dict.fromkeys(("identity_subject_code", "record_id", "entity_id", "member_from", "member_to"), _RECORDS)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Run identity over all subjects.

    Args:
        connection: With the tables of companies, establishments and invoice issuers.

    Returns:
        The rows of ``identity_bridge``.
    """
    run(connection)
    return connection.table("identity_run_identity_bridge")
