"""Gathering the records of many files into Parquet parts of a bounded size."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.errors import DaichoError
from pipelines.ingest.delimited import Records, Refusal, choose_encoding, decode_records, read_records
from pipelines.ingest.header import Layout, read_header
from pipelines.map_columns import Mapping
from pipelines.source_declarations import Source
from quality.quarantine import Quarantined

PART_BYTES = 48 * 1024 * 1024
"""About how much text one part holds."""

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, kw_only=True)
class DeliveredFile:
    """One table of a delivered file, and what became of its records.

    Attributes:
        file_id: SHA-256 of the table's bytes.
        landing_sha256: SHA-256 of the delivered file that holds it.
        name: Name of the table (the member of the zip).
        encoding: Character encoding found; empty where the file was refused whole, or is not delimited text.
        kind: ``daily`` or ``full``.
        file_date: Day the file speaks for, ISO 8601; empty where it cannot be told.
        records: Records in the file.
        refused: Records refused while reading.
        fault: Why the whole file was refused, if it was.
        unknown_columns: Columns in the file that the source does not declare; their values stay in the landed bytes.
        absent_columns: Declared columns that the file does not have.
        mapping: Digest of the mapping by which its columns were read; empty where they are the source's own.
    """

    file_id: str
    landing_sha256: str
    name: str
    encoding: str = ""
    kind: str = ""
    file_date: str = ""
    records: int = 0
    refused: int = 0
    fault: str | None = None
    unknown_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    mapping: str = ""


@dataclass(frozen=True)
class Batch:
    """The files read in one build, and the Parquet parts that hold their records."""

    id: str
    files: list[DeliveredFile]
    parts: list[str]

    def as_json(self) -> dict[str, object]:
        """The batch as it is written down."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, list[dict[str, object]]]) -> "Batch":
        """The batch that :meth:`as_json` wrote down."""
        files = [DeliveredFile(**{key: tuple(v) if isinstance(v, list) else v for key, v in file.items()}) for file in content["files"]]  # type: ignore[arg-type]
        return cls(str(content["id"]), files, [str(part) for part in content["parts"]])


