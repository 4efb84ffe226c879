"""Reference relations and macros that the checks name, made on the connection that measures."""

import duckdb
import polars as pl

from data_standards.codes import municipalities
from data_standards.rules import individual_number
from quality.observations import COUNTY, MUNICIPALITY_REFERENCE


def municipality_names() -> pl.DataFrame:
    """Every municipality and ward under each name it had, without county: columns lg_code, prefecture, city."""
    named = municipalities().filter(pl.col("kind").is_in(["municipality", "ward"]))
    bare = pl.col("name").str.replace(COUNTY, "${1}")
    return named.select("lg_code", "prefecture", bare.alias("city")).unique().sort("lg_code", "city")


def names_of_municipalities() -> dict[str, str]:
    """Prefecture and name of every municipality and ward by its code, the latest where it had several."""
    named = municipalities().filter(pl.col("kind").is_in(["municipality", "ward"])).sort("valid_from", nulls_last=False)
    return {code: f"{prefecture}{name}" for code, prefecture, name in named.select("lg_code", "prefecture", "name").iter_rows()}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what the checks name; the check-digit macros of the registries are there already.

    Args:
        connection: From :func:`registries.build.connect`.
    """
    connection.execute(f"CREATE OR REPLACE TEMP MACRO is_individual_number(value) AS {individual_number.SQL_IS_VALID}")
    connection.register(MUNICIPALITY_REFERENCE, municipality_names().to_arrow())
