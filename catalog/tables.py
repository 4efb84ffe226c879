"""Writing one table of the warehouse as Parquet and as CSV for spreadsheets."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from isal import igzip

from registries.contract import Contract, Table
from registries.schema import arrow_schema, field_metadata, quoted

PARQUET_ROW_GROUP = 20_480
"""Rows of a row group: small, because readers look single numbers up."""

CSV_ROWS = 1_000_000
"""Most rows of one CSV file; a spreadsheet holds 1,048,576."""

PARTITION_BYTES = 200_000_000
"""Size of a Parquet file from which the table is published in partitions too."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class WrittenFile:
    """A data file of a release.

    Attributes:
        path: Path within the release.
        table: Table whose rows it holds.
        rows: Rows in it.
        columns: Digest of the column names and types, to see whether two files have the same structure.
        writer: Digest of all besides the rows that decides the file's bytes.
        part: Value of the column by which the table is cut; None for a whole.
    """

    path: str
    table: str
    rows: int
    columns: str
    writer: str
    part: str | None = None


def schema_fingerprint(schema: pa.Schema) -> str:
    """Digest of the names, types and nullability of a schema's columns, metadata aside."""
    described = "\n".join(f"{field.name} {field.type} {field.nullable}" for field in schema)
    return hashlib.sha256(described.encode()).hexdigest()


def writer_fingerprint(schema: pa.Schema, licence: str) -> str:
    """Digest of all besides the rows that decides the bytes of a table's files: structure, descriptions, the writing program."""
    described = [duckdb.__version__, str(PARQUET_ROW_GROUP), str(CSV_ROWS), str(PARTITION_BYTES), licence]
    return hashlib.sha256(schema.serialize().to_pybytes() + "\n".join(described).encode()).hexdigest()


def _plain_schema(contract: Contract, table: Table) -> str:
    """The columns of a table as JSON that any reader of Parquet's key-value metadata can use."""
    about = [
        {"name": column.name, "type": column.item.type, "required": column.required, **field_metadata(column.item)}
        for column in table.columns
    ]
    described = {"dataset": f"{contract.registry}/{table.name}", "version": contract.version, "key": list(table.key), "columns": about}
    return json.dumps(described, ensure_ascii=False, sort_keys=True)


def _copy_parquet(connection: duckdb.DuckDBPyConnection, select: str, path: Path, metadata: dict[str, str]) -> None:
    listed = ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in metadata.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, "
        f"ROW_GROUP_SIZE {PARQUET_ROW_GROUP}, KV_METADATA {{{listed}}})"
    )


def write_parquet(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, relation: str, folder: Path, licence: str
) -> WrittenFile:
    """Write a table as one Parquet file sorted by its key.

    The file does not name its release: a table that no release changes keeps its bytes, and is not written again.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        relation: SQL of the rows to write.
        folder: Folder of the release.
        licence: Licence of the table, kept in the file's metadata.

    Returns:
        What was written.
    """
    path = f"{table.name}/{table.name}.parquet"
    schema = arrow_schema(contract, table)
    metadata = {
        # readers that know Arrow find the labels and definitions of the fields here
        "ARROW:schema": base64.b64encode(schema.serialize().to_pybytes()).decode(),
        "registry.schema": _plain_schema(contract, table),
        "registry.dataset": f"{contract.registry}/{table.name}",
        "registry.license": licence,
    }
    _copy_parquet(connection, f"SELECT {_columns(table)} FROM {relation} ORDER BY {', '.join(table.key)}", folder / path, metadata)
    rows = _count(connection, relation, "TRUE")
    return WrittenFile(path, table.name, rows, schema_fingerprint(schema), writer_fingerprint(schema, licence))


def partition_column(table: Table) -> str | None:
    """The column by which a large table is cut into files: the one its CSV is cut by, else the prefecture."""
    names = {column.name for column in table.columns}
    return table.csv_parts_by or ("prefecture_code" if "prefecture_code" in names else None)


