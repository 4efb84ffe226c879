"""Reading a file of any origin for the conformance measures: CSV, Excel and Parquet, as text cells with what the format knows."""

import codecs
import re
import zipfile
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from data_standards.conformance.document import Document, Sheet, frame_sheet
from pipelines.conform_csv import read_csv
from pipelines.conform_errors import UnreadableError
from pipelines.conform_workbook import read_workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OTHERS = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip", b"{\\rtf": "RTF"}
_HTML = re.compile(rb"\s*<(?:!doctype html|html|table|meta)\b", re.IGNORECASE)
_SNIFFED = 1 << 20


def read_file(path: Path) -> Document:
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
        return Document(kind="parquet", sheets=(_parquet(path),))
    if head.startswith(_ZIP):
        return Document(kind="excel", sheets=_workbook(path))
    _refuse(path, head)
    sheet, encoding = read_csv(path)
    return Document(kind="csv", sheets=(sheet,), encoding=encoding)


def _refuse(path: Path, head: bytes) -> None:
    if head.startswith(_OLE):
        text = f"{path.name}: 古い形式のExcel（.xls）です。Excelで開き「Excelブック（.xlsx）」として保存し直してください。"
        raise UnreadableError(text, f"{path.name}: an old Excel file (.xls); open it in Excel and save it as .xlsx.", "excel")
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            text = f"{path.name}: {name}形式のため表として読めません。CSV、Excel（.xlsx）、Parquetのどれかにしてください。"
            raise UnreadableError(text, f"{path.name}: a {name} file cannot be read as a table; save it as CSV, .xlsx or Parquet.")
    if _HTML.match(head):
        text = f"{path.name}: HTML形式のため表として読めません。Excelで開き「Excelブック（.xlsx）」として保存し直してください。"
        raise UnreadableError(text, f"{path.name}: an HTML page cannot be read as a table; open it in Excel and save it as .xlsx.")
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = f"{path.name}: 文字のファイルではないため読めません。CSV、Excel（.xlsx）、Parquetのどれかにしてください。"
        raise UnreadableError(text, f"{path.name}: not a text file; save it as CSV, .xlsx or Parquet.")

    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm", ".parquet"):
        text = f"{path.name}: 名前は{suffix}ですが、中身は違う形式です。もとのソフトで開いて保存し直してください。"
        raise UnreadableError(text, f"{path.name}: named {suffix}, but the content is of another format; open it and save it again.")


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
        return frame_sheet(pl.read_parquet(path))
    except (PolarsError, OSError) as error:
        raise UnreadableError(
            f"{path.name}: Parquetとして読めません（{error}）。", f"{path.name}: cannot be read as Parquet ({error})."
        ) from error
