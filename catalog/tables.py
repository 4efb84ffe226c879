"""Writing one table of the warehouse as Parquet and as CSV for spreadsheets."""

import base64
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from isal import igzip

from registries.contract import Contract, Table
from registries.schema import arrow_schema, quoted

PARQUET_ROW_GROUP = 20_480
"""Rows of a row group: small, because readers look single numbers up."""

CSV_ROWS = 1_000_000
"""Most rows of one CSV file; a spreadsheet holds 1,048,576."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class WrittenFile:
    """A data file of a release.

    Attributes:
        path: Path within the release.
        table: Table whose rows it holds.
        rows: Rows in it.
        columns: Digest of the column names and types, to see whether two files have the same structure.
    """

    path: str
    table: str
    rows: int
    columns: str


def schema_fingerprint(schema: pa.Schema) -> str:
    """Digest of the names, types and nullability of a schema's columns, metadata aside."""
    described = "\n".join(f"{field.name} {field.type} {field.nullable}" for field in schema)
    return hashlib.sha256(described.encode()).hexdigest()


def write_parquet(connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, folder: Path, release: str) -> WrittenFile:
    """Write a table as one Parquet file sorted by its key.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        folder: Folder of the release.
        release: Name of the release, kept in the file's metadata.

    Returns:
        What was written.
    """
    path = f"{table.name}/{table.name}.parquet"
    (folder / table.name).mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(contract, table)
    encoded = base64.b64encode(schema.serialize().to_pybytes()).decode()
    connection.execute(
        f"COPY (SELECT {_columns(table)} FROM {table.name} ORDER BY {', '.join(table.key)}) TO {quoted(str(folder / path))} ("
        f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE {PARQUET_ROW_GROUP}, "
        # readers that know Arrow find the labels and definitions of the fields here
        f"KV_METADATA {{'ARROW:schema': {quoted(encoded)}, 'registry.release': {quoted(release)}, "
        f"'registry.dataset': {quoted(f'{contract.registry}/{table.name}')}}})"
    )
    return WrittenFile(path, table.name, _count(connection, table.name, "TRUE"), schema_fingerprint(schema))


def write_csv(connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, folder: Path) -> list[WrittenFile]:
    """Write a table as gzip CSV files that a spreadsheet can open: UTF-8 with a byte order mark, never more rows than a sheet holds.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        folder: Folder of the release.

    Returns:
        What was written, in order.
    """
    target = folder / table.name / "csv"
    target.mkdir(parents=True, exist_ok=True)
    columns = schema_fingerprint(arrow_schema(contract, table))
    written, pending = [], []
    with ThreadPoolExecutor(max_workers=1) as compressor:
        for suffix, condition, rows in _parts(connection, table):
            name = f"{table.name}{suffix}.csv"
            plain = target / f".{name}"
            connection.execute(
                f"COPY (SELECT {_columns(table)} FROM {table.name} WHERE {condition} ORDER BY {', '.join(table.key)}) "
                f"TO {quoted(str(plain))} (FORMAT csv, HEADER)"
            )
            pending.append(compressor.submit(_compress, plain, target / f"{name}.gz"))
            written.append(WrittenFile(f"{table.name}/csv/{name}.gz", table.name, rows, columns))
            _keep_few(pending)
        for done in pending:
            done.result()
    return written


def _keep_few(pending: list[Future[None]]) -> None:
    """Wait for the oldest compression where many are under way, so that plain files do not pile up on the disk."""
    if len(pending) > 2:
        pending.pop(0).result()


def _compress(plain: Path, target: Path) -> None:
    """Compress a file after a byte order mark, with no time in it, and remove the plain one."""
    with plain.open("rb") as source, target.open("wb") as raw:
        with igzip.IGzipFile(filename="", mode="wb", fileobj=raw, compresslevel=2, mtime=0) as packed:
            packed.write(_BOM)
            while block := source.read(1024 * 1024):
                packed.write(block)
        raw.flush()
        os.fsync(raw.fileno())
    plain.unlink()


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()[0][0])


def _parts(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[tuple[str, str, int]]:
    """Cut a table into parts: file name suffix, condition, rows."""
    if table.csv_parts_by is None:
        yield from _numbered(connection, table, "", "TRUE", _count(connection, table.name, "TRUE"))
        return
    column = table.csv_parts_by
    groups = connection.execute(f"SELECT {column}, count(*) FROM {table.name} GROUP BY 1 ORDER BY 1 NULLS LAST").fetchall()
    for value, rows in groups:
        condition = f"{column} IS NULL" if value is None else f"{column} = {quoted(value)}"
        yield from _numbered(connection, table, f"_{value or 'none'}", condition, rows)
    if not groups:
        yield "", "TRUE", 0


def _numbered(
    connection: duckdb.DuckDBPyConnection, table: Table, suffix: str, condition: str, rows: int
) -> Iterator[tuple[str, str, int]]:
    """Cut a part further where it has too many rows, at values of the first key column."""
    if rows <= CSV_ROWS:
        yield suffix, condition, rows
        return
    first = table.key[0]
    # the rows of one value stay together, which the margin up to the limit of a sheet allows for
    borders = connection.execute(
        f"SELECT DISTINCT {first}::VARCHAR FROM (SELECT {first}, row_number() OVER (ORDER BY {first}) AS n FROM {table.name} "
        f"WHERE {condition}) WHERE n % {CSV_ROWS} = 0 ORDER BY 1"
    ).fetchall()
    low = None
    for number, border in enumerate([*(value for (value,) in borders), None], start=1):
        bounds = [condition]
        bounds += [f"{first} > {quoted(low)}"] if low is not None else []
        bounds += [f"{first} <= {quoted(border)}"] if border is not None else []
        part = " AND ".join(bounds)
        yield f"{suffix}_{number}", part, _count(connection, table.name, part)
        low = border
