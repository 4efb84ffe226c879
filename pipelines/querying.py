"""SQL on the warehouse from the command line: it reads, and can neither write the warehouse nor reach any other file."""

import json
import sys
from typing import Any

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.address_file import matcher_of_home
from pipelines.errors import DaichoError
from pipelines.home import Home
from registries.address.matching.warehouse import register_function

_WIDTH = 140
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT", "DECIMAL", "UBIGINT")


def open_reading(home: Home) -> duckdb.DuckDBPyConnection:
    """Open the warehouse so that nothing can be changed and no other file be read or written.

    Raises:
        DaichoError: There is no warehouse.
    """
    if not home.warehouse.exists():
        raise DaichoError(f"{home.root} holds no warehouse; run ./daicho build --home {home.root} first")
    config: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False, "lock_configuration": True}
    return duckdb.connect(str(home.warehouse), read_only=True, config=config)


def _open_with_matcher(home: Home) -> duckdb.DuckDBPyConnection:
    """Open the warehouse as :func:`open_reading` does, with the function ``normalize_address``.

    The matcher reads the warehouse on connections of its own, and those of one database must be configured alike, so this one is a
    database apart that the warehouse is attached to.
    """
    matcher = matcher_of_home(home)
    connection = duckdb.connect()
    register_function(connection, matcher)
    path = str(home.warehouse).replace("'", "''")
    for statement in (
        f"ATTACH '{path}' AS warehouse (READ_ONLY)",
        "USE warehouse",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def show_query(home: Home, sql: str, *, limit: int, form: str) -> int:
    """Run a statement and print what it gives. It may call the address matcher as ``normalize_address(text)``.

    Args:
        home: Home folder.
        sql: The statement.
        limit: Most rows to print.
        form: ``table``, ``csv`` or ``json`` (one object a line).

    Returns:
        Exit status.

    Raises:
        DaichoError: There is no warehouse, or the statement is refused.
    """
    with _open_with_matcher(home) if "normalize_address" in sql.lower() else open_reading(home) as connection:
        try:
            answer = connection.execute(sql)
            columns = [(str(column[0]), str(column[1])) for column in answer.description or []]
            rows = answer.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise DaichoError(str(error)) from error
    more = len(rows) > limit
    rows = rows[:limit]
    if form == "csv":
        frame = pl.DataFrame([[_text(value) for value in row] for row in rows], schema=[name for name, _ in columns], orient="row")
        print(frame.write_csv(), end="")
    elif form == "json":
        for row in rows:
            print(json.dumps({name: _plain(value) for (name, _), value in zip(columns, row, strict=True)}, ensure_ascii=False))
    else:
        _print_table(columns, rows)
    if more:
        print(f"the first {limit:,} rows; --limit shows more", file=sys.stderr)
    return 0


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict) or value is None else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def _print_table(columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name, type_ in columns:
        table.add_column(name, justify="right" if type_.startswith(_NUMBERS) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDTH).print(table)
