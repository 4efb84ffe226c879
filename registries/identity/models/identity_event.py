"""What happened to permanent ids after they were minted."""

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
    ("identity_subject_code", "occurred_on", "identity_event_code", "entity_id", "other_entity_id", "event_records"), _RECORDS
)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Take the outcome of the run that the first table of the registry made.

    Args:
        connection: On which the bridge was made before.

    Returns:
        The rows of ``identity_event``.
    """
    return connection.table("identity_run_identity_event")