def write_partitions(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, relation: str, folder: Path, licence: str, values: list[str]
) -> list[WrittenFile]:
    """Write the rows of single values of the partition column as files of their own, named as engines expect partitions.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        relation: SQL of the rows.
        folder: Folder of the release.
        licence: Licence of the table.
        values: Values to write; the others are left.

    Returns:
        What was written, in order.
    """
    column = partition_column(table)
    schema = arrow_schema(contract, table)
    written = []
    for value in values:
        path = f"{table.name}/by_{str(column).removesuffix('_code')}/{column}={value}/part-0.parquet"
        rows_of = f"SELECT {_columns(table)} FROM {relation} WHERE {column} = {quoted(value)} ORDER BY {', '.join(table.key)}"
        _copy_parquet(connection, rows_of, folder / path, {"registry.dataset": f"{contract.registry}/{table.name}"})
        rows = _count(connection, relation, f"{column} = {quoted(value)}")
        written.append(WrittenFile(path, table.name, rows, schema_fingerprint(schema), writer_fingerprint(schema, licence), value))
    return written


def write_csv(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    relation: str,
    folder: Path,
    licence: str,
    unchanged: set[str | None] | None = None,
) -> list[WrittenFile]:
    """Write a table as gzip CSV files that a spreadsheet can open: UTF-8 with a byte order mark, never more rows than a sheet holds.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        relation: SQL of the rows to write.
        folder: Folder of the release.
        licence: Licence of the table.
        unchanged: Parts that are not to be written.

    Returns:
        What was written, in order.
    """
    target = folder / table.name / "csv"
    target.mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(contract, table)
    columns, writer = schema_fingerprint(schema), writer_fingerprint(schema, licence)
    written, pending = [], []
    with ThreadPoolExecutor(max_workers=1) as compressor:
        for suffix, condition, rows, part in _parts(connection, table, relation, unchanged or set()):
            name = f"{table.name}{suffix}.csv"
            plain = target / f".{name}"
            connection.execute(
                f"COPY (SELECT {_texts(table)} FROM {relation} WHERE {condition} ORDER BY {', '.join(table.key)}) "
                f"TO {quoted(str(plain))} (FORMAT csv, HEADER)"
            )
            pending.append(compressor.submit(_compress, plain, target / f"{name}.gz"))
            written.append(WrittenFile(f"{table.name}/csv/{name}.gz", table.name, rows, columns, writer, part))
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


def _texts(table: Table) -> str:
    """The columns as they are written in CSV: the texts of a list separated by ``;``, a geometry as WKB in hexadecimal digits."""
    forms = {"text_list": "array_to_string({0}, ';') AS {0}", "geometry": "hex(ST_AsWKB({0})) AS {0}"}
    return ", ".join(forms.get(column.item.type, "{0}").format(column.name) for column in table.columns)


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()[0][0])


def _parts(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, unchanged: set[str | None]
) -> Iterator[tuple[str, str, int, str | None]]:
    """Cut a table into parts: file name suffix, condition, rows, value of the part."""
    if table.csv_parts_by is None:
        for suffix, condition, rows in _numbered(connection, table, relation, "", "TRUE", _count(connection, relation, "TRUE")):
            yield suffix, condition, rows, None
        return
    column = table.csv_parts_by
    groups = connection.execute(f"SELECT {column}, count(*) FROM {relation} GROUP BY 1 ORDER BY 1 NULLS LAST").fetchall()
    for value, rows in groups:
        part = value or "none"
        if part in unchanged:
            continue
        condition = f"{column} IS NULL" if value is None else f"{column} = {quoted(value)}"
        for suffix, piece, count in _numbered(connection, table, relation, f"_{part}", condition, rows):
            yield suffix, piece, count, part
    if not groups:
        yield "", "TRUE", 0, None


def _numbered(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, suffix: str, condition: str, rows: int
) -> Iterator[tuple[str, str, int]]:
    """Cut a part further where it has too many rows, at values of the first key column."""
    if rows <= CSV_ROWS:
        yield suffix, condition, rows
        return
    first = table.key[0]
    # the rows of one value stay together, which the margin up to the limit of a sheet allows for
    borders = connection.execute(
        f"SELECT DISTINCT {first}::VARCHAR FROM (SELECT {first}, row_number() OVER (ORDER BY {first}) AS n FROM {relation} "
        f"WHERE {condition}) WHERE n % {CSV_ROWS} = 0 ORDER BY 1"
    ).fetchall()
    low = None
    for number, border in enumerate([*(value for (value,) in borders), None], start=1):
        bounds = [condition]
        bounds += [f"{first} > {quoted(low)}"] if low is not None else []
        bounds += [f"{first} <= {quoted(border)}"] if border is not None else []
        part = " AND ".join(bounds)
        yield f"{suffix}_{number}", part, _count(connection, relation, part)
        low = border
