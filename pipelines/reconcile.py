"""The list a clerk works from: the comparison of register and tax roll of a municipality, as a workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from data_standards.codes import load_code_lists
from data_standards.items import load_items
from pipelines.errors import DaichoError
from pipelines.home import Home

_COLUMNS = (
    "object_kind_code", "lg_code", "town_key", "compared_lot", "property_number", "outcome_code", "register_value", "roll_value",
    "action_code", "findings", "comparison_evidence", "property_uid", "comparison_id",
)  # fmt: skip
_CODED = {"object_kind_code": "property_kind", "outcome_code": "comparison_outcome", "action_code": "comparison_action"}
_WIDTHS = {"register_value": 30, "roll_value": 30, "comparison_evidence": 40, "action_code": 34, "outcome_code": 24}
SHEET_ROWS = 1_000_000
"""Rows of one sheet; the format has a limit of 1,048,576."""


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


def _labelled(row: tuple[Any, ...]) -> Iterator[Any]:
    lists = load_code_lists()
    outcomes = lists["comparison_outcome"].codes
    for name, value in zip(_COLUMNS, row, strict=True):
        if value is None:
            yield None
        elif name in _CODED:
            yield lists[_CODED[name]].codes[value].label
        elif name == "findings":
            yield "、".join(outcomes[code].label for code in value.split(","))
        else:
            # a text that begins like a formula stays a text
            yield "'" + value if isinstance(value, str) and value[:1] in "=+@" else value


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
    lists, items = load_code_lists(), load_items()
    book = Workbook(write_only=True)
    overview = book.create_sheet("集計")
    overview.append(["団体コード", "対象", "結果", "件数"])
    for code, kind, outcome, count in summary(connection, lg_code):
        overview.append([code, lists["property_kind"].codes[kind].label, lists["comparison_outcome"].codes[outcome].label, count])
    conditions = [] if everything else ["outcome_code <> 'agree'"]
    conditions += ["lg_code = ?"] if lg_code else []
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM register_tax_comparison {where} ORDER BY lg_code, object_kind_code, outcome_code, town_key, "
        "compared_lot, comparison_id",
        [lg_code] if lg_code else [],
    )
    listed, sheet = 0, None
    while rows := connection.fetchmany(10_000):
        for row in rows:
            if sheet is None or listed % SHEET_ROWS == 0:
                sheet = book.create_sheet("一覧" if listed == 0 else f"一覧{listed // SHEET_ROWS + 1}")
                sheet.freeze_panes = "A2"
                for place, name in enumerate(_COLUMNS, start=1):
                    sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 14)
                sheet.append([items[name].label for name in _COLUMNS])
            sheet.append(list(_labelled(row)))
            listed += 1
    aside = path.with_name(f".{path.name}.part")
    aside.touch(mode=0o600)
    book.save(aside)
    aside.replace(path)
    return listed
