"""What stewards decided about owners and companies."""

import duckdb
import polars as pl

from registries.identity.company_judgements import judgements_of, with_conflicts
from registries.identity.matching import frame


def judged_owners(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Read what stewards decided about owners and companies (``judgements/land.tsv``).

    Args:
        connection: With the working table ``owner_mention``, the table ``company`` and the variable ``judgements``.

    Returns:
        As :func:`registries.identity.company_judgements.with_conflicts`.
    """
    owners = frame(connection, "SELECT record_id FROM owner_mention")["record_id"]
    numbers = frame(connection, "SELECT corporate_number FROM company")["corporate_number"]
    return with_conflicts(judgements_of(connection, "land"), owners, numbers)
