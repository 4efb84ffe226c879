"""Releases: immutable folders, written aside, put in place by one rename, named by ``latest.json`` last."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from catalog.conformance import FILE as CONFORMANCE
from catalog.conformance import write_conformance
from catalog.dictionary import code_lists, dictionary
from catalog.odcs import odcs_yaml
from catalog.page import release_page, releases_page
from catalog.tables import WrittenFile, write_csv, write_parquet
from registries.contract import Contract

_NAME = re.compile(r"^(\d{4}-\d{2}-\d{2})\.(\d+)$")
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class SourceNote:
    """What a release says of a source it is made from.

    Attributes:
        name: Name of the source.
        title: Title, Japanese.
        title_en: Title, English.
        publisher: Publisher.
        licence: Licence.
        licence_url: Address of the licence.
        attribution: Sentence the source requires.
        attribution_en: The same in English.
        files: Delivered files: name, sha256, kind, date, records read, accepted and quarantined.
    """

    name: str
    title: str
    title_en: str
    publisher: str
    licence: str
    licence_url: str
    attribution: str
    attribution_en: str
    files: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What a release is made from.

    Attributes:
        date: Day the data speaks for, ISO 8601.
        content_id: Digest of what the warehouse was made of; equal editions hold equal content.
        code_version: Version of the program.
        sources: Sources.
        checks: Number of checks measured, and of those that some row violates.
        is_sample: Whether the data is the embedded sample: invented.
    """

    date: str
    content_id: str
    code_version: str
    sources: list[SourceNote]
    checks: dict[str, int]
    is_sample: bool


def release_names(folder: Path) -> list[str]:
    """Names of the releases in a folder, oldest first."""
    found = [match for path in folder.glob("*") if path.is_dir() and (match := _NAME.match(path.name))]
    return [match.group(0) for match in sorted(found, key=lambda match: (match.group(1), int(match.group(2))))]


def next_name(folder: Path, date: str) -> str:
    """Name of the next release of a day: ``<date>.<n>`` with n counted from 0."""
    numbers = [int(name.rpartition(".")[2]) for name in release_names(folder) if name.startswith(f"{date}.")]
    return f"{date}.{max(numbers, default=-1) + 1}"


def latest(folder: Path) -> dict[str, Any] | None:
    """The content of ``latest.json``, or None where nothing is published."""
    path = folder / "latest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_release(
    connection: duckdb.DuckDBPyConnection,
    contracts: list[Contract],
    edition: Edition,
    staging: Path,
    name: str,
    progress: Progress,
) -> None:
    """Write the files of a release into a staging folder.

    Only public items are written: a column whose item is not public stops the release.

    Args:
        connection: On the warehouse.
        contracts: Contracts of the registries to publish.
        edition: What the release is made from.
        staging: Folder to write into; must not exist.
        name: Name of the release.
        progress: Called with what is being written.

    Raises:
        PermissionError: A table is not public, or holds an item that is not.
    """
    for contract in contracts:
        for table in contract.tables.values():
            if table.is_restricted:
                raise PermissionError(f"{table.name} is {table.confidentiality} and cannot be released")
            for column in table.columns:
                if column.item.confidentiality != "public":
                    raise PermissionError(f"{table.name}.{column.name} is {column.item.confidentiality} and cannot be released")
    staging.mkdir(parents=True)
    written: list[WrittenFile] = []
    for contract in contracts:
        for table in contract.tables.values():
            progress(f"{table.name}.parquet")
            written.append(write_parquet(connection, contract, table, staging, name))
            progress(f"{table.name}.csv.gz")
            written += write_csv(connection, contract, table, staging)
    progress("contracts, dictionary, code lists")
    licences = [f"{source.licence} {source.licence_url} {source.attribution}" for source in edition.sources]
    for contract in contracts:
        _write(staging / "contracts" / f"{contract.registry}.odcs.yaml", odcs_yaml(contract, licences))
    _write_frame(staging / "dictionary" / "dictionary", dictionary(contracts))
    for list_name, frame in code_lists(contracts).items():
        _write_frame(staging / "codelists" / list_name, frame)
    write_conformance(contracts, staging, progress)
    manifest = _manifest(contracts, edition, staging, name, written)
    page = staging / "index.html"
    _write(page, release_page(manifest, contracts))
    manifest["files"].append(_entry(page, staging))
    _write(staging / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_frame(stem: Path, frame: pl.DataFrame) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(stem.with_suffix(".parquet"), compression="zstd")
    frame.write_csv(stem.with_suffix(".csv"), include_bom=True)


def _entry(path: Path, staging: Path) -> dict[str, Any]:
    """What the manifest says of any file."""
    return {"path": path.relative_to(staging).as_posix(), "bytes": path.stat().st_size, "sha256": _digest(path)}


def _manifest(contracts: list[Contract], edition: Edition, staging: Path, name: str, written: list[WrittenFile]) -> dict[str, Any]:
    data = {file.path: file for file in written}
    files = []
    for path in sorted(found for found in staging.rglob("*") if found.is_file()):
        entry = _entry(path, staging)
        if file := data.get(entry["path"]):
            entry |= {"table": file.table, "rows": file.rows, "schema_fingerprint": file.columns}
        files.append(entry)
    return {
        "release": name,
        "date": edition.date,
        "sample": edition.is_sample,
        "content_id": edition.content_id,
        "code_version": edition.code_version,
        "contracts": {contract.registry: contract.version for contract in contracts},
        "checks": edition.checks,
        "conformance": CONFORMANCE,
        "sources": [vars(source) for source in edition.sources],
        "files": files,
    }


def publish(folder: Path, staging: Path, name: str) -> None:
    """Put a staged release in place and name it the latest, last of all.

    Args:
        folder: Folder of the releases.
        staging: Folder that :func:`write_release` wrote.
        name: Name of the release.

    Raises:
        FileExistsError: A release of that name exists; a release is never overwritten.
    """
    target = folder / name
    if target.exists():
        raise FileExistsError(f"{target}: a release is never overwritten")
    manifest = json.loads((staging / "manifest.json").read_text(encoding="utf-8"))
    pointer = {
        "release": name,
        "path": f"{name}/",
        "manifest": f"{name}/manifest.json",
        "manifest_sha256": _digest(staging / "manifest.json"),
        "content_id": manifest["content_id"],
    }
    staging.rename(target)
    _replace(folder / "index.html", releases_page([_summary(folder / found) for found in release_names(folder)]))
    _replace(folder / "latest.json", json.dumps(pointer, indent=2) + "\n")


def _summary(release: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return content


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
