"""Excel workbooks for the conformance measures: cells as text, and merged, hidden, coloured cells, formulas and objects."""

import datetime as dt
import re
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import polars as pl
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from data_standards.conformance.document import Place, Sheet

_ANCHOR = re.compile(r"(?:one|two|absolute)CellAnchor$|absoluteAnchor$")
_FIXED_TIME = dt.datetime(2000, 1, 1)
_STYLED_MOST = 1000


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """Read every sheet of a workbook.

    Args:
        path: An .xlsx file.

    Returns:
        Its sheets, those without a filled cell left out.

    Raises:
        KeyError, ValueError, OSError, zipfile.BadZipFile: The file is no workbook.
    """
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    objects = _objects(path)
    sheets = [_sheet(sheet, values[sheet.title], objects.get(sheet.title, ())) for sheet in formulas.worksheets]
    return tuple(sheet for sheet in sheets if sheet.grid.width)


def _kind(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "date" if isinstance(value, dt.datetime | dt.date | dt.time) else "text"


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def _sheet(sheet: Worksheet, shown: Worksheet, objects: tuple[Place, ...]) -> Sheet:
    rows = [list(row) for row in shown.iter_rows(values_only=True)]
    names = [str(i) for i in range(max((len(row) for row in rows), default=0))]
    schema = dict.fromkeys(names, pl.String)
    columns = list(zip(*rows, strict=True)) if rows else []
    grid = pl.DataFrame({name: [_text(value) for value in column] for name, column in zip(names, columns, strict=True)}, schema=schema)
    kinds = pl.DataFrame({name: [_kind(value) for value in column] for name, column in zip(names, columns, strict=True)}, schema=schema)
    if not grid.width or grid.null_count().sum_horizontal()[0] == grid.height * grid.width:
        grid = pl.DataFrame()
    formulas = tuple(Place(c.row - 1, c.column - 1) for row in sheet.iter_rows() for c in row if isinstance(c, Cell) and c.data_type == "f")
    merged = tuple(Place(area.min_row - 1, area.min_col - 1, area.coord) for area in sheet.merged_cells.ranges)
    return Sheet(
        name=sheet.title,
        grid=grid,
        kinds=kinds if grid.width else None,
        merged=tuple(sorted(merged, key=lambda place: (place.row or 0, place.column or 0))),
        hidden=_hidden(sheet, grid.height, grid.width),
        objects=objects,
        formulas=formulas,
        styled=_styled(sheet),
    )


def _hidden(sheet: Worksheet, height: int, width: int) -> tuple[Place, ...]:
    places = [Place(row=row - 1) for row, about in sorted(sheet.row_dimensions.items()) if about.hidden and row <= height]
    for letter, about in sorted(sheet.column_dimensions.items()):
        if about.hidden:
            first = about.min or 1
            last = min(about.max or first, max(width, first))
            places.append(Place(column=first - 1, area=f"{get_column_letter(first)}:{get_column_letter(last)}" if letter else None))
    if sheet.sheet_state != "visible":
        places.append(Place(area="（シート全体）"))
    return tuple(places)


def _style(cell: Cell) -> tuple[object, ...]:
    fill = cell.fill.fgColor
    colour = (fill.type, fill.value, fill.tint) if cell.fill.fill_type else None
    font = cell.font.color
    return (colour, (font.type, font.value) if font is not None else None, bool(cell.font.b), bool(cell.font.strike))


def _styled(sheet: Worksheet) -> tuple[Place, ...]:
    """Filled cells below the first rows whose style is not the usual one of their column's filled cells."""
    found = []
    for column in sheet.iter_cols(min_row=2):
        cells = [cell for cell in column if cell.value is not None and isinstance(cell, Cell)]
        styles = [_style(cell) if cell.has_style else (None, None, False, False) for cell in cells]
        plain = [_normal(style) for style in styles]
        if len(set(plain)) > 1:
            usual = Counter(plain).most_common(1)[0][0]
            found += [Place(cell.row - 1, cell.column - 1) for cell, style in zip(cells, plain, strict=True) if style != usual]
    return tuple(sorted(found, key=lambda place: (place.row or 0, place.column or 0))[:_STYLED_MOST])


def _normal(style: tuple[object, ...]) -> tuple[object, ...]:
    """The default font colour of a theme is no colour of its own."""
    colour, font, bold, strike = style
    return (colour, None if font in (("theme", 1), ("rgb", "FF000000")) else font, bold, strike)


def _objects(path: Path) -> dict[str, tuple[Place, ...]]:
    """Anchors of drawings per sheet name, read from the package itself: shapes are not kept by the workbook's reader."""
    found: dict[str, tuple[Place, ...]] = {}
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        targets = _relations(package, "xl/_rels/workbook.xml.rels", names)
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))  # noqa: S314 (openpyxl has read the same file)
        for sheet in (element for element in book.iter() if element.tag.endswith("}sheet")):
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            part = targets.get(relation, "")
            folder, _, name = part.rpartition("/")
            places: list[Place] = []
            for target in _relations(package, f"{folder}/_rels/{name}.rels", names).values():
                if "/drawings/drawing" in target and target in names:
                    places += _anchors(package.read(target))
            found[sheet.attrib["name"]] = tuple(places)
    return found


