"""Watching sources: each batch is described when its records are read, and held against those before it on the same day."""

import json
from dataclasses import asdict
from typing import Any

import polars as pl

from data_standards.codes import load_code_lists
from pipelines.home import Home, write_json_aside
from pipelines.ingest.parts import Batch
from pipelines.ingest.raw import RawStore
from pipelines.source_declarations import Source
from quality.source_change import EARLIER, Change, Portrait, compare, describe

Portraits = dict[str, dict[str, Portrait]]
"""Portraits by kind of delivery and column."""


class SourceWatch:
    """The descriptions of the batches of one source, in the order in which they came.

    Args:
        home: Home folder.
        source: The source.
    """

    def __init__(self, home: Home, source: Source) -> None:
        self._source, self.folder = source, home.root / "quality" / "deliveries" / source.name
        # values of closed columns are kept nowhere but where their records are
        open_texts = [column for column in source.columns if column.item.confidentiality == "public" and column.item.type == "text"]
        self._telling = {column.name for column in open_texts}
        lists = load_code_lists()
        self._declared = {column.name: set(lists[column.item.code_list].codes) for column in open_texts if column.item.code_list}

    def _kept(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.json"))]

    def _describe(self, raw: RawStore, batch: Batch) -> Portraits:
        names = [column.name for column in self._source.columns]
        kinds = {file.file_id: file.kind for file in batch.files if file.fault is None}
        told: Portraits = {kind: {} for kind in sorted(set(kinds.values()))}
        for part in batch.parts:
            frame = pl.read_parquet(raw.folder / part, columns=[*names, "file_id"])
            kind = pl.col("file_id").replace_strict(kinds, default="", return_dtype=pl.String)
            for (name,), of_kind in frame.with_columns(kind.alias("_kind")).group_by("_kind", maintain_order=True):
                describe(told.setdefault(str(name), {}), of_kind.select(names), self._telling)
        return told

    def watch(self, raw: RawStore, batch: Batch) -> list[Change]:
        """Describe a new batch, keep the description, and say what is not as it was.

        Args:
            raw: Raw records of the source.
            batch: The batch.

        Returns:
            The changes; none for the first batch of a source.
        """
        kept = self._kept()
        if any(known["batch"] == batch.id for known in kept):
            return [Change(**change) for known in kept if known["batch"] == batch.id for change in known["changes"]]
        portraits = self._describe(raw, batch)
        changes = self._header_changes(batch, kept)
        for kind, now in portraits.items():
            same, other = self._earlier(kept, kind)
            changes += compare(now, same, other_kinds=other, declared=self._declared) if same else []
        content = {
            "batch": batch.id,
            "date": max((file.file_date for file in batch.files if file.file_date), default=""),
            "unknown": sorted({name for file in batch.files for name in file.unknown_columns}),
            "absent": sorted({name for file in batch.files for name in file.absent_columns}),
            "changes": [asdict(change) for change in changes],
            "portraits": {kind: {name: told.as_json() for name, told in now.items()} for kind, now in portraits.items()},
        }
        write_json_aside(self.folder / f"{len(kept) + 1:06d}-{batch.id}.json", content)
        return changes

    @staticmethod
    def _earlier(kept: list[dict[str, Any]], kind: str) -> tuple[list[dict[str, Portrait]], list[dict[str, Portrait]]]:
        """Portraits of the last deliveries of a kind, and of the last ones of the other kinds."""

        def read(told: list[dict[str, Any]]) -> list[dict[str, Portrait]]:
            return [{name: Portrait(**about) for name, about in known.items()} for known in told[-EARLIER:]]

        others = [told for known in kept for name, told in known["portraits"].items() if name != kind]
        return read([known["portraits"][kind] for known in kept if kind in known["portraits"]]), read(others)

    def _header_changes(self, batch: Batch, kept: list[dict[str, Any]]) -> list[Change]:
        if not kept:
            return []
        found = []
        before = kept[-1]
        for kind, key, which, text in (
            ("column_added", "unknown", "unknown_columns", "the files have a column that none had before"),
            ("column_missing", "absent", "absent_columns", "the files lack a column that they had before"),
        ):
            now = {name for file in batch.files if file.fault is None for name in getattr(file, which)}
            found += [Change(name, kind, text) for name in sorted(now - set(before[key]))]
        return found

    def latest(self) -> tuple[str, list[Change]]:
        """The day of the newest batch and what it changed."""
        kept = self._kept()
        return (kept[-1]["date"], [Change(**change) for change in kept[-1]["changes"]]) if kept else ("", [])
