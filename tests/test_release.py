"""A release can be trusted: it says what changed, can be replayed, verified, rolled back, and never overwrites another."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.annotations import Bridge, registry_annotation
from catalog.beside import write_bridge
from catalog.differences import CHANGE_COLUMNS, KINDS, ReplayError, compare, prove
from catalog.formats import digest
from catalog.reading import read_catalogue
from catalog.release import latest, publish, release_names
from catalog.retention import KEPT, expired, retire
from catalog.rollback import roll_back, rolled_back
from catalog.schema_changes import BreakingChangeError, schema_changes
from catalog.signing import NAMESPACE, SigningError, allowed_signers, check, make_key
from catalog.verification import verify
from catalog.withdrawals import Withdrawal, read_withdrawals, written
from registries import portions
from registries.contract import Contract, load_contracts
from registries.schema import create_table
from tests.release_material import COMPANY, Publisher, company

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    # judging the tables against the data standards takes most of the time, and has tests of its own
    monkeypatch.setattr("catalog.release_writer.write_conformance", lambda *_: None)
    (tmp_path / "release").mkdir()
    return Publisher(tmp_path / "release")


def changes_of(publisher: Publisher, name: str, table: str = "company") -> pl.DataFrame:
    return pl.read_parquet(publisher.folder / "changes" / name / f"{table}.parquet")


def inode(folder: Path, path: str) -> int:
    return (folder / path).stat().st_ino


# --- changes --------------------------------------------------------------------------------------------------------


def test_changes_name_what_was_added_changed_and_removed(publisher: Publisher) -> None:
    publisher.publish([company(1), company(2), company(3)])
    second = publisher.publish([company(1), company(2, name="株式会社新名", closed_on="2024-02-02"), company(4)], "2024-02-02")
    told = changes_of(publisher, second.name).sort("corporate_number")
    assert told.select("change_type", "corporate_number").rows() == [
        ("changed", f"{2:013}"),
        ("removed", f"{3:013}"),
        ("added", f"{4:013}"),
    ]
    changed = told.row(0, named=True)
    assert sorted(changed["changed_columns"]) == ["closed_on", "name"]
    assert json.loads(changed["old_values"]) == {"name": "株式会社見本2", "closed_on": None}
    assert changed["name"] == "株式会社新名"
    assert json.loads(told.row(1, named=True)["old_values"])["name"] == "株式会社見本3"
    manifest = json.loads((second / "manifest.json").read_text())
    assert manifest["changes"]["company"] | {"path": ""} == {
        "previous": "2024-02-01.0",
        "added": 1,
        "changed": 1,
        "removed": 1,
        "merged": 0,
        "split": 0,
        "withdrawn": 0,
        "path": "",
    }
    assert (manifest["sequence"], manifest["previous"], manifest["reseed"]) == (1, "2024-02-01.0", [])


ROWS = st.dictionaries(
    st.integers(1, 12),
    st.tuples(st.sampled_from([None, "a", "b", ""]), st.sampled_from([None, 1, 2]), st.sampled_from([None, ["x"], ["x", "y"]])),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(before=ROWS, after=ROWS, portion=st.sampled_from([3, portions.PORTION]))
def test_replaying_the_changes_gives_the_later_state(
    before: dict[int, tuple[Any, ...]], after: dict[int, tuple[Any, ...]], portion: int
) -> None:
    with duckdb.connect() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "PORTION", portion)
        for name, rows in (("before", before), ("after", after)):
            connection.execute(f"CREATE TABLE {name} (id INTEGER, word VARCHAR, number INTEGER, words VARCHAR[])")
            for key, values in rows.items():
                connection.execute(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", [key, *values])
        found = compare(connection, "before", "after", ["id"])
        assert (found.previous_rows, found.current_rows) == (len(before), len(after))
        assert found.counts["added"] == len(after.keys() - before.keys())
        assert found.counts["removed"] == len(before.keys() - after.keys())
        assert found.counts["changed"] == sum(before[key] != after[key] for key in before.keys() & after.keys())
        prove(connection, "before", found.relation, "after", ["id"])
        if not found.is_empty:
            (dropped,) = connection.execute(f"SELECT min(id) FROM {found.relation}").fetchall()[0]
            connection.execute(f"CREATE TABLE incomplete AS FROM {found.relation} WHERE id <> {dropped}")
            with pytest.raises(ReplayError):
                prove(connection, "before", "incomplete", "after", ["id"])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE told SET change_type = 'changed' WHERE change_type = 'added'", "rows"),
        ("UPDATE told SET word = 'z' WHERE change_type = 'changed'", "do not give"),
        ("DELETE FROM told WHERE change_type = 'removed'", "rows"),
    ],
)
def test_the_gate_bites(damage: str, message: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE before AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(id, word)")
        connection.execute("CREATE TABLE after AS SELECT * FROM (VALUES (1, 'c'), (3, 'd')) t(id, word)")
        compare(connection, "before", "after", ["id"], name="told")
        connection.execute(damage)
        with pytest.raises(ReplayError, match=message):
            prove(connection, "before", "told", "after", ["id"])


@pytest.mark.parametrize("registry", load_contracts())
def test_no_published_column_bears_the_name_of_a_change_column(registry: str) -> None:
    for table in load_contracts()[registry].public_part().tables.values():
        assert not {column.name for column in table.columns} & set(CHANGE_COLUMNS), table.name


def test_an_id_that_was_replaced_is_a_merger_or_a_split() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE before AS SELECT * FROM (VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4)) t(id, n)")
        connection.execute("CREATE TABLE after AS SELECT * FROM (VALUES ('a', 1), ('e', 3), ('f', 3)) t(id, n)")
        redirects = "SELECT * FROM (VALUES ('b', 'a', 'merged'), ('c', 'e', 'split'), ('c', 'f', 'split')) t(id, replaced_by, kind)"
        found = compare(connection, "before", "after", ["id"], redirects=redirects)
        rows = connection.execute(f"SELECT id, change_type, successors FROM {found.relation}").fetchall()
        told = {key: (kind, by) for key, kind, by in rows}
        prove(connection, "before", found.relation, "after", ["id"])
    assert told["b"] == ("merged", ["a"])
    assert told["c"] == ("split", ["e", "f"])
    assert told["d"] == ("removed", None)
    assert sum(found.counts[kind] for kind in KINDS) == 5


# --- what does not change is not written again ----------------------------------------------------------------------


def test_unchanged_tables_and_parts_are_linked(publisher: Publisher) -> None:
    first = publisher.publish([company(1), company(2)])
    second = publisher.publish([company(1, name="株式会社新名"), company(2)], "2024-02-02")
    assert inode(first, "company_event/company_event.parquet") == inode(second, "company_event/company_event.parquet")
    assert inode(first, "company/csv/company_47.csv.gz") == inode(second, "company/csv/company_47.csv.gz")
    assert inode(first, "company/csv/company_13.csv.gz") != inode(second, "company/csv/company_13.csv.gz")
    assert inode(first, "company/company.parquet") != inode(second, "company/company.parquet")
    assert not (publisher.folder / "changes" / second.name / "company_event.parquet").exists()


def test_a_part_that_a_row_left_is_written_again(publisher: Publisher) -> None:
    first = publisher.publish([company(1), company(3), company(2)])
    second = publisher.publish([company(1), company(3, lg_code="472018", prefecture_code="47"), company(2)], "2024-02-02")
    for part in ("13", "47"):
        path = f"company/csv/company_{part}.csv.gz"
        assert inode(first, path) != inode(second, path)


def test_the_way_does_not_change_the_bytes(publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish([company(1)])
    second = publisher.publish([company(1), company(2)], "2024-02-02")
    (tmp_path / "other" / "release").mkdir(parents=True)
    alone = Publisher(tmp_path / "other" / "release").publish([company(1), company(2)], "2024-02-02")
    for path in ("company/company.parquet", "company_event/company_event.parquet", "company/csv/company_13.csv.gz"):
        assert (second / path).read_bytes() == (alone / path).read_bytes()


# --- ids ------------------------------------------------------------------------------------------------------------


def test_every_id_ever_published_is_kept_with_its_releases(publisher: Publisher) -> None:
    publisher.publish([company(1), company(2)])
    publisher.publish([company(1)], "2024-02-02")
    third = publisher.publish([company(1, name="株式会社新名"), company(2), company(3)], "2024-02-03")
    ids = pl.read_parquet(third / "ids" / "company.parquet").drop("replaced_by").rows()
    assert ids == [
        (f"{1:013}", "active", "2024-02-01.0", None, "2024-02-03.0"),
        (f"{2:013}", "active", "2024-02-01.0", None, "2024-02-03.0"),
        (f"{3:013}", "active", "2024-02-03.0", None, "2024-02-03.0"),
    ]
    between = pl.read_parquet(publisher.folder / "2024-02-02.0" / "ids" / "company.parquet").drop("replaced_by").row(1)
    assert between == (f"{2:013}", "removed", "2024-02-01.0", "2024-02-01.0", "2024-02-02.0")


def test_the_registry_of_ids_beside_the_releases_forgets_none(publisher: Publisher) -> None:
    def kept() -> list[tuple[Any, ...]]:
        return pl.read_parquet(publisher.folder / "id_registry" / "company.parquet").drop("replaced_by").rows()

    publisher.publish([company(1)])
    publisher.publish([company(1), company(2), company(3)], "2024-02-02")
    roll_back(publisher.folder, None, "wrong file")
    back = [
        (f"{1:013}", "active", "2024-02-01.0", None, "2024-02-01.0"),
        (f"{2:013}", "removed", "2024-02-02.0", "2024-02-02.0", "2024-02-01.0"),
        (f"{3:013}", "removed", "2024-02-02.0", "2024-02-02.0", "2024-02-01.0"),
    ]
    assert kept() == back
    third = publisher.publish([company(1), company(2)], "2024-02-03")
    now = [back[0], (f"{2:013}", "active", "2024-02-02.0", None, "2024-02-03.0"), back[2]]
    assert kept() == now
    assert pl.read_parquet(third / "ids" / "company.parquet").drop("replaced_by").rows() == now
    assert json.loads((publisher.folder / "id_registry" / "manifest.json").read_text())["release"] == third.name
    assert not list((publisher.folder / "id_registry").glob(".*"))


def test_a_registry_of_ids_of_another_state_is_not_built_upon(publisher: Publisher) -> None:
    publisher.publish([company(1)])
    path = publisher.folder / "id_registry" / "manifest.json"
    path.write_text(path.read_text().replace("2024-02-01.0", "2024-02-09.0"))
    pl.read_parquet(path.with_name("company.parquet")).with_columns(status=pl.lit("removed")).write_parquet(
        path.with_name("company.parquet")
    )
    second = publisher.publish([company(1), company(2)], "2024-02-02")
    assert pl.read_parquet(second / "ids" / "company.parquet")["status"].to_list() == ["active", "active"]


# --- bridges --------------------------------------------------------------------------------------------------------


def test_bridges_tie_ids_to_the_records_of_each_source(tmp_path: Path) -> None:
    rows = [("office", "post:1", "A"), ("office", "post:2", "B"), ("office", "bank:1", "A"), ("company", "post:1", "C")]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE bridge (kind VARCHAR, record VARCHAR, entity VARCHAR)")
        connection.executemany("INSERT INTO bridge VALUES (?, ?, ?)", rows[::-1])
        write_bridge(connection, Bridge(dataset="kind", source="split_part(record, ':', 1)"), "bridge", ("kind", "record"), tmp_path)
    written = {path.relative_to(tmp_path).as_posix(): pl.read_parquet(path).rows() for path in tmp_path.rglob("*.parquet")}
    assert written == {
        "office/source=post.parquet": rows[:2],
        "office/source=bank.parquet": rows[2:3],
        "company/source=post.parquet": rows[3:],
    }


def test_the_bridge_of_the_identities_fits_its_table() -> None:
    bridge = registry_annotation("identity").table("identity_bridge").bridge
    assert bridge is not None
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS restricted")
        connection.execute(create_table(load_contracts()["identity"].tables["identity_bridge"]))
        connection.execute(f"SELECT {bridge.dataset}, {bridge.source} FROM identity_bridge")


# --- structure ------------------------------------------------------------------------------------------------------


def changed_contract(version: str, *, drop: str | None = None, optional: str | None = None) -> Contract:
    table = COMPANY.tables["company"]
    columns = tuple(
        replace(column, required=column.required and column.name != optional) for column in table.columns if column.name != drop
    )
    return replace(COMPANY, version=version, tables={**COMPANY.tables, "company": replace(table, columns=columns)})


@pytest.mark.parametrize(
    ("change", "kind", "breaking"),
    [({"drop": "excluded_from_search"}, "column_removed", True), ({"optional": "name"}, "became_optional", True)],
)
def test_a_breaking_change_needs_a_new_major_version(publisher: Publisher, change: dict[str, str], kind: str, breaking: bool) -> None:
    publisher.publish([company(1)])
    publisher.contract = changed_contract("1.1.0", **change)
    with pytest.raises(BreakingChangeError, match=r"Raise the major version in registries/company/contract\.yaml"):
        publisher.publish([company(1)], "2024-02-02")
    assert release_names(publisher.folder) == ["2024-02-01.0"]
    shutil.rmtree(publisher.folder.parent / "staging")
    publisher.contract = changed_contract("2.0.0", **change)
    second = publisher.publish([company(1)], "2024-02-02")
    (told,) = json.loads((second / "notes.json").read_text())["schema_changes"]
    assert (told["kind"], told["is_breaking"]) == (kind, breaking)
    assert "breaking" in (second / "NOTES.md").read_text()
    assert read_catalogue(second / "catalogue.json").releases[0].is_breaking


def test_a_table_that_a_deployment_closes_again_needs_no_new_version(publisher: Publisher) -> None:
    event = replace(COMPANY.tables["company_event"], publishable=True)
    publisher.contract = replace(COMPANY, tables={**COMPANY.tables, "company_event": event})
    publisher.publish([company(1)])
    closed = replace(event, confidentiality="internal")
    publisher.contract = replace(COMPANY, tables={**COMPANY.tables, "company_event": closed})
    second = publisher.publish([company(1), company(2)], "2024-02-02")
    assert not (second / "company_event").exists()
    assert {"kind": "table_removed", "is_breaking": True}.items() <= json.loads((second / "notes.json").read_text())["schema_changes"][
        0
    ].items()


def test_an_added_column_is_compatible_and_replayed(publisher: Publisher) -> None:
    publisher.contract = changed_contract("1.0.0", drop="excluded_from_search")
    publisher.publish([company(1), company(2)])
    publisher.contract = COMPANY
    second = publisher.publish([company(1, excluded_from_search=True), company(2)], "2024-02-02")
    changes = json.loads((second / "notes.json").read_text())
    assert [(entry["kind"], entry["is_breaking"]) for entry in changes["schema_changes"]] == [("column_added", False)]
    assert changes_of(publisher, second.name).select("corporate_number", "change_type").rows() == [(f"{1:013}", "changed")]


def test_code_lists_and_types_are_compared(publisher: Publisher) -> None:
    first = publisher.publish([company(1)])
    catalogue = read_catalogue(first / "catalogue.json")
    assert schema_changes(catalogue, catalogue) == []
    lists = [replace(entry, codes=entry.codes[1:]) if entry.name == "legal_entity_kind" else entry for entry in catalogue.code_lists]
    (gone, *_) = schema_changes(catalogue, replace(catalogue, code_lists=lists))
    assert (gone.kind, gone.is_breaking) == ("code_removed", True)
    (came, *_) = schema_changes(replace(catalogue, code_lists=lists), catalogue)
    assert (came.kind, came.is_breaking) == ("code_added", False)
    dataset = catalogue.datasets[0]
    for fields, kind in (
        ({"type": "integer"}, "type"),
        ({"unit": "m"}, "unit"),
        ({"max_length": 3}, "max_length"),
        ({"label": "x"}, "description"),
    ):
        columns = [replace(column, **fields) if column.name == "name" else column for column in dataset.columns]  # type: ignore[arg-type]
        other = replace(catalogue, datasets=[replace(dataset, columns=columns), *catalogue.datasets[1:]])
        assert [change.kind for change in schema_changes(catalogue, other)] == [kind]


# --- withdrawal -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_record_leaves_a_note_and_nothing_else(publisher: Publisher) -> None:
    publisher.publish([company(1, name="株式会社秘匿"), company(2)])
    publisher.withdrawals = [Withdrawal("corporate_number", f"{1:013}", "right", "2024-02-02")]
    second = publisher.publish([company(1, name="株式会社秘匿"), company(2)], "2024-02-02")
    assert pl.read_parquet(second / "company" / "company.parquet")["corporate_number"].to_list() == [f"{2:013}"]
    told = changes_of(publisher, second.name).row(0, named=True)
    assert (told["change_type"], told["corporate_number"], told["old_values"], told["name"]) == ("withdrawn", f"{1:013}", None, None)
    (note,) = json.loads((second / "notes.json").read_text())["withdrawals"]
    assert note["reason"] == "right"
    assert f"{1:013}" in (second / "NOTES.md").read_text()
    assert pl.read_parquet(second / "ids" / "company.parquet").row(0, named=True)["status"] == "withdrawn"
    plain = [path for path in second.rglob("*") if path.is_file() and path.suffix in (".json", ".md", ".ttl", ".html", ".jsonld")]
    assert not [path for path in plain if "株式会社秘匿" in path.read_text(encoding="utf-8")]


def test_the_list_of_withdrawals_is_read_as_written_and_told_where_wrong(tmp_path: Path) -> None:
    path = tmp_path / "withdrawals.yaml"
    entries = [Withdrawal("corporate_number", "2", "error", "2024-01-02"), Withdrawal("corporate_number", "1", "right", "2024-01-01")]
    path.write_text(written(entries))
    assert read_withdrawals(path) == entries[::-1]
    for wrong in ("- {item: a}", "- {item: a, value: b, reason: whim, on: 2024-01-01}", "- text"):
        path.write_text(wrong)
        with pytest.raises(ValueError, match=r"withdrawals\.yaml"):
            read_withdrawals(path)


# --- verifying ------------------------------------------------------------------------------------------------------


def test_a_whole_release_verifies_and_stock_tools_agree(publisher: Publisher, tmp_path: Path) -> None:
    publisher.key = tmp_path / "signing" / "key"
    make_key(publisher.key, "publisher@daicho.example")
    signers = tmp_path / "allowed_signers"
    signers.write_text(allowed_signers(publisher.key, "publisher@daicho.example"))
    release = publisher.publish([company(1)])
    found = verify(release, signers, "publisher@daicho.example")
    assert (found.faults, found.signature) == ([], "holds")
    assert found.files == len(json.loads((release / "manifest.json").read_text())["files"]) > 20
    assert found.tables == len(COMPANY.tables)
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=release, check=False).returncode == 0
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "publisher@daicho.example", "-n", NAMESPACE]
    with (release / "manifest.json").open("rb") as content:
        told = subprocess.run([*command, "-s", str(release / "manifest.json.sig")], stdin=content, capture_output=True, check=False)
    assert told.returncode == 0


@pytest.mark.parametrize("damage", ["byte", "extra", "missing", "manifest", "other signer", "unsigned"])
def test_whatever_is_wrong_with_a_release_is_told(publisher: Publisher, tmp_path: Path, damage: str) -> None:
    publisher.key = tmp_path / "key"
    make_key(publisher.key, "publisher@daicho.example")
    signers = tmp_path / "allowed_signers"
    signers.write_text(allowed_signers(publisher.key, "publisher@daicho.example"))
    release = publisher.publish([company(1)])
    target = release / "company" / "company.parquet"
    match damage:
        case "byte":
            content = bytearray(target.read_bytes())
            content[len(content) // 2] ^= 1
            target.write_bytes(content)
        case "extra":
            (release / "extra.csv").write_text("x")
        case "missing":
            target.unlink()
        case "manifest":
            path = release / "manifest.json"
            path.write_text(path.read_text().replace('"sequence": 0', '"sequence": 9'))
        case "other signer":
            make_key(tmp_path / "other", "publisher@daicho.example")
            signers.write_text(allowed_signers(tmp_path / "other", "publisher@daicho.example"))
        case "unsigned":
            (release / "manifest.json.sig").unlink()
    assert verify(release, signers, "publisher@daicho.example").faults


def test_a_folder_that_is_no_release_does_not_verify(tmp_path: Path) -> None:
    assert verify(tmp_path, None, "x").faults
    (tmp_path / "manifest.json").write_text('{"files": []}')
    assert verify(tmp_path, None, "x").faults
    with pytest.raises(SigningError):
        check(tmp_path / "manifest.json", tmp_path / "none", "x")


def test_what_lies_beside_a_release_is_verified_with_it(publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish([company(1)])
    release = publisher.publish([company(1), company(2)], "2024-02-02")
    whole = verify(release, None, "")
    assert (whole.faults, whole.beside) == ([], 1 + len([*(release / "ids").iterdir()]))
    alone = tmp_path / "copied" / release.name
    shutil.copytree(release, alone)
    assert (verify(alone, None, "").faults, verify(alone, None, "").beside) == ([], 0)
    kept, changes = publisher.folder / "id_registry", publisher.folder / "changes" / release.name / "company.parquet"
    ids, told = kept / "company.parquet", kept / "manifest.json"

    def faults_with(path: Path, content: bytes | None) -> list[str]:
        before = path.read_bytes()
        path.unlink() if content is None else path.write_bytes(content)
        faults = verify(release, None, "").faults
        path.write_bytes(before)
        return faults

    for path in (changes, ids):
        for content in (path.read_bytes()[:-1] + b"x", None):
            (fault,) = faults_with(path, content)
            assert fault.startswith(path.relative_to(publisher.folder).as_posix())
    assert "no manifest" in faults_with(told, b"[]")[0]
    pl.read_parquet(ids).head(1).write_parquet(ids)
    manifest = json.loads(told.read_text())
    for entry in manifest["files"]:
        if entry["path"] == ids.name:
            entry |= {"bytes": ids.stat().st_size, "sha256": digest(ids)}
    assert faults_with(told, json.dumps(manifest).encode()) == [f"id_registry/company.parquet: 1 ids of {release.name} are missing"]


# --- rolling back, letting go ---------------------------------------------------------------------------------------


def test_rolling_back_moves_the_pointer_and_remembers_what_was_taken_back(publisher: Publisher) -> None:
    publisher.publish([company(1)])
    before = {path.name: path.read_bytes() for path in publisher.folder.iterdir() if path.name.startswith("catalog")}
    publisher.publish([company(1), company(2)], "2024-02-02")
    content = (latest(publisher.folder) or {})["content_id"]
    assert roll_back(publisher.folder, None, "wrong file") == ("2024-02-02.0", "2024-02-01.0")
    assert (latest(publisher.folder) or {})["release"] == "2024-02-01.0"
    assert rolled_back(publisher.folder) == {content}
    assert {path.name: path.read_bytes() for path in publisher.folder.iterdir() if path.name.startswith("catalog")} == before
    third = publisher.publish([company(1), company(3)], "2024-02-03")
    manifest = json.loads((third / "manifest.json").read_text())
    assert (manifest["previous"], manifest["changes"]["company"]["added"]) == ("2024-02-01.0", 1)
    feed = ElementTree.parse(publisher.folder / "feeds" / "releases.atom").getroot()
    assert [entry.findtext(f"{ATOM}id", "").split("/")[-2] for entry in feed.iter(f"{ATOM}entry")] == ["2024-02-03.0", "2024-02-01.0"]


@pytest.mark.parametrize(
    ("to", "message"), [("2024-02-01.0", "latest release already"), ("1999-01-01.0", "no release"), (None, "first release")]
)
def test_a_rollback_that_leads_nowhere_is_told(publisher: Publisher, to: str | None, message: str) -> None:
    with pytest.raises(ValueError, match="nothing is published"):
        roll_back(publisher.folder, to, "x")
    publisher.publish([company(1)])
    with pytest.raises(ValueError, match=message):
        roll_back(publisher.folder, to, "x")


def test_a_release_is_never_overwritten(publisher: Publisher) -> None:
    from catalog.release import Staging

    first = publisher.publish([company(1)])
    with pytest.raises(FileExistsError, match="never overwritten"):
        publish(publisher.folder, Staging(root=publisher.folder.parent / "staging", name=first.name))


def test_old_releases_go_and_leave_their_notes(publisher: Publisher) -> None:
    days = ["2022-01-10", "2022-02-10", "2023-12-10", "2024-01-10", "2024-02-10"]
    for number, day in enumerate(days, start=1):
        publisher.publish([company(1, name=f"株式会社{number}")], day)
    assert expired(publisher.folder) == ["2022-01-10.0", "2022-02-10.0"]
    assert retire(publisher.folder, "2022-01-10.0", "retention") > 0
    left = {path.name for path in (publisher.folder / "2022-01-10.0").iterdir()}
    assert left == ({*KEPT} - {"manifest.json.sig"}) | {"retired.json"}
    assert (publisher.folder / "changes" / "2022-02-10.0" / "company.parquet").exists()
    assert verify(publisher.folder / "2022-02-10.0", None, "").faults == []
    assert expired(publisher.folder) == ["2022-02-10.0"]
    with pytest.raises(ValueError, match="was taken away"):
        roll_back(publisher.folder, "2022-01-10.0", "x")
    for name, message in (("2024-02-10.0", "latest"), ("2022-01-10.0", "before"), ("none", "no release")):
        with pytest.raises(ValueError, match=message):
            retire(publisher.folder, name, "x")


def test_feeds_tell_data_apart_from_structure(publisher: Publisher) -> None:
    publisher.publish([company(1)])
    publisher.publish([company(1), company(2)], "2024-02-02")
    feeds = {path.stem: ElementTree.parse(path).getroot() for path in (publisher.folder / "feeds").glob("*.atom")}
    assert {"releases", "structure", "company", "company_event"} <= {*feeds}
    titles = {name: [entry.findtext(f"{ATOM}title", "") for entry in feed.iter(f"{ATOM}entry")] for name, feed in feeds.items()}
    assert (len(titles["releases"]), len(titles["structure"]), len(titles["company"])) == (2, 0, 2)
    for feed in feeds.values():
        assert feed.findtext(f"{ATOM}id")
        assert feed.findtext(f"{ATOM}updated", "").endswith("Z")
        for link in feed.iter(f"{ATOM}link"):
            path = publisher.folder / link.attrib["href"].removeprefix("https://daicho.example/data/")
            assert path.exists(), link.attrib["href"]
