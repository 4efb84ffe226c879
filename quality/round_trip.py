"""Portability: rows of a table written in open forms and read back, to see whether they come back whole."""

from pathlib import Path

import duckdb

from registries.contract import Table
from registries.schema import SQL_TYPES, quoted

ROWS = 5_000
"""Rows of a table that make the trip; chosen by a hash of the key, so that the same rows go each time."""


def _text(name: str, kind: str) -> str:
    """SQL of a value in a form that a text file keeps: lists as JSON, bytes as hexadecimal digits."""
    if kind == "text_list":
        return f"to_json({name})::VARCHAR AS {name}"
    return f"hex(ST_AsWKB({name})) AS {name}" if kind == "geometry" else name


def _back(name: str, kind: str) -> str:
    """SQL that reads a value of :func:`_text` again."""
    if kind == "text_list":
        return f"from_json({name}, '[\"VARCHAR\"]') AS {name}"
    return f"ST_GeomFromWKB(unhex({name})) AS {name}" if kind == "geometry" else f"CAST({name} AS {SQL_TYPES[kind]}) AS {name}"


def _compared(name: str, kind: str) -> str:
    return f"ST_AsWKB({name}) AS {name}" if kind == "geometry" else name


def round_trip(connection: duckdb.DuckDBPyConnection, table: Table, relation: str, folder: Path) -> tuple[int, int]:
    """Write rows of a table as Parquet and as CSV, and read them back.

    Args:
        connection: On the warehouse.
        table: The table.
        relation: SQL of it.
        folder: Folder for the files; they are removed again.

    Returns:
        Rows that came back whole in both forms, and rows that went.
    """
    columns = {column.name: column.item.type for column in table.columns}
    key = ", ".join(table.key)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE travelling AS SELECT {', '.join(columns)} FROM {relation} ORDER BY hash({key}), {key} LIMIT {ROWS}"
    )
    ((rows,),) = connection.execute("SELECT count(*) FROM travelling").fetchall()
    if not rows:
        return 0, 0
    parquet, csv = folder / "round_trip.parquet", folder / "round_trip.csv"
    folder.mkdir(parents=True, exist_ok=True)
    texts = ", ".join(_text(name, kind) for name, kind in columns.items())
    compared = ", ".join(_compared(name, kind) for name, kind in columns.items())
    try:
        connection.execute(f"COPY (SELECT {compared} FROM travelling) TO {quoted(str(parquet))} (FORMAT parquet)")
        # every text stands in quotes, so that an empty one and a missing one stay different
        connection.execute(f"COPY (SELECT {texts} FROM travelling) TO {quoted(str(csv))} (FORMAT csv, HEADER, FORCE_QUOTE *)")
        read = f"read_csv({quoted(str(csv))}, all_varchar = true, header = true, quote = '\"', escape = '\"', allow_quoted_nulls = false)"
        back = ", ".join(_back(name, kind) for name, kind in columns.items())
        lost = [
            f"SELECT {compared} FROM travelling EXCEPT ALL SELECT {', '.join(columns)} FROM read_parquet({quoted(str(parquet))})",
            f"SELECT {compared} FROM travelling EXCEPT ALL SELECT {compared} FROM (SELECT {back} FROM {read})",
        ]
        most = max(int(connection.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]) for sql in lost)
    finally:
        connection.execute("DROP TABLE IF EXISTS travelling")
        parquet.unlink(missing_ok=True)
        csv.unlink(missing_ok=True)
    return int(rows) - most, int(rows)
