"""Matches the addresses of a file, batch by batch: CSV, Parquet or lines in, CSV or Parquet out, memory bounded by the batch."""

import codecs
import os
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow.parquet as pq

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.progress import PROGRESS
from registries.address.matching.address import AddressMatcher
from registries.address.matching.warehouse import has_towns, open_matcher

BATCH = 50_000
"""Addresses matched at a time."""

_Write = Callable[[pl.DataFrame], None]
_CHUNK = 1 << 22
_WORKERS = min(4, os.cpu_count() or 1)
_ENCODINGS = ("utf-8-sig", "cp932")
_SUFFIXES = (".csv", ".parquet")


def matcher_of_home(home: Home) -> AddressMatcher:
    """Open the matcher of a home's warehouse.

    Args:
        home: The home folder.

    Returns:
        The matcher.

    Raises:
        DaichoError: The warehouse holds no address registry.
    """
    if not has_towns(home.warehouse):
        raise DaichoError(f"{home.warehouse}: there is no address registry yet. Run `daicho build --home {home.root}` first.")
    PROGRESS.begin("dictionary of towns")
    matcher = open_matcher(home.warehouse, home.restricted, home.dictionaries)
    PROGRESS.end(f"{matcher.forms.height:,} towns")
    return matcher


def match_file(matcher: AddressMatcher, source: Path | None, column: str | None, out: Path | None, batch: int = BATCH) -> Counter[str]:
    """Match every address of a file and write the file with the result's columns behind its own.

    Args:
        matcher: The matcher.
        source: A CSV (UTF-8 or CP932) or Parquet file; None reads one address a line from standard input.
        column: The column that holds the address; may be left out where the file has one column.
        out: A CSV or Parquet file; None writes CSV to standard output.
        batch: Addresses matched at a time.

    Returns:
        How many rows there are by ``status``.

    Raises:
        DaichoError: A file, a column or a suffix is wrong; nothing was written then.
    """
    if out is not None:
        _check_out(source, out)
    PROGRESS.begin("addresses")
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        frames, column = _frames(stack, source, column, batch)
        write = stack.enter_context(_writer(out))
        for frame, result in _matched(matcher, frames, column):
            counted.update(dict(result["status"].value_counts().iter_rows()))
            taken = {name: f"matched_{name}" for name in result.columns if name in frame.columns}
            write(frame.hstack(result.rename(taken)))
            PROGRESS.step(f"{counted.total():,} rows")
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(counted.items()))
    PROGRESS.end(f"{counted.total():,} rows" + (f": {told}" if told else ""))
    return counted


def _matched(matcher: AddressMatcher, frames: Iterator[pl.DataFrame], column: str) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Match a few batches at a time, one to a core, and give them in their order."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        running: deque[tuple[pl.DataFrame, Future[pl.DataFrame]]] = deque()
        for frame in frames:
            running.append((frame, pool.submit(matcher.match, frame[column].cast(pl.String))))
            if len(running) > _WORKERS:
                done, result = running.popleft()
                yield done, result.result()
        while running:
            done, result = running.popleft()
            yield done, result.result()


def _check_out(source: Path | None, out: Path) -> None:
    if out.suffix.lower() not in _SUFFIXES:
        raise DaichoError(f"--out {out}: the suffix must be one of {', '.join(_SUFFIXES)}.")
    if not out.parent.is_dir():
        raise DaichoError(f"--out {out}: there is no folder {out.parent}.")
    if source is not None and out.exists() and source.exists() and out.samefile(source):
        raise DaichoError(f"--out {out}: the input is never overwritten; choose another name.")


