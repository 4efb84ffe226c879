"""Writing a release: every public table in every form, the documents about them, and the manifest that names all."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from catalog.annotations import identity, registry_annotation
from catalog.assemble import Material, assemble
from catalog.beside import entries_beside, id_registry_of, write_bridge
from catalog.conformance import FILE as CONFORMANCE
from catalog.conformance import write_conformance
from catalog.formats import digest
from catalog.id_ledger import has_ids, write_ids
from catalog.model import Catalogue, ChangeCounts, ReleaseEntry
from catalog.notes import notes_markdown, release_notes
from catalog.page import release_page
from catalog.reading import read_catalogue
from catalog.release import Edition, Staging, is_retired, latest, manifest_of, release_entries
from catalog.release_documents import write_catalogue, write_definitions
from catalog.release_table import Previous, place, publish_table
from catalog.schema_changes import SchemaChange, check_versions, schema_changes
from catalog.signing import sign
from catalog.tables import WrittenFile
from catalog.withdrawals import Withdrawal
from registries.contract import Contract, Table
from registries.schema import quoted

Progress = Callable[[str], None]


def _previous(published: Path) -> Previous | None:
    """The newest release; None where there is none, or its data was taken away."""
    pointer = latest(published)
    if pointer is None or is_retired(published / pointer["release"]):
        return None
    folder = published / pointer["release"]
    return Previous(name=pointer["release"], folder=folder, files=manifest_of(folder)["files"])


@dataclass
class _Tables:
    """What came of the tables of a release."""

    files: list[WrittenFile] = field(default_factory=list)
    changes: dict[str, ChangeCounts | None] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)


def write_release(
    connection: duckdb.DuckDBPyConnection,
    edition: Edition,
    staging: Staging,
    progress: Progress,
    *,
    published: Path,
    material: Material,
    withdrawals: list[Withdrawal],
    key: Path | None = None,
    additions: Callable[[Path], None] | None = None,
) -> None:
    """Write the files of a release into a staging folder.

    Only public tables are written, and of these only public items: a column whose item is not public stops the release. A table that is
    as it was in the previous release keeps its files, by hard link.

    Args:
        connection: On the warehouse.
        edition: What the release is made from.
        staging: Where to write; must not exist.
        progress: Called with what is being written.
        published: Folder of the releases so far.
        material: What the catalogue is assembled from, but for files, changes and releases.
        withdrawals: Records that are not to be published.
        key: Private key to sign the manifest with; None leaves it unsigned.
        additions: Writes further files into the folder of the release, before the manifest names them all.

    Raises:
        PermissionError: A public table holds an item that is not public.
        ReplayError: The changes do not lead from the previous release to this one.
        BreakingChangeError: A contract breaks its users without a new major version.
    """
    contracts = [contract.public_part() for contract in material.contracts]
    contracts = [contract for contract in contracts if contract.tables]
    for contract in contracts:
        for table in contract.tables.values():
            for column in table.columns:
                if column.item.confidentiality != "public":
                    raise PermissionError(f"{table.name}.{column.name} is {column.item.confidentiality} and cannot be released")
    staging.release.mkdir(parents=True)
    previous = _previous(published)
    tables = _write_tables(connection, contracts, material, staging, previous, published, withdrawals, progress)
    progress("contracts, dictionary, code lists")
    write_definitions(staging.release, contracts, edition_licences(edition))
    write_conformance(contracts, staging.release, progress)
    if additions is not None:
        additions(staging.release)
    files = _entries(staging.release, tables)
    manifest = _manifest(contracts, edition, staging, previous, tables, files)
    entries = [_own_entry(staging.name, manifest), *(entry for entry in release_entries(published) if entry.name != staging.name)]
    first = min((entry.date for entry in entries), default=edition.date)
    known = {table: counts for table, counts in tables.changes.items() if counts is not None}
    material = replace(material, first_issued=first, files=files, changes=known, releases=entries)
    catalogue, before = assemble(material), _catalogue_of(previous)
    structure = schema_changes(before, catalogue) if before else []
    if before is not None:
        check_versions(before, catalogue, [change for change in structure if change.table not in _closed(material)])
    if any(change.is_breaking for change in structure):
        catalogue = replace(catalogue, releases=[replace(catalogue.releases[0], is_breaking=True), *catalogue.releases[1:]])
    progress("catalogue")
    notes = release_notes(catalogue, before, tables.changes, structure, withdrawals)
    write_text(staging.release / "notes.json", json_text(notes))
    write_text(staging.release / "NOTES.md", notes_markdown(notes, catalogue))
    write_catalogue(staging.release, catalogue)
    _finish(staging, manifest, tables, contracts, structure, withdrawals, key)


def _closed(material: Material) -> set[str]:
    """Tables that a deployment may open and has not, or no longer: its decision is no change of the contract."""
    return {
        table.name for contract in material.contracts for table in contract.tables.values() if table.publishable and table.is_restricted
    }


def edition_licences(edition: Edition) -> list[str]:
    """The licences of the sources, each as one text."""
    return [f"{source.licence} {source.licence_url} {source.attribution}" for source in edition.sources]


def _catalogue_of(previous: Previous | None) -> Catalogue | None:
    path = previous.folder / "catalogue.json" if previous else None
    return read_catalogue(path) if path is not None and path.exists() else None


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    contracts: list[Contract],
    material: Material,
    staging: Staging,
    previous: Previous | None,
    published: Path,
    withdrawals: list[Withdrawal],
    progress: Progress,
) -> _Tables:
    found = _Tables()
    about = identity()
    for contract in contracts:
        licence = " / ".join(sorted({source.licence for source in material.sources if source.name in contract.sources})) or about.licence
        for table in contract.tables.values():
            progress(table.name)
            result = publish_table(
                connection,
                contract,
                table,
                staging.release,
                staging.changes,
                licence=licence,
                previous=previous,
                withdrawals=withdrawals,
            )
            found.files += result.files
            found.changes[table.name] = result.changes
            if has_ids(table):
                _ids(connection, table, result.changes, previous, published, staging)
            bridge = registry_annotation(contract.registry).table(table.name).bridge
            if bridge is not None:
                write_bridge(connection, bridge, f"release_{table.name}", table.key, staging.bridge)
    return found


def _ids(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    counts: ChangeCounts | None,
    previous: Previous | None,
    published: Path,
    staging: Staging,
) -> None:
    """Bring the ledger of a table's ids up to date; unchanged where nothing changed."""
    path = staging.release / "ids" / f"{table.name}.parquet"
    before = None
    if previous is not None:
        # the registry beside the releases also knows the ids of releases that were rolled back
        before = id_registry_of(published, previous.name, table.name) or previous.folder / "ids" / f"{table.name}.parquet"
        before = before if before.exists() else None
    if before is not None and counts is not None and counts.path is None:
        place(before, path)
        return
    changes = None
    if counts is not None and counts.path is not None:
        changes = f"read_parquet({quoted(str(staging.changes / f'{table.name}.parquet'))})"
    last = (previous.name, before) if previous is not None and before is not None else None
    write_ids(connection, table, f"release_{table.name}", changes, last, staging.name, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def json_text(content: Any) -> str:
    """A value as JSON in a fixed form."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def _entry(path: Path, staging: Path) -> dict[str, Any]:
    """What the manifest says of any file."""
    return {"path": path.relative_to(staging).as_posix(), "bytes": path.stat().st_size, "sha256": digest(path)}


def _entries(folder: Path, tables: _Tables) -> list[dict[str, Any]]:
    """What the manifest says of the files that are there."""
    data = {file.path: file for file in tables.files}
    files = []
    for path in sorted(found for found in folder.rglob("*") if found.is_file()):
        entry = _entry(path, folder)
        if file := data.get(entry["path"]):
            entry |= {"table": file.table, "rows": file.rows, "schema_fingerprint": file.columns, "writer": file.writer}
            entry |= {"part": file.part} if file.part is not None else {}
        files.append(entry)
    return files


def _manifest(
    contracts: list[Contract],
    edition: Edition,
    staging: Staging,
    previous: Previous | None,
    tables: _Tables,
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    sequence = manifest_of(previous.folder).get("sequence", 0) + 1 if previous else 0
    return {
        "release": staging.name,
        "date": edition.date,
        "sequence": sequence,
        "previous": previous.name if previous else None,
        "reseed": sorted(table for table, counts in tables.changes.items() if counts is None),
        "sample": edition.is_sample,
        "content_id": edition.content_id,
        "code_version": edition.code_version,
        "contracts": {contract.registry: contract.version for contract in contracts},
        "checks": edition.checks,
        "conformance": CONFORMANCE,
        "sources": [vars(source) for source in edition.sources],
        "changes": {table: asdict(counts) for table, counts in tables.changes.items() if counts is not None},
        "beside": entries_beside(staging.root, [staging.changes, staging.bridge]),
        "files": files,
    }


def _own_entry(name: str, manifest: dict[str, Any]) -> ReleaseEntry:
    return ReleaseEntry(
        name=name,
        date=manifest["date"],
        sequence=manifest["sequence"],
        files=len(manifest["files"]),
        bytes=sum(entry["bytes"] for entry in manifest["files"]),
        is_withdrawn=False,
        is_breaking=False,
    )


def _finish(
    staging: Staging,
    manifest: dict[str, Any],
    tables: _Tables,
    contracts: list[Contract],
    structure: list[SchemaChange],
    withdrawals: list[Withdrawal],
    key: Path | None,
) -> None:
    """Write what names all the rest: the page, the digests, the manifest, its signature."""
    folder = staging.release
    known = {entry["path"] for entry in manifest["files"]}
    manifest["files"] += [
        _entry(path, folder)
        for path in sorted(found for found in folder.rglob("*") if found.is_file())
        if path.relative_to(folder).as_posix() not in known
    ]
    manifest["schema_changes"] = [asdict(change) for change in structure]
    manifest["withdrawals"] = [withdrawal.note() for withdrawal in withdrawals]
    page = folder / "index.html"
    write_text(page, release_page(manifest, contracts))
    manifest["files"].append(_entry(page, folder))
    sums = folder / "SHA256SUMS"
    write_text(
        sums, "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in sorted(manifest["files"], key=lambda entry: entry["path"]))
    )
    manifest["files"].append(_entry(sums, folder))
    write_text(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    if key is not None:
        sign(folder / "manifest.json", key)