class PartWriter:
    """Gathers records of many files into Parquet parts of a bounded size."""

    def __init__(self, folder: Path, batch_id: str, source: Source) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._id, self._source = folder, batch_id, source
        self._columns = [column.name for column in source.columns]
        self._files: list[DeliveredFile] = []
        self._parts: list[str] = []
        self._pending: list[tuple[str, Layout, Records]] = []
        self._frames: list[pl.DataFrame] = []
        self._pending_bytes = 0
        self._dates: dict[str, tuple[str, str]] = {}
        self.refusals: list[Quarantined] = []

    def refuse_file(self, file: DeliveredFile, fault: str) -> None:
        """Put a whole file into quarantine."""
        self._files.append(replace(file, fault=fault))
        self._refuse(file, Refusal(0, "unreadable_file", fault, b""))

    def _refuse(self, file: DeliveredFile, bad: Refusal) -> None:
        self.refusals.append(
            Quarantined(
                stage="raw",
                file=file.name,
                file_id=file.file_id,
                line=bad.line,
                column="",
                code=bad.code,
                reason=bad.reason,
                value=None,
                original=bad.original,
            )
        )

    def skip_file(self, file: DeliveredFile) -> None:
        """Note a file whose bytes were delivered before."""
        self._files.append(replace(file, fault="the same bytes were delivered before"))

    def add_file(self, file: DeliveredFile, blocks: Iterator[bytes], mapping: Mapping | None = None) -> None:
        """Take the records of a delimited text.

        Args:
            file: The file, as far as it is known.
            blocks: Its bytes, in chunks of whole lines.
            mapping: How its columns become those of the source; such a file begins with the names of its columns.
        """
        has_header = self._source.header or mapping is not None
        encodings = (mapping.encoding,) if mapping is not None else self._source.encodings
        layout = Layout(tuple(self._columns))
        encoding, settled, line, records, refused, first = "", False, 1, 0, 0, True
        for block in blocks:
            if first:
                if block.startswith(_UTF16_MARKS):
                    self.refuse_file(file, "the file is in UTF-16; deliver it in UTF-8 or Shift_JIS (CP932)")
                    return
                block = block.removeprefix(codecs.BOM_UTF8)
            if not settled:
                encoding = choose_encoding(block, encodings)
                settled = not block.isascii()
            if first and has_header:
                try:
                    layout, block = read_header(self._source, block, encoding, mapping)
                except DaichoError as error:
                    self.refuse_file(file, str(error))
                    return
                line = 2
            first = False
            if not block:
                continue
            readable = decode_records(read_records(block, line, len(layout.names)), encoding)
            count = len(readable.lines) + len(readable.refused)
            line, records, refused = line + count, records + count, refused + len(readable.refused)
            for bad in readable.refused:
                self._refuse(file, bad)
            self._add(file.file_id, layout, readable)
        if records == 0 and (first or not has_header):
            self.refuse_file(file, "the file holds no records")
            return
        self._files.append(
            replace(
                file,
                encoding=encoding,
                records=records,
                refused=refused,
                unknown_columns=layout.unknown(self._source),
                absent_columns=layout.absent(self._source),
            )
        )

    def add_frames(self, file: DeliveredFile, frames: Iterator[pl.DataFrame], refusals: list[Refusal]) -> None:
        """Take the records that a source's reader gives. A file that turns out unreadable amid its records leaves none of them.

        Args:
            file: The file, as far as it is known.
            frames: Text columns by the publisher's names, and ``line``.
            refusals: Where the reader puts what it refuses.
        """
        self._flush()
        parts_before, records = len(self._parts), 0
        unknown: dict[str, None] = {}
        present: set[str] = set()
        try:
            for frame in frames:
                unknown |= dict.fromkeys(name for name in frame.columns if name not in {*self._columns, "line"})
                present |= set(frame.columns)
                records += frame.height
                self._frames.append(
                    frame.select(
                        *(
                            (pl.col(name).cast(pl.String).replace("", None) if name in frame.columns else pl.lit(None, pl.String)).alias(
                                name
                            )
                            for name in self._columns
                        ),
                        pl.lit(file.file_id).alias("file_id"),
                        pl.col("line").cast(pl.UInt32),
                    )
                )
                self._pending_bytes += int(frame.estimated_size())
                if self._pending_bytes >= PART_BYTES:
                    self._flush()
        except DaichoError as error:
            for part in self._parts[parts_before:]:
                (self._folder / part).unlink()
            del self._parts[parts_before:]
            self._frames, self._pending_bytes = [], 0
            self.refuse_file(file, str(error))
            return
        for bad in refusals:
            self._refuse(file, bad)
        self._files.append(
            replace(
                file,
                records=records + len(refusals),
                refused=len(refusals),
                unknown_columns=tuple(unknown),
                absent_columns=tuple(name for name in self._columns if name not in present),
            )
        )

    def _add(self, file_id: str, layout: Layout, records: Records) -> None:
        if len(records.lines) == 0:
            return
        self._pending.append((file_id, layout, records))
        self._pending_bytes += len(records.data)
        if self._pending_bytes >= PART_BYTES:
            self._flush()

    def _parsed(self, layout: Layout, run: list[tuple[str, Layout, Records]]) -> pl.DataFrame:
        """Records of one layout as text columns in declared order, with ``file_id`` and ``line``."""
        frame = pl.read_csv(
            # the parser takes one byte order mark off; this one, so that it leaves the records' own bytes
            io.BytesIO(b"".join([codecs.BOM_UTF8, *(records.data for _, _, records in run)])),
            has_header=False,
            new_columns=list(layout.names),
            infer_schema=False,
            null_values="",  # quoted or not, an empty field is no value
        )
        counts = [len(records.lines) for _, _, records in run]
        if frame.height != sum(counts) or frame.width != len(layout.names):
            raise AssertionError(f"parser and splitter disagree: {frame.height} rows for {sum(counts)} records")
        ids = pl.Series([file_id for file_id, _, _ in run], dtype=pl.String)
        of_record = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        return frame.select(
            *(layout.column(name) for name in self._columns),
            ids.gather(of_record).alias("file_id"),
            pl.Series("line", np.concatenate([records.lines for _, _, records in run]), dtype=pl.UInt32),
        )

    def _flush(self) -> None:
        for layout, run in groupby(self._pending, key=lambda pending: pending[1]):
            self._frames.append(self._parsed(layout, list(run)))
        self._pending = []
        if not self._frames:
            return
        frame = pl.concat(self._frames)
        self._frames, self._pending_bytes = [], 0
        if self._source.daily_date_column is not None:
            day = pl.col(self._source.daily_date_column)
            for file_id, first, last in frame.group_by("file_id").agg(day.min().alias("a"), day.max().alias("b")).iter_rows():
                low, high = self._dates.get(file_id, (first, last))
                self._dates[file_id] = (min(low or "", first or ""), max(high or "", last or ""))
        name = f"{self._id}-{len(self._parts) + 1:04d}.parquet"
        aside = self._folder / f".{name}.part"
        frame.write_parquet(aside, compression="zstd", compression_level=1)
        aside.replace(self._folder / name)
        self._parts.append(name)

    def finish(self) -> Batch:
        """Write what is left and tell what was read."""
        self._flush()
        return Batch(self._id, [self._described(file) for file in self._files], self._parts)

    def _described(self, file: DeliveredFile) -> DeliveredFile:
        """Tell a file's kind and day from its name, else from its records, else from what was told with it."""
        if file.fault is not None:
            return file
        first, last = self._dates.get(file.file_id, ("", ""))
        kinds = [kind for kind, pattern in self._source.deliveries.items() if pattern.search(file.name)]
        by_records = "daily" if first == last and self._source.daily_date_column is not None else "full"
        named = _DATE_IN_NAME.search(file.name)
        days = ("-".join(named.groups()) if named else "", last, file.file_date)
        return replace(file, kind=kinds[0] if kinds else by_records, file_date=next(filter(_is_date, days), ""))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # it reads other forms too, such as 20240105
    except ValueError:
        return False
