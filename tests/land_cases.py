"""Land ledgers standardised and made into registry tables, without a home folder."""

import io
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_standards.rules.property_location import town_key
from pipelines.ingest.standardise import sql_types, standardise, standardised_schema
from pipelines.sample.land.disagreements import Told
from pipelines.sample.land.files import LEDGERS, ledger_truth, truth
from pipelines.sample.land.maps import write_maps
from pipelines.sample.land.owners import companies
from pipelines.source_declarations import source_named
from pipelines.sources.moj_map_xml.reader import read
from registries.build import connect, rebuild
from registries.contract import load_contracts
from registries.schema import create_table

CONTRACT = load_contracts()["land"]


def records(source: str, delivered: pl.DataFrame, file: str, day: str = "2026-04-01") -> pl.DataFrame:
    """Standardise records as they would be delivered in a file."""
    declared = source_named(source)
    names = [column.name for column in declared.columns]
    raw = delivered.rename(dict(zip(delivered.columns, names, strict=True))) if not declared.header else delivered
    missing = [pl.lit(None, pl.String).alias(name) for name in names if name not in raw.columns]
    raw = raw.with_columns(missing).select(pl.col(names).cast(pl.String)).with_columns(
        file_id=pl.lit(file), line=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
    )  # fmt: skip
    values, refused = standardise(declared, raw)
    assert refused.is_empty(), refused
    told = values.with_columns(
        source_file=pl.lit(file), delivery_kind=pl.lit("full"), file_date=pl.lit(day).str.to_date(), file_id=pl.lit(file)
    )
    return told.select(*standardised_schema(declared))


def delivered_of(told: Told, folder: Path) -> dict[str, pl.DataFrame]:
    """Every ledger of a generated municipality, standardised."""
    code = told.world.lg_code
    made = {name: records(name, make(told), f"{code}-{name}") for name, (make, _) in LEDGERS.items()}
    write_maps(told, folder)
    (path,) = folder.glob(f"{code[:5]}-*.zip")
    lots = pl.concat(read(path, lambda refusal: pytest_fail(refusal)))
    return made | {"moj_map_xml": records("moj_map_xml", lots.drop("line"), f"{code}-map")}


def pytest_fail(refusal: object) -> None:
    raise AssertionError(refusal)


def registry(
    delivered: dict[str, list[pl.DataFrame]],
    folder: Path,
    firms: pl.DataFrame | None = None,
    addresses: dict[str, pl.DataFrame] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Make the tables of the land registry of standardised records, beside companies and rows of the address registry's tables."""
    connection = connect(
        str(folder / "warehouse.duckdb"),
        memory_limit="2GB",
        threads=2,
        temp_directory=str(folder / "spill"),
        restricted=folder / "restricted.duckdb",
    )
    for needed, names in (
        ("company", ("company", "company_history", "company_succession")),
        ("address", ("prefecture", "municipality", "town", "block", "lot", "residence")),
    ):
        for name in names:
            connection.execute(create_table(load_contracts()[needed].tables[name]).replace(" NOT NULL", ""))
    if firms is not None:
        connection.register("firms", firms.to_arrow())
        connection.execute(
            "INSERT INTO company (corporate_number, name, street_address, status) "
            "SELECT corporate_number, name, address, CASE WHEN is_open THEN 'active' ELSE 'closed' END FROM firms"
        )
        connection.execute(
            "INSERT INTO company_succession (predecessor_corporate_number, successor_corporate_number, succession_status_code) "
            "SELECT corporate_number, successor, 'in_force' FROM firms WHERE successor IS NOT NULL"
        )
    for name, rows in (addresses or {}).items():
        connection.register(f"given_{name}", rows.to_arrow())
        connection.execute(f"INSERT INTO {name} BY NAME FROM given_{name}")
    relations = {}
    for source in CONTRACT.sources:
        frames = delivered.get(source, [])
        if frames:
            connection.register(f"given_{source}", pl.concat(frames).to_arrow())
            relations[source] = f"given_{source}"
        else:
            columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in sql_types(source_named(source)).items())
            relations[source] = f"(SELECT {columns} LIMIT 0)"
    rebuild(connection, CONTRACT, relations, lambda _: None)
    return connection


def registry_of(municipalities: list[Told], folder: Path, scale: int, seed: int) -> duckdb.DuckDBPyConnection:
    """Make the land registry of generated municipalities."""
    delivered: dict[str, list[pl.DataFrame]] = {}
    for told in municipalities:
        for source, frame in delivered_of(told, folder).items():
            delivered.setdefault(source, []).append(frame)
    return registry(delivered, folder, companies(scale, seed))


def confusion(connection: duckdb.DuckDBPyConnection, municipalities: list[Told]) -> list[tuple[Any, ...]]:
    """Rows of the comparison that are not those of the truth: truth, found, number of rows."""
    every = pl.concat(truth(told) for told in municipalities)
    keyed = every.with_columns(town_key=town_key(pl.col("town"), pl.col("lg_code")))
    connection.register("truth", keyed.to_arrow())
    return connection.sql(
        """
        SELECT t.outcome_code, f.outcome_code, count(*)
        FROM truth AS t
        FULL JOIN register_tax_comparison AS f USING (lg_code, object_kind_code, town_key, compared_lot)
        WHERE t.outcome_code IS DISTINCT FROM f.outcome_code
        GROUP BY ALL
        """
    ).fetchall()


def ledger_confusion(connection: duckdb.DuckDBPyConnection, municipalities: list[Told]) -> list[tuple[Any, ...]]:
    """Rows of the farmland and forest comparison that are not those of the truth."""
    every = pl.concat(ledger_truth(told) for told in municipalities)
    keyed = every.with_columns(town_key=town_key(pl.col("town"), pl.col("lg_code")))
    connection.register("ledger_truth", keyed.to_arrow())
    return connection.sql(
        """
        SELECT t.ledger_outcome_code, f.ledger_outcome_code, count(*)
        FROM ledger_truth AS t
        FULL JOIN ledger_comparison AS f
            ON f.ledger_code = t.ledger_code AND f.lg_code = t.lg_code AND f.town_key = t.town_key AND f.lot_number = t.compared_lot
        WHERE t.ledger_outcome_code IS DISTINCT FROM f.ledger_outcome_code
        GROUP BY ALL
        """
    ).fetchall()


def csv(text: str, columns: list[str]) -> pl.DataFrame:
    """Read a small table written in a test: cells separated by commas, empty is null."""
    return pl.read_csv(io.StringIO(text), has_header=False, new_columns=columns, infer_schema=False, null_values="")
