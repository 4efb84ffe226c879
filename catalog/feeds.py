"""Atom feeds: of the releases, of each dataset's data, and of changes to structure - data apart from metadata."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from catalog.annotations import identity

_ATOM = "http://www.w3.org/2005/Atom"
_ENTRIES = 100
"""Most entries of a feed; older ones are in the release notes, which are kept."""


def _element(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = text
    return made


def _feed(path: str, title: str, updated: str, entries: list[dict[str, str]]) -> str:
    about = identity()
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ja"})
    _element(feed, "id", f"{about.base_uri}{path}")
    _element(feed, "title", title)
    _element(feed, "updated", f"{updated}T00:00:00Z")
    _element(feed, "link", rel="self", href=f"{about.base_uri}{path}", type="application/atom+xml")
    _element(feed, "link", rel="alternate", href=f"{about.base_uri}index.html", type="text/html")
    author = _element(feed, "author")
    _element(author, "name", about.publisher)
    _element(author, "email", about.contact_mail)
    _element(feed, "rights", about.licence)
    for entry in entries[:_ENTRIES]:
        made = _element(feed, "entry")
        _element(made, "id", f"{about.base_uri}{entry['id']}")
        _element(made, "title", entry["title"])
        _element(made, "updated", f"{entry['updated']}T00:00:00Z")
        _element(made, "link", rel="alternate", href=f"{about.base_uri}{entry['link']}", type=entry["type"])
        _element(made, "summary", entry["summary"])
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _standing(folder: Path, name: str) -> list[dict[str, Any]]:
    """Notes of a release and of those it was built on, newest first: what was rolled back is not among them."""
    found: list[dict[str, Any]] = []
    current: str | None = name
    while current is not None and (folder / current / "notes.json").exists():
        notes: dict[str, Any] = json.loads((folder / current / "notes.json").read_text(encoding="utf-8"))
        found.append(notes)
        current = notes["previous"]
    return found


def feeds(folder: Path, name: str) -> dict[str, str]:
    """Make the feeds.

    Args:
        folder: Folder of the releases.
        name: The newest release that stands.

    Returns:
        By path below the folder, the text: ``feeds/releases.atom``, ``feeds/structure.atom`` and ``feeds/<dataset>.atom``.
    """
    told = _standing(folder, name)
    if not told:
        return {}
    updated = told[0]["date"]
    releases = [
        {
            "id": f"{notes['release']}/",
            "title": f"公開版 {notes['release']} / Release {notes['release']}",
            "updated": notes["date"],
            "link": f"{notes['release']}/index.html",
            "type": "text/html",
            "summary": " ".join(f"{line['ja']} {line['en']}" for line in notes["headline"]),
        }
        for notes in told
    ]
    structure = [
        {
            "id": f"{notes['release']}/notes.json#{number}",
            "title": f"{change['table']} {change['column']} {'互換性なし breaking' if change['is_breaking'] else '互換 compatible'}",
            "updated": notes["date"],
            "link": f"{notes['release']}/NOTES.md",
            "type": "text/markdown",
            "summary": f"{change['ja']} {change['en']}",
        }
        for notes in told
        for number, change in enumerate(notes["schema_changes"], start=1)
    ]
    found = {
        "feeds/releases.atom": _feed("feeds/releases.atom", "台帳 公開版 / Releases", updated, releases),
        "feeds/structure.atom": _feed("feeds/structure.atom", "台帳 構造の変更 / Changes of structure", updated, structure),
    }
    for table in [row["table"] for row in told[0]["rows"]]:
        path = f"feeds/{table}.atom"
        entries = [_of_dataset(notes, table) for notes in told if _touches(notes, table)]
        found[path] = _feed(path, f"台帳 {table} のデータの変更 / Changes of data", updated, entries)
    return found


def _counts(notes: dict[str, Any], table: str) -> dict[str, Any] | None:
    return next((entry for entry in notes["changes"] if entry["table"] == table), None)


def _touches(notes: dict[str, Any], table: str) -> bool:
    counts = _counts(notes, table)
    kinds = ("added", "changed", "removed", "merged", "split", "withdrawn")
    return table in notes["reseed"] or (counts is not None and any(counts[kind] for kind in kinds))


def _of_dataset(notes: dict[str, Any], table: str) -> dict[str, str]:
    counts = _counts(notes, table)
    if counts is None:
        summary = "差分で追えないため全体を読み直すこと。 Read the table anew: no changes lead to it."
        link, kind = f"{notes['release']}/{table}/{table}.parquet", "application/vnd.apache.parquet"
    else:
        gone = counts["removed"] + counts["merged"] + counts["split"] + counts["withdrawn"]
        summary = (
            f"追加 {counts['added']:,}、変更 {counts['changed']:,}、削除 {gone:,} 行。 "
            f"{counts['added']:,} rows added, {counts['changed']:,} changed, {gone:,} removed."
        )
        link = counts["path"] or f"{notes['release']}/{table}/{table}.parquet"
        kind = "application/vnd.apache.parquet"
    title = f"{table} {notes['release']}"
    return {"id": f"{notes['release']}/{table}", "title": title, "updated": notes["date"], "link": link, "type": kind, "summary": summary}
