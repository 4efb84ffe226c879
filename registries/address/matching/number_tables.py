"""The numbers below the town as the tables of a warehouse hold them, read as far as addresses touch them.

The tables lie in order of the municipalities, so that what is asked of one reads its row groups.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from registries.address.matching.number_register import NO_LEAD, NUMBER_SCHEMA, NumberRegister, numbers_of
from registries.schema import quoted

_CACHE = "1GiB"
"""Most memory the engine keeps of what it has read; without a bound it would grow with every municipality."""

_FEW = 50
"""Keys up to which they are named in the query."""

_PLACE = "latitude, longitude, crs_code AS epsg"
_COLUMNS = {
    "block": ("lg_code, machiaza_id, blk_id, blk_num", "blk_num", "is_current"),
    "residence": (
        "lg_code, machiaza_id, blk_id, rsdt_id, nullif(rsdt2_id, '00000') AS rsdt2_id, blk_num, rsdt_num, rsdt_num2",
        "blk_num",
        "is_current",
    ),
    "lot": ("lg_code, machiaza_id, parcel_id AS prc_id, prc_num1, prc_num2, prc_num3", "prc_num1", "abolished_on IS NULL"),
}
"""By table: the columns to read, the number it is asked by, and what tells the rows in force."""


def tables_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the tables that a connection finds."""
    return {str(name) for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}


class NumberTables:
    """Reads tables of numbers, each on its connection; those without a row are left out.

    Args:
        held: By table - ``block``, ``residence``, ``lot`` - the connection that finds it.
    """

    def __init__(self, held: Mapping[str, duckdb.DuckDBPyConnection]) -> None:
        self._filled = {
            level: connection for level, connection in sorted(held.items()) if connection.sql(f"FROM {level} LIMIT 1").fetchall()
        }

    def of_municipality(self, lg_code: str) -> pl.DataFrame:
        """Read the numbers of a municipality, :data:`registries.address.matching.number_register.NUMBER_SCHEMA`."""
        read = []
        for level, connection in self._filled.items():
            columns, _, in_force = _COLUMNS[level]
            sql = f"SELECT {columns}, {_PLACE} FROM {level} WHERE lg_code = ? AND {in_force}"
            read.append(numbers_of(level, connection.sql(sql, params=[lg_code]).pl()))
        return pl.concat(read) if read else pl.DataFrame(schema=NUMBER_SCHEMA)

    def sizes(self) -> Mapping[str, int]:
        """Rows of every municipality that has any."""
        counted: Counter[str] = Counter()
        for level, connection in self._filled.items():
            counted.update(dict(connection.execute(f"SELECT lg_code, count(*)::BIGINT FROM {level} GROUP BY lg_code").fetchall()))
        return counted

    def some(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Read what may be the numbers asked for, as :data:`registries.address.matching.number_register.Some` says."""
        few = asked.height <= _FEW
        read = []
        for level, connection in self._filled.items():
            columns, number, in_force = _COLUMNS[level]
            digits = f"try_cast({number} AS BIGINT)"
            # anything but plain digits without zeros before them is looked at, whatever the cast makes of it
            lead = f"CASE WHEN {digits} >= 0 AND {digits}::VARCHAR = {number} THEN {digits} ELSE {NO_LEAD} END"
            rows = f"(SELECT {columns}, {_PLACE}, {lead} AS lead FROM {level} AS t {{}} WHERE {in_force})"
            found = self._of_few(connection, rows, asked) if few else self._of_many(connection, rows, asked)
            read.append(numbers_of(level, found))
        return pl.concat(read) if read else pl.DataFrame(schema=NUMBER_SCHEMA)

    @staticmethod
    def _of_few(connection: duckdb.DuckDBPyConnection, rows: str, asked: pl.DataFrame) -> pl.DataFrame:
        """Read a few numbers by their values: a join costs more than there is to read."""
        codes, towns = (", ".join(quoted(value) for value in asked[name].unique().sort()) for name in ("lg_code", "machiaza_id"))
        leads = ", ".join(str(lead) for lead in sorted({*asked["lead"], NO_LEAD}))
        where = f"lg_code IN ({codes}) AND machiaza_id IN ({towns}) AND lead IN ({leads})"
        found: pl.DataFrame = connection.sql(f"SELECT * EXCLUDE (lead) FROM {rows.format('')} WHERE {where}").pl()
        return found

    @staticmethod
    def _of_many(connection: duckdb.DuckDBPyConnection, rows: str, asked: pl.DataFrame) -> pl.DataFrame:
        """Read many numbers in one pass over the columns of the ids."""
        towns = asked.select("lg_code", "machiaza_id").unique()
        letters = towns.with_columns(lead=pl.lit(NO_LEAD, pl.Int64))
        wanted = {"asked_towns": towns.to_arrow(), "asked_numbers": pl.concat([asked, letters]).unique().to_arrow()}
        for name, table in wanted.items():
            connection.register(name, table)
        of_towns = rows.format("SEMI JOIN asked_towns AS a USING (lg_code, machiaza_id)")
        found: pl.DataFrame = connection.sql(
            f"SELECT * EXCLUDE (lead) FROM {of_towns} SEMI JOIN asked_numbers USING (lg_code, machiaza_id, lead)"
        ).pl()
        for name in wanted:
            connection.unregister(name)
        return found

    def register(self, sizes: Mapping[str, int] | None = None) -> NumberRegister:
        """Make the register that looks numbers up in these tables.

        Args:
            sizes: What :meth:`sizes` gave; counted now where not given.
        """
        return NumberRegister(self.of_municipality, some=self.some, sizes=self.sizes() if sizes is None else sizes)


def number_tables(warehouse: Path, restricted: Path | None = None) -> NumberTables:
    """Open the tables of numbers of a warehouse.

    Args:
        warehouse: The warehouse.
        restricted: The file of its tables that are not public, which holds the lots; left out where it is absent.

    Returns:
        The tables.
    """
    # an engine of its own, for one that others have open in this process cannot be given a bound
    connection = duckdb.connect(config={"memory_limit": _CACHE})
    held = {"warehouse": warehouse} | ({"restricted": restricted} if restricted is not None and restricted.exists() else {})
    for name, path in held.items():
        connection.execute(f"ATTACH {quoted(str(path))} AS {name} (READ_ONLY)")
    connection.execute(f"SET search_path = {quoted(','.join(f'{name}.main' for name in held))}")
    return NumberTables(dict.fromkeys(tables_of(connection) & {*_COLUMNS}, connection))
