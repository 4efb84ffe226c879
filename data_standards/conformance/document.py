"""What the conformance measures are told of a file: its cells as text, and what only the file's format knows."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

FileKind = Literal["csv", "excel", "parquet", "other"]

CellKind = Literal["text", "number", "date", "boolean", "formula"]


@dataclass(frozen=True)
class Place:
    """A cell, row, column or the whole of a sheet.

    Attributes:
        row: Row in the grid from 0, None for a whole column.
        column: Column in the grid from 0, None for a whole row.
        area: The place in the sheet's own notation, where it is more than one cell (such as ``B2:C3``).
    """

    row: int | None = None
    column: int | None = None
    area: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that breaks a rule.

    Attributes:
        text: What is wrong, in Japanese.
        text_en: The same in English.
        sheet: Name of the sheet, None for the whole file.
        place: Where, None for the whole sheet.
        count: How many places there are in all, this one being the first.
    """

    text: str
    text_en: str
    sheet: str | None = None
    place: Place | None = None
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a workbook, or the whole of a CSV or Parquet file.

    Attributes:
        name: Name of the sheet; empty for a file that has no sheets.
        grid: Every cell as text, null where empty, header rows included; columns are named ``0``, ``1``, ….
        kinds: Kind of every cell (:data:`CellKind`), same shape as ``grid``; None where the format has no kinds of single cells.
        column_kinds: Kind of every column, where the format has kinds of whole columns.
        lines: Line in the file of every row, where rows are not the lines; None where row n is line n + 1.
        merged: Merged areas.
        hidden: Hidden rows, columns and sheets.
        objects: Images, charts, text boxes, with the cell they stand on.
        formulas: Cells with a formula.
        styled: Cells of the body whose colour, weight or strike differs from the other cells of their column.
        broken_lines: Lines with a line break inside a quoted value.
        badly_quoted: Lines with an unquoted comma or a stray quotation mark, told by another number of fields.
    """

    name: str
    grid: pl.DataFrame
    kinds: pl.DataFrame | None = None
    column_kinds: tuple[CellKind, ...] | None = None
    lines: tuple[int, ...] | None = None
    merged: tuple[Place, ...] = ()
    hidden: tuple[Place, ...] = ()
    objects: tuple[Place, ...] = ()
    formulas: tuple[Place, ...] = ()
    styled: tuple[Place, ...] = ()
    broken_lines: tuple[int, ...] = ()
    badly_quoted: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Companion:
    """What is published beside a table, as far as the caller knows it.

    Attributes:
        definitions: Columns whose meaning is defined.
        code_lists: Columns whose codes are listed.
        units: Columns whose unit is stated.
        history: Whether the history of updates is stated.
        encoding: Whether the character encoding is stated.
        earlier_columns: Header of an earlier edition, to compare the layout with.
    """

    definitions: frozenset[str] = frozenset()
    code_lists: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    history: bool = False
    encoding: bool = False
    earlier_columns: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file to be judged.

    Attributes:
        kind: Kind of the file.
        sheets: Its sheets; empty where it cannot be read as tables.
        companion: What is published beside it; None where the caller does not know.
        encoding: Character encoding of a CSV file; None where it is not known.
    """

    kind: FileKind
    sheets: tuple[Sheet, ...]
    companion: Companion | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Table:
    """The table found on a sheet.

    Attributes:
        sheet: The sheet.
        header_row: Row of the column names in the grid, from 0.
        last_row: Last row of the body in the grid, from 0.
        headers: Column names as they stand, empty text where there is none.
        body: The rows below the header, without blank rows, notes and repeated headers; columns ``0``, ``1``, … and ``row``
            (row in the grid).
    """

    sheet: Sheet
    header_row: int
    last_row: int
    headers: tuple[str, ...]
    body: pl.DataFrame = field(repr=False)

    @property
    def columns(self) -> list[int]:
        """Indices of the columns that have a name or a value."""
        filled = [self.body.get_column(str(i)).null_count() < self.body.height for i in range(len(self.headers))]
        return [i for i, header in enumerate(self.headers) if header or filled[i]]

    def values(self, column: int) -> pl.Series:
        """The body's values of a column, null where blank."""
        return self.body.get_column(str(column))


def contiguous(grid: pl.DataFrame) -> pl.DataFrame:
    """A frame with each column in one piece; column by column, so that no second copy of the whole is ever held."""
    for place, name in enumerate(grid.columns):
        grid.replace_column(place, grid.get_column(name).rechunk())
    return grid


def frame_sheet(frame: pl.DataFrame) -> Sheet:
    """A typed table as a sheet: its column names in the first row, every value as text.

    Args:
        frame: The table. Its columns are taken over one by one, so that it is not held twice; it is empty afterwards.

    Returns:
        The sheet.

    Raises:
        PolarsError: A column holds values that have no text of their own, such as lists.
    """
    kinds: list[CellKind] = ["number" if kind.is_numeric() else "date" if kind.is_temporal() else "text" for kind in frame.dtypes]
    columns = []
    for place, header in enumerate(frame.columns):
        text = frame.drop_in_place(header).cast(pl.String)
        text = text.set(text == "", None)
        columns.append(pl.concat([pl.Series([header], dtype=pl.String), text]).alias(str(place)))
    return Sheet(name="", grid=contiguous(pl.DataFrame(columns)), column_kinds=tuple(kinds))


