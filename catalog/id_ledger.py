"""The ledger of ids: every id that a table ever published, with the releases it came and went in. Kept in every release, for ever."""

from pathlib import Path

import duckdb

from registries.contract import Table
from registries.schema import quoted


def has_ids(table: Table) -> bool:
    """Whether a table's key is one column, so that it names things."""
    return len(table.key) == 1


def write_ids(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    rows: str,
    changes: str | None,
    previous: tuple[str, Path] | None,
    release: str,
    path: Path,
) -> None:
    """Write the ledger of a table's ids.

    Columns: id, status (``active``, ``removed``, ``merged``, ``split``, ``withdrawn``), first_release, last_release (the last that
    held it; null while it is there), changed_release (the last that changed it), replaced_by.

    Args:
        connection: Any connection.
        table: The table.
        rows: SQL of its published rows.
        changes: SQL of the changes since the previous release; None where there is none, or they cannot be told row by row.
        previous: Name of the previous release, and the ledger at its state; None in the first.
        release: Name of the release.
        path: Where to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    key, name = table.key[0], quoted(release)
    fresh = (
        f"SELECT {key}::VARCHAR AS id, 'active' AS status, {name} AS first_release, NULL::VARCHAR AS last_release, "
        f"{name} AS changed_release, NULL::VARCHAR[] AS replaced_by FROM {rows}"
    )
    if previous is None:
        _copy(connection, fresh, path)
        return
    before = f"read_parquet({quoted(str(previous[1]))})"
    last = quoted(previous[0])
    if changes is None:
        changes = (
            f"(SELECT coalesce(n.{key}::VARCHAR, b.id) AS {key}, CASE WHEN b.id IS NULL OR b.status <> 'active' THEN 'added' "
            f"WHEN n.{key} IS NULL THEN 'removed' ELSE 'changed' END AS change_type, NULL::VARCHAR[] AS successors "
            f"FROM {rows} n FULL JOIN {before} b ON n.{key}::VARCHAR = b.id WHERE n.{key} IS NOT NULL OR b.status = 'active')"
        )
    told = f"(SELECT {key}::VARCHAR AS id, change_type, successors FROM {changes})"
    _copy(
        connection,
        "SELECT coalesce(b.id, c.id) AS id, "
        "CASE WHEN c.id IS NULL THEN b.status WHEN c.change_type IN ('added', 'changed') THEN 'active' ELSE c.change_type END AS status, "
        f"coalesce(b.first_release, {name}) AS first_release, "
        f"CASE WHEN c.id IS NULL THEN b.last_release WHEN c.change_type IN ('added', 'changed') THEN NULL ELSE {last} END AS last_release, "
        f"CASE WHEN c.id IS NULL THEN b.changed_release ELSE {name} END AS changed_release, "
        "CASE WHEN c.id IS NULL THEN b.replaced_by ELSE c.successors END AS replaced_by "
        f"FROM {before} b FULL JOIN {told} c ON b.id = c.id",
        path,
    )


def _copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    connection.execute(
        f"COPY (SELECT * FROM ({select}) ORDER BY id) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
    )
