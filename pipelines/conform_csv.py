"""Reading a CSV file for the conformance measures: piece after piece, clean pieces as columns at once, faulty ones record by record."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl

from data_standards.conformance.document import Sheet, contiguous
from pipelines.conform_errors import UnreadableError
from pipelines.ingest.delimited import choose_encoding, chunks, read_records
from pipelines.progress import PROGRESS

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_RECODED = ("utf-16", "iso2022_jp")
_SNIFFED = 8 << 20
_JUDGED = 1 << 16
_LONGEST_RECORD = 1 << 20
_FIELD_LIMIT = 1 << 30
_TYPICAL_OF = 1000


@dataclass(frozen=True)
class _Layout:
    """What the first lines tell of the whole: how many fields a record has, and which row names them."""

    first_width: int
    typical: int
    header: int
    delimiter: str


@dataclass(frozen=True)
class _Piece:
    """Rows of one piece of the file: lines on which each begins and ends, and the rows whose number of fields is not the usual one."""

    grid: pl.DataFrame
    starts: list[int] | None
    ends: list[int] | None
    wrong: list[int]
    lines: int


def read_csv(path: Path, piece_bytes: int = 32 << 20) -> tuple[Sheet, str]:
    """Read a CSV file of any encoding, however large, as text cells.

    Args:
        path: The file.
        piece_bytes: About how much to read at a time.

    Returns:
        Its cells, and its encoding.

    Raises:
        UnreadableError: Its bytes are not of the encoding, or it holds no text.
    """
    encoding = _encoding(path)
    pieces: list[_Piece] = []
    layout: _Layout | None = None
    line = row = 0
    size = path.stat().st_size
    with path.open("rb") as handle:
        if encoding == "utf-8-sig":
            handle.seek(len(codecs.BOM_UTF8))
        for data in _whole_records(_utf8(handle, encoding) if encoding in _RECODED else handle, piece_bytes):
            text = _decoded(path, data, encoding, line)
            if layout is None:
                if not text.strip():
                    continue
                layout = _layout(text)
            pieces.append(_piece(text, layout, line, row))
            line, row = line + pieces[-1].lines, row + pieces[-1].grid.height
            PROGRESS.count(handle.tell() >> 20, size >> 20, "MB read")
    if layout is None:
        raise UnreadableError(f"{path.name}: ファイルに文字がありません。", f"{path.name}: the file holds no text.", "csv")
    return _sheet(pieces), encoding


def _encoding(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(_SNIFFED)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\x1b$B" in head or b"\x1b$@" in head:
        return "iso2022_jp"
    whole = head[: head.rfind(b"\n") + 1 or len(head)]
    chosen = choose_encoding(whole, ("utf-8", "cp932"))
    if chosen == "utf-8":
        return chosen
    # the lines of a file put together from others may be of two encodings: what begins as UTF-8 is to be UTF-8, and the line that is
    # not will be told; no Japanese text of the code page is UTF-8 by chance
    begins = next((line for line in whole.split(b"\n") if not line.isascii()), b"")
    if _is_text_of(begins, "utf-8"):
        return "utf-8"
    seen = whole[:_JUDGED].decode("cp932", errors="replace")
    half = sum("\uff61" <= sign <= "\uff9f" for sign in seen)
    # EUC reads as a run of half-width kana under the code page
    return "euc_jp" if 2 * half > sum(not sign.isascii() for sign in seen) and _is_text_of(whole, "euc_jp") else chosen


def _is_text_of(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8(handle: IO[bytes], encoding: str) -> IO[bytes]:
    """A file of two-byte characters in UTF-8; such files are small, and their commas and line ends are no single bytes."""
    return io.BytesIO(handle.read().decode(encoding, errors="replace").encode())


def _whole_records(stream: IO[bytes], piece_bytes: int) -> Iterator[bytes]:
    """Pieces of whole lines in which quotation marks are paired, so that a line break within a value stays in one piece.

    A mark left open is given up after a megabyte: it would otherwise turn the rest of a national file into one value.
    """
    held = b""
    for chunk in chunks(stream, piece_bytes):
        data = held + chunk
        held = b""
        if data.count(b'"') % 2:
            cut = len(data)
            while (cut := data.rfind(b"\n", 0, cut - 1)) > len(data) - _LONGEST_RECORD and data.count(b'"', 0, cut) % 2:
                pass
            if cut > len(data) - _LONGEST_RECORD:
                data, held = data[: cut + 1], data[cut + 1 :]
        yield data
    if held:
        yield held


def _decoded(path: Path, data: bytes, encoding: str, line: int) -> str:
    try:
        return data.decode("utf-8" if encoding == "utf-8-sig" or encoding in _RECODED else encoding).replace("\0", "")
    except UnicodeDecodeError as error:
        at = line + data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            f"{path.name}: {at}行目の文字が{encoding}として読めません。UTF-8のCSVとして保存し直してください。",
            f"{path.name}: line {at} is not valid {encoding}; save the file as a CSV in UTF-8.",
            "csv",
        ) from error


def _layout(text: str) -> _Layout:
    csv.field_size_limit(_FIELD_LIMIT)
    first = text[: text.index("\n")].removesuffix("\r") if "\n" in text else text
    delimiter = _delimiter(text)
    rows = [row for _, row in zip(range(_TYPICAL_OF), csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), strict=False)]
    widths = [len(row) for row in rows if any(row)]
    typical = Counter(widths).most_common(1)[0][0] if widths else 1
    header = next((i for i, row in enumerate(rows) if len([cell for cell in row if cell]) >= 0.6 * typical), 0)
    clean = "\r" not in first and first.count('"') % 2 == 0 and delimiter == ","
    return _Layout(max(len(next(csv.reader([first]), [])), 1) if clean else 0, typical, header, delimiter)


def _delimiter(text: str) -> str:
    """What parts the fields: the comma, or the tab or semicolon where there is no comma and every line has as many of them."""
    lines = [line for line in text[:_JUDGED].splitlines()[:20] if line.strip()]
    for sign in "\t;":
        counts = {line.count(sign) for line in lines}
        if len(counts) == 1 and counts != {0} and not any("," in line for line in lines):
            return sign
    return ","


def _piece(text: str, layout: _Layout, line: int, row: int) -> _Piece:
    data = text.encode()
    if layout.first_width:
        records = read_records(data, 1, layout.first_width)
        if not records.refused:
            grid = pl.read_csv(io.BytesIO(data), has_header=False, infer_schema=False, low_memory=True)
            return _Piece(_blank_to_null(grid.rename(_names(grid.columns))), None, None, [], grid.height)
    return _faulty(text, layout, line, row)


def _faulty(text: str, layout: _Layout, line: int, row: int) -> _Piece:
    """Read a piece with faults record by record, keeping every field."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    rows: list[list[str]] = []
    starts, ends, wrong = [], [], []
    before = 0
    for cells in reader:
        if row + len(rows) >= layout.header and any(cells) and len(cells) != layout.typical and len([c for c in cells if c]) > 1:
            wrong.append(row + len(rows))
        rows.append(cells)
        starts.append(line + before + 1)
        before = reader.line_num
        ends.append(line + before)
    width = max((len(cells) for cells in rows), default=0)
    padded = [cells + [""] * (width - len(cells)) for cells in rows]
    grid = pl.DataFrame(padded, schema=dict.fromkeys((str(i) for i in range(width)), pl.String), orient="row")
    return _Piece(_blank_to_null(grid), starts, ends, wrong, before)


