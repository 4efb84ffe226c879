"""The numbers below the town as the tables of a warehouse hold them, read as far as addresses touch them.

The tables lie in order of the municipalities, so that what is asked of one reads its row groups.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import polars as pl

from registries.address.matching.number_register import LEAD_DIGITS, NUMBER_SCHEMA, NumberRegister, numbers_of
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

Sizes = Mapping[str, Mapping[str, int]]
"""By table the rows of every municipality that has any."""


def tables_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the tables that a connection finds."""
    return {str(name) for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}


class NumberTables:
    """Reads tables of numbers, each on its connection.

    Args:
        held: By table - ``block``, ``residence``, ``lot`` - the connection that finds it.
        sizes: See the attribute; counted now where not given.

    Attributes:
        sizes: By table the rows of every municipality that has any.
    """

    def __init__(self, held: Mapping[str, duckdb.DuckDBPyConnection], sizes: Sizes | None = None) -> None:
        self._held = dict(sorted(held.items()))
        self.sizes = self._counted() if sizes is None else sizes

    def _counted(self) -> Sizes:
        counting = "SELECT lg_code, count(*)::BIGINT FROM {} GROUP BY lg_code ORDER BY lg_code"
        return {level: dict(connection.execute(counting.format(level)).fetchall()) for level, connection in self._held.items()}

    def _with_numbers(self, codes: set[str]) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
        """Tables that hold numbers of some of these municipalities, with their connections."""
        for level, connection in self._held.items():
            if not codes.isdisjoint(self.sizes[level]):
                yield level, connection

    def of_municipality(self, lg_code: str) -> pl.DataFrame:
        """Read the numbers of a municipality, :data:`registries.address.matching.number_register.NUMBER_SCHEMA`."""
        found = [pl.DataFrame(schema=NUMBER_SCHEMA)]
        for level, connection in self._with_numbers({lg_code}):
            columns, _, in_force = _COLUMNS[level]
            sql = f"SELECT {columns}, {_PLACE} FROM {level} WHERE lg_code = ? AND {in_force}"
            found.append(numbers_of(level, connection.sql(sql, params=[lg_code]).pl()))
        return pl.concat(found)

    def some(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Read what may be the numbers asked for, as :data:`registries.address.matching.number_register.Some` says."""
        of = self._of_few if asked.height <= _FEW else self._of_many
        codes = {*asked["lg_code"].to_list()}
        found = [numbers_of(level, of(connection, level, asked)) for level, connection in self._with_numbers(codes)]
        return pl.concat(found) if found else pl.DataFrame(schema=NUMBER_SCHEMA)

    @staticmethod
    def _of_few(connection: duckdb.DuckDBPyConnection, level: str, asked: pl.DataFrame) -> pl.DataFrame:
        """Read a few numbers by their values: a join costs more than there is to read."""
        columns, number, in_force = _COLUMNS[level]
        codes, towns, leads = (_listed(asked[name]) for name in ("lg_code", "machiaza_id", "lead"))
        read = connection.sql(
            f"SELECT {columns}, {_PLACE} FROM {level} WHERE lg_code IN {codes} AND machiaza_id IN {towns} AND {in_force} "
            f"AND ({number} IN {leads} OR {_odd(number)})"
        )
        # the rows as they are: making an Arrow table of them takes longer than reading them
        schema = {name: pl.Float64 if name in ("latitude", "longitude") else pl.String for name in read.columns}
        return pl.DataFrame(read.fetchall(), schema, orient="row")

    @staticmethod
    def _of_many(connection: duckdb.DuckDBPyConnection, level: str, asked: pl.DataFrame) -> pl.DataFrame:
        """Read many numbers in two passes over the columns of the ids: those asked for, then the odd ones of their towns."""
        columns, number, in_force = _COLUMNS[level]
        wanted = {
            "asked_numbers": asked.drop_nulls("lead").rename({"lead": number}).to_arrow(),
            "asked_towns": asked.select("lg_code", "machiaza_id").unique().to_arrow(),
        }
        for name, table in wanted.items():
            connection.register(name, table)
        read = f"SELECT {columns}, {_PLACE} FROM {level} SEMI JOIN {{}} WHERE {in_force}"
        found: pl.DataFrame = connection.sql(
            f"{read.format(f'asked_numbers USING (lg_code, machiaza_id, {number})')} UNION ALL "
            f"{read.format('asked_towns USING (lg_code, machiaza_id)')} AND {_odd(number)}"
        ).pl()
        for name in wanted:
            connection.unregister(name)
        return found

    def register(self) -> NumberRegister:
        """Make the register that looks numbers up in these tables."""
        sizes: Counter[str] = Counter()
        for of_level in self.sizes.values():
            sizes.update(of_level)
        return NumberRegister(self.of_municipality, some=self.some, sizes=sizes)


def _odd(number: str) -> str:
    """SQL that tells a number that is more than plain digits, as a lead is: what it is compared as is told by its key alone."""
    return f"coalesce(try_cast({number} AS UINTEGER)::VARCHAR <> {number} OR length({number}) > {LEAD_DIGITS}, true)"


def _listed(values: pl.Series) -> str:
    """SQL of a list of values; of none a list that nothing is in."""
    return f"({', '.join(sorted({quoted(value) for value in values.to_list() if value is not None})) or 'NULL'})"


def number_tables(warehouse: Path, restricted: Path | None = None, sizes: Sizes | None = None) -> NumberTables:
    """Open the tables of numbers of a warehouse.

    Args:
        warehouse: The warehouse.
        restricted: The file of its tables that are not public, which holds the lots; left out where it is absent.
        sizes: As :class:`NumberTables` has them.

    Returns:
        The tables.
    """
    # an engine of its own, for one that others have open in this process cannot be given a bound
    connection = duckdb.connect(config={"memory_limit": _CACHE})
    held = {"warehouse": warehouse} | ({"restricted": restricted} if restricted is not None and restricted.exists() else {})
    for name, path in held.items():
        connection.execute(f"ATTACH {quoted(str(path))} AS {name} (READ_ONLY)")
    connection.execute(f"SET search_path = {quoted(','.join(f'{name}.main' for name in held))}")
    return NumberTables(dict.fromkeys(tables_of(connection) & {*_COLUMNS}, connection), sizes)