AUXILIARY = re.compile(r"コード|凡例|定義|説明|履歴|注記|メタ|readme|code|dictionary", re.IGNORECASE)
"""Names of sheets that describe the data and are not data."""

_LOOKED_AT = 50
NOTE = re.compile(r"^[(（\[【]?\s*(?:注|※|＊|\*|出典|出所|資料|備考\s*[:：]|備考\)|作成|凡例|単位)")
"""How rows begin that are notes and not records."""


def letters(column: int) -> str:
    """Column letters of a sheet, ``A`` for 0."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def position(document: Document, finding: Finding, *, english: bool = False) -> str:
    """Where a finding is, as a clerk names it: ``Sheet1!B3`` in a workbook, line and column elsewhere.

    Args:
        document: The file.
        finding: The finding.
        english: Whether to write in English.

    Returns:
        The place; empty for the whole file.
    """
    place = finding.place
    workbook = document.kind == "excel"
    sheet = next((sheet for sheet in document.sheets if sheet.name == finding.sheet), None)
    if place is None or sheet is None:
        return finding.sheet or ""
    if workbook:
        cell = place.area or f"{'' if place.column is None else letters(place.column)}{'' if place.row is None else place.row + 1}"
        return f"{sheet.name}!{cell}"
    parts = []
    if place.row is not None:
        line = sheet.lines[place.row] if sheet.lines is not None and place.row < len(sheet.lines) else place.row + 1
        parts.append(f"line {line}" if english else f"{line}行目")
    if place.column is not None:
        parts.append(f"column {place.column + 1}" if english else f"{place.column + 1}列目")
    return (", " if english else "の").join(parts)


def filled(grid: pl.DataFrame) -> pl.Series:
    """Count the filled cells of every row."""
    counts = pl.zeros(grid.height if grid.width else 0, dtype=pl.UInt32, eager=True).alias("filled")
    for column in grid.iter_columns():
        counts += column.is_not_null().cast(pl.UInt32)
    return counts


def data_sheets(document: Document) -> tuple[Sheet, ...]:
    """Sheets that hold data: all but those whose name says that they describe it, or all where every name says so."""
    return tuple(sheet for sheet in document.sheets if not AUXILIARY.search(sheet.name)) or document.sheets


def find_table(sheet: Sheet, recognised: frozenset[str] | None = None) -> Table | None:
    """Find the header and body of the (first) table of a sheet.

    The header is the row among the first 50 that holds the most known column names; where none holds two, the first row that is filled
    as widely as the rows below it.

    Args:
        sheet: The sheet.
        recognised: Known column names; None where none are known.

    Returns:
        The table; None where the sheet has no cell filled.
    """
    counts = filled(sheet.grid)
    if counts.len() == 0 or counts.max() == 0:
        return None
    header = _header_row(sheet.grid, counts, recognised or frozenset())
    below = sheet.grid.slice(header + 1).with_row_index("row", offset=header + 1)
    width = int(counts[header])
    under = counts.slice(header + 1)
    headers = tuple(text or "" for text in sheet.grid.row(header))
    # few rows are as narrow as a note; only they are looked at closely
    narrow = (under <= max(1, width // 4)).arg_true()
    notes = below[narrow].filter(pl.coalesce(pl.all().exclude("row")).str.contains(NOTE.pattern))["row"]
    repeated = below.filter(repeats(headers))["row"]
    lone = below["row"].tail(1) if under.len() and under[-1] == 1 and width >= 3 else below["row"].head(0)
    blank = below["row"].gather((under == 0).arg_true())
    left_out = pl.concat([notes, repeated, lone, blank])
    # nothing left out is the usual case of a large table, whose cells are then not copied
    body = below if left_out.is_empty() else below.filter(~pl.col("row").is_in(left_out.implode()))
    last = int(body["row"].max() or header) if body.height else header  # type: ignore[arg-type]
    return Table(sheet, header, last, headers, body)


def repeats(headers: tuple[str, ...]) -> pl.Expr:
    """Whether a row of the grid repeats the column names; never, where fewer than two columns have one."""
    named = [(str(i), header) for i, header in enumerate(headers) if header]
    same = [pl.col(i).eq_missing(pl.lit(header)) for i, header in named]
    return pl.all_horizontal(same) if len(same) >= 2 else pl.lit(value=False)


def _header_row(grid: pl.DataFrame, counts: pl.Series, recognised: frozenset[str]) -> int:
    head = grid.head(_LOOKED_AT)
    known = [sum(1 for cell in row if cell is not None and fold_name(cell) in recognised) for row in head.iter_rows()]
    best = max(known, default=0)
    if best >= 2:
        return known.index(best)
    typical = int(counts.filter(counts > 0).head(_LOOKED_AT * 2).median() or 1)  # type: ignore[arg-type]
    wide = (counts >= max(1, min(typical, grid.width) * 0.6)).arg_true()
    return int(wide[0]) if len(wide) else int((counts > 0).arg_true()[0])


_FOLDED = re.compile(r"[\s_＿・.．:：/／()（）「」\[\]【】-]+")


def fold_name(name: str) -> str:
    """Fold a column name for comparison: width, case, spaces, brackets and separators do not count.

    Args:
        name: Column name.

    Returns:
        Folded name.
    """
    return _FOLDED.sub("", unicodedata.normalize("NFKC", name).lower())
