"""The check that nothing of persons or of the tax roll is in what is published; it reads the finished files.

Sources of the rule: 地方税法第22条 (the roll is secret); 登記所備付地図データ利用規約 (maps are not tied to individuals);
番号法第19条 (個人番号).
A finding names the file, table and column, and never the value. Which tables with lots and places are public is a setting of the deployment
(``registries.contract.PUBLISH``); the check reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from data_standards.items import load_items
from data_standards.rules import individual_number
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.standardise import StandardisedStore
from pipelines.source_declarations import load_sources
from registries.contract import load_contracts
from registries.schema import quoted

_PERSONS = {
    "real_estate_owner": "SELECT owner_name AS name FROM {parts} WHERE owner_kind_code = 'natural_person'",
    "fixed_asset_addressee": "SELECT addressee_name AS name FROM {parts} WHERE addressee_kind_code = '1'",
    "farmland": "SELECT ledger_owner_name AS name FROM {parts} WHERE ledger_owner_kind_code = '1'",
}
"""Where names of natural persons are delivered."""
_TEXT_FILES = (".html", ".json", ".jsonld", ".ttl", ".xml", ".md", ".csv", ".js", ".txt", ".yaml")
_LEAST_NAME = 3
_SUSPECT_SHARE, _SUSPECT_ROWS = 0.5, 20


@dataclass(frozen=True)
class Leak:
    """Something that must not be published.

    Attributes:
        place: File, and table and column where it has those.
        what: What was found there, without the value.
        rows: In how many rows.
    """

    place: str
    what: str
    rows: int


def person_names(home: Home) -> pl.Series:
    """Names of the natural persons that restricted sources delivered, of three characters and more."""
    found = []
    with duckdb.connect() as connection:
        for name, query in _PERSONS.items():
            parts = StandardisedStore(home, load_sources()[name]).parts() if name in load_sources() else []
            if parts:
                listed = ", ".join(quoted(part) for part in parts)
                found.append(connection.sql(query.format(parts=f"read_parquet([{listed}])")).pl().get_column("name"))
    names = pl.concat(found) if found else pl.Series("name", [], dtype=pl.String)
    return names.drop_nulls().filter(names.drop_nulls().str.len_chars() >= _LEAST_NAME).unique().sort()


def _closed_names() -> tuple[set[str], set[str]]:
    """Columns and tables that are not public."""
    columns = {item.name for item in load_items().values() if item.confidentiality != "public"}
    tables = {table.name for contract in load_contracts().values() for table in contract.tables.values() if table.is_restricted}
    return columns, tables


def _opened_columns(table: str) -> set[str]:
    """Columns that are public in a table because the deployment has opened it."""
    tables = [contract.tables[table] for contract in load_contracts().values() if table in contract.tables]
    return {column.name for found in tables if found.publishable and not found.is_restricted for column in found.columns}


def _column_leaks(connection: duckdb.DuckDBPyConnection, relation: str, table: str, place: str) -> Iterator[Leak]:
    """Look at the columns of a relation: their names, and the values of texts."""
    closed = _closed_names()[0] - _opened_columns(table)
    for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall():
        where = f"{place}, column {name}"
        if name in closed:
            yield Leak(where, "the item is not public", 0)
        if kind != "VARCHAR":
            continue
        column = '"' + str(name).replace('"', '""') + '"'
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {relation} WHERE {column} IN (SELECT person FROM person_name)").fetchall()
        if rows:
            yield Leak(where, "names of natural persons", int(rows))
        twelve = f"SELECT {column} AS value FROM {relation} WHERE regexp_full_match({column}, '[0-9]{{12}}') LIMIT 10000"
        digits = connection.sql(twelve).pl()
        if digits.height >= _SUSPECT_ROWS and digits.select(individual_number.is_valid(pl.col("value")).mean()).item() >= _SUSPECT_SHARE:
            yield Leak(where, "numbers that pass the check of the 個人番号", digits.height)


def warehouse_leaks(path: Path, names: pl.Series) -> list[Leak]:
    """Look through the warehouse that people read.

    Args:
        path: DuckDB file.
        names: Names that must not occur as a value.

    Returns:
        What was found.
    """
    _, closed = _closed_names()
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.register("person_name", names.alias("person").to_frame().to_arrow())
        found: list[Leak] = []
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchall()
        for schema, table in sorted(tables):
            place = f"{path.name}, table {table}"
            if table in closed:
                found.append(Leak(place, "the table is not public", 0))
            found += _column_leaks(connection, f'"{schema}"."{table}"', table, place) if schema == "main" else []
    return found


def release_leaks(folder: Path, names: pl.Series) -> list[Leak]:
    """Look through the files of a release.

    Args:
        folder: Folder of the release.
        names: Names that must not occur, as a value of a table or anywhere in a text.

    Returns:
        What was found.
    """
    _, closed = _closed_names()
    found: list[Leak] = []
    with duckdb.connect() as connection:
        connection.register("person_name", names.alias("person").to_frame().to_arrow())
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder).as_posix()
            if path.suffix == ".parquet":
                table = place.split("/")[0].removesuffix(".parquet")
                if table in closed:
                    found.append(Leak(place, "the table is not public", 0))
                found += _column_leaks(connection, f"read_parquet({quoted(str(path))})", table, place)
            elif path.suffix in _TEXT_FILES and len(names):
                text = pl.Series([path.read_text(encoding="utf-8", errors="replace")])
                if text.to_frame("text").select(pl.col("text").str.contains_any(names.to_list())).item():
                    found.append(Leak(place, "names of natural persons", 1))
    return found


def check_privacy(home: Home, warehouse: Path, releases: list[Path]) -> None:
    """Refuse to publish what holds something of persons or of the tax roll.

    Args:
        home: Home folder.
        warehouse: The warehouse about to be put in place.
        releases: The releases about to be put in place.

    Raises:
        DaichoError: Something was found. Nothing published has changed then.
    """
    names = person_names(home)
    found = warehouse_leaks(warehouse, names) + [leak for folder in releases for leak in release_leaks(folder, names)]
    if found:
        listed = "\n  ".join(f"{leak.place}: {leak.what}" + (f" ({leak.rows:,})" if leak.rows else "") for leak in found)
        raise DaichoError(f"what was to be published holds what must not be; nothing was published:\n  {listed}")
