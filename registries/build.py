"""Building a registry's tables from delivered records: whole, or only for the keys that new records touch."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl

from data_standards.codes import municipalities, municipality_changes
from data_standards.rules import local_government_code
from data_standards.rules.registry import SQL_CHECKS
from registries.contract import Contract, Table
from registries.portions import PORTION, portions
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


def _sources_read(contract: Contract, table: Table, delivered: Mapping[str, str]) -> list[str]:
    """The sources whose records a table is made of; a Python model is taken to read them all."""
    models = (*table.steps, table.name)
    if any(contract.has_python_model(name) for name in models):
        return list(delivered)
    text = " ".join(contract.model(name) for name in models)
    return [source for source in delivered if len(delivered) == 1 or re.search(rf"\bdelivered_{source}\b", text)]


def _portions(connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, delivered: Mapping[str, str]) -> list[str]:
    """Conditions that cut the records of a table into portions, by ascending values of the column it can be computed by.

    Nothing is cut where the table cannot be computed for some values alone, or reads a working model, which knows no portions.
    """
    key = table.recompute_by
    if key is None or _reads_working(contract, table):
        return ["true"]
    read = [delivered[source] for source in _sources_read(contract, table, delivered)]
    every = " UNION ALL ".join(f"SELECT {key} FROM {relation}" for relation in read if key in _columns_of(connection, relation))
    return portions(lambda sql: connection.execute(sql).fetchall(), f"({every})", key) if every else ["true"]


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return int(count)


def _fill_in_portions(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, delivered: Mapping[str, str], progress: Progress
) -> None:
    """Fill a table from the records shown, portion by portion where they are many: so memory is bounded, and what spills."""
    cuts = _portions(connection, contract, table, delivered)
    if len(cuts) == 1:
        _fill(connection, contract, table, progress)
        return
    cut = [source for source, relation in delivered.items() if table.recompute_by in _columns_of(connection, relation)]
    for portion in cuts:
        _show_delivered(connection, dict(delivered) | {source: f"(SELECT * FROM {delivered[source]} WHERE {portion})" for source in cut})
        _fill(connection, contract, table, progress)
    _show_delivered(connection, delivered)


def _show_earlier(
    connection: duckdb.DuckDBPyConnection, contract: Contract, delivered: Mapping[str, str], earlier: Mapping[str, str]
) -> None:
    """Make the views by which models read records of the past; where none are given there are none."""
    for source in contract.earlier:
        relation = earlier.get(source, f"(SELECT * FROM {delivered[source]} LIMIT 0)")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW earlier_{source} AS FROM {relation}")


def rebuild(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    delivered: Mapping[str, str],
    progress: Progress,
    earlier: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Make every table of a registry anew.

    Args:
        connection: From :func:`connect`.
        contract: Contract of the registry.
        delivered: For each source, SQL of a relation with all its standardised records. Models read it as the view
        ``delivered_<source>``, and as ``delivered`` where there is only one.
        progress: Called with the name of each model.
        earlier: For sources that the contract names so, SQL of the records that later ones stand in place of. Models read it as the
        view ``earlier_<source>``.
    """
    _show_earlier(connection, contract, delivered, earlier)
    _show_delivered(connection, delivered)
    _make_temporary(connection, contract, contract.working, progress)
    for table in contract.tables.values():
        connection.execute(f"DROP TABLE IF EXISTS {place(table)}")
        connection.execute(create_table(table))
        _fill_in_portions(connection, contract, table, delivered, progress)
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
    earlier: Mapping[str, str] = MappingProxyType({}),
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
        earlier: As for :func:`rebuild`.
    """
    _show_earlier(connection, contract, delivered, earlier)
    columns = {source: _columns_of(connection, relation) for source, relation in delivered.items()}
    whole = [table for table in contract.tables.values() if any(table.recompute_by not in columns[source] for source in arrived)]
    keys = sorted({table.recompute_by for table in contract.tables.values() if table.recompute_by is not None and table not in whole})
    for key in keys:
        touched = " UNION ALL ".join(f"SELECT {key} FROM {relation}" for relation in arrived.values())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived_{key} AS SELECT DISTINCT {key} FROM ({touched})")
        again = dict(delivered)
        for source in delivered:
            if key in columns[source]:
                chosen = f"FROM {delivered[source]} AS d SEMI JOIN arrived_{key} USING ({key})"
                again[source] = f"({chosen})"
                # many are read again where they lie
                if _count(connection, again[source]) <= PORTION:
                    connection.execute(f"CREATE OR REPLACE TEMP TABLE again_{source} AS {chosen}")
                    again[source] = f"again_{source}"
        _show_delivered(connection, again)
        _make_temporary(connection, contract, contract.working, progress)
        for table in contract.tables.values():
            if table.recompute_by == key:
                connection.execute(f"DELETE FROM {place(table)} WHERE {key} IN (FROM arrived_{key})")
                _fill_in_portions(connection, contract, table, again, progress)
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
