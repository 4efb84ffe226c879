"""Sources of any layout and registries of any number of sources, declared in folders of their own and built end to end."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

import data_standards.items
import pipelines.source_declarations
import pipelines.sources
import registries.contract
from data_standards.items import DeclarationError, load_items
from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore
from pipelines.landing_choice import LandingWish, files_to_land
from pipelines.source_declarations import load_sources, source_named
from pipelines.warehouse import WarehouseMaker
from quality.quarantine import read_quarantine
from registries.contract import load_contracts

ROOT = Path(__file__).resolve().parents[1]
WORDS = ("label", "label_en", "reading", "definition", "definition_en", "reference", "example")


def silent(*_: object) -> None:
    """Show no progress."""


def item(kind: str = "text", confidentiality: str = "public") -> dict[str, Any]:
    return {**dict.fromkeys(WORDS, "x"), "type": kind, "confidentiality": confidentiality}


def source(columns: dict[str, str], **more: Any) -> dict[str, Any]:
    about = dict.fromkeys(
        ("title", "title_en", "publisher", "publisher_en", "homepage", "licence", "licence_url", "attribution", "attribution_en"), "x"
    )
    listed = [{"name": name, "label": name, "item": of, "required": name == "town"} for name, of in columns.items()]
    return {**about, "cadence": "monthly", "owner": "x@example.org", "columns": listed, **more}


def contract(sources: list[str], tables: dict[str, Any], **more: Any) -> dict[str, Any]:
    about = dict.fromkeys(("title", "title_en", "description", "description_en", "owner", "contact_name"), "x")
    return {**about, "version": "1.0.0", "sources": sources, "tables": tables, **more}


def table(columns: dict[str, str], key: list[str], **more: Any) -> dict[str, Any]:
    return {"label": "x", "label_en": "x", "definition": "x", "definition_en": "x", "key": key, "columns": columns, **more}


READER = """
import polars as pl
from pipelines.errors import DaichoError
from pipelines.ingest.delimited import Refusal

def read(path, refuse):
    for number, word in enumerate(path.read_text().split(), start=1):
        if word == "STOP":
            raise DaichoError("the text breaks off")
        if word == "?":
            refuse(Refusal(number, "unreadable", "a question mark", b"?"))
        else:
            town, height = word.split("=")
            yield pl.DataFrame({"town": [town], "height": [height], "line": [number]})
"""
PACKAGED = """
def packaged_version():
    return "1"

def write_packaged(folder):
    (folder / "words.txt").write_text("packed=1")
"""
PYTHON_MODEL = """
def make(connection):
    return connection.sql("SELECT town, [owner, 'x'] AS owners FROM owned WHERE owner IS NOT NULL")
