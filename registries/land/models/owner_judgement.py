"""What stewards decided about owners and companies, with what cannot hold."""

import duckdb
import pyarrow as pa

from registries.land.owners import judged_owners


def make(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Read the decisions that hold.

    Args:
        connection: With the working table ``owner_mention``, the table ``company``, and the variable ``judgements``.

    Returns:
        The rows of ``owner_judgement``.
    """
    return judged_owners(connection).to_arrow().to_reader()
