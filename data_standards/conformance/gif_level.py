"""How far a table conforms to a GIF core data model: LV1, LV2 or LV2s, and every reason why it is not higher.

Source: GIF 430 コアデータモデル解説書 (2025-03-25), GIF準拠. LV1: the common forms of the core data parts are used. LV2: also the
forms of the items, and the items that one 必須パターン requires exist, whatever the hierarchy.
LV2s: also the items' names and hierarchy, here as
column names such as ``登記住所.都道府県``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from data_standards.conformance.document import Finding, Place, Table, fold_name
from data_standards.conformance.models import ModelItem, Recognition
from data_standards.rules.rule import Status

LEVELS = ("LV1", "LV2", "LV2s")
"""The levels, lowest first."""
_HALF_WIDTH = r"[!-~ｦ-ﾟ]"


@dataclass(frozen=True)
class Obstacle:
    """One reason why a table does not reach a level.

    Attributes:
        level: The level it bars.
        item: Path of the item, empty where it is about the whole table.
        finding: What is wrong and where.
    """

    level: str
    item: str
    finding: Finding


@dataclass(frozen=True)
class GifResult:
    """What was found of a table.

    Attributes:
        level: Highest level reached; None where not even LV1 is.
        pattern: 必須パターン whose items all exist (of several the first), None where none is complete.
        obstacles: Reasons why the level is not higher, lowest level first.
        remarks: Things worth knowing that bar no level: required values that are blank, columns outside the model.
    """

    level: str | None
    pattern: str | None
    obstacles: tuple[Obstacle, ...]
    remarks: tuple[Finding, ...]

    def reaches(self, level: str) -> bool:
        """Whether the table conforms at a level or higher.

        Args:
            level: One of :data:`LEVELS`.
        """
        return self.level is not None and LEVELS.index(self.level) >= LEVELS.index(level)


def measure(table: Table, recognition: Recognition, changes: pl.DataFrame) -> GifResult:
    """Find the GIF level of a table.

    Args:
        table: The table.
        recognition: Which of its columns are which items of the model.
        changes: What cleansing would change (:func:`data_standards.conformance.cleansing.cleanse`).

    Returns:
        The level, the pattern and the reasons.
    """
    obstacles: list[Obstacle] = []
    if not recognition.columns:
        text = f"モデル「{recognition.model.label}」の項目が一つも見つかりません。"
        text_en = f"No column is an item of the model {recognition.model.name}."
        obstacles.append(Obstacle("LV1", "", Finding(text, text_en, table.sheet.name)))
    obstacles += _forms(table, recognition, changes)
    pattern, missing = _pattern(table, recognition)
    obstacles += [Obstacle("LV2", item, finding) for item, finding in missing]
    obstacles += _names(table, recognition)
    level = None
    for candidate in LEVELS:
        if any(one.level == candidate for one in obstacles):
            break
        level = candidate
    ordered = sorted(obstacles, key=lambda one: LEVELS.index(one.level))
    return GifResult(level, pattern, tuple(ordered), tuple(_remarks(table, recognition, pattern)))


def _forms(table: Table, recognition: Recognition, changes: pl.DataFrame) -> list[Obstacle]:
    """Cells whose form is not that of the core part (LV1) or of the item (LV2); one entry per column and reason."""
    # a register's own name may hold an abbreviation: that is a doubt about the legal form, and no breach of how a name is written
    only_the_legal_form = (pl.col("reason") == "abbreviation_unsure") & ~pl.col("before").str.contains(_HALF_WIDTH)
    wrong = changes.filter(
        ((pl.col("status") != Status.UNCERTAIN.value) | (pl.col("before") != pl.col("after")))
        & ~only_the_legal_form
        & ~((pl.col("status") == Status.UNKNOWN.value) & (pl.col("before").str.strip_chars() == ""))
    )
    summary = wrong.group_by("column", "reason", "status", maintain_order=True).agg(
        pl.len().alias("count"), pl.first("row", "before", "after", "item", "reason_ja", "reason_en", "clause")
    )
    obstacles = []
    for row in summary.sort("column", maintain_order=True).iter_rows(named=True):
        example = _short(row["before"]) + (f" → {_short(row['after'])}" if row["after"] is not None else "")
        finding = Finding(
            f"「{row['item']}」が標準の形でありません。{row['reason_ja']}（{example}）",
            f"{row['item']} is not in the standard's form. {row['reason_en']} ({example})",
            table.sheet.name,
            Place(row["row"], row["column"]),
            row["count"],
        )
        core = recognition.columns[row["column"]].core
        obstacles.append(Obstacle("LV1" if core else "LV2", row["item"], finding))
    return obstacles


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"


def _present(table: Table, items: Iterable[tuple[int, ModelItem]]) -> set[str]:
    """Paths of the items that exist: with a value, or with a column where they may be blank; with the items they are nested in."""
    paths = set()
    for index, item in items:
        values = table.values(index)
        if item.may_be_blank or values.null_count() < values.len():
            parts = item.path.split(".")
            paths |= {".".join(parts[: i + 1]) for i in range(len(parts))}
    return paths


def _pattern(table: Table, recognition: Recognition) -> tuple[str | None, list[tuple[str, Finding]]]:
    """The first complete 必須パターン, or what the nearest one lacks."""
    present = _present(table, recognition.columns.items())
    lacking = {key: [item for item in required if item not in present] for key, required in recognition.model.patterns.items()}
    nearest = min(lacking, key=lambda key: len(lacking[key]))
    if not lacking[nearest]:
        return nearest, []
    columns = {item.path: index for index, item in recognition.columns.items()}
    missing = []
    for item in lacking[nearest]:
        index = columns.get(item)
        why, why_en = ("列がありません", "there is no such column") if index is None else ("値が一つもありません", "it has no value")
        text = f"必須パターン{nearest}に要る項目「{item}」の{why}。"
        text_en = f"{item}, which pattern {nearest} requires, is missing: {why_en}."
        place = None if index is None else Place(table.header_row, index)
        missing.append((item, Finding(text, text_en, table.sheet.name, place)))
    return None, missing


def _names(table: Table, recognition: Recognition) -> list[Obstacle]:
    obstacles = []
    seen: dict[str, int] = {}
    for index, item in sorted(recognition.columns.items()):
        place = Place(table.header_row, index)
        header = table.headers[index]
        if header not in (item.path, item.path_en):
            text = f"項目名「{header}」をGIFの名称「{item.path}」に改めてください。"
            text_en = f"Rename {header!r} to GIF's name {item.path} ({item.path_en})."
            obstacles.append(Obstacle("LV2s", item.path, Finding(text, text_en, table.sheet.name, place)))
        if item.path in seen:
            text = f"項目「{item.path}」の列が二つあります（{seen[item.path] + 1}列目と{index + 1}列目）。"
            text_en = f"{item.path} has two columns ({seen[item.path] + 1} and {index + 1})."
            obstacles.append(Obstacle("LV2s", item.path, Finding(text, text_en, table.sheet.name, place)))
        seen.setdefault(item.path, index)
    return obstacles


def _remarks(table: Table, recognition: Recognition, pattern: str | None) -> list[Finding]:
    remarks = []
    required = set(recognition.model.patterns.get(pattern or "", ()))
    for index in table.columns:
        item = recognition.columns.get(index)
        place = Place(table.header_row, index)
        if item is None:
            name = table.headers[index] or f"{index + 1}"
            if not table.headers[index] or fold_name(name) not in recognition.model.names:
                text, text_en = (
                    f"「{name}」はモデルにない項目です（拡張項目として扱いました）。",
                    f"{name!r} is outside the model (an extension).",
                )
                remarks.append(Finding(text, text_en, table.sheet.name, place))
            continue
        blank = table.values(index).null_count()
        if item.path.partition(".")[0] in required and not item.may_be_blank and blank and "." not in item.path:
            text, text_en = f"必須の項目「{item.path}」に空欄が{blank}件あります。", f"{item.path} is required and blank in {blank} rows."
            remarks.append(Finding(text, text_en, table.sheet.name, place, blank))
    return remarks
