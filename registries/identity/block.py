"""Candidates: pairs of records that agree in the keys of a blocking rule, with what each rule brought and what it left out."""

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp

from registries.identity.specification import BlockingRule, Specification

CANDIDATE = "candidate"
"""Table of candidates: ``l`` < ``r`` (record keys), ``found_by`` (one bit for each rule, in order)."""


def _held(specification: Specification) -> str:
    """SQL of the identifiers a record holds, one bit for each."""
    bits = [f"({column} IS NOT NULL)::UTINYINT << {at}" for at, column in enumerate(specification.identifiers)]
    return f"({' | '.join(bits) or '0'})::UTINYINT"


def _block_keys(specification: Specification, rule: BlockingRule, number: int, records: str) -> exp.Select:
    """A row for each record and value of a rule's keys: ``rule``, ``block`` (hash of the values), ``key``, ``held``."""
    keys = [sqlglot.parse_one(key, dialect="duckdb") for key in rule.keys]
    source = exp.select("*").from_(records)
    if rule.explode:
        source = source.select(exp.alias_(sqlglot.parse_one(f"unnest(list_distinct({rule.explode}))", dialect="duckdb"), "exploded"))
        keys.append(exp.column("exploded"))
    hashed = exp.func("hash", *keys)
    query = exp.select(exp.alias_(exp.cast(exp.Literal.number(number), "utinyint", dialect="duckdb"), "rule"))
    held = exp.alias_(sqlglot.parse_one(_held(specification), dialect="duckdb"), "held")
    query = query.select(exp.alias_(hashed, "block"), "key", held).from_(source.subquery("keyed"))
    return query.where(exp.and_(*(exp.Not(this=exp.Is(this=key, expression=exp.Null())) for key in keys)))


def make_blocks(
    connection: duckdb.DuckDBPyConnection, specification: Specification, records: str = "record", into: str = "block_key"
) -> None:
    """Make the table of records and the values they are blocked by.

    Args:
        connection: With the table ``record``.
        specification: Whose rules to follow.
        records: Table of records.
        into: Name of the table made: ``rule``, ``block``, ``key``, ``held`` (which identifiers the record holds, one bit each).
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} (rule UTINYINT, block UBIGINT, key UBIGINT, held UTINYINT)")
    for number, rule in enumerate(specification.blocking):
        connection.execute(f"INSERT INTO {into} {_block_keys(specification, rule, number, records).sql(dialect='duckdb')}")


def pairs_of_block(specification: Specification) -> str:
    """SQL aggregate: the most pairs that a block of rows of ``block_key`` can make.

    Two records that hold a value of one identifier are decided by it - equal values prove, different ones forbid - and make no pair.
    """
    held = [f"count(*) FILTER (held >> {at} & 1 = 1)" for at in range(len(specification.identifiers))]
    decided = ", ".join(f"{count} * ({count} - 1) // 2" for count in held)
    return "count(*) * (count(*) - 1) // 2" + (f" - greatest({decided}, 0)" if held else "")


def most_pairs(specification: Specification) -> int:
    """Pairs of the largest block that is not left out."""
    return specification.largest_block * (specification.largest_block - 1) // 2


def _pairs(specification: Specification, number: int, touching: str | None) -> str:
    """SELECT of the pairs that share a block of one rule that is not too large."""
    conditions = ["a.held & b.held = 0"] if specification.identifiers else []
    if touching is not None:
        conditions.append(f"(a.key < b.key OR a.key NOT IN (FROM {touching})) AND a.key <> b.key")
    elif specification.identifiers:
        # the record that holds less stands first, so that pairs of two that both hold a number are not even formed
        conditions.append(f"a.held < {1 << len(specification.identifiers) - 1} AND (a.held < b.held OR a.held = b.held AND a.key < b.key)")
    else:
        conditions.append("a.key < b.key")
    different = ""
    if specification.between:
        different = " JOIN record AS ra ON ra.key = a.key JOIN record AS rb ON rb.key = b.key"
        # written so that the engine does not take it for a condition to join on
        conditions.append(f"nullif(ra.{specification.between}, rb.{specification.between}) IS NOT NULL")
    right = "blocked" if touching is None else f"(FROM blocked SEMI JOIN {touching} USING (key))"
    return f"""
        SELECT DISTINCT least(a.key, b.key) AS l, greatest(a.key, b.key) AS r, (1 << {number})::UINTEGER AS found_by
        FROM blocked AS a JOIN {right} AS b USING (block){different} WHERE {" AND ".join(conditions)}"""


def make_candidates(connection: duckdb.DuckDBPyConnection, specification: Specification, touching: str | None = None) -> pl.DataFrame:
    """Make the table of candidates, rule by rule, so that memory holds the blocks of one.

    Args:
        connection: With the tables ``record`` and ``block_key``.
        specification: Whose rules to follow.
        touching: Table with the column ``key``: only pairs with one of these records are made (default: all).

    Returns:
        One row for each rule: ``rule``, ``pairs``, ``pairs_alone`` (brought by no other rule), ``blocks_left_out``, ``records_left_out``.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE found (l UBIGINT, r UBIGINT, found_by UINTEGER)")
    connection.execute("CREATE OR REPLACE TEMP TABLE block_left_out (rule UTINYINT, size BIGINT)")
    for number in range(len(specification.blocking)):
        rows = f"(SELECT block, key, held FROM block_key WHERE rule = {number})"
        if touching is not None:
            touched = f"SELECT block FROM block_key SEMI JOIN {touching} USING (key) WHERE rule = {number}"
            rows = f"(FROM {rows} SEMI JOIN ({touched}) USING (block))"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE block_size AS SELECT block, count(*) AS size, {pairs_of_block(specification)} AS pairs "
            f"FROM {rows} GROUP BY ALL HAVING pairs > 0"
        )
        limit = most_pairs(specification)
        connection.execute(f"INSERT INTO block_left_out SELECT {number}, size FROM block_size WHERE pairs > {limit}")
        fitting = f"SELECT block FROM block_size WHERE pairs <= {limit}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE blocked AS FROM {rows} SEMI JOIN ({fitting}) USING (block)")
        connection.execute(f"INSERT INTO found {_pairs(specification, number, touching)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {CANDIDATE} (l UBIGINT, r UBIGINT, found_by UINTEGER)")
    for part in parts(connection, "found"):
        connection.execute(f"INSERT INTO {CANDIDATE} SELECT l, r, bit_or(found_by) FROM found WHERE {part} GROUP BY ALL")
    report = _report(connection, specification)
    for table in ("found", "blocked", "block_size", "block_left_out"):
        connection.execute(f"DROP TABLE {table}")
    return report


def parts(connection: duckdb.DuckDBPyConnection, table: str, rows: int = 8_000_000) -> list[str]:
    """Cut a table of pairs into parts by ``l``, which is spread evenly.

    Args:
        connection: With the table.
        table: Its name.
        rows: About how many rows a part has at most.

    Returns:
        Conditions on ``l``, of which each row fulfils one.
    """
    ((pairs,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    count = max(1, -(-pairs // rows))
    bounds = [(at << 64) // count for at in range(1, count)]
    lower = ["true", *(f"l >= {bound}::UBIGINT" for bound in bounds)]
    upper = [*(f"l < {bound}::UBIGINT" for bound in bounds), "true"]
    return [f"{low} AND {high}" for low, high in zip(lower, upper, strict=True)]


def _report(connection: duckdb.DuckDBPyConnection, specification: Specification) -> pl.DataFrame:
    left_out = connection.execute("SELECT rule, count(*), sum(size)::BIGINT FROM block_left_out GROUP BY rule").fetchall()
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
