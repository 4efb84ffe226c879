"""Reading a file of any origin for the conformance measures: CSV, Excel and Parquet, as text cells with what the format knows."""

import codecs
import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from data_standards.conformance.document import Document, FileKind, Sheet
from pipelines.conform_workbook import read_workbook
from pipelines.errors import DaichoError
from pipelines.ingest.delimited import choose_encoding, read_records

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OTHERS = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip", b"{\\rtf": "RTF"}
_SNIFFED = 1 << 20
_FIELD_LIMIT = 1 << 30


class UnreadableError(DaichoError):
    """A file that cannot be read as a table. ``kind`` is ``other`` where no table format at all is behind it."""

    def __init__(self, text: str, text_en: str, kind: FileKind = "other") -> None:
        super().__init__(text)
        self.text_en = text_en
        self.kind = kind


@dataclass(frozen=True)
class ReadFile:
    """A file as it was read.

    Attributes:
        document: Its content.
        encoding: Character encoding of a CSV file.
    """

    document: Document
    encoding: str | None = None


def read_file(path: Path) -> ReadFile:
    """Read a file by what its bytes say, not by its name.

    Args:
        path: The file.

    Returns:
        Its content.

    Raises:
        UnreadableError: There is no such file, or it is empty or no table.
    """
    if not path.is_file():
        raise UnreadableError(f"{path}: ファイルがありません。名前を確かめてください。", f"{path}: there is no such file; check the name.")
    with path.open("rb") as handle:
        head = handle.read(_SNIFFED)
    if not head:
        raise UnreadableError(f"{path.name}: ファイルが空です。", f"{path.name}: the file is empty.")
    if head.startswith(_PARQUET):
        return ReadFile(Document(kind="parquet", sheets=(_parquet(path),)))
    if head.startswith(_ZIP):
        return ReadFile(Document(kind="excel", sheets=_workbook(path)))
    _refuse(path, head)
    return _csv(path, path.read_bytes())


def _refuse(path: Path, head: bytes) -> None:
    if head.startswith(_OLE):
        text = f"{path.name}: 古い形式のExcel（.xls）です。Excelで開き「Excelブック（.xlsx）」として保存し直してください。"
        raise UnreadableError(text, f"{path.name}: an old Excel file (.xls); open it in Excel and save it as .xlsx.", "excel")
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            text = f"{path.name}: {name}形式のため表として読めません。CSV、Excel（.xlsx）、Parquetのどれかにしてください。"
            raise UnreadableError(text, f"{path.name}: a {name} file cannot be read as a table; save it as CSV, .xlsx or Parquet.")
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = f"{path.name}: 文字のファイルではないため読めません。CSV、Excel（.xlsx）、Parquetのどれかにしてください。"
        raise UnreadableError(text, f"{path.name}: not a text file; save it as CSV, .xlsx or Parquet.")


def _workbook(path: Path) -> tuple[Sheet, ...]:
    try:
        return read_workbook(path)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError, IndexError) as error:
        text = f"{path.name}: Excelのファイルとして読めません（{error}）。Excelで開いて保存し直してください。"
        raise UnreadableError(
            text, f"{path.name}: cannot be read as an Excel file ({error}); open it in Excel and save it again."
        ) from error


def _parquet(path: Path) -> Sheet:
    try:
        frame = pl.read_parquet(path)
        text = frame.select(pl.all().cast(pl.String))
    except (PolarsError, OSError) as error:
        raise UnreadableError(
            f"{path.name}: Parquetとして読めません（{error}）。", f"{path.name}: cannot be read as Parquet ({error})."
        ) from error
    names = [str(i) for i in range(frame.width)]
    header = pl.DataFrame([frame.columns], schema=dict.fromkeys(names, pl.String), orient="row")
    kinds = ["number" if kind.is_numeric() else "date" if kind.is_temporal() else "text" for kind in frame.dtypes]
    body = text.rename(dict(zip(frame.columns, names, strict=True)))
    cells = pl.select(
        pl.concat([pl.lit(pl.Series(["text"])), pl.repeat(kind, frame.height, dtype=pl.String)]).cast(pl.Categorical).alias(name)
        for name, kind in zip(names, kinds, strict=True)
    )
    return Sheet(name="", grid=_blank_to_null(pl.concat([header, body])), kinds=cells)


def _encoding(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    end = data.rfind(b"\n", 0, 8 * _SNIFFED) + 1
    return choose_encoding(data[: end or len(data)], ("utf-8", "cp932"))


def _csv(path: Path, data: bytes) -> ReadFile:
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        japanese = f"{path.name}: {line}行目の文字が{encoding}として読めません。UTF-8のCSVとして保存し直してください。"
        raise UnreadableError(
            japanese, f"{path.name}: line {line} is not valid {encoding}; save the file as a CSV in UTF-8.", "csv"
        ) from error
    if not text.strip():
        raise UnreadableError(f"{path.name}: ファイルに文字がありません。", f"{path.name}: the file holds no text.", "csv")
    return ReadFile(Document(kind="csv", sheets=(_delimited(text.replace("\0", "")),)), encoding)


def _delimited(text: str) -> Sheet:
    """Read clean CSV as columns at once; one with faults record by record, keeping every field."""
    data = text.encode()
    data = data if data.endswith(b"\n") else data + b"\n"
    first = data[: data.index(b"\n")].removesuffix(b"\r")
    if b"\r" not in first and first.count(b'"') % 2 == 0:
        columns = len(next(csv.reader([first.decode()]), []))
        records = read_records(data, 1, max(columns, 1))
        if not records.refused:
            frame = pl.read_csv(io.BytesIO(records.data), has_header=False, infer_schema=False)
            return Sheet(name="", grid=_blank_to_null(frame.rename({name: str(i) for i, name in enumerate(frame.columns)})))
    return _faulty(text)


def _faulty(text: str) -> Sheet:
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""))
    rows, starts, ends = [], [], []
    before = 0
    for row in reader:
        rows.append(row)
        starts.append(before + 1)
        before = reader.line_num
        ends.append(before)
    filled = [len(row) for row in rows if any(row)]
    typical = Counter(filled[:1000]).most_common(1)[0][0]
    width = max(filled)
    names = [str(i) for i in range(width)]
    padded = [row + [""] * (width - len(row)) for row in rows]
    grid = pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String), orient="row")
    broken = tuple(int(i) for i in np.flatnonzero(np.array(ends) > np.array(starts)))
    header = next((i for i, row in enumerate(rows) if len([cell for cell in row if cell]) >= 0.6 * typical), 0)
    wrong = tuple(i for i, row in enumerate(rows) if i >= header and any(row) and len(row) != typical and len([c for c in row if c]) > 1)
    return Sheet(name="", grid=_blank_to_null(grid), lines=tuple(starts), broken_lines=broken, badly_quoted=wrong)


def _blank_to_null(grid: pl.DataFrame) -> pl.DataFrame:
    return grid.with_columns(pl.when(pl.all() != "").then(pl.all()))