def _frames(stack: ExitStack, source: Path | None, column: str | None, batch: int) -> tuple[Iterator[pl.DataFrame], str]:
    """The input in batches, and the name of the column with the address."""
    if source is None:
        return _lines(batch), "address"
    if not source.is_file():
        raise DaichoError(f"--in {source}: there is no such file.")
    suffix = source.suffix.lower()
    if suffix not in _SUFFIXES:
        raise DaichoError(f"--in {source}: the suffix must be one of {', '.join(_SUFFIXES)}.")
    try:
        scan = pl.scan_parquet(source) if suffix == ".parquet" else pl.scan_csv(_as_utf8(stack, source), infer_schema=False)
        names = scan.collect_schema().names()
    except pl.exceptions.PolarsError as error:
        raise DaichoError(f"--in {source}: cannot be read as {suffix[1:]}: {str(error).splitlines()[0]}") from error
    if column is None and len(names) == 1:
        column = names[0]
    if column is None:
        raise DaichoError(f"--column is needed: {source} has the columns {', '.join(names)}.")
    if column not in names:
        raise DaichoError(f"--column {column}: {source} has no such column; it has {', '.join(names)}.")
    return _batches(scan, source, batch), column


def _batches(scan: pl.LazyFrame, source: Path, batch: int) -> Iterator[pl.DataFrame]:
    empty = True
    try:
        for frame in scan.collect_batches(chunk_size=batch, maintain_order=True):
            for piece in frame.iter_slices(batch):
                empty = False
                yield piece
        if empty:
            yield scan.head(0).collect()
    except pl.exceptions.PolarsError as error:
        raise DaichoError(f"--in {source}: cannot be read to its end: {str(error).splitlines()[0]}") from error


def _lines(batch: int) -> Iterator[pl.DataFrame]:
    held: list[str] = []
    number = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            held.append(line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n"))
        except UnicodeDecodeError as error:
            raise DaichoError(f"standard input: line {number} is not UTF-8.") from error
        if len(held) == batch:
            yield pl.DataFrame({"address": held}, schema={"address": pl.String})
            held = []
    if held or number == 0:
        yield pl.DataFrame({"address": held}, schema={"address": pl.String})


def _as_utf8(stack: ExitStack, source: Path) -> Path:
    """The file itself where it is UTF-8, else a copy in UTF-8 that lives as long as the stack."""
    for encoding in _ENCODINGS:
        try:
            with source.open("rb") as handle:
                for _ in codecs.iterdecode(iter(lambda: handle.read(_CHUNK), b""), encoding):
                    pass
        except UnicodeDecodeError:
            continue
        if encoding == _ENCODINGS[0]:
            return source
        copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "utf8.csv"
        with source.open("r", encoding=encoding, newline="") as handle, copy.open("w", encoding="utf-8", newline="") as written:
            for piece in iter(lambda: handle.read(_CHUNK), ""):
                written.write(piece)
        return copy
    raise DaichoError(f"--in {source}: the text is neither UTF-8 nor CP932 (Shift_JIS). Save the file as UTF-8.")


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as JSON text, for CSV has no place for them."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    texts = []
    for name in lists:
        kind = frame.schema[name]
        structs = isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct)
        element = pl.element().struct.json_encode() if structs else pl.concat_str(pl.lit('"'), pl.element(), pl.lit('"'))
        joined = pl.col(name).list.eval(element).list.join(",")
        texts.append(pl.when(pl.col(name).list.len() > 0).then(pl.concat_str(pl.lit("["), joined, pl.lit("]"))).alias(name))
    return frame.with_columns(texts)


@contextmanager
def _writer(out: Path | None) -> Iterator[_Write]:
    """A function that writes one frame after another; the file appears when all is written."""
    if out is None:
        yield _csv_writer(sys.stdout.buffer)
        return
    aside = out.with_name(f".{out.name}.part")
    try:
        if out.suffix.lower() == ".parquet":
            with _ParquetWriter(aside) as parquet:
                yield parquet.write
        else:
            with aside.open("wb") as handle:
                yield _csv_writer(handle)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)


def _csv_writer(handle: IO[bytes]) -> _Write:
    first = True

    def write(frame: pl.DataFrame) -> None:
        nonlocal first
        _flat(frame).write_csv(handle, include_header=first)
        first = False

    return write


class _ParquetWriter:
    """Writes frames as row groups of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "_ParquetWriter":
        return self

    def write(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
