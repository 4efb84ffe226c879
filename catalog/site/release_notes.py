"""What a release says of itself: its files and its notes, read from its folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.differences import KINDS


@dataclass(frozen=True)
class Notes:
    """Notes of a release.

    Attributes:
        headline: Sentences, Japanese and English.
        changes: Counts of changed rows by table, as written in the notes, and ``is_changed``: whether any is not 0.
        schema_changes: Changes to the shape of tables.
        withdrawals: Records taken back.
        files: Files of the release.
    """

    headline: list[tuple[str, str]]
    changes: list[dict[str, Any]]
    schema_changes: list[dict[str, Any]]
    withdrawals: list[dict[str, Any]]
    files: list[dict[str, Any]]


def read_notes(folder: Path, release: str) -> Notes:
    """Read the notes of a release.

    Args:
        folder: Public folder.
        release: Name of the release.

    Returns:
        Its notes; a release of which only the manifest is kept has files and nothing else.
    """
    manifest = _read(folder / release / "manifest.json")
    notes = _read(folder / release / "notes.json")
    return Notes(
        [(line["ja"], line["en"]) for line in notes.get("headline", [])],
        [change | {"is_changed": any(change.get(kind) for kind in KINDS)} for change in notes.get("changes", [])],
        notes.get("schema_changes", []),
        notes.get("withdrawals", []),
        manifest.get("files", []),
    )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content
