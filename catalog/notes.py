"""Release notes, generated: what is new in the rows, in the structure, and what was withdrawn."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from catalog.model import Catalogue, ChangeCounts
from catalog.schema_changes import SchemaChange
from catalog.withdrawals import Withdrawal


def release_notes(
    catalogue: Catalogue,
    previous: Catalogue | None,
    changes: Mapping[str, ChangeCounts | None],
    structure: list[SchemaChange],
    withdrawals: list[Withdrawal],
) -> dict[str, Any]:
    """Make the notes of a release.

    Args:
        catalogue: Catalogue of the release.
        previous: Catalogue of the previous one; None in a first release.
        changes: By table, changes of rows; None where they cannot be told row by row.
        structure: Changes of structure.
        withdrawals: Every withdrawal in force.

    Returns:
        Plain values: release, previous, date, headline, reseed, rows, changes, schema_changes, withdrawals.
    """
    before = {dataset.name: dataset.rows for dataset in previous.public_datasets} if previous else {}
    rows = [{"table": dataset.name, "previous": before.get(dataset.name), "current": dataset.rows} for dataset in catalogue.public_datasets]
    reseed = sorted(name for name, counts in changes.items() if counts is None)
    return {
        "release": catalogue.release,
        "previous": previous.release if previous else None,
        "date": catalogue.modified,
        "is_sample": catalogue.is_sample,
        "headline": _headline(catalogue, previous, changes, structure),
        "reseed": reseed,
        "rows": rows,
        "changes": [{"table": name, **_counts(counts)} for name, counts in changes.items() if counts is not None],
        "schema_changes": [asdict(change) for change in structure],
        "withdrawals": [withdrawal.note() for withdrawal in withdrawals],
    }


def _counts(counts: ChangeCounts) -> dict[str, Any]:
    return {kind: value for kind, value in asdict(counts).items() if kind != "previous"}


def _headline(
    catalogue: Catalogue, previous: Catalogue | None, changes: Mapping[str, ChangeCounts | None], structure: list[SchemaChange]
) -> list[dict[str, str]]:
    found = []
    if catalogue.is_sample:
        found.append({"ja": "見本データであり、実在の法人ではない。", "en": "Sample data: the companies are invented."})
    if previous is None:
        found.append({"ja": "最初の公開版。", "en": "The first release."})
    else:
        told = [counts for counts in changes.values() if counts is not None and counts.previous is not None]
        added, changed = sum(counts.added for counts in told), sum(counts.changed for counts in told)
        gone = sum(counts.removed + counts.merged + counts.split + counts.withdrawn for counts in told)
        ja = f"{previous.release} から追加 {added:,} 行、変更 {changed:,} 行、削除 {gone:,} 行。"
        found.append({"ja": ja, "en": f"Since {previous.release}: {added:,} rows added, {changed:,} changed, {gone:,} removed."})
    if any(change.is_breaking for change in structure):
        registries = sorted({change.registry for change in structure if change.is_breaking})
        found.append(
            {
                "ja": f"互換性のない変更がある（{'、'.join(registries)}）。契約のメジャー版を上げた。",
                "en": f"There are breaking changes ({', '.join(registries)}); the major version of the contract was raised.",
            }
        )
    return found


def _names(catalogue: Catalogue) -> dict[str, str]:
    return {dataset.name: dataset.title for dataset in catalogue.datasets}


def notes_markdown(notes: dict[str, Any], catalogue: Catalogue) -> str:
    """The notes as a document for people, Japanese first."""
    names = _names(catalogue)
    lines = [f"# 公開版 {notes['release']} / Release {notes['release']}", ""]
    for line in notes["headline"]:
        lines += [f"- {line['ja']} {line['en']}"]
    lines += [
        "",
        "## 行 / Rows",
        "",
        "| 表 | table | 前 | 現在 | 追加 | 変更 | 削除 | 併合 | 分割 | 撤回 |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    counts = {entry["table"]: entry for entry in notes["changes"]}
    for row in notes["rows"]:
        told = counts.get(row["table"])
        kinds = ("added", "changed", "removed", "merged", "split", "withdrawn")
        cells = [f"{told[kind]:,}" for kind in kinds] if told and notes["previous"] else ["–"] * len(kinds)
        before, now = (f"{value:,}" if value is not None else "–" for value in (row["previous"], row["current"]))
        lines.append(f"| {names.get(row['table'], '')} | `{row['table']}` | {before} | {now} | {' | '.join(cells)} |")
    if notes["reseed"]:
        listed = ", ".join(f"`{name}`" for name in notes["reseed"])
        lines += ["", f"次の表は差分で追えないため、全体を読み直してください / Read these tables anew, no changes lead to them: {listed}"]
    if notes["schema_changes"]:
        lines += ["", "## 構造の変更 / Changes of structure", ""]
        for change in notes["schema_changes"]:
            mark = "**互換性なし / breaking**" if change["is_breaking"] else "互換 / compatible"
            column = f".{change['column']}" if change["column"] else ""
            lines.append(f"- `{change['table']}{column}` {mark}: {change['ja']} {change['en']}")
    if notes["withdrawals"]:
        lines += ["", "## 撤回 / Withdrawals", ""]
        for entry in notes["withdrawals"]:
            lines.append(f"- {entry['on']} `{entry['item']}` {entry['value']}: {entry['ja']} {entry['en']}")
    return "\n".join([*lines, ""])
