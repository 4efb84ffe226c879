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
"""Rows of one CSV file from which it is cut."""

CSV_MARGIN = 48_000
"""Rows that a part may have beyond, so that rows that belong together stay together; a spreadsheet holds 1,048,576."""

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
    described = [duckdb.__version__, str(PARQUET_ROW_GROUP), str(CSV_ROWS), str(CSV_MARGIN), str(PARTITION_BYTES), licence]
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


@dataclass(frozen=True)
class Cut:
    """How the rows of a large table are cut into files.

    Attributes:
        column: What the files are cut by, as their paths name it.
        value: SQL of the value of a row.
    """

    column: str
    value: str

    def condition(self, value: str | None) -> str:
        """SQL of the rows of a value."""
        return f"{self.value} IS NULL" if value is None else f"{self.value} = {quoted(value)}"


def partition_cut(table: Table) -> Cut | None:
    """How a large table is cut: as its CSV is by declaration, else by the prefecture, which stands in the code of a municipality too."""
    names = {column.name for column in table.columns}
    if table.csv_parts_by is not None:
        return Cut(table.csv_parts_by, table.csv_parts_by)
    if "prefecture_code" in names:
        return Cut("prefecture_code", "prefecture_code")
    return Cut("prefecture_code", "left(lg_code, 2)") if "lg_code" in names else None


def csv_cut(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> Cut | None:
    """How the CSV of a table is cut; None where one file is enough, and where nothing but the number of rows can cut it."""
    large = table.csv_parts_by is not None or _count(connection, relation, "TRUE") > CSV_ROWS
    return partition_cut(table) if large else None


def write_partitions(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, relation: str, folder: Path, licence: str, cut: Cut
) -> list[WrittenFile]:
    """Write the rows of each value of a cut as a file of its own, named as engines expect partitions; rows without a value are left.

    Args:
        connection: On the warehouse.
        contract: Contract of the registry.
        table: Table to write.
        relation: SQL of the rows.
        folder: Folder of the release.
        licence: Licence of the table.
        cut: How the table is cut.

    Returns:
        What was written, in order.
    """
    schema = arrow_schema(contract, table)
    written = []
    values = f"SELECT DISTINCT {cut.value} AS value FROM {relation} WHERE value IS NOT NULL ORDER BY value"
    for (value,) in connection.execute(values).fetchall():
        path = f"{table.name}/by_{cut.column.removesuffix('_code')}/{cut.column}={value}/part-0.parquet"
        rows_of = f"SELECT {_columns(table)} FROM {relation} WHERE {cut.condition(value)} ORDER BY {', '.join(table.key)}"
        _copy_parquet(connection, rows_of, folder / path, {"registry.dataset": f"{contract.registry}/{table.name}"})
        rows = _count(connection, relation, cut.condition(value))
        written.append(WrittenFile(path, table.name, rows, schema_fingerprint(schema), writer_fingerprint(schema, licence), value))
    return written


def write_csv(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    relation: str,
    folder: Path,
    licence: str,
    cut: Cut | None = None,
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
        cut: How the table is cut; None where it is not.
        unchanged: Parts of the cut that are not to be written.

    Returns:
        What was written, in order.
    """
    target = folder / table.name / "csv"
    target.mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(contract, table)
    columns, writer = schema_fingerprint(schema), writer_fingerprint(schema, licence)
    written, pending = [], []
    with ThreadPoolExecutor(max_workers=1) as compressor:
        for suffix, condition, rows, part in _parts(connection, table, relation, cut, unchanged or set()):
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
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, cut: Cut | None, unchanged: set[str | None]
) -> Iterator[tuple[str, str, int, str | None]]:
    """Cut a table into parts: file name suffix, condition, rows, value of the part."""
    if cut is None:
        for suffix, condition, rows in _numbered(connection, table, relation, "", "TRUE", _count(connection, relation, "TRUE")):
            yield suffix, condition, rows, None
        return
    groups = connection.execute(f"SELECT {cut.value}, count(*) FROM {relation} GROUP BY 1 ORDER BY 1 NULLS LAST").fetchall()
    for value, rows in groups:
        part = value or "none"
        if part in unchanged:
            continue
        for suffix, piece, count in _numbered(connection, table, relation, f"_{part}", cut.condition(value), rows):
            yield suffix, piece, count, part
    if not groups:
        yield "", "TRUE", 0, None


def _numbered(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, suffix: str, condition: str, rows: int
) -> Iterator[tuple[str, str, int]]:
    """Cut a part further where it has too many rows, at values of as few columns of the key as keep the pieces small enough."""
    if rows <= CSV_ROWS:
        yield suffix, condition, rows
        return
    columns = _kept_together(connection, table, relation, condition)
    key = ", ".join(columns)
    numbered = f"SELECT {key}, row_number() OVER (ORDER BY {key}) AS n FROM {relation} WHERE {condition}"
    borders = connection.execute(
        f"SELECT {', '.join(f'{column}::VARCHAR' for column in columns)} FROM "
        f"(SELECT DISTINCT {key} FROM ({numbered}) WHERE n % {CSV_ROWS} = 0) ORDER BY {key}"
    ).fetchall()
    low = None
    for number, border in enumerate([*borders, None], start=1):
        bounds = [condition]
        bounds += [_beyond(columns, low)] if low is not None else []
        bounds += [f"NOT ({_beyond(columns, border)})"] if border is not None else []
        part = " AND ".join(bounds)
        count = _count(connection, relation, part)
        if count:
            yield f"{suffix}_{number}", part, count
        low = border


def _kept_together(connection: duckdb.DuckDBPyConnection, table: Table, relation: str, condition: str) -> list[str]:
    """The first columns of the key: as few as it takes for no value to have more rows than the margin of a part."""
    for length in range(1, len(table.key)):
        columns = table.key[:length]
        grouped = f"SELECT count(*) AS n FROM {relation} WHERE {condition} GROUP BY {', '.join(columns)}"
        ((most,),) = connection.execute(f"SELECT max(n) FROM ({grouped})").fetchall()
        if most <= CSV_MARGIN:
            return [*columns]
    return [*table.key]


def _beyond(columns: list[str], values: tuple[str, ...]) -> str:
    """SQL of the rows that come behind some values in the order of the columns."""
    first, value = columns[0], quoted(values[0])
    if len(columns) == 1:
        return f"{first} > {value}"
    return f"({first} > {value} OR ({first} = {value} AND {_beyond(columns[1:], values[1:])}))"
