"""Where merged ids lead today."""

import duckdb

_RECORDS = [
    ("company", "corporate_number"),
    ("company", "updated_on"),
    ("establishment", "record_id"),
    ("establishment", "corporate_number"),
    ("invoice_issuer", "invoice_number"),
    ("invoice_issuer", "corporate_number"),
]
LINEAGE = dict.fromkeys(("entity_id", "replaced_by", "identity_status_code"), _RECORDS)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Take the outcome of the run that the first table of the registry made.

    Args:
        connection: On which the bridge was made before.

    Returns:
        The rows of ``identity_redirect``.
    """
    return connection.table("identity_run_identity_redirect")
