"""Building a registry's tables from delivered records: whole, or only for the keys that new records touch."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import polars as pl

from data_standards.codes import municipalities, municipality_changes
from data_standards.rules import local_government_code
from data_standards.rules.registry import SQL_CHECKS
from registries.contract import Contract, Table
from registries.schema import comments, create_macro, create_table, place, quoted

Progress = Callable[[str], None]


def connect(
    path: str, *, memory_limit: str, threads: int, temp_directory: str, read_only: bool = False, restricted: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse that is being made.

    Args:
        path: DuckDB file.
        memory_limit: Most memory the engine uses before it spills, such as ``4GB``.
        threads: Worker threads.
        temp_directory: Folder for what does not fit into memory.
        read_only: Whether the file is only to be read.
        restricted: DuckDB file of the tables that are not public, readable by its owner alone. It is attached as
        ``restricted``; models find tables of both files by their bare names.

    Returns:
        A connection on which the registry models can run. Its time zone is UTC.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": temp_directory,
    }
    connection = duckdb.connect(path, read_only=read_only, config=config)
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    for rule, condition in SQL_CHECKS.items():
        connection.execute(f"CREATE TEMP MACRO is_{rule}(value) AS {condition}")
    changes = municipality_changes().select(
        "effective_on",
        local_government_code.with_check_digit(pl.col("from_code")).alias("from_lg_code"),
        local_government_code.with_check_digit(pl.col("to_code")).alias("to_lg_code"),
    )
    connection.register("municipality_change", changes.to_arrow())
    connection.register("municipality_code", municipalities().to_arrow())
    if restricted is not None:
        _attach_restricted(connection, restricted, read_only=read_only)
    return connection


def _attach_restricted(connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    before = os.umask(0o077)  # the file and its log are its owner's alone from their first byte
    try:
        connection.execute(f"ATTACH {quoted(str(path))} AS restricted{' (READ_ONLY)' if read_only else ''}")
    finally:
        os.umask(before)
    ((name,),) = connection.execute("SELECT current_database()").fetchall()
    searched = f'"{name}".main,restricted.main'
    connection.execute(f"SET search_path = {quoted(searched)}")


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _fill(connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, progress: Progress) -> None:
    """Run a table's model, after its steps, and put its rows into the table."""
    progress(table.name)
    _make_temporary(connection, contract, table.steps, progress)
    into = f"INSERT INTO {place(table)} SELECT {_columns(table)} FROM"
    if contract.has_python_model(table.name):
        connection.register("made_by_model", contract.python_model(table.name)(connection))
        connection.execute(f"{into} made_by_model")
        connection.unregister("made_by_model")
    else:
        connection.execute(f"{into} ({contract.model(table.name)})")
    _drop_temporary(connection, table.steps)


def _make_temporary(connection: duckdb.DuckDBPyConnection, contract: Contract, models: Iterable[str], progress: Progress) -> None:
    """Make tables that are not kept."""
    for model in models:
        progress(model)
        if contract.has_python_model(model):
            connection.register("made_by_model", contract.python_model(model)(connection))
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {model} AS FROM made_by_model")
            connection.unregister("made_by_model")
        else:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {model} AS {contract.model(model)}")


def _drop_temporary(connection: duckdb.DuckDBPyConnection, models: Iterable[str]) -> None:
    for model in models:
        connection.execute(f"DROP TABLE {model}")


def _show_delivered(connection: duckdb.DuckDBPyConnection, delivered: Mapping[str, str]) -> None:
    """Make the views by which models read standardised records."""
    for source, relation in delivered.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW delivered_{source} AS FROM {relation}")
    if len(delivered) == 1:
        (relation,) = delivered.values()
        connection.execute(f"CREATE OR REPLACE TEMP VIEW delivered AS FROM {relation}")


def rebuild(connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: Mapping[str, str], progress: Progress) -> None:
    """Make every table of a registry anew.

    Args:
        connection: From :func:`connect`.
        contract: Contract of the registry.
        delivered: For each source, SQL of a relation with all its standardised records. Models read it as the view
        ``delivered_<source>``, and as ``delivered`` where there is only one.
        progress: Called with the name of each model.
    """
    _show_delivered(connection, delivered)
    _make_temporary(connection, contract, contract.working, progress)
    for table in contract.tables.values():
        connection.execute(f"DROP TABLE IF EXISTS {place(table)}")
        connection.execute(create_table(table))
        _fill(connection, contract, table, progress)
        for statement in comments(table):
            connection.execute(statement)
    for macro in contract.macros:
        for statement in create_macro(macro):
            connection.execute(statement)
    _drop_temporary(connection, contract.working)


def refresh(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: Mapping[str, str],
    arrived: Mapping[str, str],
    progress: Progress,
) -> None:
    """Bring every table of a registry up to date with newly arrived records.

    Tables that declare ``recompute_by`` are recomputed for the values among the arrived records, from all records of those values,
    so the result is that of a rebuild; the cost follows what arrived. A source without that column is shown whole, and where it is
    among those from which records arrived, such tables are made anew, as are those that declare nothing.

    Args:
        connection: From :func:`connect`, on a warehouse that :func:`rebuild` made.
        contract: Contract of the registry.
        delivered: For each source, SQL of a relation with all its standardised records, the arrived ones included.
        arrived: For each source from which records arrived, SQL of a relation with the records touched.
        progress: Called with the name of each model.
    """
    columns = {source: _columns_of(connection, relation) for source, relation in delivered.items()}
    whole = [table for table in contract.tables.values() if any(table.recompute_by not in columns[source] for source in arrived)]
    keys = sorted({table.recompute_by for table in contract.tables.values() if table.recompute_by is not None and table not in whole})
    for key in keys:
        touched = " UNION ALL ".join(f"SELECT {key} FROM {relation}" for relation in arrived.values())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived_{key} AS SELECT DISTINCT {key} FROM ({touched})")
        again = dict(delivered)
        for source in delivered:
            if key in columns[source]:
                again[source] = f"again_{source}"
                chosen = f"FROM {delivered[source]} AS d SEMI JOIN arrived_{key} USING ({key})"
                connection.execute(f"CREATE OR REPLACE TEMP TABLE again_{source} AS {chosen}")
        _show_delivered(connection, again)
        _make_temporary(connection, contract, contract.working, progress)
        for table in contract.tables.values():
            if table.recompute_by == key:
                connection.execute(f"DELETE FROM {place(table)} WHERE {key} IN (FROM arrived_{key})")
                _fill(connection, contract, table, progress)
        _drop_temporary(connection, contract.working)
    _show_delivered(connection, delivered)
    reads_working = any(_reads_working(contract, table) for table in whole)
    if reads_working:
        _make_temporary(connection, contract, contract.working, progress)
    for table in whole:
        connection.execute(f"DELETE FROM {place(table)}")
        _fill(connection, contract, table, progress)
    if reads_working:
        _drop_temporary(connection, contract.working)


def _columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> set[str]:
    described = connection.execute(f"SELECT * FROM {relation} LIMIT 0").description
    return {name for name, *_ in described or []}


def _reads_working(contract: Contract, table: Table) -> bool:
    """Whether a table's model reads a working model; a Python model is taken to."""
    if contract.has_python_model(table.name):
        return bool(contract.working)
    statements = [contract.model(name) for name in (*table.steps, table.name) if not contract.has_python_model(name)]
    return any(re.search(rf"\b{name}\b", statement) for name in contract.working for statement in statements)
