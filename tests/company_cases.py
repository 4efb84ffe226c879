"""Deliveries of company records made small, and cases worked out by hand from the rules.

In the cases dates are written as month and day of 2024 (105 is 5 January), numbers as letters, events as letter, day and place
(``A105.1``).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.ingest.standardise import standardised_schema
from pipelines.source_declarations import source_named

Row = dict[str, Any]

SCHEMA = standardised_schema(source_named("nta_corporate_number"))
LETTERS = {
    "A": "8000012010038",
    "B": "2010001205124",
    "C": "4011801025957",
    "D": "5120001158218",
    "E": "4010001041138",
}
NAMES = {number: letter for letter, number in LETTERS.items()}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
HOME = {"prefecture": "東京都", "city": "千代田区", "lg_code": "131016", "prefecture_code": "13", "municipality_code": "101"}
NAKA = {"prefecture": "静岡県", "city": "浜松市中区", "lg_code": "221317", "prefecture_code": "22", "municipality_code": "131"}
CHUO = {"prefecture": "静岡県", "city": "浜松市中央区", "lg_code": "221384", "prefecture_code": "22", "municipality_code": "138"}
SASAYAMA = {"prefecture": "兵庫県", "city": "篠山市", "lg_code": "282219", "prefecture_code": "28", "municipality_code": "221"}
TAMBA = {**SASAYAMA, "city": "丹波篠山市"}


def day(month_and_day: int) -> date:
    return date(2024, month_and_day // 100, month_and_day % 100)


def event(letter: str, process: str, changed: int, name: str = "甲", **values: Any) -> Row:
    """One delivered row, changed on a day of 2024; numbers and days among the values are written short too."""
    if process == "99":
        return {"corporate_number": LETTERS[letter], "process_code": process}
    if "into" in values:
        values |= {"successor_corporate_number": LETTERS[values.pop("into")], "closed": changed, "close_cause_code": "11"}
    if "closed" in values:
        values["closed_on"] = day(values.pop("closed"))
    row = {"is_correction": False, "name": name, "kind_code": "301", "street_address": "一丁目１番１号", "assigned_on": date(2015, 10, 5)}
    return {"corporate_number": LETTERS[letter], "process_code": process, "changed_on": day(changed), **HOME, **row, **values}


def again(letter: str, process: str, changed: int, name: str = "甲", **values: Any) -> Row:
    """A row sent as a correction."""
    return event(letter, process, changed, name, is_correction=True, **values)


def party(*letters: str) -> str:
    """Companies as the sentences name them."""
    return "及び".join(f"東京都港区一丁目株式会社{letter}（{LETTERS[letter].translate(FULL_WIDTH)}）" for letter in letters)


def file(kind: str, on: date, rows: list[Row], file_id: str = "") -> list[Row]:
    """Complete the rows of one file; its lines run against its sequence numbers, which alone say the order."""
    about = {"delivery_kind": kind, "file_date": on, "file_id": file_id or f"{kind}{on}", "source_file": f"{kind}{on}.csv"}
    blank = dict.fromkeys(SCHEMA)
    return [
        {**blank, "updated_on": on, **row, **about, "sequence_number": place, "source_line": len(rows) + 1 - place}
        for place, row in enumerate(rows, start=1)
    ]


def daily(on: int, *rows: Row, file_id: str = "") -> list[Row]:
    return file("daily", day(on), list(rows), file_id)


def full(on: int, updated: int, *rows: Row, file_id: str = "") -> list[Row]:
    return file("full", day(on), [{**row, "updated_on": day(updated)} for row in rows], file_id)


@dataclass(frozen=True)
class View:
    """Columns of a table that a case looks at."""

    table: str
    columns: str


COMPANY = View("company", "corporate_number, name, status, event_id")
HISTORY = View("company_history", "event_id, valid_from, valid_to, recorded_from, recorded_to")
EVENT = View("company_event", "event_id, process_code, retracted_on")
ITEMS = View("company_event", "event_id, changed_items")
ADDRESS = View("company_event", "event_id, address_change_code")
EDGE = View(
    "company_succession",
    "predecessor_corporate_number, successor_corporate_number, succession_status_code, succeeded_on, undone_on, evidence_code, "
    "final_successor_corporate_number",
)
KIND = View("company_succession", "predecessor_corporate_number, successor_corporate_number, succession_kind_code")

NEW_A = daily(105, event("A", "01", 104))
B_INTO_C = daily(110, event("B", "21", 109, into="C", change_cause=f"{party('C')}に合併し解散"))
C_TAKES_B = daily(120, event("C", "71", 112, change_cause=f"令和６年１月９日{party('B')}を合併"))
MERGED = B_INTO_C + C_TAKES_B
VOIDED = f"令和６年２月１日東京地方裁判所の合併無効の判決確定（{party('B')}を合併）"
RESTORED = f"令和６年２月１日東京地方裁判所の合併無効の判決確定により回復（{party('C')}に合併し解散）"
MOVE = daily(110, event("A", "12", 109, street_address="二丁目２番２号"))

CASES: dict[str, tuple[list[Row], View, list[tuple[Any, ...]]]] = {
    "a new number": (NEW_A, COMPANY, [("A", "甲", "active", "A105.1")]),
    "a new event takes over from its own day": (
        NEW_A + daily(110, event("A", "11", 108, "乙")),
        HISTORY,
        [("A105.1", 104, None, 105, 110), ("A105.1", 104, 108, 110, None), ("A110.1", 108, None, 110, None)],
    ),
    "what changed against the event before": (
        NEW_A + daily(110, event("A", "11", 108, "乙")),
        ITEMS,
        [("A105.1", None), ("A110.1", "name")],
    ),
    "the last row of the last group is current": (
        daily(110, event("A", "11", 108, "乙"), event("A", "11", 108, "丙")) + NEW_A,
        COMPANY,
        [("A", "丙", "active", "A110.2")],
    ),
    "of two events on one day the first has no length": (
        daily(110, event("A", "11", 108, "乙"), event("A", "11", 108, "丙")),
        HISTORY,
        [("A110.2", 108, None, 110, None)],
    ),
    "an event of no length stays an event": (
        daily(110, event("A", "11", 108, "乙"), event("A", "11", 108, "丙")),
        EVENT,
        [("A110.1", "11", None), ("A110.2", "11", None)],
    ),
    "a correction withdraws an event": (
        NEW_A + daily(110, event("A", "11", 108, "乙")) + daily(120, again("A", "01", 104)),
        EVENT,
        [("A105.1", "01", 120), ("A110.1", "11", 120), ("A120.1", "01", None)],
    ),
    "a correction closes the old beliefs": (
        NEW_A + daily(110, event("A", "11", 108, "乙")) + daily(120, again("A", "01", 104)),
        HISTORY,
        [
            ("A105.1", 104, None, 105, 110),
            ("A120.1", 104, None, 120, None),
            ("A105.1", 104, 108, 110, 120),
            ("A110.1", 108, None, 110, 120),
        ],
    ),
    "one corrected row is enough to replace": (
        NEW_A + daily(120, again("A", "01", 103), event("A", "11", 118, "乙")),
        HISTORY,
        [("A120.1", 103, 118, 120, None), ("A105.1", 104, None, 105, 120), ("A120.2", 118, None, 120, None)],
    ),
    "a correction, then new events": (
        NEW_A + daily(120, again("A", "01", 103, "乙")) + daily(130, event("A", "11", 128, "丙")),
        EVENT,
        [("A105.1", "01", 120), ("A120.1", "01", None), ("A130.1", "11", None)],
    ),
    "a second correction does not touch what the first retracted": (
        NEW_A + daily(120, again("A", "01", 103)) + daily(130, again("A", "01", 102)),
        EVENT,
        [("A105.1", "01", 120), ("A120.1", "01", 130), ("A130.1", "01", None)],
    ),
    "a withdrawn number leaves the companies": (NEW_A + daily(110, event("A", "99", 0)), COMPANY, []),
    "a withdrawn number stays as an event": (
        NEW_A + daily(110, event("A", "99", 0)),
        EVENT,
        [("A105.1", "01", 110), ("A110.1", "99", None)],
    ),
    "a withdrawn number is no longer believed": (NEW_A + daily(110, event("A", "99", 0)), HISTORY, [("A105.1", 104, None, 105, 110)]),
    "a number given again begins anew": (
        NEW_A + daily(110, event("A", "99", 0)) + daily(120, event("A", "01", 119, "乙")),
        HISTORY,
        [("A105.1", 104, None, 105, 110), ("A120.1", 119, None, 120, None)],
    ),
    "a number given again is a company": (
        NEW_A + daily(110, event("A", "99", 0)) + daily(120, event("A", "01", 119, "乙")),
        COMPANY,
        [("A", "乙", "active", "A120.1")],
    ),
    "a withdrawal is no event to compare with": (
        NEW_A + daily(110, event("A", "99", 0)) + daily(120, event("A", "12", 104, **CHUO)),
        ITEMS,
        [("A105.1", None), ("A110.1", None), ("A120.1", None)],
    ),
    "a late registration takes over from its own day": (
        NEW_A + daily(120, event("A", "11", 118, "乙")) + daily(130, event("A", "11", 110, "丙")),
        HISTORY,
        [
            ("A105.1", 104, None, 105, 120),
            ("A105.1", 104, 118, 120, 130),
            ("A105.1", 104, 110, 130, None),
            ("A130.1", 110, None, 130, None),
            ("A120.1", 118, None, 120, 130),
        ],
    ),
    "a file sent twice counts once": (
        NEW_A + daily(105, event("A", "01", 104), file_id="twice"),
        EVENT,
        [("A105.1", "01", None)],
    ),
    "of two files the later speaks": (
        full(131, 105, event("A", "01", 104, "旧")) + full(201, 105, event("A", "01", 104, "新")),
        COMPANY,
        [("A", "新", "active", "A105.1")],
    ),
    "of two files of one day the first by id speaks": (
        full(131, 105, event("A", "01", 104, "乙"), file_id="b") + full(131, 105, event("A", "01", 104, "甲"), file_id="a"),
        COMPANY,
        [("A", "甲", "active", "A105.1")],
    ),
    "the daily file speaks before the full one": (
        full(131, 105, event("A", "11", 104, "全")) + daily(105, event("A", "01", 103), event("A", "11", 104, "日")),
        COMPANY,
        [("A", "日", "active", "A105.2")],
    ),
    "a full file adds and never replaces": (
        NEW_A + full(131, 120, again("A", "11", 118, "乙")),
        EVENT,
        [("A105.1", "01", None), ("A120.1", "11", None)],
    ),
    "a full file published before a correction is replaced by it": (
        full(131, 105, event("A", "01", 104)) + daily(120, again("A", "01", 103)),
        EVENT,
        [("A105.1", "01", 120), ("A120.1", "01", None)],
    ),
    "closed is a closing date, not a process": (
        daily(105, event("A", "12", 104, closed=101), event("B", "21", 104)),
        COMPANY,
        [("B", "甲", "active", "B105.1"), ("A", "甲", "closed", "A105.1")],
    ),
    "a merger told by both sides, on different days": (MERGED, EDGE, [("B", "C", "in_force", 109, None, "both", "C")]),
    "a merger told by the absorbed side": (B_INTO_C, EDGE, [("B", "C", "in_force", 109, None, "predecessor", "C")]),
    "a merger told by the survivor": (C_TAKES_B, EDGE, [("B", "C", "in_force", 112, None, "successor", "C")]),
    "several absorbed in one sentence, brackets of both widths": (
        daily(110, event("C", "71", 109, change_cause=f"{party('A', 'B')}及び株式会社Ｄ({LETTERS['D']})を合併")),
        EDGE,
        [(letter, "C", "in_force", 109, None, "successor", "C") for letter in "BDA"],
    ),
    "a number with a wrong check digit names nobody": (
        daily(110, event("C", "71", 109, change_cause=f"株式会社乙（９{LETTERS['B'][1:].translate(FULL_WIDTH)}）を合併")),
        EDGE,
        [],
    ),
    "nobody merges into itself": (daily(110, event("C", "71", 109, change_cause=f"{party('C')}を合併")), EDGE, []),
    "a merger that a correction withdrew": (MERGED + daily(125, again("B", "01", 101)) + daily(126, again("C", "01", 101)), EDGE, []),
    "a chain of four": (
        daily(
            110,
            event("A", "21", 109, into="B"),
            event("B", "21", 110, into="C"),
            event("C", "21", 111, into="D"),
            event("D", "21", 112, into="E"),
        ),
        EDGE,
        [
            ("A", "B", "in_force", 109, None, "predecessor", "E"),
            ("B", "C", "in_force", 110, None, "predecessor", "E"),
            ("C", "D", "in_force", 111, None, "predecessor", "E"),
            ("D", "E", "in_force", 112, None, "predecessor", "E"),
        ],
    ),
    "a chain stops before what was undone": (
        daily(110, event("A", "21", 109, into="B"), event("B", "21", 110, into="C")) + daily(120, event("B", "22", 119)),
        EDGE,
        [("B", "C", "revived", 110, 119, "predecessor", None), ("A", "B", "in_force", 109, None, "predecessor", "B")],
    ),
    "a circle has no end, nor has what leads into it": (
        daily(110, event("A", "21", 109, into="B"), event("B", "21", 110, into="C"), event("C", "21", 111, into="B")),
        EDGE,
        [
            ("B", "C", "in_force", 110, None, "predecessor", None),
            ("C", "B", "in_force", 111, None, "predecessor", None),
            ("A", "B", "in_force", 109, None, "predecessor", None),
        ],
    ),
    "a judgment told by the survivor": (
        MERGED + daily(210, event("C", "72", 205, change_cause=VOIDED)),
        EDGE,
        [("B", "C", "voided", 109, 205, "both", None)],
    ),
    "a judgment told by both counts from the earlier day": (
        MERGED + daily(210, event("C", "72", 207, change_cause=VOIDED)) + daily(209, event("B", "22", 206, change_cause=RESTORED)),
        EDGE,
        [("B", "C", "voided", 109, 206, "both", None)],
    ),
    "a judgment that names nobody": (
        MERGED + daily(209, event("B", "22", 206, change_cause="合併無効の判決確定により回復")),
        EDGE,
        [("B", "C", "voided", 109, 206, "both", None)],
    ),
    "merged again after a judgment": (
        MERGED + daily(210, event("C", "72", 205, change_cause=VOIDED)) + daily(320, event("B", "21", 315, into="C")),
        EDGE,
        [("B", "C", "in_force", 315, None, "both", "C")],
    ),
    "a revival": (MERGED + daily(210, event("B", "22", 205)), EDGE, [("B", "C", "revived", 109, 205, "both", None)]),
    "the first revival counts": (
        MERGED + daily(210, event("B", "22", 205)) + daily(220, event("B", "21", 215, closed=215)) + daily(225, event("B", "22", 221)),
        EDGE,
        [("B", "C", "revived", 109, 205, "both", None)],
    ),
    "a revival of a merger that only the survivor told": (
        C_TAKES_B + daily(210, event("B", "22", 205)),
        EDGE,
        [("B", "C", "revived", 112, 205, "successor", None)],
    ),
    "a revival before the merger": (daily(108, event("B", "22", 107)) + MERGED, EDGE, [("B", "C", "in_force", 109, None, "both", "C")]),
    "revived, then closed again by the same merger": (
        MERGED + daily(210, event("B", "22", 205)) + daily(220, event("B", "21", 215, into="C")),
        EDGE,
        [("B", "C", "in_force", 215, None, "both", "C")],
    ),
    "merged into a newly established company": (
        daily(110, event("C", "01", 109, change_cause=f"{party('A', 'B')}の合併により設立")),
        KIND,
        [("B", "C", "consolidation"), ("A", "C", "consolidation")],
    ),
    "established with its predecessors' word": (
        daily(110, event("B", "21", 109, into="C", change_cause=f"{party('A')}と合併して{party('C')}を設立し解散")),
        KIND,
        [("B", "C", "consolidation")],
    ),
    "a change of form is no merger": (daily(110, event("C", "01", 109, change_cause=f"{party('B')}から組織変更")), KIND, []),
    "rights passed on, told by the absorbed side": (
        daily(110, event("B", "21", 109, into="C", change_cause=f"{party('C')}に権利義務を承継し解散")),
        KIND,
        [("B", "C", "rights_succession")],
    ),
    "rights passed on, told by the survivor": (
        daily(110, event("C", "71", 109, change_cause=f"{party('B')}の権利義務の承継")),
        KIND,
        [("B", "C", "rights_succession")],
    ),
    "a ward renumbered": (
        daily(103, event("A", "01", 102, **NAKA)) + daily(105, event("A", "12", 104, **CHUO)),
        ADDRESS,
        [("A103.1", None), ("A105.1", "renumbered")],
    ),
    "a city renamed": (
        daily(103, event("A", "01", 102, **SASAYAMA)) + daily(105, event("A", "12", 104, **TAMBA)),
        ADDRESS,
        [("A103.1", None), ("A105.1", "renumbered")],
    ),
    "a move between the wards": (
        daily(103, event("A", "01", 102, **NAKA)) + daily(105, event("A", "12", 104, **CHUO | {"street_address": "９番地"})),
        ADDRESS,
        [("A103.1", None), ("A105.1", "moved")],
    ),
    "a move": (NEW_A + MOVE, ADDRESS, [("A105.1", None), ("A110.1", "moved")]),
    "a move with nothing known before": (MOVE, ADDRESS, [("A110.1", "moved")]),
    "renumbered, as the day and the new code suggest": (
        daily(105, event("A", "12", 104, **CHUO)),
        ADDRESS,
        [("A105.1", "presumed_renumbered")],
    ),
    "a new code long after its day suggests nothing": (daily(305, event("A", "12", 304, **CHUO)), ADDRESS, [("A305.1", "moved")]),
    "nothing published differs": (NEW_A + daily(110, event("A", "12", 109)), ADDRESS, [("A105.1", None), ("A110.1", "unchanged")]),
}
