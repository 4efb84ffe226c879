"""The whole way, from delivered files to a release, as the command runs it."""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import jsonschema
import polars as pl
import pyarrow.parquet as pq
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

import quality.checks
from data_standards.conformance.document import Companion
from data_standards.conformance.gif_view import to_gif
from data_standards.conformance.machine_readability import level_score
from data_standards.conformance.models import load_models
from pipelines.conform import examine
from pipelines.conform_read import read_file
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.landing import Landing, delivered_files
from pipelines.ingest.raw import RawStore
from pipelines.run import run_build
from pipelines.source_declarations import source_named
from pipelines.sources.nta_corporate_number.sample import write_sample
from quality.quarantine import read_quarantine
from registries.contract import load_contracts

SOURCE = "nta_corporate_number"
PROJECT = Path(__file__).resolve().parents[1]
PUBLISHED = [name for name, contract in load_contracts().items() if contract.public_part().tables]
"""Registries with a public table; the others have no contract document in a release."""
SHARED = PROJECT.parent / "shared" / "data"


def build(root: Path, *inputs: Path, release: bool = True) -> Home:
    home = Home(root)
    assert run_build(home, [(SOURCE, path) for path in inputs], release=release, public_key=None) == 0
    return home


def rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, scale=3_000, seed=7)
    return out


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Home:
    return build(tmp_path_factory.mktemp("built") / "home", sample / SOURCE)


@pytest.fixture
def copy(built: Home, tmp_path: Path) -> Home:
    """A home of its own, as the session's build left it."""
    shutil.copytree(built.root, tmp_path / "home")
    return Home(tmp_path / "home")


# --- the registry says what is true of the sample -------------------------------------------------------------------


def test_current_companies_are_those_of_the_truth(built: Home, sample: Path) -> None:
    truth = pl.read_parquet(sample / "truth" / SOURCE / "company.parquet")
    expected = truth.filter(pl.col("status") != "withdrawn").select(
        "corporate_number", "name", "status", "lg_code5", "closed_on", "close_cause_code", "successor_corporate_number"
    )
    found = rows(
        built,
        "SELECT corporate_number, name, status, left(lg_code, 5), closed_on, close_cause_code, successor_corporate_number "
        "FROM company ORDER BY corporate_number",
    )
    assert found == expected.sort("corporate_number").rows()


def test_withdrawn_numbers_are_kept_as_events_only(built: Home, sample: Path) -> None:
    truth = pl.read_parquet(sample / "truth" / SOURCE / "company.parquet").filter(pl.col("status") == "withdrawn")
    assert truth.height > 0
    gone = truth["corporate_number"].to_list()
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        in_company = connection.execute("SELECT count(*) FROM company WHERE list_contains(?, corporate_number)", [gone]).fetchall()
        as_event = connection.execute(
            "SELECT count(DISTINCT corporate_number) FROM company_event WHERE process_code = '99' AND list_contains(?, corporate_number)",
            [gone],
        ).fetchall()
    assert (in_company, as_event) == ([(0,)], [(len(gone),)])


def test_successions_are_those_of_the_truth(built: Home, sample: Path) -> None:
    truth = pl.read_parquet(sample / "truth" / SOURCE / "succession.parquet")
    sides = {"absorbed": "predecessor", "surviving": "successor", "both": "both"}
    expected = sorted(
        (row["predecessor"], row["successor"], sides[row["sides"]], "voided" if row["voided"] else "in_force")
        for row in truth.iter_rows(named=True)
    )
    found = rows(
        built,
        "SELECT predecessor_corporate_number, successor_corporate_number, evidence_code, "
        "replace(succession_status_code, 'revived', 'in_force') FROM company_succession ORDER BY ALL",
    )
    assert found == expected


