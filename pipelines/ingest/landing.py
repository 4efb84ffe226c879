"""Landing: the bytes as delivered, kept by their content and never changed, each with a receipt."""

import codecs
import errno
import hashlib
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pipelines.errors import DaichoError
from pipelines.home import Home, copy_aside, write_json_aside
from pipelines.signature import SignatureState, zip_signature_state
from pipelines.source_declarations import Source

_BLOCK = 1024 * 1024
# what a damaged, encrypted or oddly compressed member raises, depending on where the damage lies
_UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
)


class _DamagedError(Exception):
    """A zip, or a member of it, cannot be unpacked."""


@contextmanager
def _unpacking() -> Iterator[None]:
    """Tell damage in a zip from trouble of the machine, such as a full disk, which is not the file's."""
    try:
        yield
    except _UNPACKING_ERRORS as error:
        # bzip2 tells damage by an OSError without a number; a place before the file's beginning is an invalid argument
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise _DamagedError(str(error)) from error


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What is known of one landed file.

    Attributes:
        source: Name of the source.
        name: File name as delivered.
        sha256: Digest of the delivered bytes; also the name it is kept under.
        bytes: Size.
        received_at: When it was landed first, ISO 8601 with zone.
        signature: State of the detached signature delivered with it.
        fault: Why the file cannot be opened, if it cannot.
        origin: ``delivered`` by the publisher, ``packaged`` with an installed package, or the embedded ``sample``.
    """

    source: str
    name: str
    sha256: str
    bytes: int
    received_at: str
    signature: str
    fault: str | None
    origin: str = "delivered"


def delivered_files(path: Path, source: Source) -> list[Path]:
    """List the files a person means by a path.

    Args:
        path: A file, or a folder that holds files at any depth.
        source: Source the files belong to; it declares which endings their names have.

    Returns:
        Files in order of their path.

    Raises:
        DaichoError: The path does not exist, or holds no file of such a name.
    """
    if path.is_file():
        if path.suffix.lower() not in source.suffixes:
            raise DaichoError(f"{path}: not a {' or '.join(source.suffixes)} file, as {source.name} is delivered in")
        return [path]
    if not path.is_dir():
        raise DaichoError(f"{path}: no such file or folder")
    files = waiting_files(path, source)
    if not files:
        raise DaichoError(f"{path}: the folder holds no {' or '.join(source.suffixes)} file")
    return files


def waiting_files(inbox: Path, source: Source) -> list[Path]:
    """List the files of a source in an inbox, which may be missing or empty, in order of their path."""
    return sorted(found for found in inbox.rglob("*") if found.suffix.lower() in source.suffixes and found.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _fault(path: Path, source: Source) -> str | None:
    """Tell why a delivered file cannot be opened, without reading it through."""
    if path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    if path.suffix.lower() != ".zip":
        return None
    try:
        with _unpacking(), zipfile.ZipFile(path) as archive:
            if not _tables(archive, source):
                return f"the zip holds no {' or '.join(_plain(source))} file"
    except _DamagedError as error:
        return f"not a zip file, or cut short: {error}"
    return None


def _plain(source: Source) -> tuple[str, ...]:
    """Endings of the files of a source within a zip; a reader may look into zips within a zip."""
    return source.suffixes if source.has("reader") else tuple(suffix for suffix in source.suffixes if suffix != ".zip")


def _tables(archive: zipfile.ZipFile, source: Source) -> list[str]:
    return sorted(name for name in archive.namelist() if name.lower().endswith(_plain(source)))


class Landing:
    """The landing place of one source."""

    def __init__(self, home: Home, source: Source) -> None:
        self._folder = home.landing / source.name
        self._source = source

    def _receipt_path(self, sha256: str) -> Path:
        return self._folder / "receipts" / f"{sha256}.json"

    def path(self, receipt: Receipt) -> Path:
        """Where the bytes of a receipt lie."""
        return self._folder / receipt.sha256[:2] / (receipt.sha256 + Path(receipt.name).suffix.lower())

    def land(self, path: Path, public_key: bytes | None = None, origin: str = "delivered") -> tuple[Receipt, bool]:
        """Take one delivered file in. A file whose bytes were landed before is not taken twice.

        Args:
            path: File.
            public_key: Publisher's OpenPGP key, if signatures are to be checked.
            origin: Where it comes from, as :class:`Receipt` says.

        Returns:
            The receipt, and whether the file is new.
        """
        sha256 = _digest(path)
        if self._receipt_path(sha256).exists():
            return self._read(self._receipt_path(sha256)), False
        fault = _fault(path, self._source)
        signature = SignatureState.ABSENT
        if fault is None and path.suffix.lower() == ".zip":
            try:
                with _unpacking():
                    signature = zip_signature_state(path, public_key)
                if signature is SignatureState.BAD:
                    fault = "the signature delivered with the file does not fit its bytes"
            except _DamagedError as error:
                signature, fault = SignatureState.BAD, f"the signature cannot be checked, for the zip cannot be unpacked: {error}"
        receipt = Receipt(
            source=self._source.name,
            name=path.name,
            sha256=sha256,
            bytes=path.stat().st_size,
            received_at=datetime.now(UTC).isoformat(timespec="seconds"),
            signature=signature.value,
            fault=fault,
            origin=origin,
        )
        copy_aside(path, self.path(receipt))
        write_json_aside(self._receipt_path(sha256), asdict(receipt))
        return receipt, True

    @staticmethod
    def _read(path: Path) -> Receipt:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))

    def receipts(self) -> list[Receipt]:
        """All receipts, in order of file name and content."""
        found = [self._read(path) for path in (self._folder / "receipts").glob("*.json")]
        return sorted(found, key=lambda receipt: (receipt.name, receipt.sha256))

    def members(self, receipt: Receipt) -> list[str]:
        """Names of the tables in a landed file: the CSV members of a zip, or the file itself."""
        if not receipt.name.lower().endswith(".zip"):
            return [receipt.name]
        with zipfile.ZipFile(self.path(receipt)) as archive:
            return _tables(archive, self._source)

    def day(self, receipt: Receipt, member: str | None) -> str:
        """The day a snapshot speaks for where neither its name nor its records tell: when it was packed, else when it came.

        Args:
            receipt: Receipt of the landed file.
            member: Table in it; None for the newest of all.

        Returns:
            ISO 8601; an empty text for a source whose deliveries are no snapshots.
        """
        if not self._source.is_snapshot:
            return ""
        if self.path(receipt).suffix == ".zip":
            with zipfile.ZipFile(self.path(receipt)) as archive:
                packed = [info.date_time for info in archive.infolist() if member in (None, info.filename)]
            # 1980 is what a packer writes that keeps no time
            if packed and max(packed)[0] > 1980:
                return "{:04}-{:02}-{:02}".format(*max(packed)[:3])
        return receipt.received_at[:10]

    @contextmanager
    def open(self, receipt: Receipt, member: str) -> Iterator[IO[bytes]]:
        """Open one table of a landed file for reading its bytes."""
        path = self.path(receipt)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                yield stream
        else:
            with path.open("rb") as stream:
                yield stream

    def read_small(self, receipt: Receipt, member: str, most: int) -> bytes | None:
        """Read a table whole, if it has at most so many bytes and can be unpacked; None otherwise."""
        path = self.path(receipt)
        if path.suffix != ".zip":
            return path.read_bytes() if path.stat().st_size <= most else None
        try:
            with _unpacking(), zipfile.ZipFile(path) as archive:
                return archive.read(member) if archive.getinfo(member).file_size <= most else None
        except _DamagedError:
            return None

    def check(self, receipt: Receipt, member: str) -> tuple[str, str | None]:
        """Read a table through once.

        Returns:
            Digest of the table's bytes, and why it cannot be read if it cannot (a damaged zip member).
        """
        digest = hashlib.sha256()
        try:
            with _unpacking(), self.open(receipt, member) as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
        except _DamagedError as error:
            return digest.hexdigest(), f"{member} cannot be unpacked: {error}"
        return digest.hexdigest(), None

    def lines(self, sha256: str, table: str, file_id: str, wanted: set[int]) -> dict[int, bytes]:
        """Read chosen lines of a table again.

        Args:
            sha256: Digest of the delivered file.
            table: Name of the table, without folders.
            file_id: Digest of the table, which tells it from others of its name in the same zip.
            wanted: Line numbers, from 1.

        Returns:
            The bytes of each line, without its end and without the file's byte order mark.
        """
        receipt = self._read(self._receipt_path(sha256))
        named = [member for member in self.members(receipt) if Path(member).name == table]
        member = named[0] if len(named) == 1 else next(member for member in named if self.check(receipt, member)[0] == file_id)
        with self.open(receipt, member) as stream:
            found = {
                number: line.removesuffix(b"\n").removesuffix(b"\r") for number, line in enumerate(stream, start=1) if number in wanted
            }
        return {number: line.removeprefix(codecs.BOM_UTF8) if number == 1 else line for number, line in found.items()}
