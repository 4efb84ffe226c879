"""Releases: immutable folders, written aside, put in place by one rename, named by ``latest.json`` last."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.beside import update_id_registry
from catalog.feeds import feeds
from catalog.formats import digest
from catalog.model import ReleaseEntry
from catalog.reading import read_catalogue
from catalog.site.builder import build_site

_NAME = re.compile(r"^(\d{4}-\d{2}-\d{2})\.(\d+)$")


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


def is_retired(folder: Path) -> bool:
    """Whether a release's data was taken away, and only its manifest and notes are left."""
    return (folder / "retired.json").exists()


def release_entries(folder: Path) -> list[ReleaseEntry]:
    """The releases in a folder, newest first, as the catalogue tells of them."""
    entries = []
    for name in reversed(release_names(folder)):
        manifest = manifest_of(folder / name)
        entries.append(
            ReleaseEntry(
                name=name,
                date=manifest["date"],
                sequence=manifest.get("sequence", 0),
                files=len(manifest["files"]),
                bytes=sum(entry["bytes"] for entry in manifest["files"]),
                is_withdrawn=is_retired(folder / name),
                is_breaking=any(change["is_breaking"] for change in manifest.get("schema_changes", [])),
            )
        )
    return entries


def manifest_of(release: Path) -> dict[str, Any]:
    """The manifest of a release's folder."""
    content: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True, kw_only=True)
class Staging:
    """Where a release is written before it is put in place.

    Attributes:
        root: Folder of what is staged: the release, and beside it the changes that lead to it and its bridges.
        name: Name of the release.
    """

    root: Path
    name: str

    @property
    def release(self) -> Path:
        """Folder of the release."""
        return self.root / self.name

    @property
    def changes(self) -> Path:
        """Folder of the changes since the previous release."""
        return self.root / "changes" / self.name

    @property
    def bridge(self) -> Path:
        """Folder of the bridges from its ids to the sources' records."""
        return self.root / "bridge" / self.name


def publish(folder: Path, staging: Staging) -> None:
    """Put a staged release in place, the changes that lead to it and its bridges first, and name it the latest, last of all.

    Args:
        folder: Folder of the releases.
        staging: What :func:`write_release` wrote.

    Raises:
        FileExistsError: A release of that name exists; a release is never overwritten.
    """
    target = folder / staging.name
    if target.exists():
        raise FileExistsError(f"{target}: a release is never overwritten")
    for beside in (staging.changes, staging.bridge):
        if beside.exists():
            kept = folder / beside.relative_to(staging.root)
            shutil.rmtree(kept, ignore_errors=True)  # of a publication that was cut off before its release was there
            kept.parent.mkdir(parents=True, exist_ok=True)
            beside.rename(kept)
    staging.release.rename(target)
    point_to(folder, staging.name)


def point_to(folder: Path, name: str) -> None:
    """Make a release the latest: ids, catalogue, feeds and site beside the releases are of it, and ``latest.json`` names it, last.

    Args:
        folder: Folder of the releases.
        name: Name of a release in it.
    """
    release = folder / name
    manifest = manifest_of(release)
    pointer = {
        "release": name,
        "path": f"{name}/",
        "manifest": f"{name}/manifest.json",
        "manifest_sha256": digest(release / "manifest.json"),
        "content_id": manifest["content_id"],
        "sequence": manifest.get("sequence", 0),
        "previous": manifest.get("previous"),
    }
    update_id_registry(folder, name)
    for document in ("catalog.ttl", "catalog.jsonld", "catalog-breg.ttl"):
        if (release / document).exists():
            _replace(folder / document, (release / document).read_text(encoding="utf-8"))
    for path, text in feeds(folder, name).items():
        _replace(folder / path, text)
    build_site(replace(read_catalogue(release / "catalogue.json"), releases=release_entries(folder)), folder)
    _replace(folder / "latest.json", json.dumps(pointer, indent=2) + "\n")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