"""


class World:
    """Declarations in a folder of their own, and a home."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Home(folder / "home")
        self.home.prepare()

    def deliver(self, name: str, file: str, text: str) -> None:
        path = self.folder / "in" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        of = source_named(name)
        Landing(self.home, of).land(path)
        self.read(name)

    def read(self, name: str) -> None:
        of = source_named(name)
        raw = RawStore(self.home, of)
        raw.read_new(silent)
        StandardisedStore(self.home, of).standardise_new(raw, silent)

    def records(self, name: str) -> pl.DataFrame:
        parts = StandardisedStore(self.home, source_named(name)).parts()
        return pl.concat([pl.read_parquet(part) for part in parts])

    def build(self) -> list[str]:
        """Make the warehouse; the models that ran."""
        maker, ran = WarehouseMaker(self.home), list[str]()
        if not maker.is_current:
            maker.begin()
            for of in load_contracts().values():
                maker.make(of, ran.append)
            maker.measures_path.mkdir(parents=True, exist_ok=True)
            maker.put_in_place()
        return ran

    def rows(self, sql: str, *, restricted: bool = False) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.restricted if restricted else self.home.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    items = {
        "town": item(),
        "height": item("integer"),
        "tallest": item("integer"),
        "owner": item(confidentiality="secret"),
        "owners": item("text_list", "secret"),
        "seen_at": item("timestamp"),
        "outline": item("geometry"),
        "words": item("text_list"),
    }
    sources = {
        "hills": source({"town": "town", "height": "height"}, header=True, cadence="snapshot", scope="town"),
        "towers": source({"town": "town", "height": "height"}, suffixes=[".txt"]),
        "roll": source({"town": "town", "owner": "owner"}, header=True),
        "kinds": source({"town": "town", "seen": "seen_at", "outline": "outline", "words": "words"}, header=True),
    }
    heights = table({"town": "required", "tallest": "optional"}, ["town"], recompute_by="town")
    owned = table({"town": "required", "owner": "optional", "tallest": "optional"}, ["town", "owner"])
    listed = table({"town": "required", "owners": "optional"}, ["town"])
    kind = table({"town": "required", "seen_at": "optional", "outline": "optional", "words": "optional"}, ["town"])
    contracts = {
        "ground": contract(["hills", "towers"], {"height_of_town": heights}),
        "owners": contract(["roll"], {"owned": owned, "owned_list": listed}, needs=["ground"]),
        "any_kind": contract(["kinds"], {"kind": kind}),
    }
    union = "SELECT town, height FROM delivered_hills UNION ALL SELECT town, height FROM delivered_towers"
    models = {
        "ground/sql/height_of_town.sql": f"SELECT town, max(height) AS tallest FROM ({union}) GROUP BY town",
        "owners/sql/owned.sql": "SELECT town, owner, tallest FROM delivered LEFT JOIN height_of_town USING (town)",
        "owners/models/owned_list.py": PYTHON_MODEL,
        "any_kind/sql/kind.sql": "SELECT town, seen_at, outline::GEOMETRY AS outline, words FROM delivered",
    }
    (tmp_path / "items").mkdir()
    shutil.copy(ROOT / "data_standards" / "items" / "delivery.yaml", tmp_path / "items")
    (tmp_path / "items" / "hill.yaml").write_text(yaml.safe_dump(items))
    for name, of_source in sources.items():
        (tmp_path / "sources" / name).mkdir(parents=True)
        (tmp_path / "sources" / name / "source.yaml").write_text(yaml.safe_dump(of_source))
    (tmp_path / "sources" / "towers" / "reader.py").write_text(READER)
    (tmp_path / "sources" / "towers" / "packaged.py").write_text(PACKAGED)
    shutil.copytree(ROOT / "registries" / "delivery", tmp_path / "registries" / "delivery")
    for name, of_registry in contracts.items():
        (tmp_path / "registries" / name).mkdir()
        (tmp_path / "registries" / name / "contract.yaml").write_text(yaml.safe_dump(of_registry, sort_keys=False))
    for name, text in models.items():
        (tmp_path / "registries" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "registries" / name).write_text(text)
    monkeypatch.setattr(data_standards.items, "_FOLDER", tmp_path / "items")
    monkeypatch.setattr(pipelines.source_declarations, "_FOLDER", tmp_path / "sources")
    monkeypatch.setattr(registries.contract, "_FOLDER", tmp_path / "registries")
    monkeypatch.setattr(pipelines.sources, "__path__", [str(tmp_path / "sources")])
    # the real fingerprint reads the program's own folders
    monkeypatch.setattr("pipelines.warehouse.registry_fingerprint", lambda of: repr(of))
    for known in (load_items, load_sources, load_contracts):
        known.cache_clear()
    yield World(tmp_path)
    for known in (load_items, load_sources, load_contracts):
        known.cache_clear()


# --- sources ----------------------------------------------------------------------------------------------------------


def test_columns_are_found_by_the_header(world: World) -> None:
    world.deliver("hills", "a.csv", "height,colour,town\r\n3,red,A\r\n4,blue,B\r\n")
    world.deliver("hills", "b.csv", "town\nC\n")
    world.deliver("hills", "c.csv", '"town", "height"\n"D, the old",5\n,6\n')
    assert world.records("hills").sort("town").select("town", "height", "source_file", "source_line").rows() == [
        ("A", 3, "a.csv", 2), ("B", 4, "a.csv", 3), ("C", None, "b.csv", 2), ("D, the old", 5, "c.csv", 2),
    ]  # fmt: skip
    files = {file.name: file for file in RawStore(world.home, source_named("hills")).files()}
    assert (files["a.csv"].unknown_columns, files["b.csv"].absent_columns, files["a.csv"].records) == (("colour",), ("height",), 2)
    assert read_quarantine(world.home.quarantine).select("file", "line", "code", "original").rows() == [("c.csv", 3, "missing", b",6")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("height\n3\n", "lacks the required column town; it names height"),
        ("town,town\nA,B\n", "names a column twice: town"),
        ("town,\nA,B\n", "a column without a name"),
        ('town,"height\nA,3\n', "the header cannot be read"),
    ],
)
def test_a_wrong_header_refuses_the_file(world: World, text: str, reason: str) -> None:
    world.deliver("hills", "good.csv", "town,height\nA,3\n")
    world.deliver("hills", "bad.csv", text)
    assert world.records("hills")["town"].to_list() == ["A"]
    (refused,) = read_quarantine(world.home.quarantine).to_dicts()
    assert (refused["file"], refused["line"], refused["code"]) == ("bad.csv", 0, "unreadable_file")
    assert reason in refused["reason"]


