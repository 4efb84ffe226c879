"""The 30 rules of machine readability: each bites on a file that breaks just it, and none on a clean one; scores by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_standards.conformance.document import AUXILIARY, Companion, Document, Place, Sheet, data_sheets, find_table, position
from data_standards.conformance.machine_readability import (
    DEDUCTIONS,
    Judgement,
    Outcome,
    judge,
    level_score,
    load_rules,
    several_files_score,
)
from data_standards.conformance.models import known_names, recognise_best

Rows = list[list[str | None]]

HEADER: list[str | None] = ["施設名", "所管区分", "都道府県", "開設日", "定員(人)", "状況コード"]
CLEAN: Rows = [
    HEADER,
    ["中央公民館", "市立", "東京都", "2001-04-01", "120", "A1"],
    ["北公民館", "市立", "東京都", "1998-10-12", "80", "A2"],
    ["南図書館", "県立", "東京都", "2010-04-01", "45", "A1"],
    ["西児童館", "市立", "東京都", "2015-07-20", "30", "A1"],
    ["東体育館", "県立", "東京都", "1987-05-05", "600", "A2"],
    ["港会館", "市立", "東京都", "2003-03-03", "0", "A1"],
]
BESIDE = Companion(
    definitions=frozenset(str(name) for name in HEADER),
    code_lists=frozenset({"状況コード"}),
    history=True,
    encoding=True,
    earlier_columns=tuple(str(name) for name in HEADER),
)


def sheet(rows: Rows, name: str = "", **more: Any) -> Sheet:
    width = max(len(row) for row in rows)
    names = [str(i) for i in range(width)]
    padded = [row + [None] * (width - len(row)) for row in rows]
    return Sheet(name=name, grid=pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String), orient="row"), **more)


def csv(rows: Rows, companion: Companion | None = BESIDE, **more: Any) -> Document:
    return Document(kind="csv", sheets=(sheet(rows, **more),), companion=companion)


def excel(rows: Rows, **more: Any) -> Document:
    return Document(kind="excel", sheets=(sheet(rows, "一覧", **more),), companion=BESIDE)


def judged(document: Document) -> dict[str, Judgement]:
    tables = [table for one in data_sheets(document) if (table := find_table(one, known_names())) is not None]
    found = judge(document, tables, [recognise_best(table.headers) for table in tables])
    return {one.rule.id: one for one in found}


def failed(document: Document) -> set[str]:
    return {number for number, one in judged(document).items() if one.outcome == Outcome.FAILED}


def edited(row: int, column: int, value: str | None, rows: Rows = CLEAN) -> Rows:
    copy = [list(line) for line in rows]
    copy[row][column] = value
    return copy


def with_column(header: str | None, values: list[str | None], rows: Rows = CLEAN) -> Rows:
    return [[*row, value] for row, value in zip(rows, [header, *values], strict=True)]


def named(document: Document, *names: str, gone: bool = False) -> Document:
    """The same document whose companion knows further columns."""
    columns = frozenset(names)
    assert document.companion is not None
    earlier = document.companion.earlier_columns if gone else (*(document.companion.earlier_columns or ()), *names)
    return replace(
        document, companion=replace(document.companion, definitions=document.companion.definitions | columns, earlier_columns=earlier)
    )


SECOND_TABLE: Rows = [
    *CLEAN,
    [None] * 6,
    ["地区", "人口", None, None, None, None],
    ["東", "100", None, None, None, None],
    ["西", "250", None, None, None, None],
]
YEARS: list[str | None] = ["2021", "2022", "2023"]
WIDE: Rows = [[*HEADER, *(f"{year}年" for year in YEARS)], *([*row, "1", "2", "3"] for row in CLEAN[1:])]

BROKEN: dict[str, tuple[Document, str]] = {
    "L1-01": (Document(kind="other", sheets=()), ""),
    "L1-02": (csv(SECOND_TABLE), "9行目"),
    "L1-03": (csv([*CLEAN[:4], [None] * 6, *CLEAN[4:]]), "6行目"),
    "L1-04": (csv([*CLEAN, ["※令和6年の調査による。", *[None] * 5]]), "8行目"),
    "L1-05": (named(csv(with_column("列7", list("abcdef"))), "列7"), "1行目の7列目"),
    "L1-06": (csv(edited(2, 0, "北 公民館 ")), "3行目の1列目"),
    "L1-07": (named(csv(with_column("電話番号", [*["(03)5253-5111"] * 5, "(03)5253-5111、(03)5253-5112"])), "電話番号"), "7行目の7列目"),
    "L1-08": (csv(edited(3, 0, "南図書館①")), "4行目の1列目"),
    "L1-09": (csv(edited(6, 4, "-")), "7行目の5列目"),
    "L1-10": (excel(CLEAN, objects=(Place(2, 1),)), "一覧!B3"),
    "L1-11": (excel(CLEAN, styled=(Place(4, 0),)), "一覧!A5"),
    "L1-12": (excel(CLEAN, merged=(Place(1, 2, "C2:C4"),)), "一覧!C2:C4"),
    "L1-13": (excel(CLEAN, hidden=(Place(row=3),)), "一覧!4"),
    "L1-14": (csv(edited(1, 0, "中央\n公民館"), broken_lines=(1,)), "2行目"),
    "L1-15": (csv(CLEAN, badly_quoted=(4,)), "5行目"),
    "L2-01": (csv(edited(1, 4, "120人")), "2行目の5列目"),
    "L2-02": (csv(edited(2, 2, "〃", edited(1, 2, "東京都"))), "3行目の3列目"),
    "L2-03": (named(csv(with_column("施設名", list("abcdef"))), "施設名"), "1行目の7列目"),
    "L2-04": (named(csv(with_column("駐車場有無", ["有", "無", "有", "あり", "無", "有"])), "駐車場有無"), "5行目の7列目"),
    "L2-05": (csv(edited(6, 1, "その他（組合立）")), "7行目の2列目"),
    "L2-06": (excel(CLEAN, formulas=(Place(1, 4),)), "一覧!E2"),
    "L3-01": (csv([[None] * 6, *CLEAN]), "2行目"),
    "L3-02": (named(csv(with_column("設置コード", list("123123"))), "設置コード"), "1行目の7列目"),
    "L3-03": (named(csv(with_column("床面積(㎡)", ["10", "20", "X", "40", "50", "60"])), gone=True), "4行目の7列目"),
    "L3-04": (named(csv(with_column("広さ", ["10", "20", "30", "40", "50", "60"])), "広さ"), "1行目の7列目"),
    "L3-05": (csv(edited(1, 3, "平成13年4月1日")), "2行目の4列目"),
    "L3-06": (csv(edited(1, 2, "東京")), "2行目の3列目"),
    "L3-07": (csv(CLEAN, replace(BESIDE, earlier_columns=("施設名", "区分"))), ""),
    "L3-08": (csv(CLEAN, replace(BESIDE, history=False)), ""),
    "L3-09": (named(csv(WIDE), *(f"{year}年" for year in YEARS)), "1行目の7列目"),
}
ALSO: dict[str, set[str]] = {
    # what cannot be broken alone: a ditto mark is no name of an area, a mark in an undefined column leaves the column undefined
    "L2-02": {"L3-06"},
    "L3-03": {"L3-08", "L3-07"},
}


def test_there_are_thirty_rules() -> None:
    rules = load_rules()
    assert list(rules) == sorted(rules)
    assert [sum(rule.level == level for rule in rules.values()) for level in (1, 2, 3)] == [15, 6, 9]
    assert set(BROKEN) == set(rules)


@pytest.mark.parametrize("number", list(BROKEN))
def test_a_file_that_breaks_one_rule_fails_it_alone_where_it_is_broken(number: str) -> None:
    document, where = BROKEN[number]
    found = judged(document)
    assert failed(document) - ALSO.get(number, set()) == {number}
    assert position(document, found[number].findings[0]) == where
    english = position(document, found[number].findings[0], english=True)
    assert english == where if document.kind == "excel" or not where else english.startswith(("line ", "column "))


@pytest.mark.parametrize("document", [csv(CLEAN), excel(CLEAN)], ids=["csv", "excel"])
def test_a_clean_file_with_its_documentation_has_full_marks(document: Document) -> None:
    found = judged(document)
    other = {"csv": "excel", "excel": "csv"}[document.kind]
    for number, one in found.items():
        outcome = Outcome.NOT_APPLICABLE if one.rule.applies == other or number in ("L3-03",) else Outcome.PASSED
        assert one.outcome == outcome, number
    assert [level_score(list(found.values()), level) for level in (1, 2, 3)] == [100, 100, 100]


def test_what_only_a_person_can_tell_is_asked_and_not_counted() -> None:
    found = judged(csv(edited(1, 4, None), companion=None))
    asked = {number for number, one in found.items() if one.outcome == Outcome.NOT_JUDGED}
    assert asked == {"L1-09", "L3-02", "L3-07", "L3-08"}
    assert all(found[number].rule.question and found[number].rule.question_en for number in asked)
    assert level_score(list(found.values()), 3) == 100


OUTCOMES: list[tuple[str, dict[str, Outcome], int, int | None]] = [
    ("nothing judged", {}, 1, None),
    ("only passed", {"L2-04": Outcome.PASSED}, 2, 100),
    ("one critical at level 1", {"L1-03": Outcome.FAILED, "L1-04": Outcome.PASSED}, 1, 90),
    ("critical, major and minor at level 1", {"L1-03": Outcome.FAILED, "L1-04": Outcome.FAILED, "L1-09": Outcome.FAILED}, 1, 83),
    ("critical, two major at level 2", {"L2-04": Outcome.FAILED, "L2-05": Outcome.FAILED, "L2-06": Outcome.FAILED}, 2, 0),
    ("critical and major at level 2", {"L2-04": Outcome.FAILED, "L2-05": Outcome.FAILED}, 2, 30),
    ("two critical, one major at level 3", {"L3-02": Outcome.FAILED, "L3-06": Outcome.FAILED, "L3-04": Outcome.FAILED}, 3, 60),
    ("fatal", {"L1-01": Outcome.FAILED, "L1-04": Outcome.PASSED}, 1, 0),
    ("another level's failures", {"L1-01": Outcome.FAILED, "L2-04": Outcome.PASSED}, 2, 100),
    ("not judged does not count", {"L3-07": Outcome.NOT_JUDGED}, 3, None),
]


@pytest.mark.parametrize(("outcomes", "level", "score"), [case[1:] for case in OUTCOMES], ids=[case[0] for case in OUTCOMES])
def test_level_scores_by_hand(outcomes: dict[str, Outcome], level: int, score: int | None) -> None:
    rules = load_rules()
    judgements = [Judgement(rule, outcomes.get(number, Outcome.NOT_APPLICABLE)) for number, rule in rules.items()]
    assert level_score(judgements, level) == score


@pytest.mark.parametrize(
    ("scores", "passed", "total", "together"),
    [([100, 80], 1, 2, 78), ([100], 3, 3, 100), ([50, 51], 0, 0, 50), ([0, 0], 2, 2, 30), ([85, 90, 100], 2, 3, 84)],
)
def test_several_files_by_hand(scores: list[int], passed: int, total: int, together: int) -> None:
    assert several_files_score(scores, passed, total) == together


def test_several_files_without_a_score_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one score"):
        several_files_score([], 1, 1)


MORE: list[tuple[str, Document, set[str]]] = [
    (
        "a value group written once",
        csv([HEADER[2:4], ["東京都", "2001-01-01"], [None, "2002-01-01"], ["埼玉県", "2003-01-01"], [None, "2004-01-01"]], None),
        {"L2-02"},
    ),
    ("a title above the header", csv([["施設一覧", *[None] * 5], *CLEAN]), {"L1-04", "L3-01"}),
    ("a choice in another width", csv(with_column("申込区分", ["Ａ", "B", "A", "A", "B", "B"]), None), {"L2-04"}),
    ("the header repeated below", csv([*CLEAN, HEADER, *CLEAN[1:]]), {"L1-02"}),
    ("tables side by side", csv([[*row[:2], None, *row[:2]] for row in CLEAN], None), {"L1-02", "L2-03"}),
    ("numbers as text in a workbook", excel(CLEAN, kinds=pl.DataFrame({str(i): ["text"] * len(CLEAN) for i in range(6)})), {"L2-01"}),
    ("standard area codes of five digits", csv([["団体コード"], ["13101"], ["01101"]], None), set()),
    ("a county before its town", csv([["都道府県", "市区町村"], ["北海道", "厚岸郡厚岸町"], ["北海道", "厚岸町"]], None), set()),
]


@pytest.mark.parametrize(("document", "numbers"), [case[1:] for case in MORE], ids=[case[0] for case in MORE])
def test_other_ways_to_break_a_rule(document: Document, numbers: set[str]) -> None:
    assert failed(document) == numbers


def test_sheets_that_describe_the_data_answer_for_it_and_are_not_judged() -> None:
    codes = sheet([["コード", "意味"], ["A1", "開館"], ["A2", "休館"]], "コード一覧", merged=(Place(0, 0, "A1:B1"),))
    document = Document(kind="excel", sheets=(sheet(CLEAN, "一覧"), codes))
    assert AUXILIARY.search("コード一覧")
    found = judged(document)
    assert found["L3-02"].outcome == Outcome.PASSED
    assert found["L1-12"].outcome == Outcome.PASSED


@pytest.mark.real
def test_rules_are_those_published(shared_data: Path) -> None:
    published = json.loads((shared_data / "standards" / "quality" / "machine_readability_rules.json").read_text(encoding="utf-8"))
    facts = {rule["id"]: (rule["level"], rule["severity"], rule["deduction"], rule["applies"]) for rule in published["rules"]}
    assert {number: (rule.level, rule.severity, rule.deduction, rule.applies) for number, rule in load_rules().items()} == facts
    weights = {
        name: tuple(values[str(level)] for level in (1, 2, 3))
        for name, values in published["severity_deductions"].items()
        if name in DEDUCTIONS
    }
    assert weights == DEDUCTIONS
