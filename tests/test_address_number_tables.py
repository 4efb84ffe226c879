"""Numbers below the town are read from a warehouse only as far as addresses touch them, and asking one way or another finds the same."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from registries.address.matching import number_tables as number_tables_module
from registries.address.matching.number_register import NUMBER_SCHEMA, NumberRegister
from registries.address.matching.number_tables import NumberTables, number_tables
from registries.contract import load_contracts
from registries.schema import create_table

_CODES = ["011011", "131016", "131024", "271004", "302015", "302023", "465054", "473821"]
_EACH = 130_000
_LOT = """
INSERT INTO lot (lg_code, machiaza_id, parcel_id, prc_num1, prc_num2, latitude, longitude, crs_code)
SELECT code, printf('%04d000', n % 40), printf('%05d%05d00000', n // 4, n % 4), (n // 4)::VARCHAR, (n % 4)::VARCHAR,
    30 + hash(n) % 1000000 / 1e6, 130 + hash(code, n) % 1000000 / 1e6, 'EPSG:6668'
FROM range(?) AS numbers (n), (SELECT ? AS code)
"""
# town, number as the master writes it, abolished
_ODD = [
    ("0001000", "甲12", None),
    ("0001000", "012", "1"),
    ("0001000", "ﾛ", "3"),
    ("0001000", "１３", None),
    ("0001000", "1.5", None),
    ("0001000", "1e3", None),
    ("0001000", "+7", None),
    ("0001000", "12345678901234567890", None),
    ("0002000", "12", "1"),
    ("0002000", "12", None),
    ("0002000", None, None),
]


def _tables(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    for name in ("block", "residence", "lot"):
        connection.execute(create_table(load_contracts()["address"].tables[name]).replace("restricted.main.", ""))
    return connection


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a million lots, in order of their municipalities."""
    path = tmp_path_factory.mktemp("numbers") / "restricted.duckdb"
    with _tables(path) as connection:
        for code in _CODES:
            connection.execute(_LOT, [_EACH, code])
    return path


def _read_bytes() -> int:
    return int(Path("/proc/self/io").read_text(encoding="ascii").split("rchar:")[1].split()[0])


def _found(register: NumberRegister, keys: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Municipality and id of the lots found under some keys of each municipality."""
    asked = [(number, key) for number, of in enumerate(keys.values()) for key in of]
    places = np.array([number for number, _ in asked], np.int32)
    which, rows = register.find(pl.Series([key for _, key in asked]), places, list(keys))
    codes = list(keys)
    found = zip((codes[places[place]] for place in which), rows["prc_id"] if rows.height else [], strict=True)
    return sorted(found)


def test_numbers_of_one_municipality_are_a_small_part_of_the_file(nation: Path) -> None:
    register = number_tables(nation).register()
    before = _read_bytes()
    many = [f"{n % 40:04}000|l|{n // 4}-{n % 4}" for n in range(0, _EACH, 13)]
    assert len(_found(register, {"302015": many})) == len(many)
    assert _read_bytes() - before < nation.stat().st_size / 4


def test_a_few_numbers_are_found_without_reading_a_municipality_whole(nation: Path) -> None:
    register = number_tables(nation).register()
    loaded: list[str] = []
    whole = register._load
    register._load = lambda code: loaded.append(code) or whole(code)  # type: ignore[func-returns-value]
    asked = {code: ["0009000|l|2-1", "0009000|l|2-9", "0010000|b|2"] for code in _CODES}
    assert _found(register, asked) == [(code, "000020000100000") for code in _CODES]
    assert loaded == []
    # asked again and again, one of them comes to cost as much as reading it
    for _ in range(_EACH // 25_000 + 1):
        assert _found(register, {"131016": asked["131016"]}) == [("131016", "000020000100000")]
    assert loaded == ["131016"]
    assert _found(register, asked) == [(code, "000020000100000") for code in _CODES]


def test_municipalities_without_numbers_are_not_known(nation: Path) -> None:
    register = number_tables(nation).register()
    assert register.known(["011011", "011002", "473821"]) == ["011011", "473821"]
    assert _found(register, {"011002": ["0009000|l|2-1"]}) == []


@pytest.mark.parametrize("few", [0, 50])
def test_asked_alone_or_read_whole_the_numbers_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """However the master writes a number, what :func:`number_key` makes of it is found either way."""
    monkeypatch.setattr(number_tables_module, "_FEW", few)
    with _tables(tmp_path / "odd.duckdb") as connection:
        for place, (town, first, second) in enumerate(_ODD):
            connection.execute(
                "INSERT INTO lot (lg_code, machiaza_id, parcel_id, prc_num1, prc_num2) VALUES ('131016', ?, ?, ?, ?)",
                [town, f"{place:015}", first, second],
            )
        connection.execute("INSERT INTO lot (lg_code, machiaza_id, parcel_id, prc_num1) VALUES ('131024', '0001000', 'other', '甲12')")
        tables = NumberTables({"lot": connection})
        whole = tables.of_municipality("131016")
        assert whole.columns == list(NUMBER_SCHEMA)
        keys = whole.select(pl.concat_str("machiaza_id", pl.lit("|l|"), "number")).to_series().to_list()
        assert len(keys) == len(_ODD)
        by_whole = _found(NumberRegister(tables.of_municipality), {"131016": keys})
        alone = NumberRegister(lambda _: pl.DataFrame(schema=NUMBER_SCHEMA), some=tables.some, sizes=tables.sizes["lot"])
        alone._paid["131016"] = -1_000_000  # never worth reading whole
        assert _found(alone, {"131016": keys}) == by_whole
        assert len(by_whole) == len(keys)
        alone._paid["131016"] = -1_000_000
        for key in keys:
            assert _found(alone, {"131016": [key]}) == [_one_of(by_whole, key, whole)]


def _one_of(found: list[tuple[str, str]], key: str, whole: pl.DataFrame) -> tuple[str, str]:
    """The lot that a key is for."""
    ids = whole.filter(pl.concat_str("machiaza_id", pl.lit("|l|"), "number") == key)["prc_id"]
    return next(pair for pair in found if pair[1] in ids)
