"""The list a clerk works from: the comparison of register and tax roll of a municipality, as a workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from data_standards.codes import load_code_lists, municipalities
from pipelines.errors import DaichoError
from pipelines.home import Home

_COLUMNS = {
    "object_kind_code": ("対象", 7), "lg_code": ("団体コード", 10), "municipality": ("市区町村", 14), "town_key": ("町字", 18),
    "compared_lot": ("地番・家屋番号", 15), "property_number": ("物件番号", 14), "tax_year": ("年度", 7), "outcome_code": ("結果", 24),
    "register_value": ("登記の値", 34), "roll_value": ("台帳の値", 34), "action_code": ("対応", 36), "findings": ("相違のすべて", 30),
    "comparison_evidence": ("突合の根拠", 44), "property_uid": ("不動産レジストリID", 24), "comparison_id": ("突合ID", 24),
}  # fmt: skip
"""Columns of the list with their heading and width in characters."""
_SUMMARY = {"団体コード": 10, "市区町村": 14, "対象": 7, "結果": 26, "件数": 10}
_CODED = {"object_kind_code": "property_kind", "outcome_code": "comparison_outcome", "action_code": "comparison_action"}
_OF_CATEGORY = ("category_registered", "category_present", "farmland", "forest")
_HEAD, _FILL = Font(bold=True), PatternFill("solid", fgColor="DDE6F0")
SHEET_ROWS = 1_000_000
"""Rows of one sheet; the format has a limit of 1,048,576."""
_LIST = """
SELECT * FROM register_tax_comparison {where}
ORDER BY lg_code, object_kind_code DESC, outcome_code, town_key,
         try_cast(regexp_extract(compared_lot, '([0-9]+)', 1) AS BIGINT), compared_lot, comparison_id
"""


def open_restricted(home: Home) -> duckdb.DuckDBPyConnection:
    """Open the tables that are not public, for reading.

    Raises:
        DaichoError: There are none.
    """
    if not home.restricted.exists():
        raise DaichoError(f"{home.root} holds no restricted tables; run ./daicho build with a register and a tax roll first")
    return duckdb.connect(str(home.restricted), read_only=True)


def summary(connection: duckdb.DuckDBPyConnection, lg_code: str | None) -> list[tuple[str, str, str, int]]:
    """Rows of the comparison by municipality, kind and outcome.

    Args:
        connection: On the restricted tables.
        lg_code: Only this municipality.

    Returns:
        Code of the municipality, kind, outcome, count.
    """
    where = "WHERE lg_code = ?" if lg_code else ""
    query = f"SELECT lg_code, object_kind_code, summary_outcome_code, comparison_count FROM comparison_summary {where} ORDER BY ALL"
    rows: list[tuple[str, str, str, int]] = connection.execute(query, [lg_code] if lg_code else []).fetchall()
    return rows


def _labelled(row: dict[str, Any], names: dict[str, str]) -> Iterator[Any]:
    lists = load_code_lists()
    outcomes, categories = lists["comparison_outcome"].codes, lists["land_category"].codes
    for name in _COLUMNS:
        value = names.get(row["lg_code"]) if name == "municipality" else row[name]
        if value is None:
            yield None
        elif name in _CODED:
            yield lists[_CODED[name]].codes[value].label
        elif name == "findings":
            yield "、".join(outcomes[code].label for code in value.split(","))
        elif name in ("register_value", "roll_value") and row["outcome_code"] in _OF_CATEGORY:
            code, space, rest = value.partition(" ")
            yield (categories[code].label if code in categories else code) + space + rest
        else:
            yield value


def _sheet(book: Workbook, title: str, widths: dict[str, int]) -> Any:
    """A sheet with its headings: they stay in sight, can be filtered, and are printed on every page, which is as wide as the list."""
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths.values(), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    heads = []
    for heading in widths:
        cell = WriteOnlyCell(sheet, heading)
        cell.font, cell.fill = _HEAD, _FILL
        heads.append(cell)
    sheet.append(heads)
    return sheet


def _text_as_text(sheet: Any, value: Any) -> Any:
    """A text that begins like a formula stays a text."""
    if not (isinstance(value, str) and value.startswith("=")):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def write_workbook(connection: duckdb.DuckDBPyConnection, path: Path, lg_code: str | None, *, everything: bool) -> int:
    """Write the summary and the list, by outcome, town and lot.

    Args:
        connection: On the restricted tables.
        path: ``.xlsx`` file to write; it is readable by its owner alone.
        lg_code: Only this municipality.
        everything: Whether rows that agree are listed too.

    Returns:
        Rows listed.
    """
    lists, names = load_code_lists(), _municipality_names()
    book = Workbook(write_only=True)
    overview = _sheet(book, "集計", _SUMMARY)
    for code, kind, outcome, count in summary(connection, lg_code):
        labels = lists["property_kind"].codes[kind].label, lists["comparison_outcome"].codes[outcome].label
        overview.append([code, names.get(code), *labels, count])
    conditions = [] if everything else ["outcome_code <> 'agree'"]
    conditions += ["lg_code = ?"] if lg_code else []
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    connection.execute(_LIST.format(where=where), [lg_code] if lg_code else [])
    columns = [str(column[0]) for column in connection.description or ()]
    widths = dict(_COLUMNS.values())
    sheet, listed = _sheet(book, "一覧", widths), 0
    while rows := connection.fetchmany(10_000):
        for row in rows:
            if listed and listed % SHEET_ROWS == 0:
                sheet = _sheet(book, f"一覧{listed // SHEET_ROWS + 1}", widths)
            sheet.append([_text_as_text(sheet, value) for value in _labelled(dict(zip(columns, row, strict=True)), names)])
            listed += 1
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{(listed - 1) % SHEET_ROWS + 2}"
    aside = path.with_name(f".{path.name}.part")
    aside.touch(mode=0o600)
    book.save(aside)
    aside.replace(path)
    return listed


def _municipality_names() -> dict[str, str]:
    table = municipalities().unique("lg_code", keep="last", maintain_order=True)
    return dict(zip(table.get_column("lg_code"), table.get_column("name"), strict=True))