def _relations(package: zipfile.ZipFile, path: str, names: set[str]) -> dict[str, str]:
    if path not in names:
        return {}
    base = path.rpartition("/_rels/")[0]
    root = ElementTree.fromstring(package.read(path))  # noqa: S314
    return {element.attrib["Id"]: _resolve(base, element.attrib.get("Target", "")) for element in root}


def _resolve(base: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = base.split("/")
    for piece in target.split("/"):
        parts = parts[:-1] if piece == ".." else [*parts, piece]
    return "/".join(parts)


def _anchors(xml: bytes) -> list[Place]:
    places = []
    for anchor in ElementTree.fromstring(xml):  # noqa: S314
        if not _ANCHOR.search(anchor.tag):
            continue
        start = {child.tag.rpartition("}")[2]: child.text for element in anchor if element.tag.endswith("}from") for child in element}
        places.append(Place(int(start.get("row") or 0), int(start.get("col") or 0)))
    return places


def write_workbook(workbook: Workbook, out: Path) -> None:
    """Write a workbook with the same bytes for the same content.

    Args:
        workbook: The workbook.
        out: File to write.
    """
    first = BytesIO()
    workbook.properties.created = _FIXED_TIME
    workbook.save(first)
    stamp = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
    with zipfile.ZipFile(first) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in package.namelist():
            content = package.read(name)
            if name == "docProps/core.xml":
                content = stamp.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            fixed.writestr(zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def change_workbook(source: Path, sheet: str, cells: dict[tuple[int, int], str], numbers: set[int], header_row: int, out: Path) -> None:
    """Write a copy of a workbook with other values in some cells.

    Args:
        source: The workbook to copy.
        sheet: Name of the sheet.
        cells: New text by row and column from 0.
        numbers: Columns (from 0) whose new values are numbers.
        header_row: Row of the column names, from 0.
        out: File to write.
    """
    workbook = openpyxl.load_workbook(source)
    target = workbook[sheet]
    for (row, column), text in cells.items():
        number = column in numbers and row != header_row
        target.cell(row + 1, column + 1).value = float(text) if number and "." in text else int(text) if number else text
    write_workbook(workbook, out)


def new_workbook(name: str, grid: pl.DataFrame, numbers: set[int], header_row: int, out: Path) -> None:
    """Write a grid of text cells as a workbook of one sheet.

    Args:
        name: Name of the sheet.
        grid: The cells.
        numbers: Columns (from 0) whose values below the header are numbers where they can be.
        header_row: Row of the column names, from 0.
        out: File to write.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(name)
    for index, row in enumerate(grid.iter_rows()):
        sheet.append([_number(text) if index > header_row and column in numbers else text for column, text in enumerate(row)])
    write_workbook(workbook, out)


def _number(text: str | None) -> str | int | float | None:
    if text is None or not re.fullmatch(r"-?\d{1,15}(?:\.\d+)?", text):
        return text
    return float(text) if "." in text else int(text)
