"""What kind of values each column of a table holds, as far as its name and values tell."""

import re
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from data_standards.conformance.document import Finding, Place, Table
from data_standards.conformance.models import ModelItem, Recognition
from data_standards.rules.folding import half_width

ColumnKind = Literal["number", "date", "code", "choice", "text"]

PLAIN_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?$"
MARK = r"^(?:[xXｘＸχ]|…+|\.{2,3}|[*＊]+|秘匿?|[#＃]+|[pPrR])$"
"""Marks that stand for a withheld or missing number."""
DASH = r"^[-－―ー‐‑–—−─]+$"

_MESSY_NUMBER = r"^(?:約|△|▲|-|\+)?\s*[0-9][0-9,. ]*\s*[^0-9\s]{0,4}$"
_CODE_NAME = re.compile(r"番号|コード|電話|TEL|FAX|郵便|〒|(?:^|[^a-z])(?:id|no|code)$|(?:code|number|_id)$|ID$", re.IGNORECASE)
_DATE_NAME = re.compile(r"日$|日付|年月|年度$|^年$|date$|_on$|時点")
_TEXT_NAME = re.compile(r"名|住所|所在|番地|カナ|フリガナ|地番|方書|備考|説明")
_CHOICE_NAME = re.compile(r"有無|区分|種別|可否|分類|性別")
_DATE_VALUE = (
    r"^(?:(?:明治|大正|昭和|平成|令和|[MTSHRmtshr])\s*(?:元|[0-9]{1,2})[年./-].{0,30}|(?:明治|大正|昭和|平成|令和)(?:元|[0-9]{1,2})"
    r"|[0-9]{4}[-/.年][0-9]{1,2}(?:[-/.月].{0,30})?|[0-9]{4}年(?:度)?)$"
)
_CODE_RULES = {"corporate_number", "local_government_code", "postal_code", "telephone_number", "real_estate_number", "lot_number"}
_CHOICES_MOST = 30


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        table: The table.
        index: Index of the column.
        header: Its name.
        item: The item it is recognised as.
        kind: What it holds.
        values: Its values, null where blank.
    """

    table: Table
    index: int
    header: str
    item: ModelItem | None
    kind: ColumnKind
    values: pl.Series = field(repr=False)

    @property
    def rule(self) -> str:
        """Rule of the item's form; empty where there is none."""
        return (self.item.rule if self.item else None) or ""

    def where(self, mask: pl.Series) -> pl.Series:
        """Rows of the grid where a mask over the values holds."""
        return self.table.body["row"].filter(mask.fill_null(value=False))

    def finding(self, mask: pl.Series, text: str, text_en: str) -> list[Finding]:
        """One finding for all the cells of the column where a mask holds, placed at the first; none where it holds nowhere.

        ``{value}`` in the texts becomes the first such value.
        """
        rows = self.where(mask)
        if rows.is_empty():
            return []
        value = str(self.values.filter(mask.fill_null(value=False))[0])
        shown = value if len(value) <= 40 else value[:40] + "…"
        place = Place(int(rows[0]), self.index)
        name = self.table.sheet.name
        return [Finding(text.replace("{value}", shown), text_en.replace("{value}", shown), name, place, len(rows))]

    def at_header(self, text: str, text_en: str) -> Finding:
        """A finding about the column as a whole, placed at its name."""
        return Finding(text, text_en, self.table.sheet.name, Place(self.table.header_row, self.index))


def profile(table: Table, recognition: Recognition) -> list[Column]:
    """Tell what each column of a table holds.

    Args:
        table: The table.
        recognition: Which of its columns are which items.

    Returns:
        One entry per column with a name or a value.
    """
    return [_column(table, i, recognition.columns.get(i)) for i in table.columns]


def _column(table: Table, index: int, item: ModelItem | None) -> Column:
    header, values = table.headers[index], table.values(index)
    return Column(table, index, header, item, _kind(header, values, item), values)


def _share(values: pl.Series, pattern: str) -> float:
    return float(values.str.contains(pattern).mean() or 0)  # type: ignore[arg-type]


def _kind(header: str, values: pl.Series, item: ModelItem | None) -> ColumnKind:
    given = values.drop_nulls()
    rule = (item.rule if item else None) or ""
    if item is not None and item.number:
        return "number"
    if rule == "date_iso":
        return "date"
    if rule in _CODE_RULES or rule.startswith("code_list:"):
        return "choice" if rule in ("code_list:presence", "code_list:sex") else "code"
    if given.is_empty():
        return "text"
    folded = given.to_frame("v").select(half_width(pl.col("v")).str.strip_chars()).to_series()
    if _share(folded, _DATE_VALUE) >= 0.5 or (_DATE_NAME.search(header) and _share(folded, r"^[0-9]{4}") >= 0.5):
        return "date"
    if _CODE_NAME.search(header) or _share(folded, r"^0[0-9]+$") >= 0.1:
        return "code"
    if (rule in ("latitude", "longitude") or not rule) and not _TEXT_NAME.search(header):
        worth = folded.filter(~folded.str.contains(MARK) & ~folded.str.contains(DASH))
        if worth.len() and _share(worth, _MESSY_NUMBER) >= 0.5:
            return "number"
    if rule and rule != "characters_visible":
        return "text"
    distinct = given.n_unique()
    few = given.len() >= 6 and distinct <= min(_CHOICES_MOST, given.len() // 3)
    if _CHOICE_NAME.search(header) or (few and not _TEXT_NAME.search(header) and item is None):
        return "choice"
    return "text"
