"""Owners of the register and taxpayers of the roll, each once as it is written, and what stewards decided about them."""

import duckdb
import polars as pl

from registries.identity.company_judgements import judgements_of, with_conflicts
from registries.identity.matching import frame

_OWNERS = """
SELECT
    'owner:' || left(md5(concat_ws(chr(0), owner_name_key, owner_address_key, identity_key)), 16) AS record_id,
    owner_name_key, owner_address_key, identity_key, min(name) AS name, min(kana) AS kana,
    min(address) AS address
FROM (
    SELECT owner_name_key, coalesce(owner_address_key, '') AS owner_address_key, coalesce(owner_corporate_number, '') AS identity_key,
           owner_name AS name, NULL AS kana, owner_address AS address, owner_kind_code = 'organisation' AS is_organisation
    FROM owner_now
    UNION ALL
    SELECT addressee_name_key, coalesce(addressee_address_key, ''), coalesce(addressee_corporate_number, ''), addressee_name,
           addressee_kana, addressee_address, addressee_kind_code = '2'
    FROM payee
)
WHERE is_organisation OR identity_key <> ''
GROUP BY ALL
ORDER BY ALL
"""


def owners_written(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """List the organisations, and whoever bears a number.

    Args:
        connection: With the working tables ``owner_now`` and ``payee``.

    Returns:
        ``record_id``, ``owner_name_key``, ``owner_address_key``, ``identity_key`` (corporate number, or empty), ``name``, ``kana``,
        ``address``.
    """
    return frame(connection, _OWNERS)


def judged_owners(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Read what stewards decided about owners and companies (``judgements/land.tsv``).

    Args:
        connection: With the working tables, the table ``company`` and the variable ``judgements``.

    Returns:
        As :func:`registries.identity.company_judgements.with_conflicts`.
    """
    numbers = frame(connection, "SELECT corporate_number FROM company")["corporate_number"]
    return with_conflicts(judgements_of(connection, "land"), owners_written(connection)["record_id"], numbers)
