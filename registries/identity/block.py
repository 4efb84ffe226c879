"""Candidates: pairs of records that agree in the keys of a blocking rule, with what each rule brought and what it left out."""

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp

from registries.identity.specification import BlockingRule, Specification

CANDIDATE = "candidate"
"""Table of candidates: ``l`` < ``r`` (record keys), ``found_by`` (one bit for each rule, in order)."""


def _block_keys(rule: BlockingRule, number: int, records: str) -> exp.Select:
    """A row for each record and value of a rule's keys: ``rule``, ``block`` (hash of the values), ``key``."""
    keys = [sqlglot.parse_one(key, dialect="duckdb") for key in rule.keys]
    source = exp.select("*").from_(records)
    if rule.explode:
        source = source.select(exp.alias_(sqlglot.parse_one(f"unnest(list_distinct({rule.explode}))", dialect="duckdb"), "exploded"))
        keys.append(exp.column("exploded"))
    hashed = exp.func("hash", *keys)
    query = exp.select(exp.alias_(exp.cast(exp.Literal.number(number), "utinyint", dialect="duckdb"), "rule"))
    query = query.select(exp.alias_(hashed, "block"), "key").from_(source.subquery("keyed"))
    return query.where(exp.and_(*(exp.Not(this=exp.Is(this=key, expression=exp.Null())) for key in keys)))


def make_blocks(
    connection: duckdb.DuckDBPyConnection, specification: Specification, records: str = "record", into: str = "block_key"
) -> None:
    """Make the table of records and the values they are blocked by.

    Args:
        connection: With the table ``record``.
        specification: Whose rules to follow.
        records: Table of records.
        into: Name of the table made: ``rule``, ``block``, ``key``.
    """
    parts = [_block_keys(rule, number, records).sql(dialect="duckdb") for number, rule in enumerate(specification.blocking)]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {' UNION ALL '.join(parts)}")


def _pairs(specification: Specification, touching: str | None) -> str:
    """SELECT of all pairs that share a block that is not too large, one row for each rule."""
    conditions = ["a.key < b.key"] if touching is None else [f"(a.key < b.key OR a.key NOT IN (FROM {touching})) AND a.key <> b.key"]
    different = ""
    if specification.between:
        different = " JOIN record AS ra ON ra.key = a.key JOIN record AS rb ON rb.key = b.key"
        # written so that the engine does not take it for a condition to join on
        conditions.append(f"nullif(ra.{specification.between}, rb.{specification.between}) IS NOT NULL")
    right = "blocked" if touching is None else f"(FROM blocked SEMI JOIN {touching} USING (key))"
    return f"""
        SELECT least(a.key, b.key) AS l, greatest(a.key, b.key) AS r, bit_or(1::UINTEGER << a.rule) AS found_by
        FROM blocked AS a JOIN {right} AS b USING (rule, block){different}
        WHERE {" AND ".join(conditions)} GROUP BY ALL"""


def make_candidates(connection: duckdb.DuckDBPyConnection, specification: Specification, touching: str | None = None) -> pl.DataFrame:
    """Make the table of candidates.

    Args:
        connection: With the tables ``record`` and ``block_key``.
        specification: Whose rules to follow.
        touching: Table with the column ``key``: only pairs with one of these records are made (default: all).

    Returns:
        One row for each rule: ``rule``, ``pairs``, ``pairs_alone`` (brought by no other rule), ``blocks_left_out``, ``records_left_out``.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE block_size AS SELECT rule, block, count(*) AS size FROM block_key GROUP BY ALL HAVING size > 1"
    )
    fitting = f"SELECT rule, block FROM block_size WHERE size <= {specification.largest_block}"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW blocked AS FROM block_key SEMI JOIN ({fitting}) USING (rule, block)")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {CANDIDATE} AS {_pairs(specification, touching)}")
    return _report(connection, specification)


def _report(connection: duckdb.DuckDBPyConnection, specification: Specification) -> pl.DataFrame:
    left_out = connection.execute(
        f"SELECT rule, count(*), sum(size)::BIGINT FROM block_size WHERE size > {specification.largest_block} GROUP BY rule"
    ).fetchall()
    large = {rule: (blocks, records) for rule, blocks, records in left_out}
    counted = connection.execute(f"SELECT found_by, count(*) FROM {CANDIDATE} GROUP BY ALL").fetchall()
    rows = [
        {
            "rule": rule.name,
            "pairs": sum(count for bits, count in counted if bits >> number & 1),
            "pairs_alone": sum(count for bits, count in counted if bits == 1 << number),
            "blocks_left_out": large.get(number, (0, 0))[0],
            "records_left_out": large.get(number, (0, 0))[1],
        }
        for number, rule in enumerate(specification.blocking)
    ]
    return pl.DataFrame(rows)


def completeness(connection: duckdb.DuckDBPyConnection, specification: Specification, truth: str) -> pl.DataFrame:
    """Measure the share of true pairs among the candidates.

    Args:
        connection: With the table of candidates.
        specification: Whose rules made them.
        truth: Relation of true pairs, ``l`` < ``r``.

    Returns:
        ``rule``, ``pairs_completeness`` (share of the true pairs the rule found); the last row, ``all``, is that of the rules together.
    """
    found = connection.execute(
        f"SELECT c.found_by, count(*) FROM {truth} AS t LEFT JOIN {CANDIDATE} AS c USING (l, r) GROUP BY ALL"
    ).fetchall()
    total = max(sum(count for _, count in found), 1)
    rows = [
        {"rule": rule.name, "pairs_completeness": sum(count for bits, count in found if bits and bits >> number & 1) / total}
        for number, rule in enumerate(specification.blocking)
    ]
    rows.append({"rule": "all", "pairs_completeness": sum(count for bits, count in found if bits) / total})
    return pl.DataFrame(rows)