def test_a_header_without_records_is_an_empty_file(world: World) -> None:
    world.deliver("hills", "empty.csv", "town,height\n")
    (file,) = RawStore(world.home, source_named("hills")).files()
    assert (file.records, file.fault) == (0, None)


def test_a_reader_gives_records_and_refusals(world: World) -> None:
    world.deliver("towers", "a.txt", "A=3 ? B=tall C=5")
    assert world.records("towers").select("town", "height", "source_line").rows() == [("A", 3, 1), ("C", 5, 4)]
    refused = read_quarantine(world.home.quarantine).select("stage", "line", "code", "original").rows()
    assert refused == [("raw", 2, "unreadable", b"?"), ("standardised", 3, "not_an_integer", b'{"town":"B","height":"tall"}')]
    (file,) = RawStore(world.home, source_named("towers")).files()
    assert (file.records, file.refused) == (4, 1)


def test_a_file_that_breaks_off_leaves_no_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.parts.PART_BYTES", 1)  # so that parts are written before the break
    world.deliver("towers", "a.txt", "A=3")
    world.deliver("towers", "b.txt", "B=4 C=5 STOP D=6")
    assert world.records("towers")["town"].to_list() == ["A"]
    assert read_quarantine(world.home.quarantine).select("file", "line", "reason").rows() == [("b.txt", 0, "the text breaks off")]
    assert len(list((world.home.raw / "towers").glob("*.parquet"))) == 1


def test_the_packaged_delivery_is_used_until_something_is_delivered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    towers = source_named("towers")
    assert files_to_land(world.home, towers, LandingWish()) == ([], "delivered"), "DAICHO_PACKAGED=no"
    monkeypatch.delenv("DAICHO_PACKAGED")
    files, origin = files_to_land(world.home, towers, LandingWish())
    assert ([path.name for path in files], origin) == (["words.txt"], "packaged")
    Landing(world.home, towers).land(files[0], origin=origin)
    assert files_to_land(world.home, towers, LandingWish()) == (files, "packaged")
    assert files_to_land(world.home, towers, LandingWish(defaults=False)) == ([], "delivered")
    inbox = world.home.inbox / "towers" / "new.txt"
    inbox.parent.mkdir(parents=True)
    inbox.write_text("A=1")
    assert files_to_land(world.home, towers, LandingWish()) == ([inbox], "delivered")
    Landing(world.home, towers).land(inbox)
    inbox.unlink()
    assert files_to_land(world.home, towers, LandingWish()) == ([], "delivered")


def test_times_geometries_and_lists_are_kept(world: World) -> None:
    point = "0101000000000000000000f03f0000000000000040"
    world.deliver("kinds", "a.csv", f"town,seen,outline,words\nA,2024-01-02T03:04:05Z,{point},a;b\nB,,,\nC,2024-01-02,zz,x\n")
    world.build()
    assert world.rows("SELECT town, seen_at::VARCHAR, ST_AsText(outline), words FROM kind ORDER BY 1") == [
        ("A", "2024-01-02 03:04:05+00", "POINT (1 2)", ["a", "b"]),
        ("B", None, None, None),
    ]
    (refused,) = read_quarantine(world.home.quarantine).to_dicts()
    assert (refused["line"], refused["code"]) == (4, "impossible_time")
    assert "not WKB" in refused["reason"]


# --- registries -------------------------------------------------------------------------------------------------------


def heights(world: World) -> dict[str, int]:
    return dict(world.rows("SELECT town, tallest FROM height_of_town"))


