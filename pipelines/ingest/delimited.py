"""Splitting delimited text into records, strictly, without losing a byte of what cannot be read.

One record is one line. Quoting follows RFC 4180 without line breaks inside quotes: a quote opens at the start of a
field and
closes at its end, and a doubled quote stands for one. All tests run on the bytes, before decoding: in UTF-8 and in
CP932 no byte of a
longer character is a quote, a comma or a line feed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

_LF, _CR, _QUOTE, _COMMA = 10, 13, 34, 44
_CHUNK_BYTES = 32 * 1024 * 1024
_SNIFFED_BYTES = 256 * 1024
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

_Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Refusal:
    """A record that cannot be read.

    Attributes:
        line: Line in the file, from 1.
        code: Identifier of the reason.
        reason: The reason, for people.
        original: The record's bytes, without the line end.
    """

    line: int
    code: str
    reason: str
    original: bytes


@dataclass(frozen=True)
class Records:
    """Readable records of one chunk.

    Attributes:
        data: Whole lines, each ended by LF, still encoded.
        lines: Line number of each record.
        refused: Records left out.
    """

    data: bytes
    lines: npt.NDArray[np.uint32]
    refused: list[Refusal]


def chunks(stream: IO[bytes], chunk_bytes: int = _CHUNK_BYTES) -> Iterator[bytes]:
    """Read a stream in chunks that end at line ends, so that memory does not follow the file's size.

    Args:
        stream: Binary stream.
        chunk_bytes: About how much to read at a time; a longer line makes a longer chunk.

    Yields:
        Bytes ended by LF; the last chunk gets one if the file has none.
    """
    rest: list[bytes] = []
    while block := stream.read(chunk_bytes):
        cut = block.rfind(b"\n") + 1
        if cut == 0:
            rest.append(block)
            continue
        yield b"".join([*rest, block[:cut]])
        rest = [block[cut:]]
    tail = b"".join(rest)
    if tail:
        yield tail + b"\n"


def _line_counts(positions: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Count sorted positions per line."""
    return np.diff(np.searchsorted(positions, ends), prepend=0)


def _badly_quoted(data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Positions of quotes that stand neither at a field's edge nor doubled.

    Every line has an even number of quotes here, so quotes at even places open and those at odd places close.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], _LF)
    after = data[closing + 1]  # a line feed ends the data, so there always is a byte after, and two after a carriage return
    line_end = (after == _LF) | ((after == _CR) & (data[np.minimum(closing + 2, len(data) - 1)] == _LF))
    good_open = (before == _COMMA) | (before == _LF) | (before == _QUOTE)
    good_close = (after == _COMMA) | line_end | (after == _QUOTE)
    return np.concatenate([opening[~good_open], closing[~good_close]])


def read_records(chunk: bytes, first_line: int, columns: int) -> Records:
    """Split a chunk into records of a known number of columns.

    Args:
        chunk: Bytes of whole lines.
        first_line: Line number of the chunk's first line.
        columns: Fields every record must have.

    Returns:
        The readable records, and those refused: an odd or misplaced quote, a NUL byte, a carriage return amid the line
        outside quotes, another number of fields, an empty line.
    """
    data = np.frombuffer(chunk, dtype=np.uint8)
    ends = np.flatnonzero(data == _LF)
    starts = np.concatenate([[0], ends + 1])[:-1]
    quotes = np.flatnonzero(data == _QUOTE)
    odd = (_line_counts(quotes, ends) & 1).astype(bool)
    if odd.any():
        # An unbalanced quote would turn the sense of every later one: take such lines out and judge the rest alone.
        kept, rest_lines = _without(chunk, starts, ends, odd)
        rest = read_records(kept, 1, columns)
        refused = [_refusal(chunk, starts, ends, first_line, int(i), "unbalanced_quote") for i in np.flatnonzero(odd)]
        line_of = rest_lines + first_line
        refused += [Refusal(int(line_of[r.line - 1]), r.code, r.reason, r.original) for r in rest.refused]
        refused.sort(key=lambda refusal: refusal.line)
        return Records(rest.data, line_of[rest.lines - 1].astype(np.uint32), refused)

    inside = np.cumsum(data == _QUOTE, dtype=np.uint8) & 1
    separators = np.flatnonzero((data == _COMMA) & (inside == 0))
    fields = _line_counts(separators, ends) + 1
    wrong_count = fields != columns
    misquoted = np.zeros(len(ends), dtype=bool)
    misquoted[np.searchsorted(ends, _badly_quoted(data, quotes))] = True
    has_nul = np.zeros(len(ends), dtype=bool)
    if b"\0" in chunk:
        has_nul[np.searchsorted(ends, np.flatnonzero(data == 0))] = True
    broken = np.zeros(len(ends), dtype=bool)
    if b"\r" in chunk:
        returns = np.flatnonzero((data == _CR) & (inside == 0))
        broken[np.searchsorted(ends, returns[data[returns + 1] != _LF])] = True

    empty = (starts == ends) | ((starts + 1 == ends) & (data[starts] == _CR))  # one column makes an empty line look like a record
    bad = wrong_count | misquoted | has_nul | broken | empty
    lines = np.arange(first_line, first_line + len(ends), dtype=np.uint32)
    if not bad.any():
        return Records(chunk, lines, [])
    refused = []
    for i in np.flatnonzero(bad):
        if has_nul[i]:
            refused.append(_refusal(chunk, starts, ends, first_line, int(i), "nul_byte"))
        elif misquoted[i]:
            refused.append(_refusal(chunk, starts, ends, first_line, int(i), "misplaced_quote"))
        elif not chunk[starts[i] : ends[i]].strip():
            refused.append(_refusal(chunk, starts, ends, first_line, int(i), "empty_line"))
        elif broken[i]:
            refused.append(_refusal(chunk, starts, ends, first_line, int(i), "stray_carriage_return"))
        else:
            detail = f" ({fields[i]} instead of {columns})"
            refused.append(_refusal(chunk, starts, ends, first_line, int(i), "column_count", detail))
    kept, _ = _without(chunk, starts, ends, bad)
    return Records(kept, lines[~bad], refused)


