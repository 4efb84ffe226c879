"""The rules of machine readability that look at the form of a file: its tables, notes, merged cells, quoting.

Each check gives None where the rule does not apply, else what breaks it and what a person should be asked.
"""

import re

import polars as pl

from data_standards.conformance.document import (
    NOTE,
    Document,
    Finding,
    Place,
    Sheet,
    Table,
    data_sheets,
    filled,
    fold_name,
    letters,
    repeats,
)

Said = tuple[list[Finding], list[Finding]] | None
"""What breaks a rule, and what to ask; None where the rule does not apply."""

_NAMELESS = re.compile(r"^(?:列|col|column|field|f|unnamed:?|項目|フィールド)?\s*_?\d*$", re.IGNORECASE)
_REPEATED_MOST = 20
_NUMBER = r"^\s*[-+△▲]?[0-9０-９][0-9０-９,，.．]*\s*\S{0,3}$"


def findings(document: Document, tables: list[Table]) -> dict[str, Said]:
    """Judge a file by the rules of form.

    Args:
        document: The file.
        tables: The table of each sheet that has one.

    Returns:
        What was found, by number of the rule.
    """
    several, divided = _blocks(document, tables)
    sheets = data_sheets(document)
    return {
        "L1-01": (
            [Finding("機械が表として読めない形式です。", "The format cannot be read as a table.")] if document.kind == "other" else [],
            [],
        ),
        "L1-02": (several, []),
        "L1-03": (divided, []),
        "L1-04": ([note for table in tables for note in _notes(table)], []),
        "L1-05": ([one for table in tables for one in _nameless(table)], []),
        "L1-10": (_marked(sheets, "objects", "図形・画像・グラフがあります。", "There is an object."), []),
        "L1-11": (_marked(sheets, "styled", "書式がほかのセルと異なります。", "The formatting differs from that of other cells."), []),
        "L1-12": (_marked(sheets, "merged", "セルが結合されています。", "Cells are merged."), []),
        "L1-13": (_marked(sheets, "hidden", "非表示になっています。", "It is hidden."), []),
        "L1-14": (
            _lines(sheets, "broken_lines", "値の中に改行があり、1件が複数の行にわたります。", "A value holds a line break."),
            [],
        ),
        "L1-15": (
            _lines(
                sheets,
                "badly_quoted",
                "列の数が項目名の行と異なります。カンマを含む値が囲まれていないか、引用符が閉じていません。",
                "The number of fields differs from the header's: an unquoted comma, or a quotation mark left open.",
            ),
            [],
        ),
        "L2-03": ([one for table in tables for one in _repeated(table)], []),
        "L2-06": (_marked(sheets, "formulas", "数式があります。", "There is a formula."), []),
        "L3-01": ([one for table in tables for one in _begins_late(table)], []),
    }


def _marked(sheets: tuple[Sheet, ...], attribute: str, text: str, text_en: str) -> list[Finding]:
    return [Finding(text, text_en, sheet.name, place) for sheet in sheets for place in getattr(sheet, attribute)]


def _lines(sheets: tuple[Sheet, ...], attribute: str, text: str, text_en: str) -> list[Finding]:
    found = []
    for sheet in sheets:
        found += [Finding(text, text_en, sheet.name, Place(row=row)) for row in getattr(sheet, attribute)]
    return found


def _blocks(document: Document, tables: list[Table]) -> tuple[list[Finding], list[Finding]]:
    """Further tables on a sheet, and places where one table is divided."""
    several: list[Finding] = []
    divided: list[Finding] = []
    for table in tables:
        inner = table.sheet.grid.slice(table.header_row, table.last_row - table.header_row + 1)
        name = table.sheet.name
        blank_rows = (filled(inner) == 0).arg_true().to_list()
        for start in [row + 1 for row in blank_rows if row + 1 not in blank_rows]:
            rows = inner.slice(start, next((row for row in blank_rows if row > start), inner.height) - start)
            place = Place(row=table.header_row + start)
            if _has_own_header(rows, table.headers):
                several.append(Finding("別の表が始まっています。", "Another table begins.", name, place))
            else:
                divided.append(Finding("空行のあとにデータが続いています。", "Data goes on after a blank row.", name, place))
        several += [
            Finding("項目名の行がもう一度あります。", "The row of column names is repeated.", name, Place(row=row))
            for row in _repeated_headers(table)
            if row - table.header_row - 1 not in blank_rows
        ]
        blank = [i for i in range(inner.width) if inner.to_series(i).null_count() == inner.height]
        last = max(table.columns, default=0)
        for i in blank:
            if i >= last or i == 0 or i + 1 in blank:
                continue
            side = inner.select(pl.nth(range(i + 1, last + 1)))
            text, text_en = ("横に別の表があります。", "Another table stands beside.")
            if set(filter(None, side.row(0))) & set(filter(None, table.headers[:i])):
                several.append(Finding(text, text_en, name, Place(table.header_row, i + 1)))
            else:
                divided.append(Finding("空の列で表が分かれています。", "A blank column divides the table.", name, Place(column=i)))
    if document.kind == "excel":
        divided += _same_form(tables)
    return several, divided