def test_a_registry_of_two_sources_is_brought_up_to_date_by_its_keys(world: World) -> None:
    world.deliver("hills", "hills_20240101.csv", "town,height\nA,3\nB,4\n")
    assert {"height_of_town", "owned", "kind", "delivered_file"} <= set(world.build())
    assert heights(world) == {"A": 3, "B": 4}  # the other source has delivered nothing
    world.deliver("towers", "t.txt", "A=9 C=1")
    ran = world.build()
    assert heights(world) == {"A": 9, "B": 4, "C": 1}
    assert "kind" not in ran, "nothing the registry is made of has changed"
    assert "owned" in ran, "a registry it needs has changed"
    world.deliver("roll", "r.csv", "town,owner\nA,Sato\n")
    ran = world.build()
    assert "height_of_town" not in ran
    assert world.build() == []


def test_a_snapshot_stands_in_place_of_earlier_ones_of_its_scope(world: World) -> None:
    world.deliver("hills", "hills_20240101.csv", "town,height\nA,3\nA,7\nB,4\n")
    world.build()
    world.deliver("hills", "hills_20240301.csv", "town,height\nA,5\n")
    world.build()
    assert heights(world) == {"A": 5, "B": 4}
    world.deliver("hills", "hills_20240201.csv", "town,height\nA,6\nB,2\nC,1\n")
    world.build()
    refreshed = heights(world)
    assert refreshed == {"A": 5, "B": 2, "C": 1}, "an older file speaks only where no newer one does"
    world.home.warehouse.unlink()
    world.build()
    assert heights(world) == refreshed


def test_a_restricted_table_lies_apart_and_is_no_part_of_a_release(world: World) -> None:
    world.deliver("hills", "hills_20240101.csv", "town,height\nA,3\n")
    world.deliver("roll", "r.csv", "town,owner\nA,Sato\nB,\n")
    world.build()
    assert world.rows("SELECT * FROM owned ORDER BY town", restricted=True) == [("A", "Sato", 3), ("B", None, None)]
    assert world.rows("SELECT * FROM owned_list", restricted=True) == [("A", ["Sato", "x"])]
    assert {name for (name,) in world.rows("SELECT table_name FROM duckdb_tables()")} & {"owned", "owned_list"} == set()
    assert b"Sato" not in world.home.warehouse.read_bytes()
    assert stat.S_IMODE(world.home.restricted.stat().st_mode) == 0o600
    owners = load_contracts()["owners"]
    assert owners.public_part().tables == {}, "this is all that a release is written from"


def test_a_table_that_becomes_restricted_leaves_no_bytes_behind(world: World) -> None:
    world.deliver("kinds", "a.csv", "town,seen,outline,words\nMatsumoto,,,\n")
    world.build()
    path = world.folder / "registries" / "any_kind" / "contract.yaml"
    assert b"Matsumoto" in world.home.warehouse.read_bytes()
    declared = yaml.safe_load(path.read_text())
    declared["tables"]["kind"]["confidentiality"] = "internal"
    path.write_text(yaml.safe_dump(declared, sort_keys=False))
    load_contracts.cache_clear()
    world.build()
    assert world.rows("SELECT town FROM kind", restricted=True) == [("Matsumoto",)]
    assert b"Matsumoto" not in world.home.warehouse.read_bytes()


@pytest.mark.parametrize(
    ("registry", "change", "message"),
    [
        ("owners", {"needs": ["nowhere"]}, "needs the registry 'nowhere'"),
        ("ground", {"needs": ["owners"]}, "in a circle"),
    ],
)
def test_wrong_needs_are_told(world: World, registry: str, change: dict[str, Any], message: str) -> None:
    path = world.folder / "registries" / registry / "contract.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **change}, sort_keys=False))
    with pytest.raises(DeclarationError, match=message):
        load_contracts.__wrapped__()


def test_a_table_is_never_more_open_than_its_items(world: World) -> None:
    path = world.folder / "registries" / "owners" / "contract.yaml"
    declared = yaml.safe_load(path.read_text())
    declared["tables"]["owned"]["confidentiality"] = "public"
    path.write_text(yaml.safe_dump(declared, sort_keys=False))
    with pytest.raises(DeclarationError, match="owned is declared public, but owner is secret"):
        load_contracts.__wrapped__()