_REASONS = {
    "unbalanced_quote": "a quotation mark is opened and not closed on this line",
    "misplaced_quote": "a quotation mark stands inside a field without being doubled",
    "nul_byte": "the record holds a NUL byte",
    "empty_line": "the line is empty",
    "stray_carriage_return": "a carriage return stands amid the line, outside quotation marks",
    "column_count": "the record has another number of columns",
    "undecodable": "the record's bytes are not valid in the file's character encoding",
}


def _refusal(chunk: bytes, starts: _Positions, ends: _Positions, first_line: int, index: int, code: str, detail: str = "") -> Refusal:
    original = chunk[starts[index] : ends[index]].removesuffix(b"\r")
    return Refusal(first_line + int(index), code, _REASONS[code] + detail, original)


def _without(chunk: bytes, starts: _Positions, ends: _Positions, drop: npt.NDArray[np.bool_]) -> tuple[bytes, _Positions]:
    """The chunk without the dropped lines, and the indices of the lines kept."""
    pieces, position = [], 0
    for i in np.flatnonzero(drop):
        pieces.append(chunk[position : starts[i]])
        position = int(ends[i]) + 1
    pieces.append(chunk[position:])
    return b"".join(pieces), np.flatnonzero(~drop)


def choose_encoding(block: bytes, encodings: tuple[str, ...]) -> str:
    """Choose the encoding of a file from its first chunk with a character outside ASCII.

    Args:
        block: Whole lines.
        encodings: Candidates in order of preference.

    Returns:
        The candidate under which the fewest lines fail to decode, among those from the first such character on; the
        first of
        equals.
    """
    first = _NOT_ASCII.search(block)
    start = block.rfind(b"\n", 0, first.start()) + 1 if first else 0
    end = block.find(b"\n", start + _SNIFFED_BYTES)  # whole lines, so that no character is cut
    whole = block[start : end if end >= 0 else len(block)]
    lines = whole.split(b"\n")
    for encoding in encodings:
        if _decodes(whole, encoding):
            return encoding

    def failures(encoding: str) -> int:
        return sum(1 for line in lines if not _decodes(line, encoding))

    return min(encodings, key=failures)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decode_records(records: Records, encoding: str) -> Records:
    """Bring records to UTF-8, refusing those whose bytes are not valid.

    Args:
        records: Records in the file's encoding.
        encoding: That encoding.

    Returns:
        Records whose data is UTF-8.
    """
    try:
        text = records.data.decode(encoding)
    except UnicodeDecodeError:
        return _decode_lines(records, encoding)
    return Records(records.data if encoding == "utf-8" else text.encode(), records.lines, records.refused)


def _decode_lines(records: Records, encoding: str) -> Records:
    """Decode line by line, for a chunk that does not decode as a whole."""
    reason = f"{_REASONS['undecodable']} ({encoding})"
    kept, dropped, refused = [], [], list(records.refused)
    for index, line in enumerate(records.data.split(b"\n")[:-1]):
        try:
            kept.append(line.decode(encoding).encode() + b"\n")
        except UnicodeDecodeError:
            dropped.append(index)
            refused.append(Refusal(int(records.lines[index]), "undecodable", reason, line.removesuffix(b"\r")))
    refused.sort(key=lambda refusal: refusal.line)
    return Records(b"".join(kept), np.delete(records.lines, dropped), refused)
