"""Every permanent id ever minted."""

import duckdb

_RECORDS = [
    ("company", "corporate_number"),
    ("company", "updated_on"),
    ("establishment", "record_id"),
    ("establishment", "corporate_number"),
    ("invoice_issuer", "invoice_number"),
    ("invoice_issuer", "corporate_number"),
]
LINEAGE = dict.fromkeys(
    ("entity_id", "identity_subject_code", "identity_status_code", "minted_on", "last_borne_on", "replaced_by", "founded_by"), _RECORDS
)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Take the outcome of the run that the first table of the registry made.

    Args:
        connection: On which the bridge was made before.

    Returns:
        The rows of ``id_registry``.
    """
    return connection.table("identity_run_id_registry")
