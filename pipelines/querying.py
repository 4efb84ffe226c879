"""SQL on the warehouse from the command line: it reads, and can neither write the warehouse nor reach any other file."""

import json
import sys
from typing import Any

import duckdb
import polars as pl
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from pipelines.address_file import matcher_of_home
from pipelines.errors import DaichoError
from pipelines.home import Home
from registries.address.matching.warehouse import register_function

_WIDTH = 140
_NARROW = 16
"""A column of texts is given at least this room, or that of its longest value."""
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
            if answer is None:
                raise DaichoError('there is no statement to run. Try ./daicho query "FROM catalog.datasets"')
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
        _print(columns, rows)
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
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _print(columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as a table where its columns have room, else one value on a line, row by row."""
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDTH)
    shown = [[_shown(value) for value in row] for row in rows]
    widths = [
        max(cell_len(name), min(_NARROW, max((cell_len(row[place]) for row in shown), default=0)))
        for place, (name, _) in enumerate(columns)
    ]
    if len(rows) and sum(widths) + 3 * len(widths) > console.width:
        _print_one_by_one(console, [name for name, _ in columns], shown)
    else:
        console.print(_table(columns, shown))


def _print_one_by_one(console: Console, names: list[str], rows: list[list[str]]) -> None:
    room = max(map(cell_len, names))
    for number, row in enumerate(rows, start=1):
        console.print(f"── {number:,} ".ljust(room + 24, "─"))
        lines = Table.grid(padding=(0, 2))
        lines.add_column(width=room, no_wrap=True)
        lines.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            lines.add_row(name, value)
        console.print(lines)


def _table(columns: list[tuple[str, str]], rows: list[list[str]]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name, type_ in columns:
        table.add_column(name, justify="right" if type_.startswith(_NUMBERS) else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
