"""Building a registry's tables from delivered records: whole, or only for the keys that new records touch."""

from collections.abc import Callable

import duckdb
import polars as pl

from data_standards.codes import municipality_changes
from data_standards.rules import local_government_code
from data_standards.rules.registry import SQL_CHECKS
from registries.contract import Contract, Table
from registries.schema import comments, create_macro, create_table

Progress = Callable[[str], None]


def connect(path: str, *, memory_limit: str, threads: int, temp_directory: str, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the warehouse that is being made.

    Args:
        path: DuckDB file.
        memory_limit: Most memory the engine uses before it spills, such as ``4GB``.
        threads: Worker threads.
        temp_directory: Folder for what does not fit into memory.
        read_only: Whether the file is only to be read.

    Returns:
        A connection on which the registry models can run.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": temp_directory,
    }
    connection = duckdb.connect(path, read_only=read_only, config=config)
    connection.execute("SET preserve_insertion_order = false")
    for rule, condition in SQL_CHECKS.items():
        connection.execute(f"CREATE TEMP MACRO is_{rule}(value) AS {condition}")
    changes = municipality_changes().select(
        "effective_on",
        local_government_code.with_check_digit(pl.col("from_code")).alias("from_lg_code"),
        local_government_code.with_check_digit(pl.col("to_code")).alias("to_lg_code"),
    )
    connection.register("municipality_change", changes.to_arrow())
    return connection


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _make_working(connection: duckdb.DuckDBPyConnection, contract: Contract, progress: Progress) -> None:
    for model in contract.working:
        progress(model)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {model} AS {contract.model(model)}")


def _drop_working(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    for model in contract.working:
        connection.execute(f"DROP TABLE {model}")


def rebuild(connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: str, progress: Progress) -> None:
    """Make every table of a registry anew.

    Args:
        connection: From :func:`connect`.
        contract: Contract of the registry.
        delivered: SQL of a relation with all standardised records of the registry's source.
        progress: Called with the name of each model.
    """
    connection.execute(f"CREATE OR REPLACE TEMP VIEW delivered AS FROM {delivered}")
    _make_working(connection, contract, progress)
    for table in contract.tables.values():
        progress(table.name)
        connection.execute(f"DROP TABLE IF EXISTS {table.name}")
        connection.execute(create_table(table))
        connection.execute(f"INSERT INTO {table.name} SELECT {_columns(table)} FROM ({contract.model(table.name)})")
        for statement in comments(table):
            connection.execute(statement)
    for macro in contract.macros:
        for statement in create_macro(macro):
            connection.execute(statement)
    _drop_working(connection, contract)


def refresh(connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: str, arrived: str, progress: Progress) -> None:
    """Bring every table of a registry up to date with newly arrived records.

    Tables that declare ``recompute_by`` are recomputed for the values among the arrived records, from all records of those values,
    so the result is that of a rebuild; the cost follows what arrived. The others are made anew from the tables.

    Args:
        connection: From :func:`connect`, on a warehouse that :func:`rebuild` made.
        contract: Contract of the registry.
        delivered: SQL of a relation with all standardised records, the arrived ones included.
        arrived: SQL of a relation with the arrived records alone.
        progress: Called with the name of each model.
    """
    keys = {table.recompute_by for table in contract.tables.values()} - {None}
    for key in sorted(str(key) for key in keys):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived_{key} AS SELECT DISTINCT {key} FROM {arrived}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE delivered_again AS FROM {delivered} AS d SEMI JOIN arrived_{key} USING ({key})")
        connection.execute("CREATE OR REPLACE TEMP VIEW delivered AS FROM delivered_again")
        _make_working(connection, contract, progress)
        for table in contract.tables.values():
            if table.recompute_by == key:
                progress(table.name)
                connection.execute(f"DELETE FROM {table.name} WHERE {key} IN (FROM arrived_{key})")
                connection.execute(f"INSERT INTO {table.name} SELECT {_columns(table)} FROM ({contract.model(table.name)})")
        _drop_working(connection, contract)
    for table in contract.tables.values():
        if table.recompute_by is None:
            progress(table.name)
            connection.execute(f"DELETE FROM {table.name}")
            connection.execute(f"INSERT INTO {table.name} SELECT {_columns(table)} FROM ({contract.model(table.name)})")
