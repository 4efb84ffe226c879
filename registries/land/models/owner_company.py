"""Owners of the register and of the tax roll tied to companies."""

import duckdb
import polars as pl

from data_standards.rules.organisation_name import RULES
from data_standards.rules.property_location import address_key

_OWNERS = """
SELECT owner_name_key, owner_address_key, identity_key, min(name) AS name
FROM (
    SELECT owner_name_key, coalesce(owner_address_key, '') AS owner_address_key, coalesce(owner_corporate_number, '') AS identity_key,
           owner_name AS name
    FROM owner_now
    UNION ALL
    SELECT addressee_name_key, coalesce(addressee_address_key, ''), coalesce(addressee_corporate_number, ''), addressee_name
    FROM payee
)
WHERE owner_name_key NOT LIKE '/%' OR identity_key <> ''
GROUP BY ALL
ORDER BY ALL
"""
_CANDIDATES = """
SELECT c.corporate_number, c.name, concat_ws('', c.prefecture, c.city, c.street_address) AS address, TRUE AS is_present
FROM company AS c
WHERE c.name IN (SELECT standard FROM land_owner) OR c.corporate_number IN (SELECT identity_key FROM land_owner)
UNION ALL
SELECT h.corporate_number, h.name, concat_ws('', h.prefecture, h.city, h.street_address), FALSE
FROM company_history AS h
WHERE h.name IN (SELECT standard FROM land_owner)
"""
_TIES = """
WITH present AS (
    SELECT corporate_number, name, any_value(address_key) AS address_key
    FROM land_candidate
    WHERE is_present
    GROUP BY ALL
),

tie AS (
    SELECT o.*, o.identity_key AS corporate_number, 'registration_number' AS owner_match_code, 1.0 AS owner_match_score
    FROM land_owner AS o
    WHERE o.identity_key <> ''
    UNION ALL
    SELECT
        o.*,
        c.corporate_number,
        CASE WHEN c.is_present THEN 'name_address' ELSE 'name_former_address' END,
        CASE WHEN c.is_present THEN 0.95 ELSE 0.9 END
    FROM land_owner AS o
    JOIN land_candidate AS c ON c.name = o.standard AND c.address_key = o.owner_address_key
    UNION ALL
    SELECT o.*, u.corporate_number, 'name_unique', 0.7
    FROM land_owner AS o
    JOIN (SELECT name, min(corporate_number) AS corporate_number FROM present GROUP BY name HAVING count(*) = 1) AS u ON u.name = o.standard
)

SELECT t.owner_name_key, t.owner_address_key, t.identity_key, t.corporate_number, t.owner_match_code, t.owner_match_score,
       p.address_key AS company_address_key
FROM tie AS t
LEFT JOIN present AS p ON p.corporate_number = t.corporate_number
QUALIFY row_number() OVER (
    PARTITION BY t.owner_name_key, t.owner_address_key, t.identity_key ORDER BY t.owner_match_score DESC, t.corporate_number
) = 1
"""


def make(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Tie owners to companies by number, by name and address, by name and a former address, or by a name that is unique.

    Args:
        connection: Connection with the working tables ``owner_now`` and ``payee`` and the company registry's tables.

    Returns:
        The columns of the contract, one row per owner as written that was tied.
    """
    owners = connection.sql(_OWNERS).pl()
    name = next(rule for rule in RULES if rule.id == "organisation_name")
    written = owners.with_columns(standard=name.apply(pl.col("name")).struct.field("value")).drop("name")
    connection.register("land_owner", written.to_arrow())
    candidates = connection.sql(_CANDIDATES).pl().with_columns(address_key=address_key(pl.col("address")))
    connection.register("land_candidate", candidates.drop("address").unique().to_arrow())
    return connection.sql(_TIES)