def test_renumbering_is_told_from_moving(built: Home, sample: Path) -> None:
    truth = pl.read_parquet(sample / "truth" / SOURCE / "event.parquet")
    expected = {
        kind: set(truth.filter((pl.col("kind") == kind) & (pl.col("process_code") == "12"))["corporate_number"])
        for kind in ("renumbered", "moved")
    }
    found = {
        kind: {
            number
            for (number,) in rows(
                built,
                f"SELECT corporate_number FROM company_event WHERE address_change_code = '{kind}' AND source_file LIKE 'diff%' "
                "AND NOT is_correction",
            )
        }
        for kind in expected
    }
    assert expected["renumbered"]
    assert found["renumbered"] == expected["renumbered"]
    assert found["moved"] >= expected["moved"]
    assert not found["moved"] & (expected["renumbered"] - expected["moved"])


def test_quarantine_holds_the_defects_of_the_truth_and_nothing_else(built: Home, sample: Path) -> None:
    truth = pl.read_parquet(sample / "truth" / SOURCE / "defect.parquet")
    expected = sorted((Path(row["file"]).stem, row["line"]) for row in truth.iter_rows(named=True))
    refused = read_quarantine(built.quarantine)
    assert sorted((Path(name).stem, line) for name, line in refused.select("file", "line").rows()) == expected
    for row in refused.iter_rows(named=True):
        with zipfile.ZipFile(sample / SOURCE / (Path(row["file"]).stem + ".zip")) as archive:
            assert archive.read(row["file"]).split(b"\n")[row["line"] - 1] == row["original"]


def test_no_record_is_lost(built: Home) -> None:
    ledger = rows(built, "SELECT sum(records_read), sum(records_accepted), sum(records_quarantined), count(*) FROM delivered_file")
    ((read, accepted, quarantined, files),) = ledger
    assert read == accepted + quarantined  # type: ignore[operator]
    assert quarantined == read_quarantine(built.quarantine).height
    assert files == 21


# --- building again -------------------------------------------------------------------------------------------------


def test_second_build_changes_nothing(copy: Home) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.release.rglob("*")}, copy.warehouse.read_bytes()
    build(copy.root)
    after = {path: path.stat().st_mtime_ns for path in copy.release.rglob("*")}, copy.warehouse.read_bytes()
    assert after == before


def test_the_same_files_give_the_same_release_in_another_home(built: Home, sample: Path, tmp_path: Path) -> None:
    other = build(tmp_path / "other", sample / SOURCE)
    assert tree(other.release) == tree(built.release)


DAYS_OF_IDS = {"member_from", "member_to", "minted_on", "last_borne_on"}
"""When an id was first and last seen depends on when its records came."""


def test_days_applied_one_by_one_equal_one_build(built: Home, sample: Path, tmp_path: Path) -> None:
    files = delivered_files(sample / SOURCE, source_named(SOURCE))
    early, late = tmp_path / "early", tmp_path / "late"
    for folder, chosen in ((early, files[:14]), (late, files[14:])):
        folder.mkdir()
        for path in chosen:
            shutil.copy(path, folder)
    home = build(tmp_path / "home", early)
    first = home.release / json.loads((home.release / "latest.json").read_text())["release"]
    bytes_of_first = tree(first)
    build(home.root, late)
    for table in [table for contract in load_contracts().values() for table in contract.public_part().tables.values()]:
        told = ", ".join(column.name for column in table.columns if column.name not in DAYS_OF_IDS)
        query = f"SELECT {told} FROM {table.name} ORDER BY ALL"
        assert rows(home, query) == rows(built, query), table.name
    assert tree(first) == bytes_of_first
    newest = json.loads((home.release / "latest.json").read_text())["release"]
    assert newest == json.loads((built.release / "latest.json").read_text())["release"] != first.name


def test_a_reader_keeps_its_warehouse_while_the_next_is_built(copy: Home, sample: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    write_sample(tmp_path / "another", scale=1_000, seed=99)
    more.mkdir()
    shutil.copy(tmp_path / "another" / SOURCE / "diff_20240104.zip", more / "diff_20240202.zip")
    with duckdb.connect(str(copy.warehouse), read_only=True) as reader:
        before = reader.execute("SELECT count(*) FROM company").fetchall()
        subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "build", "--home", str(copy.root), "--from", f"{SOURCE}={more}"],
            cwd=PROJECT,
            check=True,
            capture_output=True,
        )
        assert reader.execute("SELECT count(*) FROM company").fetchall() == before
    assert rows(copy, "SELECT count(*) FROM company") != before


