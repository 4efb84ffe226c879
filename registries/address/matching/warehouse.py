"""The matcher on the tables of a warehouse, as a function of Polars and as a function of DuckDB."""

import functools
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL

from registries.address.matching.address import AddressMatcher
from registries.address.matching.number_tables import NumberTables, number_tables, tables_of
from registries.address.matching.output import OUTPUT

_TOWNS = """
SELECT t.lg_code, t.machiaza_id, t.town_id, t.prefecture AS pref, t.county, t.city_name AS city, t.ward, t.oaza_cho, t.oaza_cho_kana,
    t.oaza_cho_roma, t.oaza_cho_alias, t.chome, t.chome_kana, t.koaza, t.koaza_kana, t.koaza_roma, t.koaza_alias, t.machiaza_dist,
    t.displayed_address_code AS rsdt_addr_flg, t.latitude, t.longitude, t.crs_code AS epsg, t.postal_codes, t.old_names,
    p.prefecture_kana AS pref_kana, p.prefecture_roma AS pref_roma, m.county_kana, m.county_roma, m.city_name_kana AS city_kana,
    m.city_name_roma AS city_roma, m.ward_kana, m.ward_roma
FROM town AS t
LEFT JOIN municipality AS m ON m.lg_code = t.lg_code
LEFT JOIN prefecture AS p ON p.prefecture = t.prefecture
WHERE t.is_current
ORDER BY t.lg_code, t.machiaza_id NULLS LAST, t.town_id
"""


def matcher_in(connection: duckdb.DuckDBPyConnection) -> AddressMatcher | None:
    """Make the matcher from the tables of a warehouse that is open, such as the one that is being made.

    Args:
        connection: With the public tables of the address registry. Lots are left out, for their ids are not public. Its variable
            ``dictionaries`` names the folder where dictionaries are kept from one build to the next; without it none is.

    Returns:
        The matcher, None where no town is known. It reads a municipality's numbers when first asked for, so it lives no longer than the
        connection.
    """
    towns = connection.sql(_TOWNS).pl()
    if towns.is_empty():
        return None
    register = NumberTables(dict.fromkeys(("block", "residence"), connection)).register()
    ((cache,),) = connection.execute("SELECT getvariable('dictionaries')").fetchall()
    return AddressMatcher.read(_dictionary(towns, Path(cache)), register) if cache else AddressMatcher.build(towns, register)


def has_towns(warehouse: Path) -> bool:
    """Whether a warehouse holds the address registry.

    Args:
        warehouse: The DuckDB file.

    Returns:
        True where there is a town.
    """
    if not warehouse.exists():
        return False
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return "town" in tables_of(connection) and connection.execute("SELECT 1 FROM town LIMIT 1").fetchone() is not None


@functools.cache
def _code_digest() -> str:
    """Digest of the programs a dictionary is made by: one made by others is not read."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def open_matcher(warehouse: Path, restricted: Path | None, cache: Path) -> AddressMatcher:
    """Open the matcher of a warehouse; the dictionary is built once for the same towns and the same matcher, and kept.

    Args:
        warehouse: The DuckDB file, with the tables of the address registry.
        restricted: The file of its tables that are not public; may be absent.
        cache: Folder for the dictionary.

    Returns:
        The matcher.
    """
    states = [path.stat() for path in (warehouse, restricted) if path is not None and path.exists()]
    told = [f"{state.st_size} {state.st_mtime_ns}" for state in states]
    key = hashlib.sha256(" ".join([*told, _code_digest()]).encode()).hexdigest()[:16]
    note = cache / f"{key}.json"
    known = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else None
    if known is None or not (cache / known["dictionary"]).is_dir():
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            folder = _dictionary(connection.sql(_TOWNS).pl(), cache)
        # sizes are noted, for counting numbers reads a column of all of them
        known = {"dictionary": folder.name, "sizes": number_tables(warehouse, restricted).sizes}
        aside = cache / f".{key}.part"
        aside.write_text(json.dumps(known), encoding="utf-8")
        for other in cache.glob("*.json"):
            other.unlink()
        aside.rename(note)
    return AddressMatcher.read(cache / known["dictionary"], number_tables(warehouse, restricted, known["sizes"]).register())


def _dictionary(towns: pl.DataFrame, cache: Path) -> Path:
    """Folder of the dictionary of these towns; it is built where there is none, and takes the place of any other."""
    content = hashlib.sha256(towns.hash_rows(seed=1).to_numpy().tobytes())
    content.update(_code_digest().encode())
    folder = cache / content.hexdigest()[:16]
    if not folder.is_dir():
        aside = cache / f".{folder.name}.part"
        shutil.rmtree(aside, ignore_errors=True)
        AddressMatcher.build(towns).write(aside)
        for other in cache.iterdir():
            if other.is_dir() and other != aside:
                shutil.rmtree(other, ignore_errors=True)
        aside.rename(folder)
    return folder


def normalize_address(address: pl.Expr, matcher: AddressMatcher) -> pl.Expr:
    """Match a column of addresses, as a Polars expression.

    Args:
        address: Text column.
        matcher: The matcher.

    Returns:
        Struct column with the fields of :data:`registries.address.matching.address.OUTPUT`.
    """
    kind = pl.Struct(OUTPUT)
    return address.map_batches(lambda series: matcher.match(series).to_struct("address"), return_dtype=kind, is_elementwise=True)


def register_function(connection: duckdb.DuckDBPyConnection, matcher: AddressMatcher) -> None:
    """Give a DuckDB connection the function ``normalize_address(text)``, which returns a struct with the columns of the result.

    Args:
        connection: The connection.
        matcher: The matcher.
    """
    sample = matcher.match(pl.Series([""])).to_arrow()
    connection.register("normalize_address_result", sample)
    kinds = connection.execute("DESCRIBE normalize_address_result").fetchall()
    connection.unregister("normalize_address_result")
    fields = ", ".join(f'"{name}" {kind}' for name, kind, *_ in kinds)

    def match(addresses: pa.ChunkedArray) -> pa.Array:
        series = pl.Series("address", addresses)
        return matcher.match(series).to_struct("address").to_arrow()

    returned = connection.sqltype(f"STRUCT({fields})")
    connection.create_function("normalize_address", match, ["VARCHAR"], returned, type=ARROW, null_handling=SPECIAL)
