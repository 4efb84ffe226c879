"""Differences between two states of a table, as rows that replay one into the other, and the gate that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from registries.portions import portions
from registries.schema import quoted

CHANGE_COLUMNS = ("change_type", "successors", "changed_columns", "old_values")
"""Columns of a change file before those of the table itself, none of which bears such a name."""

KINDS = ("added", "changed", "removed", "merged", "split", "withdrawn")
"""Kinds of change. A row that was merged into another or split names what replaced it; a withdrawn one tells nothing of its content."""


class ReplayError(ValueError):
    """The differences do not lead from the one state to the other."""


@dataclass(frozen=True)
class Differences:
    """The differences of a table that :func:`compare` found; they lie in a temporary table of the connection.

    Attributes:
        relation: Name of that table: the columns of :data:`CHANGE_COLUMNS`, then those of the table itself.
        counts: Rows by kind, every kind named.
        previous_rows: Rows before.
        current_rows: Rows now.
    """

    relation: str
    counts: dict[str, int]
    previous_rows: int
    current_rows: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(self.counts.values())


def column_types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Types of a relation's columns, by name."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}


def _row_hash(columns: Sequence[str], alias: str, salt: str = "") -> str:
    salted = [quoted(salt)] if salt else []
    return f"hash({', '.join([*salted, *(f'{alias}.{column}' for column in columns)])})"


def _aligned(connection: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str]) -> str:
    """A relation with the columns of another: those it lacks are null, those the other lacks are left out."""
    present = column_types(connection, relation)
    chosen = ", ".join(name if name in present else f"NULL::{type_} AS {name}" for name, type_ in columns.items())
    return f"(SELECT {chosen} FROM {relation})"


def can_replay(connection: duckdb.DuckDBPyConnection, previous: str, current: str, key: Sequence[str]) -> bool:
    """Whether differences of rows can lead from one state to the other: same key, and no column that both have changed its type."""
    before, now = column_types(connection, previous), column_types(connection, current)
    shared = before.keys() & now.keys()
    return set(key) <= shared and all(before[name] == now[name] for name in shared)


def compare(
    connection: duckdb.DuckDBPyConnection,
    previous: str,
    current: str,
    key: Sequence[str],
    *,
    redirects: str | None = None,
    withdrawn: str | None = None,
    name: str = "differences",
) -> Differences:
    """Find what differs between two states of a table.

    Rows are compared by a hash, portion by portion, so that memory holds the keys of some millions and not the rows; only rows that differ
    are read whole.

    Args:
        connection: Any connection; both relations are read through it.
        previous: SQL of the earlier relation.
        current: SQL of the later relation.
        key: Columns that identify a row.
        redirects: SQL of a relation (id, replaced_by, kind) for ids that were merged or split; None where there is none.
        withdrawn: SQL condition over the earlier relation's columns for rows that were withdrawn, whose content is not told.
        name: Name of the temporary table the differences are put into.

    Returns:
        The differences. A column that only one of the two has counts as null in the other.
    """
    columns = column_types(connection, current)
    before, now = _aligned(connection, previous, columns), f"(SELECT {', '.join(columns)} FROM {current})"
    keys = ", ".join(key)
    rows = {"before": 0, "now": 0}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_touched AS SELECT {keys}, ''::VARCHAR AS change_type FROM {now} LIMIT 0")
    # in portions, for the keys of tens of millions of rows do not fit into memory twice
    for portion in portions(lambda sql: connection.execute(sql).fetchall(), now, key[0]):
        for side, relation in (("before", before), ("now", now)):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name}_{side} AS "
                f"SELECT {keys}, {_row_hash([*columns], 't')} AS h FROM {relation} t WHERE {portion}"
            )
            rows[side] += connection.execute(f"SELECT count(*) FROM {name}_{side}").fetchall()[0][0]
        connection.execute(
            f"INSERT INTO {name}_touched SELECT {', '.join(f'coalesce(b.{column}, n.{column})' for column in key)}, "
            "CASE WHEN b.h IS NULL THEN 'added' WHEN n.h IS NULL THEN 'removed' ELSE 'changed' END "
            f"FROM {name}_before b FULL JOIN {name}_now n USING ({keys}) WHERE b.h IS DISTINCT FROM n.h"
        )
    others = [column for column in columns if column not in key]
    differing = ", ".join(f"CASE WHEN b.{column} IS DISTINCT FROM n.{column} THEN {quoted(column)} END" for column in others) or "NULL"
    old = ", ".join(
        f"CASE WHEN t.change_type = 'removed' OR b.{column} IS DISTINCT FROM n.{column} "
        f"THEN {{'k': {quoted(column)}, 'v': b.{column}::VARCHAR}} END"
        for column in others
    )
    old_values = f"to_json(map_from_entries(list_filter([{old}], lambda e: e IS NOT NULL)))::VARCHAR" if others else "NULL::VARCHAR"
    is_withdrawn = f"(t.change_type = 'removed' AND ({_on_alias(withdrawn, 'b')}))" if withdrawn else "FALSE"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_plain AS SELECT "
        f"CASE WHEN {is_withdrawn} THEN 'withdrawn' ELSE t.change_type END AS change_type, NULL::VARCHAR[] AS successors, "
        f"CASE WHEN t.change_type = 'changed' THEN list_filter([{differing}], lambda c: c IS NOT NULL) END AS changed_columns, "
        f"CASE WHEN t.change_type = 'added' OR {is_withdrawn} THEN NULL ELSE {old_values} END AS old_values, "
        f"{', '.join(f't.{column}' if column in key else f'n.{column}' for column in columns)} "
        f"FROM {name}_touched t LEFT JOIN (SELECT * FROM {before} AS l SEMI JOIN {name}_touched AS r USING ({keys})) b USING ({keys}) "
        f"LEFT JOIN (SELECT * FROM {now} AS l SEMI JOIN {name}_touched AS r USING ({keys})) n USING ({keys})"
    )
    _with_redirects(connection, name, key, redirects)
    kinds = dict(connection.execute(f"SELECT change_type, count(*) FROM {name} GROUP BY 1").fetchall())
    for rest in ("before", "now", "touched", "plain"):
        connection.execute(f"DROP TABLE {name}_{rest}")
    return Differences(name, {kind: int(kinds.get(kind, 0)) for kind in KINDS}, rows["before"], rows["now"])


def _on_alias(condition: str, alias: str) -> str:
    """A condition of the form that :mod:`catalog.withdrawals` makes, on the columns of an alias."""
    return condition.replace("{row}", alias)


def _with_redirects(connection: duckdb.DuckDBPyConnection, name: str, key: Sequence[str], redirects: str | None) -> None:
    """Turn removals whose id was replaced into mergers and splits."""
    if redirects is None or len(key) != 1:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_plain")
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT p.* REPLACE ("
        "CASE WHEN p.change_type = 'removed' AND r.id IS NOT NULL THEN r.kind ELSE p.change_type END AS change_type, "
        f"r.replaced_by AS successors) FROM {name}_plain p LEFT JOIN (SELECT id, list(replaced_by ORDER BY replaced_by) AS replaced_by, "
        f"CASE WHEN count(*) > 1 THEN 'split' ELSE any_value(kind) END AS kind FROM ({redirects}) GROUP BY id) r "
        f"ON p.{key[0]} = r.id AND p.change_type = 'removed'"
    )


def replayed(previous: str, changes: str, columns: dict[str, str], key: Sequence[str], present: set[str]) -> str:
    """SQL of the state that changes lead to from a previous one.

    Args:
        previous: SQL of the previous relation.
        changes: SQL of the changes.
        columns: Columns of the result with their types.
        key: Columns that identify a row.
        present: Columns that the previous relation has.

    Returns:
        SQL of a relation with the given columns: the previous rows that no change names, and the new and changed rows.
    """
    chosen = ", ".join(name if name in present else f"NULL::{type_} AS {name}" for name, type_ in columns.items())
    return (
        f"(SELECT {chosen} FROM {previous} AS l ANTI JOIN {changes} AS r USING ({', '.join(key)}) "
        f"UNION ALL SELECT {', '.join(columns)} FROM {changes} WHERE change_type IN ('added', 'changed'))"
    )


def content_digest(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]) -> tuple[int, int, int]:
    """A digest of the rows of a relation, whatever their order: their number, sum and exclusive or of two hashes."""
    row = connection.execute(
        f"SELECT count(*), coalesce(sum({_row_hash(columns, 't', 'a')}::HUGEINT), 0), coalesce(bit_xor({_row_hash(columns, 't', 'b')}), 0) "
        f"FROM {relation} t"
    ).fetchall()[0]
    return int(row[0]), int(row[1]), int(row[2])


def prove(connection: duckdb.DuckDBPyConnection, previous: str, changes: str, current: str, key: Sequence[str]) -> None:
    """The gate: the changes account for every row, and replayed on the previous state they give the current one.

    Args:
        connection: Any connection.
        previous: SQL of the previous relation.
        changes: SQL of the changes.
        current: SQL of the current relation.
        key: Columns that identify a row.

    Raises:
        ReplayError: They do not.
    """
    columns = column_types(connection, current)
    counts = dict(connection.execute(f"SELECT change_type, count(*) FROM {changes} GROUP BY 1").fetchall())
    (before,), (now,) = (connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0] for relation in (previous, current))
    gone = sum(int(counts.get(kind, 0)) for kind in ("removed", "merged", "split", "withdrawn"))
    expected = int(before) + int(counts.get("added", 0)) - gone
    if expected != int(now):
        raise ReplayError(
            f"{before} rows before, {counts.get('added', 0)} added and {gone} removed make {expected}, but there are {now} rows"
        )
    again = replayed(previous, changes, columns, key, set(column_types(connection, previous)))
    if content_digest(connection, again, [*columns]) != content_digest(connection, current, [*columns]):
        raise ReplayError("the changes, replayed on the previous release, do not give the current one")


def write_changes(connection: duckdb.DuckDBPyConnection, found: Differences, key: Sequence[str], path: Path) -> None:
    """Write differences as a Parquet file, sorted by the key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY (FROM {found.relation} ORDER BY {', '.join(key)}) TO {quoted(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 9, ROW_GROUP_SIZE 20480)"
    )