def _has_own_header(rows: pl.DataFrame, headers: tuple[str, ...]) -> bool:
    """Whether a block of rows begins with column names: those of the table, or texts above numbers."""
    first = [(i, text) for i, text in enumerate(rows.row(0)) if text is not None]
    texts = [text for _, text in first]
    if len(texts) < 2 or rows.height < 2 or len(set(texts)) < len(texts):
        return False
    if set(texts) <= set(headers):
        return True
    if any(re.search("[0-9０-９]", text) for text in texts):
        return False
    below = rows.slice(1)
    return any(below.to_series(i).drop_nulls().str.contains(_NUMBER).any() for i, _ in first)


def _repeated_headers(table: Table) -> list[int]:
    below = table.sheet.grid.with_row_index("row").slice(table.header_row + 1)
    return [int(row) for row in below.filter(repeats(table.headers))["row"].head(_REPEATED_MOST)]


def _same_form(tables: list[Table]) -> list[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    found = []
    for table in tables:
        key = tuple(header for header in table.headers if header)
        if len(key) >= 2 and key in seen and table.body.height:
            found.append(
                Finding(
                    f"シート「{seen[key]}」と同じ項目の表です。一つのデータが分かれています。",
                    f"The columns are those of sheet {seen[key]}: one table is divided over sheets.",
                    table.sheet.name,
                )
            )
        seen.setdefault(key, table.sheet.name)
    return found


def _notes(table: Table) -> list[Finding]:
    grid = table.sheet.grid
    rows = [i for i, count in enumerate(filled(grid.head(table.header_row))) if count]
    in_table = set() if not table.body.height else {table.last_row}
    after = filled(grid.slice(table.last_row + 1))
    if in_table or table.header_row == table.last_row:
        rows += [table.last_row + 1 + i for i in (after > 0).arg_true().to_list()]
    inside = grid.with_row_index("row").slice(table.header_row + 1, max(0, table.last_row - table.header_row))
    if inside.height:
        marked = inside.filter(pl.coalesce(pl.all().exclude("row")).str.contains(NOTE.pattern))
        rows += marked.join(table.body.select("row"), on="row", how="anti")["row"].to_list()
    return [
        Finding("表の外に題名・注記などがあります。", "There is a title or note outside the table.", table.sheet.name, Place(row=row))
        for row in sorted(set(rows))
    ]


def _nameless(table: Table) -> list[Finding]:
    found = []
    for i in table.columns:
        header = table.headers[i].strip()
        if not header:
            text, text_en = "項目名がありません。", "The column has no name."
        elif _NAMELESS.match(header):
            text, text_en = f"項目名「{header}」からは意味がわかりません。", f"The column name {header!r} does not say what it holds."
        else:
            continue
        found.append(Finding(text, text_en, table.sheet.name, Place(table.header_row, i)))
    return found


def _repeated(table: Table) -> list[Finding]:
    seen: dict[str, int] = {}
    found = []
    for i in table.columns:
        key = fold_name(table.headers[i])
        if key and key in seen:
            first = letters(seen[key])
            found.append(
                Finding(
                    f"項目名「{table.headers[i]}」が{seen[key] + 1}列目（{first}列）にもあります。",
                    f"The column name {table.headers[i]!r} is also that of column {seen[key] + 1} ({first}).",
                    table.sheet.name,
                    Place(table.header_row, i),
                )
            )
        seen.setdefault(key, i)
    return found


def _begins_late(table: Table) -> list[Finding]:
    found = []
    if table.header_row:
        found.append(
            Finding(
                f"項目名が{table.header_row + 1}行目にあります。",
                f"The column names stand in row {table.header_row + 1}.",
                table.sheet.name,
                Place(row=table.header_row),
            )
        )
    if table.body.height and int(table.body["row"][0]) > table.header_row + 1:
        row = table.header_row + 1
        found.append(
            Finding(
                "項目名の次の行からデータが始まっていません。", "Data does not begin below the names.", table.sheet.name, Place(row=row)
            )
        )
    return found
