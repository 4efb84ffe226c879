"""Going back to an earlier release: the pointer moves, nothing is deleted, and what was taken back is not published by itself."""

import json
from pathlib import Path
from typing import Any

from catalog.release import is_retired, latest, manifest_of, point_to, release_names

_LIST = "rolled-back.json"


def _entries(folder: Path) -> list[dict[str, Any]]:
    path = folder / _LIST
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def rolled_back(folder: Path) -> set[str]:
    """Content ids that were published and taken back."""
    return {entry["content_id"] for entry in _entries(folder)}


def roll_back(folder: Path, to: str | None, reason: str) -> tuple[str, str]:
    """Make an earlier release the latest again.

    Args:
        folder: Folder of the releases.
        to: Name of the release; the one that the latest was built on where it is None.
        reason: Why, for the users.

    Returns:
        Names of the release that was the latest, and of the one that is now.

    Raises:
        ValueError: There is no such release, or its data is gone.
    """
    pointer = latest(folder)
    if pointer is None:
        raise ValueError(f"{folder}: nothing is published")
    target = to or manifest_of(folder / pointer["release"]).get("previous")
    if target is None:
        raise ValueError(f"{pointer['release']} is the first release; there is none to go back to")
    names = release_names(folder)
    if target not in names:
        raise ValueError(f"there is no release {target}; there are {', '.join(names)}")
    if is_retired(folder / target):
        raise ValueError(f"the data of {target} was taken away; choose another release")
    if target == pointer["release"]:
        raise ValueError(f"{target} is the latest release already")
    now = manifest_of(folder / target)["content_id"]
    kept = [entry for entry in _entries(folder) if entry["content_id"] != now]
    kept.append({"release": pointer["release"], "content_id": pointer["content_id"], "to": target, "reason": reason})
    aside = folder / f".{_LIST}.part"
    aside.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    aside.replace(folder / _LIST)
    point_to(folder, target)
    return pointer["release"], target
