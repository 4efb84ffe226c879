"""Company records of any number brought together: a register whose rows bear the corporate number, and ledgers whose rows mostly do not.

The records are read in slices and compared in parts, so that memory does not follow their number.
"""

from dataclasses import replace

import duckdb
import polars as pl

from registries.identity.company_matching import COMPANY, company_model
from registries.identity.company_records import read_records, step_sql
from registries.identity.compare import load_records
from registries.identity.matching import Matched, frame, match_loaded
from registries.identity.specification import Specification

NUMBERED_COMPANY: Specification = replace(COMPANY, identifiers=("corporate_number",))
"""The questions of the company matcher, of records some of which bear a checked corporate number. Two that both do are never compared."""

_SLICE = 250_000


def read_in_slices(connection: duckdb.DuckDBPyConnection, relation: str, into: str) -> None:
    """Make a table of company records, read one by one.

    Args:
        connection: To work in.
        relation: SQL of the records; see :func:`registries.identity.company_records.read_records`.
        into: Name of the table made, a temporary one.
    """
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    slices = max(1, -(-rows // _SLICE))
    for at in range(slices):
        part = frame(connection, f"SELECT * FROM {relation} WHERE hash(record_id) % {slices} = {at}")
        connection.register("read_part", read_records(part).to_arrow())
        del part
        begin = f"CREATE OR REPLACE TEMP TABLE {into} AS" if at == 0 else f"INSERT INTO {into}"
        connection.execute(f"{begin} FROM read_part")
        connection.unregister("read_part")


def with_spread(read: str, known: str | None = None) -> str:
    """SQL of read records with how frequent their names and how crowded their places are.

    Args:
        read: Table of records, from :func:`read_in_slices`.
        known: Relation with ``name_key`` and ``companies``; without it the records speak for themselves, by municipality.
    """
    by_place = f"SELECT name_key, count(DISTINCT lg_code) + bool_or(lg_code IS NULL)::INT AS companies FROM {read} GROUP BY ALL"
    return f"""(
        SELECT s.*, {step_sql("companies")} AS name_spread, {step_sql("names")} AS place_spread
        FROM {read} AS s LEFT JOIN ({f"FROM {known}" if known else by_place}) USING (name_key)
        LEFT JOIN (SELECT lg_code, town, block, count(*) AS names
                   FROM (SELECT DISTINCT lg_code, town, block, stem FROM {read} WHERE block IS NOT NULL) GROUP BY ALL)
        USING (lg_code, town, block))"""


def match_companies(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    specification: Specification = NUMBERED_COMPANY,
    known: str | None = None,
    judgements: pl.DataFrame | None = None,
) -> Matched:
    """Decide which company records are one.

    Args:
        connection: To work in, with a memory limit and a place to spill to; ``record``, ``candidate`` and ``scored`` remain for review.
        relation: SQL of the records: ``record_id``, ``name``, ``name_kana``, ``address``, ``postal_code``, and what the specification
            speaks of beside what is read from these: ``corporate_number`` (checked, or null).
        specification: The questions.
        known: Relation of how many companies bear a name (``name_key``, ``companies``). Where it is not given, the companies with a number
            tell, and where none has one the municipalities in which the name stands.
        judgements: Stewards' decisions: ``record_a``, ``record_b``, ``same``.

    Returns:
        Clusters, of which none holds two corporate numbers, and the blocking report.
    """
    read_in_slices(connection, relation, "company_read")
    if known is None and "corporate_number" in specification.identifiers:
        known = (
            "(SELECT name_key, count(*) AS companies FROM (SELECT DISTINCT name_key, corporate_number FROM company_read "
            "WHERE corporate_number IS NOT NULL) GROUP BY ALL)"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE company_prepared AS FROM {with_spread('company_read', known)}")
    connection.execute("DROP TABLE company_read")
    load_records(connection, specification, "company_prepared")
    connection.execute("DROP TABLE company_prepared")
    return match_loaded(connection, specification, company_model(), judgements=judgements)