def test_no_release_brings_only_the_warehouse_up_to_date(sample: Path, tmp_path: Path) -> None:
    home = build(tmp_path / "home", sample / SOURCE / "diff_20240104.zip", release=False)
    assert rows(home, "SELECT count(*) > 0 FROM company") == [(True,)]
    assert not (home.release / "latest.json").exists()
    build(home.root)
    assert (home.release / "latest.json").exists()


# --- what cannot be used --------------------------------------------------------------------------------------------


def damaged(path: Path) -> Path:
    """A zip whose member is damaged in the middle."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("diff_20240301.csv", os.urandom(5000).hex())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    return path


def unusable(folder: Path) -> dict[str, Path]:
    folder.mkdir()
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("diff_20240301.csv", "x" * 1000)
    made = {
        "not a zip file": folder / "diff_20240301.zip",
        "cut short": folder / "diff_20240302.zip",
        "holds no .csv": folder / "diff_20240303.zip",
        "0 bytes": folder / "diff_20240304.csv",
        "cannot be unpacked": damaged(folder / "diff_20240305.zip"),
        "UTF-16": folder / "diff_20240306.csv",
    }
    made["not a zip file"].write_text("hello")
    made["cut short"].write_bytes(whole.read_bytes()[:700])
    with zipfile.ZipFile(made["holds no .csv"], "w") as archive:
        archive.writestr("readme.txt", "nothing")
    made["0 bytes"].touch()
    made["UTF-16"].write_bytes("1,株式会社".encode("utf-16"))
    whole.unlink()
    return made


@pytest.mark.parametrize("kind", ["not a zip file", "cut short", "holds no .csv", "0 bytes", "cannot be unpacked", "UTF-16"])
def test_an_unusable_file_alone_stops_with_a_message_and_leaves_no_release(kind: str, tmp_path: Path) -> None:
    path = unusable(tmp_path / "bad")[kind]
    with pytest.raises(DaichoError, match=kind):
        build(tmp_path / "home", path)
    assert not list((tmp_path / "home" / "release").iterdir())
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()


def test_unusable_files_do_not_harm_their_neighbours(sample: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    made = unusable(folder)
    shutil.copy(sample / SOURCE / "diff_20240104.zip", folder)
    home = build(tmp_path / "home", folder)
    refused = read_quarantine(home.quarantine).filter(pl.col("line") == 0)
    # the damaged zip opens, so it is its table that is refused
    assert set(refused["file"]) == {path.name for path in made.values() if path.name != "diff_20240305.zip"} | {"diff_20240301.csv"}
    assert rows(home, "SELECT count(*) > 0 FROM company") == [(True,)]


def test_a_file_of_nothing_but_defects_stops_and_the_last_good_release_stays(copy: Home, tmp_path: Path) -> None:
    before = tree(copy.release), copy.warehouse.read_bytes()
    bad = tmp_path / "diff_20240301.csv"
    bad.write_text("a,b\n" * 3)
    build(copy.root, bad)
    assert read_quarantine(copy.quarantine).filter(pl.col("file") == bad.name).height == 3
    assert rows(copy, "SELECT records_read, records_quarantined FROM delivered_file WHERE file_name = 'diff_20240301.csv'") == [(3, 3)]
    # what lies beside the releases speaks of the newest one
    of_releases = {(path, digest) for path, digest in before[0].items() if path[0].isdigit()}
    assert of_releases
    assert of_releases <= tree(copy.release).items()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "nta=somewhere"], "there is no source named 'nta'"),
        (["--from", f"{SOURCE}=/no/such/place"], "no such file or folder"),
        (["--from", "nonsense"], "not of the form SOURCE=PATH"),
        (["--public-key", "/no/such/key"], "no such key file"),
    ],
)
def test_wrong_arguments_are_told_without_a_traceback(arguments: list[str], message: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "build", "--home", str(tmp_path / "home"), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode in (1, 2)
    assert message in told.stderr
    assert "Traceback" not in told.stderr + told.stdout


def test_an_empty_folder_and_a_foreign_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DaichoError, match=r"holds no \.csv or \.zip"):
        build(tmp_path / "home", tmp_path / "empty")
    (tmp_path / "note.txt").touch()
    with pytest.raises(DaichoError, match=r"not a \.csv or \.zip file"):
        build(tmp_path / "home", tmp_path / "note.txt")


def test_real_files_do_not_go_into_the_home_of_the_sample(tmp_path: Path, sample: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    home.sample.mkdir()
    with pytest.raises(DaichoError, match="holds the embedded sample"):
        build(home.root, sample / SOURCE)


def test_two_builds_do_not_share_a_home(tmp_path: Path, sample: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with (home.root / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DaichoError, match="another build is running"):
            build(home.root, sample / SOURCE)


def broken_build(monkeypatch: pytest.MonkeyPatch, root: Path, severity: str) -> None:
    """Build with a model that gives values outside a code list, where such a breach has a severity."""
    monkeypatch.setattr("pipelines.warehouse.registry_fingerprint", lambda _: severity)
    broken = "SELECT * REPLACE ('301x' AS kind_code) FROM ({})"
    contract = load_contracts()["company"]
    real = type(contract).model

    def model(self: object, name: str) -> str:
        sql = real(contract, name) if self is contract else real(self, name)  # type: ignore[arg-type]
        return broken.format(sql) if name == "company" else sql

    made = quality.checks._check
    monkeypatch.setattr(type(contract), "model", model)
    monkeypatch.setattr(
        quality.checks, "_check", lambda about: replace(made(about), severity=severity) if about.kind == "code_list" else made(about)
    )
    build(root)


def test_a_fatal_check_stops_before_anything_published_changes(copy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(copy.release), copy.warehouse.read_bytes()
    with pytest.raises(DaichoError, match="nothing was published") as told:
        broken_build(monkeypatch, copy.root, "fatal")
    assert "code_list__kind_code" in str(told.value)
    assert (tree(copy.release), copy.warehouse.read_bytes()) == before


def made_from(registry: str) -> set[str]:
    """Tables of the registries that need another, directly or not, as their contracts say."""
    contracts, found = load_contracts(), {registry}
    for _ in contracts:
        found |= {name for name, contract in contracts.items() if found & set(contract.needs)}
    return {table.name for name in found - {registry} for table in contracts[name].public_part().tables.values()}


def test_an_error_holds_its_table_and_the_release_says_so(copy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first, good = release_of(copy), rows(copy, "FROM company ORDER BY corporate_number")
    broken_build(monkeypatch, copy.root, "error")
    assert rows(copy, "FROM company ORDER BY corporate_number") == good
    held = release_of(copy)
    told = json.loads((held / "quality" / "quality.json").read_text())
    assert held != first
    assert set(told["gate"]["held"]) == {"company"} | made_from("company")
    assert "company.company.code_list__kind_code" in [finding["id"] for finding in told["gate"]["findings"]]
    assert "前回の良い版" in (held / "quality" / "index.html").read_text()
    stewardship = copy.root / "stewardship"
    stewardship.mkdir()
    (stewardship / "waivers.yaml").write_text(
        "waivers:\n- {finding: company.company.code_list__kind_code, steward: 台帳 花子, reason: 新しい種別, expires: 2999-12-31}\n"
    )
    build(copy.root)
    assert rows(copy, "SELECT DISTINCT kind_code FROM company") == [("301x",)]
    told = json.loads((release_of(copy) / "quality" / "quality.json").read_text())
    assert told["gate"]["held"] == []
    (finding,) = [finding for finding in told["gate"]["findings"] if "waiver" in finding]
    assert finding["waiver"] == {"steward": "台帳 花子", "reason": "新しい種別", "expires": "2999-12-31"}


def test_an_error_in_the_first_build_stops_it(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "inbox" / SOURCE).mkdir(parents=True)
    shutil.copy(sample / SOURCE / "diff_20240104.zip", tmp_path / "home" / "inbox" / SOURCE)
    with pytest.raises(DaichoError, match="code_list__kind_code"):
        broken_build(monkeypatch, tmp_path / "home", "error")
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()


# --- what stands at the end -----------------------------------------------------------------------------------------


def release_of(home: Home) -> Path:
    return home.release / json.loads((home.release / "latest.json").read_text())["release"]


def test_manifest_names_every_file_with_its_digest(built: Home) -> None:
    folder = release_of(built)
    manifest = json.loads((folder / "manifest.json").read_text())
    named = {entry["path"]: entry for entry in manifest["files"]}
    present = {path: digest for path, digest in tree(folder).items() if path != "manifest.json"}
    assert {path: entry["sha256"] for path, entry in named.items()} == present
    assert all((folder / path).stat().st_size == entry["bytes"] for path, entry in named.items())
    pointer = json.loads((built.release / "latest.json").read_text())
    assert hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest() == pointer["manifest_sha256"]
    (source,) = manifest["sources"]
    assert "国税庁" in source["attribution"]
    assert len(source["files"]) == 21
    assert all(len(file["file_sha256"]) == 64 for file in source["files"])


@pytest.mark.parametrize("name", [table.name for contract in load_contracts().values() for table in contract.public_part().tables.values()])
def test_parquet_and_csv_hold_the_table(built: Home, name: str) -> None:
    folder = release_of(built)
    manifest = json.loads((folder / "manifest.json").read_text())
    table = next(table for contract in load_contracts().values() for table in contract.tables.values() if table.name == name)
    parquet = pq.read_table(folder / name / f"{name}.parquet")
    expected = rows(built, f"FROM {name} ORDER BY {', '.join(table.key)}")
    assert [tuple(row.values()) for row in parquet.to_pylist()] == expected
    for column in table.columns:
        about = parquet.schema.field(column.name).metadata
        assert about[b"label"].decode() == column.item.label
        assert about[b"definition@en"].decode() == column.item.definition_en
        assert about.get(b"codelist", b"").decode() == (column.item.code_list or "")
    entries = [entry for entry in manifest["files"] if entry.get("table") == name and entry["path"].endswith(".csv.gz")]
    assert sum(entry["rows"] for entry in entries) == len(expected)
    lines = 0
    for entry in entries:
        content = gzip.decompress((folder / entry["path"]).read_bytes())
        assert content.startswith(b"\xef\xbb\xbf" + table.columns[0].name.encode())
        frame = pl.read_csv(content, infer_schema=False)
        assert frame.columns == [column.name for column in table.columns]
        assert frame.height == entry["rows"]
        lines += frame.height
    assert lines == len(expected)


def test_every_table_column_and_macro_of_the_warehouse_is_described(built: Home) -> None:
    assert rows(built, "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND coalesce(comment, '') = ''") == []
    assert (
        rows(
            built,
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') NOT LIKE '%/%'",
        )
        == []
    )
    ((comment,),) = rows(built, "SELECT comment FROM duckdb_functions() WHERE function_name = 'company_as_of'")
    assert "known on" in str(comment)


def test_as_of_today_is_the_current_state(built: Home) -> None:
    today = "DATE '2100-01-01'"
    assert rows(built, f"SELECT corporate_number, name FROM company_as_of({today}, {today}) ORDER BY 1") == rows(
        built, "SELECT corporate_number, name FROM company ORDER BY 1"
    )


def test_dictionary_and_code_lists_describe_what_is_published(built: Home) -> None:
    folder = release_of(built)
    dictionary = pl.read_parquet(folder / "dictionary" / "dictionary.parquet")
    described = set(dictionary.select("table", "column").rows())
    published = {
        (table.name, column.name)
        for contract in load_contracts().values()
        for table in contract.public_part().tables.values()
        for column in table.columns
    }
    assert described == published
    for code_list in dictionary["code_list"].drop_nulls().unique():
        assert pl.read_csv(folder / "codelists" / f"{code_list}.csv", infer_schema=False).columns == [
            "code",
            "label",
            "label_en",
            "maps_to",
        ]


@pytest.mark.parametrize("registry", PUBLISHED)
def test_contract_document_is_valid(built: Home, registry: str) -> None:
    text = (release_of(built) / "contracts" / f"{registry}.odcs.yaml").read_text()
    OpenDataContractStandard.from_string(text)
    schema_path = SHARED / "schemas" / "odcs" / "odcs-json-schema-v3.1.0.json"
    if not schema_path.exists():
        pytest.skip(f"{schema_path.name} is not beside the checkout")
    jsonschema.validate(yaml.safe_load(text), json.loads(schema_path.read_text()))


def test_contract_documents_are_those_of_the_published_registries(built: Home) -> None:
    found = {path.name for path in (release_of(built) / "contracts").iterdir()}
    assert found == {f"{name}.odcs.yaml" for name in PUBLISHED}


@pytest.mark.parametrize("registry", PUBLISHED)
def test_datacontract_lints_and_tests_the_release(built: Home, registry: str) -> None:
    program = os.environ.get("DAICHO_DATACONTRACT")
    if program is None:
        pytest.skip("DAICHO_DATACONTRACT does not name the datacontract command; ./daicho test sets it")
    document = f"contracts/{registry}.odcs.yaml"
    for command in ("lint", "test"):
        told = subprocess.run([program, command, document], cwd=release_of(built), capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "failed" not in told.stdout.replace("0 failed", "")


def test_the_pages_link_only_to_what_is_there(built: Home) -> None:
    import re

    for page in (built.release / "index.html", release_of(built) / "index.html"):
        links = re.findall(r'href="([^"]+)"', page.read_text())
        assert len(links) > 1
        for link in links:
            if not link.startswith(("https://", "#", "data:")):
                assert (page.parent / link).exists(), link


def test_landing_keeps_the_bytes_and_a_receipt(built: Home, sample: Path) -> None:
    source = source_named(SOURCE)
    landing = Landing(built, source)
    receipts = landing.receipts()
    assert {receipt.name for receipt in receipts} == {path.name for path in (sample / SOURCE).iterdir()}
    for receipt in receipts:
        assert landing.path(receipt).read_bytes() == (sample / SOURCE / receipt.name).read_bytes()
    kinds = {(file.kind, file.encoding) for file in RawStore(built, source).files()}
    assert kinds == {("full", "utf-8"), ("daily", "utf-8"), ("daily", "cp932")}


def test_commands_tell_wrong_wishes_in_one_line(tmp_path: Path) -> None:
    for arguments, message in (
        (["sample", "--scale", "10", "--out", str(tmp_path)], "give a scale of"),
        (["sample", "--scale", "0", "--out", str(tmp_path)], "--scale must be at least 1"),
        (["fetch", "nope"], "there is no source named 'nope'"),
        (["fetch", SOURCE, "--since", "yesterday"], "not a date of the form"),
        (["quarantine", "--source", "nope"], "there is no source named 'nope'"),
    ):
        told = subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert told.returncode == 1
        assert message in told.stderr
        assert "Traceback" not in told.stderr


def test_our_own_release_conforms_to_the_standard(built: Home, tmp_path: Path) -> None:
    folder = release_of(built)
    gif = to_gif(pl.read_parquet(folder / "company" / "company.parquet"), load_models()["company"])
    gif.write_csv(tmp_path / "company.csv", include_bom=True)
    # beside the table lie the dictionary, the code lists and, in the manifest, the delivered files and the release
    beside = Companion(
        definitions=frozenset(gif.columns),
        code_lists=frozenset(gif.columns),
        units=frozenset(gif.columns),
        history=True,
        encoding=True,
        earlier_columns=tuple(gif.columns),
    )
    said = json.loads((folder / json.loads((folder / "manifest.json").read_text())["conformance"]).read_text(encoding="utf-8"))
    assert said["tables"]["company"]["gif"]["level"] == "LV2s"
    assert said["tables"]["company"]["gif"]["machine_readability"]["scores"] == {"1": 100, "2": 100, "3": 100}
    result = examine(read_file(tmp_path / "company.csv"), "company.csv", level="LV2s", companion=beside)
    assert result.gif.level == "LV2s", result.gif
    assert [level_score(result.judgements, level) for level in (1, 2, 3)] == [100, 100, 100]
