"""The whole judgement of a file: GIF level, machine readability, and what cleansing would change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from data_standards.conformance import machine_readability
from data_standards.conformance.cleansing import Cleansed, cleanse, with_other_columns
from data_standards.conformance.document import Document, Finding, Table, data_sheets, find_table, fold_name, position
from data_standards.conformance.gif_level import GifResult, measure
from data_standards.conformance.machine_readability import EDITION, Judgement, Outcome, level_score, several_files_score
from data_standards.conformance.models import Recognition, known_names, load_models, recognise, recognise_best
from data_standards.items import DeclarationError

Progress = Callable[[int, int], None]
_LAYOUT_LEVEL = 3


class NoTableError(ValueError):
    """A file without a table."""


@dataclass(frozen=True)
class Result:
    """What was found of a file.

    Attributes:
        name: Name of the file.
        document: Its content.
        table: The table that was measured.
        recognition: Which of its columns are which items.
        chosen: Whether the model was chosen by us and not asked for.
        judgements: The rules of machine readability.
        gif: The GIF level.
        cleansed: What cleansing would change.
        level: The level that was asked for.
        in_gif: Whether GIF defines a model of the table at all; where it does not, the GIF level counts for nothing.
    """

    name: str
    document: Document
    table: Table
    recognition: Recognition
    chosen: bool
    judgements: list[Judgement]
    gif: GifResult
    cleansed: Cleansed
    level: str
    in_gif: bool = True

    @property
    def conforms(self) -> bool:
        """Whether the table reaches the level that was asked for and breaks no rule that is FATAL to machine readability."""
        fatal = any(one.outcome == Outcome.FAILED and one.rule.severity == "FATAL" for one in self.judgements)
        return not fatal and (not self.in_gif or self.gif.reaches(self.level))


def examine(
    document: Document,
    name: str,
    *,
    model: str | None = None,
    level: str = "LV1",
    progress: Progress | None = None,
) -> Result:
    """Judge a file.

    Args:
        document: Its content, and what is published beside it.
        name: Its name.
        model: Name of a GIF model; the one that recognises the most columns if not given.
        level: Level to conform at.
        progress: Told how many columns are cleansed, and how many there are.

    Returns:
        The result.

    Raises:
        DeclarationError: There is no such model.
        NoTableError: There is no table in the file.
    """
    models = load_models()
    if model is not None and model not in models:
        raise DeclarationError(f"there is no model {model!r}; use one of {', '.join(sorted(models))}")
    known = frozenset(models[model].names) if model else known_names()
    tables = [table for sheet in data_sheets(document) if (table := find_table(sheet, known)) is not None]
    if not tables:
        raise NoTableError(f"{name}: there is no table")
    recognised = [recognise(table.headers, models[model]) if model else recognise_best(table.headers) for table in tables]
    main = max(range(len(tables)), key=lambda i: len(recognised[i].columns))
    judgements = machine_readability.judge(document, tables, recognised)
    table, recognition = tables[main], recognised[main]
    cleansed = cleanse(table, recognition, progress)
    gif = measure(table, recognition, cleansed.changes)
    cleansed = with_other_columns(table, recognition, cleansed)
    return Result(name, document, table, recognition, model is None, judgements, gif, cleansed, level)


def together(results: Sequence[Result]) -> dict[str, Any]:
    """Score several files of one dataset together.

    Of the rules that look across files one can be judged from the files alone: L3-07, the layout is the same in all. It is judged where
    every two files share at least half of their columns; files of different subjects are not compared.

    Args:
        results: One result per file.

    Returns:
        ``scores`` by level, null where no file has a score, and ``same_layout``, null where it was not judged.
    """
    layouts = [frozenset(fold_name(header) for header in one.table.headers if header) for one in results]
    alike = all(2 * len(one & other) >= min(len(one), len(other)) for one in layouts for other in layouts)
    same = len(set(layouts)) == 1 if len(results) > 1 and alike else None
    scores: dict[str, int | None] = {}
    for level in (1, 2, 3):
        found = [score for one in results if (score := level_score(one.judgements, level)) is not None]
        across = (int(bool(same)), 1) if level == _LAYOUT_LEVEL and same is not None else (0, 0)
        scores[str(level)] = several_files_score(found, *across) if found else None
    return {"scores": scores, "same_layout": same}


def as_json(result: Result) -> dict[str, Any]:
    """The report for programs.

    Args:
        result: The result.

    Returns:
        Values that JSON can hold.
    """

    def said(finding: Finding) -> dict[str, Any]:
        place = finding.place
        return {
            "position": position(result.document, finding),
            "sheet": finding.sheet,
            "row": None if place is None or place.row is None else place.row + 1,
            "column": None if place is None or place.column is None else place.column + 1,
            "count": finding.count,
            "text": finding.text,
            "text_en": finding.text_en,
        }

    gif, changes = result.gif, result.cleansed.changes
    return {
        "file": result.name,
        "kind": result.document.kind,
        "encoding": result.document.encoding,
        "model": result.recognition.model.name,
        "model_chosen": result.chosen,
        "columns": {result.table.headers[i]: item.path for i, item in sorted(result.recognition.columns.items())},
        "conforms": result.conforms,
        "asked_level": result.level,
        "gif": {
            "applies": result.in_gif,
            "level": gif.level,
            "pattern": gif.pattern,
            "obstacles": [{"level": one.level, "item": one.item} | said(one.finding) for one in gif.obstacles],
            "remarks": [said(one) for one in gif.remarks],
        },
        "machine_readability": {
            "edition": EDITION,
            "scores": {str(level): level_score(result.judgements, level) for level in (1, 2, 3)},
            "rules": [
                {
                    "id": one.rule.id,
                    "severity": one.rule.severity,
                    "outcome": one.outcome.value,
                    "question": one.rule.question if one.outcome == Outcome.NOT_JUDGED else None,
                    "findings": [said(finding) for finding in one.findings],
                }
                for one in result.judgements
            ],
        },
        "changes": {row[0]: row[1] for row in changes["status"].value_counts().sort("status").iter_rows()},
    }