def _sheet(pieces: list[_Piece]) -> Sheet:
    wrong = tuple(row for piece in pieces for row in piece.wrong)
    lines: list[int] | None = None
    broken: list[int] = []
    if any(piece.starts is not None for piece in pieces):
        lines, last = [], 0
        for piece in pieces:
            starts = piece.starts or list(range(last + 1, last + piece.grid.height + 1))
            ends = piece.ends or starts
            broken += [len(lines) + i for i, (start, end) in enumerate(zip(starts, ends, strict=True)) if end > start]
            lines += starts
            last += piece.lines
    columns = max((piece.grid.columns for piece in pieces), key=len)
    grids = [piece.grid for piece in pieces]
    pieces.clear()
    grid = pl.concat(grids, how="diagonal") if len(grids) > 1 else grids[0]
    grids.clear()
    return Sheet(
        name="",
        grid=contiguous(grid.select(columns)),
        lines=None if lines is None else tuple(lines),
        broken_lines=tuple(broken),
        badly_quoted=wrong,
    )


def _names(columns: list[str]) -> dict[str, str]:
    return {name: str(place) for place, name in enumerate(columns)}


def _blank_to_null(grid: pl.DataFrame) -> pl.DataFrame:
    """Empty quoted cells are blank too."""
    return grid.with_columns(pl.when(pl.all() != "").then(pl.all()))
