"""Company records of any number brought together: a register whose rows bear the corporate number, and ledgers whose rows mostly do not.

The records are read in slices and compared in parts, so that memory does not follow their number.
"""

from dataclasses import replace

import duckdb
import polars as pl

from registries.address.matching.address import AddressMatcher
from registries.identity.company_matching import COMPANY, company_model
from registries.identity.company_records import read_records, step_sql
from registries.identity.compare import load_records
from registries.identity.increment import update
from registries.identity.matching import Matched, frame, match_loaded
from registries.identity.specification import Specification

NUMBERED_COMPANY: Specification = replace(COMPANY, identifiers=("corporate_number",))
"""The questions of the company matcher, of records some of which bear a checked corporate number. Two that both do are never compared."""

_SLICE = 250_000


def read_in_slices(connection: duckdb.DuckDBPyConnection, relation: str, into: str, matcher: AddressMatcher | None = None) -> None:
    """Make a table of company records, read one by one.

    Args:
        connection: To work in.
        relation: SQL of the records; see :func:`registries.identity.company_records.read_records`.
        into: Name of the table made, a temporary one.
        matcher: Of the address registry, by which addresses are brought to one form first.
    """
    # taken in once, so that a slice is found by its place and not by reading everything
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given_record AS FROM {relation}")
    ((rows,),) = connection.execute("SELECT count(*) FROM given_record").fetchall()
    for start in range(0, max(rows, 1), _SLICE):
        part = frame(connection, f"SELECT * FROM given_record WHERE rowid >= {start} AND rowid < {start + _SLICE}")
        connection.register("read_part", read_records(part, matcher).to_arrow())
        del part
        connection.execute(f"{f'INSERT INTO {into}' if start else f'CREATE OR REPLACE TEMP TABLE {into} AS'} FROM read_part")
        connection.unregister("read_part")
    connection.execute("DROP TABLE given_record")


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


def _known(read: str, specification: Specification) -> str | None:
    """How many companies with a number bear a name, where records bear numbers."""
    if "corporate_number" not in specification.identifiers:
        return None
    named = f"SELECT DISTINCT name_key, corporate_number FROM {read} WHERE corporate_number IS NOT NULL"
    return f"(SELECT name_key, count(*) AS companies FROM ({named}) GROUP BY ALL)"


def match_companies(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    specification: Specification = NUMBERED_COMPANY,
    known: str | None = None,
    judgements: pl.DataFrame | None = None,
    matcher: AddressMatcher | None = None,
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
        matcher: As for :func:`read_in_slices`.

    Returns:
        Clusters, of which none holds two corporate numbers, and the blocking report.
    """
    read_in_slices(connection, relation, "company_read", matcher)
    spread = with_spread("company_read", known or _known("company_read", specification))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE company_prepared AS FROM {spread}")
    connection.execute("DROP TABLE company_read")
    load_records(connection, specification, "company_prepared")
    connection.execute("DROP TABLE company_prepared")
    return match_loaded(connection, specification, company_model(), judgements=judgements)


def update_companies(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    gone: str | None = None,
    specification: Specification = NUMBERED_COMPANY,
    known: str | None = None,
    matcher: AddressMatcher | None = None,
) -> int:
    """Bring a day's company records in: only they are read, and only what they touch is compared.

    Args:
        connection: With the tables of the last day (``company_kept`` and those of :mod:`registries.identity.increment`), or without them
            on the first. Afterwards :func:`registries.identity.matching.decide` gives the clusters of all records.
        relation: SQL of the records that are new or that replace one of the same id; columns as for :func:`match_companies`.
        gone: Relation with the ``record_id`` of records that are no more.
        specification: The questions.
        known: As for :func:`match_companies`.
        matcher: As for :func:`read_in_slices`; the one of all days, for what was read is kept.

    Returns:
        How many records were new, gone or changed; a record also changes where its name or its place has become frequent.
    """
    read_in_slices(connection, relation, "company_arrived", matcher)
    connection.execute("CREATE TABLE IF NOT EXISTS company_kept AS FROM company_arrived LIMIT 0")
    leaving = "SELECT record_id FROM company_arrived" + (f" UNION ALL SELECT record_id FROM {gone}" if gone else "")
    connection.execute(f"DELETE FROM company_kept WHERE record_id IN ({leaving})")
    connection.execute("INSERT INTO company_kept FROM company_arrived")
    connection.execute("DROP TABLE company_arrived")
    spread = with_spread("company_kept", known or _known("company_kept", specification))
    return update(connection, specification, spread, company_model())
