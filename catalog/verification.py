"""Verifying a release from its files alone: signature, sizes, digests, rows, nothing more and nothing less than the manifest names.

Where what belongs to it lies beside it (changes, bridges, registry of ids), that is checked too.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from catalog.beside import faults_beside
from catalog.formats import digest
from catalog.signing import SigningError, check


@dataclass
class Verified:
    """What was verified.

    Attributes:
        files: Files whose size and digest were checked.
        beside: Files beside the release, kept for ever, whose digest was checked: its changes, its bridges, the registry of ids.
        tables: Parquet files whose rows were counted.
        signature: ``holds``, ``absent``, or ``not checked`` where no signers are known.
        faults: What is wrong; empty where all is right.
    """

    files: int = 0
    beside: int = 0
    tables: int = 0
    signature: str = "absent"
    faults: list[str] = field(default_factory=list)


_BESIDE = {"manifest.json", "manifest.json.sig"}
"""Files that the manifest cannot name: itself and its signature."""


def verify(folder: Path, signers: Path | None, identity: str) -> Verified:
    """Verify a release.

    Args:
        folder: Folder of the release.
        signers: OpenSSH file of allowed signers; None where the signature is not to be checked.
        identity: Who must have signed.

    Returns:
        What was checked, and the faults.
    """
    found = Verified()
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        entries = {entry["path"]: entry for entry in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        found.faults.append(f"{path}: no manifest of a release: {error}")
        return found
    if not entries:
        found.faults.append(f"{path}: the manifest names no file")
    if (folder / "manifest.json.sig").exists():
        found.signature = "not checked"
        if signers is not None:
            try:
                check(path, signers, identity)
                found.signature = "holds"
            except SigningError as error:
                found.signature = "does not hold"
                found.faults.append(str(error))
    elif signers is not None:
        found.faults.append(f"{folder}: the manifest is not signed, and a signature was asked for")
    present = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - _BESIDE
    found.faults += [f"{name}: not named in the manifest" for name in sorted(present - entries.keys())]
    for name, entry in sorted(entries.items()):
        if name not in present:
            found.faults.append(f"{name}: named in the manifest, but not there")
            continue
        found.files += 1
        found.faults += _faults(folder / name, name, entry)
        if name.endswith(".parquet") and "rows" in entry:
            found.tables += 1
            rows = pq.read_metadata(folder / name).num_rows if not found.faults else entry["rows"]
            if rows != entry["rows"]:
                found.faults.append(f"{name}: {rows} rows, and the manifest says {entry['rows']}")
    found.beside, beside = faults_beside(folder.resolve(), manifest)
    found.faults += beside
    return found


def _faults(path: Path, name: str, entry: dict[str, object]) -> list[str]:
    size = path.stat().st_size
    if size != entry["bytes"]:
        return [f"{name}: {size} bytes, and the manifest says {entry['bytes']}"]
    found = digest(path)
    return [] if found == entry["sha256"] else [f"{name}: its SHA-256 is {found}, and the manifest says {entry['sha256']}"]
