"""Retention: full releases are kept for a time, their manifests, notes and changes for ever."""

import json
import shutil
from datetime import date
from pathlib import Path

from catalog.annotations import retention_policy
from catalog.release import is_retired, latest, manifest_of, release_names

KEPT = ("manifest.json", "manifest.json.sig", "notes.json", "NOTES.md")
"""Files of a retired release that stay."""


def expired(folder: Path) -> list[str]:
    """Releases that the policy lets go, oldest first.

    The newest release, the releases it can be rolled back to within the least number, and what is younger than the months of the policy
    stay. Ages are counted back from the day of the newest release, so that a standing home loses nothing by waiting.
    """
    policy = retention_policy()
    names = [name for name in release_names(folder) if not is_retired(folder / name)]
    pointer = latest(folder)
    if pointer is None:
        return []
    newest = date.fromisoformat(manifest_of(folder / pointer["release"])["date"])
    spared = {pointer["release"], *names[-policy.least_releases :]}
    return [name for name in names if name not in spared and _months(date.fromisoformat(name.partition(".")[0]), newest) >= policy.months]


def _months(earlier: date, later: date) -> int:
    """Whole months between two days."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def retire(folder: Path, name: str, reason: str) -> int:
    """Take the data of a release away and leave a note in its place.

    Args:
        folder: Folder of the releases.
        name: Name of the release.
        reason: Why, for its users.

    Returns:
        Bytes that were named by its manifest. Files that other releases share by hard link stay with those.

    Raises:
        ValueError: There is no such release, it is the latest, or it was retired before.
    """
    pointer = latest(folder)
    if name not in release_names(folder):
        raise ValueError(f"there is no release {name}; there are {', '.join(release_names(folder))}")
    if pointer is not None and pointer["release"] == name:
        raise ValueError(f"{name} is the latest release; roll back or publish another before it is retired")
    release = folder / name
    if is_retired(release):
        raise ValueError(f"{name} was retired before")
    manifest = manifest_of(release)
    note = {"release": name, "reason": reason, "kept": [kept for kept in KEPT if (release / kept).exists()]}
    # the note comes first: a cut-off retirement leaves a release that says it is no longer whole
    (release / "retired.json").write_text(json.dumps(note, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for path in sorted(release.iterdir()):
        if path.name in (*KEPT, "retired.json"):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return sum(int(entry["bytes"]) for entry in manifest["files"])
