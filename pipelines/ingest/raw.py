"""Raw: every readable record of every delivered file as text, one row in for one row out."""

import codecs
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.home import Home, write_json_aside
from pipelines.ingest.delimited import Records, choose_encoding, chunks, decode_records, read_records
from pipelines.ingest.landing import Landing, Receipt
from pipelines.source_declarations import Source
from quality.quarantine import Quarantined, write_quarantine

_PART_BYTES = 48 * 1024 * 1024
_ID_LENGTH = 12
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, kw_only=True)
class DeliveredFile:
    """One table of a delivered file, and what became of its records.

    Attributes:
        file_id: SHA-256 of the table's bytes.
        landing_sha256: SHA-256 of the delivered file that holds it.
        name: Name of the table (the member of the zip).
        encoding: Character encoding found; empty where the file was refused whole.
        kind: ``daily`` or ``full``.
        file_date: Day the file speaks for, ISO 8601; empty where it cannot be told.
        records: Records in the file.
        refused: Records refused while reading.
        fault: Why the whole file was refused, if it was.
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


@dataclass(frozen=True)
class Batch:
    """The files read in one build, and the Parquet parts that hold their records."""

    id: str
    files: list[DeliveredFile]
    parts: list[str]


class RawStore:
    """The raw records of one source."""

    def __init__(self, home: Home, source: Source) -> None:
        self._home = home
        self._source = source
        self.folder = home.raw / source.name
        self._landing = Landing(home, source)

    def batches(self) -> list[Batch]:
        """All finished batches, in order of their id."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            found.append(Batch(content["id"], [DeliveredFile(**file) for file in content["files"]], content["parts"]))
        return found

    def files(self) -> list[DeliveredFile]:
        """All files read so far."""
        return [file for batch in self.batches() for file in batch.files]

    def read_new(self, progress: Progress) -> Batch | None:
        """Read every landed file that has not been read yet.

        Args:
            progress: Called with files done, files in all, and the name of the current one.

        Returns:
            The batch made, or None where there was nothing new.
        """
        read = self.files()
        seen = {file.landing_sha256 for file in read}
        receipts = [receipt for receipt in self._landing.receipts() if receipt.sha256 not in seen]
        if not receipts:
            return None
        self._clear_unfinished()
        digest = hashlib.sha256("".join(receipt.sha256 for receipt in receipts).encode()).hexdigest()
        writer = _PartWriter(self.folder, digest[:_ID_LENGTH], self._source)
        known = {file.file_id for file in read}
        for done, receipt in enumerate(receipts):
            progress(done, len(receipts), receipt.name)
            self._read_file(receipt, writer, known)
        progress(len(receipts), len(receipts), "")
        batch = writer.finish()
        write_quarantine(self._home.quarantine, self._source.name, f"{batch.id}-raw", writer.refusals)
        write_json_aside(self.folder / f"{batch.id}.json", asdict(batch))
        return batch

    def _clear_unfinished(self) -> None:
        """Remove what a build left that stopped before its batch was finished, so that no refusal is counted twice."""
        finished = {batch.id for batch in self.batches()}
        quarantine = self._home.quarantine / self._source.name
        for path in (*self.folder.glob("*.parquet"), *quarantine.glob("*-raw.parquet")):
            if path.name[:_ID_LENGTH] not in finished:
                path.unlink()

    def _read_file(self, receipt: Receipt, writer: "_PartWriter", known: set[str]) -> None:
        if receipt.fault is not None:
            writer.refuse_file(DeliveredFile(file_id=receipt.sha256, landing_sha256=receipt.sha256, name=receipt.name), receipt.fault)
            return
        for member in self._landing.members(receipt):
            file_id, fault, blocks = self._open(receipt, member)
            file = DeliveredFile(file_id=file_id, landing_sha256=receipt.sha256, name=Path(member).name)
            if fault is not None:
                writer.refuse_file(file, fault)
            elif file_id in known:
                writer.skip_file(file)
            else:
                known.add(file_id)
                writer.add_file(file, blocks)

    def _open(self, receipt: Receipt, member: str) -> tuple[str, str | None, Iterator[bytes]]:
        """Digest, fault and chunks of one table. It is read through before any of it is used, for a damaged zip shows late."""
        small = self._landing.read_small(receipt, member, _PART_BYTES)
        if small is not None:
            return hashlib.sha256(small).hexdigest(), None, chunks(io.BytesIO(small))
        file_id, fault = self._landing.check(receipt, member)

        def blocks() -> Iterator[bytes]:
            with self._landing.open(receipt, member) as stream:
                yield from chunks(stream)

        return file_id, fault, blocks()


