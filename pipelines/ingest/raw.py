"""Raw: every readable record of every delivered file as text, one row in for one row out."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.home import Home, write_json_aside
from pipelines.ingest.delimited import Refusal, chunks
from pipelines.ingest.landing import Landing, Receipt
from pipelines.ingest.parts import PART_BYTES, Batch, DeliveredFile, PartWriter
from pipelines.map_columns import mapping_of, mappings_for
from pipelines.source_declarations import Source
from quality.quarantine import write_quarantine

_ID_LENGTH = 12

Progress = Callable[[int, int, str], None]


class RawStore:
    """The raw records of one source."""

    def __init__(self, home: Home, source: Source) -> None:
        self._home = home
        self._source = source
        self.folder = home.raw / source.name
        self._landing = Landing(home, source)
        self._mappings = mappings_for(home.mappings, source)

    def batches(self) -> list[Batch]:
        """All finished batches, in order of their id."""
        return [Batch.from_json(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(self.folder.glob("*.json"))]

    def files(self) -> list[DeliveredFile]:
        """All files read so far."""
        return [file for batch in self.batches() for file in batch.files]

    def read_new(self, progress: Progress) -> Batch | None:
        """Read every landed file that has not been read yet, or was read under another mapping.

        Args:
            progress: Called with files done, files in all, and the name of the current one.

        Returns:
            The batch made, or None where there was nothing new.
        """
        self._forget_mapped_otherwise()
        read = self.files()
        seen = {file.landing_sha256 for file in read}
        receipts = [receipt for receipt in self._landing.receipts() if receipt.sha256 not in seen]
        if not receipts:
            return None
        self._clear_unfinished()
        digest = hashlib.sha256("".join([*(receipt.sha256 for receipt in receipts), *self._digests()]).encode()).hexdigest()
        writer = PartWriter(self.folder, digest[:_ID_LENGTH], self._source)
        known = {file.file_id for file in read}
        for done, receipt in enumerate(receipts):
            progress(done, len(receipts), receipt.name)
            self._read_file(receipt, writer, known)
        progress(len(receipts), len(receipts), "")
        batch = writer.finish()
        write_quarantine(self._home.quarantine, self._source.name, f"{batch.id}-raw", writer.refusals)
        write_json_aside(self.folder / f"{batch.id}.json", batch.as_json())
        return batch

    def _digests(self) -> list[str]:
        return [mapping.digest for _, mapping in self._mappings]

    def _mapping_digest(self, name: str) -> str:
        mapping = mapping_of(name, self._mappings)
        return "" if mapping is None else mapping.digest

    def _forget_mapped_otherwise(self) -> None:
        """Drop the batches of files that another mapping is for now, and what was made of them: their files are read again."""
        for batch in self.batches():
            if all(file.mapping == self._mapping_digest(file.name) for file in batch.files):
                continue
            for folder in (self.folder, self._home.standardised / self._source.name):
                # the description goes first: without it the rest counts for nothing
                for path in (folder / f"{batch.id}.json", *folder.glob(f"{batch.id}-*.parquet")):
                    path.unlink(missing_ok=True)
            for path in (self._home.quarantine / self._source.name).glob(f"{batch.id}-*.parquet"):
                path.unlink()

    def _clear_unfinished(self) -> None:
        """Remove what a build left that stopped before its batch was finished, so that no refusal is counted twice."""
        finished = {batch.id for batch in self.batches()}
        quarantine = self._home.quarantine / self._source.name
        for path in (*self.folder.glob("*.parquet"), *quarantine.glob("*-raw.parquet")):
            if path.name[:_ID_LENGTH] not in finished:
                path.unlink()

    def _read_file(self, receipt: Receipt, writer: PartWriter, known: set[str]) -> None:
        if receipt.fault is not None:
            digest = self._mapping_digest(receipt.name)
            file = DeliveredFile(file_id=receipt.sha256, landing_sha256=receipt.sha256, name=receipt.name, mapping=digest)
            writer.refuse_file(file, receipt.fault)
        elif self._source.has("reader"):
            self._read_by_reader(receipt, writer)
        else:
            self._read_delimited(receipt, writer, known)

    def _read_by_reader(self, receipt: Receipt, writer: PartWriter) -> None:
        day, digest = self._landing.day(receipt, None), self._mapping_digest(receipt.name)
        file = DeliveredFile(file_id=receipt.sha256, landing_sha256=receipt.sha256, name=receipt.name, file_date=day, mapping=digest)
        refusals: list[Refusal] = []
        writer.add_frames(file, self._source.module("reader").read(self._landing.path(receipt), refusals.append), refusals)

    def _read_delimited(self, receipt: Receipt, writer: PartWriter, known: set[str]) -> None:
        for member in self._landing.members(receipt):
            file_id, fault, blocks = self._open(receipt, member)
            day = self._landing.day(receipt, member)
            name = Path(member).name
            mapping = mapping_of(name, self._mappings)
            digest = "" if mapping is None else mapping.digest
            file = DeliveredFile(file_id=file_id, landing_sha256=receipt.sha256, name=name, file_date=day, mapping=digest)
            if fault is not None:
                writer.refuse_file(file, fault)
            elif file_id in known:
                writer.skip_file(file)
            else:
                known.add(file_id)
                writer.add_file(file, blocks, mapping)

    def _open(self, receipt: Receipt, member: str) -> tuple[str, str | None, Iterator[bytes]]:
        """Digest, fault and chunks of one table. It is read through before any of it is used, for a damaged zip shows late."""
        small = self._landing.read_small(receipt, member, PART_BYTES)
        if small is not None:
            return hashlib.sha256(small).hexdigest(), None, chunks(io.BytesIO(small))
        file_id, fault = self._landing.check(receipt, member)

        def blocks() -> Iterator[bytes]:
            with self._landing.open(receipt, member) as stream:
                yield from chunks(stream)

        return file_id, fault, blocks()
