"""The privacy check bites: names of persons, closed columns and tables, numbers that look like 個人番号, and a leak stops publication."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

import pipelines.privacy
from data_standards.items import DeclarationError
from pipelines.errors import DaichoError
from pipelines.fingerprint import registry_fingerprint
from pipelines.home import Home
from pipelines.privacy import check_privacy, person_names, release_leaks, warehouse_leaks
from registries.contract import PUBLISH, load_contracts

NAMES = pl.Series("name", ["架空太郎", "架空花子"])
CLEAN = "CREATE TABLE company AS SELECT '1010101000145' AS corporate_number, '株式会社架空商事' AS name"
# numbers with the right check digit of the 個人番号, made of counters; they belong to nobody
BASES = [f"{number:011d}" for number in range(10_000_000_001, 10_000_000_041)]


def individual_numbers() -> list[str]:
    def digit(base: str) -> int:
        weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
        rest = sum(int(sign) * weight for sign, weight in zip(base, weights, strict=True)) % 11
        return 0 if rest <= 1 else 11 - rest

    return [base + str(digit(base)) for base in BASES]


LEAKS = [
    ("INSERT INTO company VALUES ('1', '架空花子')", "company, column name", "natural persons"),
    ("CREATE TABLE note AS SELECT '架空太郎' AS memo", "note, column memo", "natural persons"),
    ("CREATE TABLE note AS SELECT 'x' AS owner_name", "note, column owner_name", "not public"),
    ("CREATE TABLE note AS SELECT 100 AS assessed_value", "note, column assessed_value", "not public"),
    ("CREATE TABLE parcel AS SELECT 1 AS id", "table parcel", "not public"),
    (f"CREATE TABLE note AS SELECT unnest({individual_numbers()}) AS code", "note, column code", "個人番号"),
]


@pytest.mark.parametrize(("statement", "place", "what"), LEAKS)
def test_a_leak_in_the_warehouse_is_found(statement: str, place: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(CLEAN)
    assert warehouse_leaks(path, NAMES) == []
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    (leak,) = warehouse_leaks(path, NAMES)
    assert place in leak.place
    assert what in leak.what
    assert "架空" not in leak.place + leak.what


@pytest.mark.parametrize("kind", ["parquet", "html", "csv"])
def test_a_leak_in_a_release_is_found(kind: str, tmp_path: Path) -> None:
    pl.DataFrame({"name": ["株式会社架空商事"]}).write_parquet(tmp_path / "company.parquet")
    (tmp_path / "index.html").write_text("<p>株式会社架空商事</p>", encoding="utf-8")
    assert release_leaks(tmp_path, NAMES) == []
    leak = tmp_path / f"leak.{kind}"
    if kind == "parquet":
        pl.DataFrame({"memo": ["架空太郎"]}).write_parquet(leak)
    else:
        leak.write_text("所有者,架空太郎\n", encoding="utf-8")
    (found,) = release_leaks(tmp_path, NAMES)
    assert found.place.startswith(leak.name)


def test_a_leak_stops_publication_and_its_message_holds_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE company AS SELECT '架空太郎' AS name")
    home = Home(tmp_path / "home")
    assert person_names(home).is_empty()
    check_privacy(home, path, [])
    monkeypatch.setattr(pipelines.privacy, "person_names", lambda _: NAMES)
    with pytest.raises(DaichoError, match="nothing was published") as raised:
        check_privacy(home, path, [])
    assert "架空太郎" not in str(raised.value)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment that opens parcels to the public."""
    monkeypatch.setenv(PUBLISH, "parcel, lot")
    load_contracts.cache_clear()
    yield
    monkeypatch.undo()
    load_contracts.cache_clear()


@pytest.mark.usefixtures("opened")
def test_a_deployment_opens_a_table_and_nothing_else(tmp_path: Path) -> None:
    tables = load_contracts()["land"].public_part().tables
    assert list(tables) == ["parcel"]
    assert {column.item.confidentiality for column in tables["parcel"].columns} == {"public"}
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE parcel AS SELECT 'L1' AS parcel_uid, '1-1' AS lot_number, 34.0 AS parcel_latitude")
    assert warehouse_leaks(path, NAMES) == []
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE note AS SELECT '1-1' AS lot_number")
        connection.execute("CREATE TABLE corporate_land AS SELECT 1 AS held")
        connection.execute("ALTER TABLE parcel ADD COLUMN assessed_value BIGINT")
        connection.execute("ALTER TABLE parcel ADD COLUMN memo VARCHAR DEFAULT '架空太郎'")
    assert {leak.place.partition(", ")[2] for leak in warehouse_leaks(path, NAMES)} == {
        "table note, column lot_number",
        "table corporate_land",
        "table parcel, column assessed_value",
        "table parcel, column memo",
    }


def test_opening_a_table_makes_its_registry_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = registry_fingerprint(load_contracts()["land"])
    monkeypatch.setenv(PUBLISH, "parcel")
    load_contracts.cache_clear()
    after = registry_fingerprint(load_contracts()["land"])
    monkeypatch.undo()
    load_contracts.cache_clear()
    assert before != after


@pytest.mark.parametrize("name", ["owner_person", "register_tax_comparison", "no_such_table"])
def test_what_is_not_publishable_cannot_be_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLISH, name)
    load_contracts.cache_clear()
    with pytest.raises(DeclarationError, match=f"{name}.*it may name corporate_land, lot, parcel"):
        load_contracts()
    monkeypatch.undo()
    load_contracts.cache_clear()


def test_no_publishable_table_holds_a_secret() -> None:
    publishable = [table for contract in load_contracts().values() for table in contract.tables.values() if table.publishable]
    assert {table.name for table in publishable} >= {"parcel", "corporate_land", "lot"}
    assert all(table.is_restricted for table in publishable)
    assert "secret" not in {column.item.confidentiality for table in publishable for column in table.columns}


def test_what_is_delivered_is_its_owners_alone_on_every_step(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    for folder in (home.landing, home.raw, home.standardised, home.quarantine, home.work):
        assert folder.stat().st_mode & 0o077 == 0, folder