class _PartWriter:
    """Gathers records of many files into Parquet parts of a bounded size."""

    def __init__(self, folder: Path, batch_id: str, source: Source) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._id, self._source = folder, batch_id, source
        self._columns = [column.name for column in source.columns]
        self._files: list[DeliveredFile] = []
        self._parts: list[str] = []
        self._pending: list[tuple[str, Records]] = []
        self._pending_bytes = 0
        self._dates: dict[str, tuple[str, str]] = {}
        self.refusals: list[Quarantined] = []

    def refuse_file(self, file: DeliveredFile, fault: str) -> None:
        self._files.append(replace(file, fault=fault))
        self.refusals.append(
            Quarantined(
                stage="raw",
                file=file.name,
                file_id=file.file_id,
                line=0,
                column="",
                code="unreadable_file",
                reason=fault,
                value=None,
                original=b"",
            )
        )

    def skip_file(self, file: DeliveredFile) -> None:
        self._files.append(replace(file, fault="the same bytes were delivered before"))

    def add_file(self, file: DeliveredFile, blocks: Iterator[bytes]) -> None:
        encoding, settled, line, records, refused = "", False, 1, 0, 0
        for block in blocks:
            if line == 1:
                if block.startswith(_UTF16_MARKS):
                    self.refuse_file(file, "the file is in UTF-16; deliver it in UTF-8 or Shift_JIS (CP932)")
                    return
                block = block.removeprefix(codecs.BOM_UTF8)
            if not settled:
                encoding = choose_encoding(block, self._source.encodings)
                settled = not block.isascii()
            readable = decode_records(read_records(block, line, len(self._columns)), encoding)
            count = len(readable.lines) + len(readable.refused)
            line, records, refused = line + count, records + count, refused + len(readable.refused)
            self.refusals += [
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
                for bad in readable.refused
            ]
            self._add(file.file_id, readable)
        if records == 0:
            self.refuse_file(file, "the file holds no records")
            return
        self._files.append(replace(file, encoding=encoding, records=records, refused=refused))

    def _add(self, file_id: str, records: Records) -> None:
        if len(records.lines) == 0:
            return
        self._pending.append((file_id, records))
        self._pending_bytes += len(records.data)
        if self._pending_bytes >= _PART_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._pending:
            return
        frame = pl.read_csv(
            # the parser takes one byte order mark off; this one, so that it leaves the records' own bytes
            io.BytesIO(b"".join([codecs.BOM_UTF8, *(records.data for _, records in self._pending)])),
            has_header=False,
            new_columns=self._columns,
            infer_schema=False,
            null_values="",  # quoted or not, an empty field is no value
        )
        counts = [len(records.lines) for _, records in self._pending]
        if frame.height != sum(counts) or frame.width != len(self._columns):
            raise AssertionError(f"parser and splitter disagree: {frame.height} rows for {sum(counts)} records")
        ids = pl.Series([file_id for file_id, _ in self._pending], dtype=pl.String)
        of_record = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        frame = frame.with_columns(
            ids.gather(of_record).alias("file_id"),
            pl.Series("line", np.concatenate([records.lines for _, records in self._pending]), dtype=pl.UInt32),
        )
        day = pl.col(self._source.daily_date_column)
        for file_id, first, last in frame.group_by("file_id").agg(day.min().alias("a"), day.max().alias("b")).iter_rows():
            low, high = self._dates.get(file_id, (first, last))
            self._dates[file_id] = (min(low or "", first or ""), max(high or "", last or ""))
        name = f"{self._id}-{len(self._parts) + 1:04d}.parquet"
        aside = self._folder / f".{name}.part"
        frame.write_parquet(aside, compression="zstd", compression_level=1)
        aside.replace(self._folder / name)
        self._parts.append(name)
        self._pending, self._pending_bytes = [], 0

    def finish(self) -> Batch:
        self._flush()
        return Batch(self._id, [self._described(file) for file in self._files], self._parts)

    def _described(self, file: DeliveredFile) -> DeliveredFile:
        """Tell a file's kind and day from its name, else from its records."""
        if file.fault is not None:
            return file
        first, last = self._dates.get(file.file_id, ("", ""))
        kinds = [kind for kind, pattern in self._source.deliveries.items() if pattern.search(file.name)]
        kind = kinds[0] if kinds else ("daily" if first == last else "full")
        named = _DATE_IN_NAME.search(file.name)
        days = ("-".join(named.groups()) if named else "", last)
        return replace(file, kind=kind, file_date=next(filter(_is_date, days), ""))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # it reads other forms too, such as 20240105
    except ValueError:
        return False
