"""One table of a release: compared with the previous release, written where it changed, linked where it did not."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from catalog.annotations import registry_annotation
from catalog.differences import Differences, can_replay, compare, prove, write_changes
from catalog.geoparquet import has_position, write_geoparquet
from catalog.model import ChangeCounts
from catalog.tables import (
    PARTITION_BYTES,
    Cut,
    WrittenFile,
    csv_cut,
    partition_cut,
    write_csv,
    write_parquet,
    write_partitions,
    writer_fingerprint,
)
from catalog.withdrawals import Withdrawal, withdrawn_condition
from registries.contract import Contract, Table
from registries.schema import arrow_schema, quoted


@dataclass(frozen=True, kw_only=True)
class Previous:
    """The previous release, as far as a table needs it.

    Attributes:
        name: Name of the release.
        folder: Its folder.
        files: What its manifest says of its files.
    """

    name: str
    folder: Path
    files: list[dict[str, Any]]

    def of(self, table: Table) -> list[dict[str, Any]]:
        """What the manifest says of a table's files."""
        return [entry for entry in self.files if entry.get("table") == table.name]


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """A table as the release holds it.

    Attributes:
        files: Files written or linked.
        changes: Changes since the previous release; None where they cannot be told row by row, and users must read the table anew.
        written: Files written anew.
    """

    files: list[WrittenFile]
    changes: ChangeCounts | None
    written: int


def place(origin: Path, target: Path) -> None:
    """Put a file of an earlier release into a new one: by hard link, by copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(origin, target)
    except OSError:
        shutil.copyfile(origin, target)


def published_rows(connection: duckdb.DuckDBPyConnection, table: Table, withdrawals: list[Withdrawal]) -> str:
    """Name of a view of the rows of a table that may be published."""
    condition = withdrawn_condition(withdrawals, table)
    view = f"release_{table.name}"
    columns = ", ".join(column.name for column in table.columns)
    kept = f" WHERE NOT ({condition.replace('{row}', 't')})" if condition else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {columns} FROM {table.name} t{kept}")
    return view


def _first(relation_rows: int) -> ChangeCounts:
    return ChangeCounts(previous=None, added=relation_rows, changed=0, removed=0, merged=0, split=0, withdrawn=0, path=None)


def _unchanged_parts(connection: duckdb.DuckDBPyConnection, table: Table, before: str, found: Differences, cut: Cut) -> set[str | None]:
    """Parts of a table in which no row differs."""
    key = ", ".join(table.key)
    part = f"SELECT coalesce({cut.value}, 'none') AS part"
    changed = f"{part} FROM {before} AS l SEMI JOIN {found.relation} AS r USING ({key})"
    rows = connection.execute(f"{part} FROM {before} EXCEPT ({part} FROM {found.relation} UNION {changed})").fetchall()
    return {value for (value,) in rows}


def _kept_parts(entries: list[dict[str, Any]], unchanged: set[str | None]) -> list[dict[str, Any]]:
    """Of a table's files in the previous release those of the CSV that hold unchanged parts."""
    return [entry for entry in entries if entry["path"].endswith(".gz") and entry.get("part") in unchanged]


def publish_table(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    staging: Path,
    changes_folder: Path,
    *,
    licence: str,
    previous: Previous | None,
    withdrawals: list[Withdrawal],
) -> PublishedTable:
    """Put a table into a release.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: The table.
        staging: Folder of the release.
        changes_folder: Folder for the change file.
        licence: Licence of the table.
        previous: The previous release; None in a first one.
        withdrawals: Records that are not to be published.

    Returns:
        What the release holds of it.

    Raises:
        ReplayError: The changes do not lead from the previous release to this one.
    """
    rows = published_rows(connection, table, withdrawals)
    before_path = previous.folder / f"{table.name}/{table.name}.parquet" if previous else None
    before = f"read_parquet({quoted(str(before_path))})" if before_path is not None and before_path.exists() else None
    if previous is None or before is None:
        files = _written(connection, contract, table, rows, staging, licence)
        return PublishedTable(files=files, changes=_first(files[0].rows), written=len(files))
    if not can_replay(connection, before, rows, table.key):
        files = _written(connection, contract, table, rows, staging, licence)
        return PublishedTable(files=files, changes=None, written=len(files))
    found = compare(
        connection,
        before,
        rows,
        table.key,
        redirects=registry_annotation(contract.registry).table(table.name).redirects,
        withdrawn=withdrawn_condition(withdrawals, table),
        name=f"changes_of_{table.name}",
    )
    path = changes_folder / f"{table.name}.parquet"
    if not found.is_empty:
        write_changes(connection, found, table.key, path)
    schema = arrow_schema(contract, table)
    same_writer = all(entry.get("writer") == writer_fingerprint(schema, licence) for entry in previous.of(table))
    if found.is_empty and same_writer:
        files = [_linked(entry, previous, staging) for entry in previous.of(table)]
        written = 0
    else:
        cut = csv_cut(connection, table, rows)
        unchanged = _unchanged_parts(connection, table, before, found, cut) if cut is not None and same_writer else set()
        kept = [_linked(entry, previous, staging) for entry in _kept_parts(previous.of(table), unchanged)]
        # a table that has just grown large was not cut before
        made = _written(connection, contract, table, rows, staging, licence, {file.part for file in kept})
        files = [*made, *kept]
        written = len(made)
        if not found.is_empty:
            current = f"read_parquet({quoted(str(staging / made[0].path))})"
            prove(connection, before, f"read_parquet({quoted(str(path))})", current, table.key)
    connection.execute(f"DROP TABLE {found.relation}")
    counts = ChangeCounts(
        previous=previous.name, path=f"changes/{staging.name}/{table.name}.parquet" if not found.is_empty else None, **found.counts
    )
    return PublishedTable(files=sorted(files, key=lambda file: file.path), changes=counts, written=written)


def _linked(entry: dict[str, Any], previous: Previous, staging: Path) -> WrittenFile:
    place(previous.folder / entry["path"], staging / entry["path"])
    return WrittenFile(entry["path"], entry["table"], entry["rows"], entry["schema_fingerprint"], entry["writer"], entry.get("part"))


def _written(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    rows: str,
    staging: Path,
    licence: str,
    unchanged: set[str | None] | None = None,
) -> list[WrittenFile]:
    """Write a table in every form; the national Parquet file comes first."""
    files = [write_parquet(connection, contract, table, rows, staging, licence)]
    national = staging / files[0].path
    cut = partition_cut(table)
    if cut is not None and national.stat().st_size >= PARTITION_BYTES:
        files += write_partitions(connection, contract, table, f"read_parquet({quoted(str(national))})", staging, licence, cut)
    if has_position(table):
        files.append(write_geoparquet(connection, contract, table, rows, staging, licence))
    files += write_csv(connection, contract, table, rows, staging, licence, csv_cut(connection, table, rows), unchanged)
    return files
