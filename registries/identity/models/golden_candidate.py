"""What the records of each organisation state, in the order of choice."""

import duckdb

_RECORDS = [
    ("company", "corporate_number"), ("company", "name"), ("company", "name_kana"), ("company", "postal_code"), ("company", "updated_on"),
    ("establishment", "record_id"), ("establishment", "office_name"), ("establishment", "office_name_kana"),
    ("establishment", "corporate_number"),
    ("invoice_issuer", "invoice_number"), ("invoice_issuer", "corporate_number"), ("invoice_issuer", "name"),
    ("invoice_issuer", "name_kana"), ("invoice_issuer", "updated_on"),
]  # fmt: skip
LINEAGE = dict.fromkeys(
    (
        "entity_id",
        "golden_item",
        "candidate_rank",
        "candidate_value",
        "source",
        "record_id",
        "stated_on",
        "agreeing_records",
        "chosen_by_code",
        "is_contested",
    ),
    _RECORDS,
)


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Take the outcome of the run that the first table of the registry made.

    Args:
        connection: On which the bridge was made before.

    Returns:
        The rows of ``golden_candidate``.
    """
    return connection.table("identity_run_golden_candidate")
