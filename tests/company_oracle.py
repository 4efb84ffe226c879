"""What the company registry must hold, computed a second way: dictionaries and loops, written from the published rules.

Slow and plain on purpose. The tables are lists of dictionaries with the columns of the company contract; the tests compare
them with what the SQL models make of the same delivered records.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Row = dict[str, Any]

WITHDRAWAL = "99"
HISTORY_ITEMS = (
    "name", "name_kana", "name_en", "name_image_id", "kind_code", "status", "lg_code", "prefecture_code", "prefecture", "city",
    "street_address", "address_image_id", "postal_code", "address_abroad", "address_abroad_image_id", "closed_on",
    "close_cause_code", "successor_corporate_number",
)  # fmt: skip
COMPARED_ITEMS = (
    "name", "name_kana", "name_en", "kind_code", "lg_code", "prefecture", "city", "street_address", "postal_code", "address_abroad",
    "closed_on", "close_cause_code", "successor_corporate_number",
)  # fmt: skip
EVENT_ITEMS = (
    "event_id", "corporate_number", "process_code", "is_correction", "changed_on", "updated_on", "retracted_on",
    "successor_corporate_number", "change_cause", "source_file", "source_line",
)  # fmt: skip
COMPANY_ITEMS = (
    "corporate_number", *HISTORY_ITEMS, "prefecture_en", "street_address_en", "address_abroad_en", "assigned_on", "changed_on",
    "updated_on", "excluded_from_search", "event_id",
)  # fmt: skip


def tables(records: Iterable[Mapping[str, Any]], municipality_changes: Iterable[tuple[date, str, str]]) -> dict[str, list[Row]]:
    """Compute every table of the company registry.

    Args:
        records: Standardised records of all delivered files, in any order.
        municipality_changes: Day, old and new local government code (six digits) of each change of a municipality.

    Returns:
        Rows by table name, unsorted.
    """
    events = published_events(records)
    changes = list(municipality_changes)
    return {
        "company": current(events),
        "company_history": history(events),
        "company_event": described(events, changes),
        "company_succession": successions(events),
    }


def published_events(records: Iterable[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """Choose what speaks for each number and day, and put each number's events in order of publication.

    Every event carries ``event_id``, ``era`` (raised by each group that begins the history anew) and ``retracted_on``.
    """
    by_group: dict[tuple[str, date], dict[tuple[bool, date, str], list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        rank = (record["delivery_kind"] == "daily", record["file_date"], record["file_id"])
        by_group[record["corporate_number"], record["updated_on"]][rank].append(record)
    events: dict[str, list[Row]] = defaultdict(list)
    for (number, day), files in sorted(by_group.items()):
        is_daily, file_date = max(files)[:2]
        chosen = (is_daily, file_date, min(name for daily, day_of, name in files if (daily, day_of) == (is_daily, file_date)))
        group = sorted(files[chosen], key=lambda row: row["sequence_number"])
        withdrawn = is_daily and any(row["process_code"] == WITHDRAWAL for row in group)
        resent = is_daily and any(row["is_correction"] for row in group)
        earlier = events[number]
        era = earlier[-1]["era"] if earlier else 0
        if earlier and (resent or withdrawn or earlier[-1]["process_code"] == WITHDRAWAL):
            era += 1
        if resent or withdrawn:
            for event in earlier:
                event["retracted_on"] = event["retracted_on"] or day
        for place, row in enumerate(group, start=1):
            earlier.append(
                {
                    **row,
                    "event_id": f"{number}-{day:%Y%m%d}-{place:03d}",
                    "era": era,
                    "retracted_on": None,
                    "status": "closed" if row["closed_on"] else "active",
                }
            )
    return dict(events)


def current(events: Mapping[str, list[Row]]) -> list[Row]:
    """One row per number that was not withdrawn: its last event."""
    last = (rows[-1] for rows in events.values())
    return [{item: row[item] for item in COMPANY_ITEMS} for row in last if row["process_code"] != WITHDRAWAL]


def history(events: Mapping[str, list[Row]]) -> list[Row]:
    """Versions on both axes: what was believed after each publication, put together over the publications in which it did not change."""
    found: list[Row] = []
    for number, rows in events.items():
        days = sorted({row["updated_on"] for row in rows})
        open_versions: dict[str, Row] = {}
        for day in days:
            believed = {version["event_id"]: version for version in _believed(number, rows, day)}
            for event_id, version in list(open_versions.items()):
                if event_id not in believed or believed[event_id]["valid_to"] != version["valid_to"]:
                    found.append({**open_versions.pop(event_id), "recorded_to": day})
            for event_id, version in believed.items():
                open_versions.setdefault(event_id, {**version, "recorded_from": day, "recorded_to": None})
        found += open_versions.values()
    return found


def _believed(number: str, rows: list[Row], day: date) -> list[Row]:
    """The versions that follow from what had been published by a day."""
    known = [row for row in rows if row["updated_on"] <= day]
    era = [row for row in known if row["era"] == known[-1]["era"] and row["process_code"] != WITHDRAWAL]
    versions = []
    for place, row in enumerate(era):
        ends = min((later["changed_on"] for later in era[place + 1 :]), default=None)
        if ends is None or ends > row["changed_on"]:
            items = {item: row[item] for item in ("event_id", "process_code", *HISTORY_ITEMS)}
            versions.append({"corporate_number": number, "valid_from": row["changed_on"], "valid_to": ends, **items})
    return versions


def described(events: Mapping[str, list[Row]], changes: list[tuple[date, str, str]]) -> list[Row]:
    """Every event with what it changed against the event before, where the same era holds one."""
    found: list[Row] = []
    for rows in events.values():
        previous: Row | None = None
        for row in rows:
            before = previous if previous and previous["era"] == row["era"] else None
            differing = [item for item in COMPARED_ITEMS if before and row[item] != before[item]]
            found.append(
                {
                    **{item: row[item] for item in EVENT_ITEMS},
                    "changed_items": ",".join(differing) or None,
                    "address_change_code": _address_change(row, before, changes),
                }
            )
            previous = row
    return found


def _address_change(row: Row, before: Row | None, changes: list[tuple[date, str, str]]) -> str | None:
    if row["process_code"] not in ("12", "13"):
        return None
    if before is None:
        inside = any(to == row["lg_code"] != old and 0 <= (row["changed_on"] - day).days <= 31 for day, old, to in changes)
        return "presumed_renumbered" if inside and not row["is_correction"] else "moved"
    if all(row[item] == before[item] for item in ("lg_code", "prefecture", "city", "street_address", "address_abroad")):
        return "unchanged"
    pair = (before["lg_code"], row["lg_code"])
    follows = any((old, to) == pair and (row["changed_on"] - day).days >= -31 for day, old, to in changes)
    return "renumbered" if follows and row["street_address"] == before["street_address"] else "moved"


def named_numbers(sentence: str | None) -> list[str]:
    """The corporate numbers that stand in brackets in a sentence, half- or full-width."""
    return re.findall(r"\(([1-9][0-9]{12})\)", unicodedata.normalize("NFKC", sentence or ""))


def is_corporate_number(number: str) -> bool:
    """The check digit, computed from the ministerial ordinance: 9 less the remainder of the weighted sum by 9."""
    weighted = sum(int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(number[1:]))
    return int(number[0]) == 9 - weighted % 9


def successions(events: Mapping[str, list[Row]]) -> list[Row]:
    """One edge per pair, from what stands of both sides, with its effect and the end of its chain."""
    standing = {number: [row for row in rows if row["retracted_on"] is None] for number, rows in events.items()}
    told_by_predecessor: dict[tuple[str, str], Row] = {}
    told_by_successor: dict[tuple[str, str], Row] = {}
    voids: dict[tuple[str, str], list[date]] = defaultdict(list)
    for number, rows in standing.items():
        for row in rows:
            sentence = row["change_cause"] or ""
            if row["successor_corporate_number"]:
                told_by_predecessor[number, row["successor_corporate_number"]] = row
            for other in named_numbers(sentence):
                establishes = row["process_code"] == "01" and re.search("合併.*設立", sentence)
                if (row["process_code"] == "71" or establishes) and is_corporate_number(other):
                    told_by_successor[other, number] = row
                if row["process_code"] == "72":
                    voids[other, number].append(row["changed_on"])
                if row["process_code"] == "22" and "合併無効" in sentence:
                    voids[number, other].append(row["changed_on"])
    edges = {}
    for pair in told_by_predecessor.keys() | told_by_successor.keys():
        predecessor, successor = pair
        if predecessor != successor:
            sides = told_by_predecessor.get(pair), told_by_successor.get(pair)
            edges[pair] = _edge(pair, *sides, voids[pair], standing.get(predecessor, []))
    following: dict[str, str] = {}
    # of several successions in force the last one leads on
    for (predecessor, successor), edge in sorted(edges.items(), key=lambda item: (item[1]["succeeded_on"], item[0])):
        if edge["undone_on"] is None:
            following[predecessor] = successor
    for (_, successor), edge in edges.items():
        edge["final_successor_corporate_number"] = _end(successor, following) if edge["undone_on"] is None else None
    return list(edges.values())


def _kind(told: Row | None, heard: Row | None) -> str:
    """What the survivor calls it, or else the predecessor."""
    sentence = (heard or told or {})["change_cause"] or ""
    consolidated = heard["process_code"] == "01" if heard else re.search("と合併して.*を設立し解散", sentence)
    if consolidated:
        return "consolidation"
    return "rights_succession" if re.search("権利義務.*承継", sentence) else "merger"


def _edge(pair: tuple[str, str], told: Row | None, heard: Row | None, voids: list[date], predecessor_rows: list[Row]) -> Row:
    """Put both sides together and judge whether the succession stands."""
    evidence = [row for row in (heard, told) if row]
    last_registered = max(row["changed_on"] for row in evidence)
    succeeded_on = evidence[-1]["changed_on"]
    # after the predecessor's own closing in the order of publication; without it, after the survivor's date
    revivals = [
        row
        for row in predecessor_rows
        if row["process_code"] == "22" and (row["event_id"] > told["event_id"] if told else row["changed_on"] > succeeded_on)
    ]
    effective_voids = [day for day in voids if day >= last_registered]
    status, undone_on = "in_force", None
    if effective_voids:
        status, undone_on = "voided", min(effective_voids)
    elif revivals:
        sentence = revivals[0]["change_cause"] or ""
        status = "voided" if "合併無効" in sentence and not named_numbers(sentence) else "revived"
        undone_on = revivals[0]["changed_on"]
    return {
        "predecessor_corporate_number": pair[0],
        "successor_corporate_number": pair[1],
        "succession_kind_code": _kind(told, heard),
        "succession_status_code": status,
        "succeeded_on": succeeded_on,
        "undone_on": undone_on,
        "evidence_code": "both" if told and heard else "predecessor" if told else "successor",
        "predecessor_event_id": told["event_id"] if told else None,
        "successor_event_id": heard["event_id"] if heard else None,
    }


def _end(number: str, following: Mapping[str, str]) -> str | None:
    """Follow the successions in force; nothing where they run in a circle."""
    seen = {number}
    while number in following:
        number = following[number]
        if number in seen:
            return None
        seen.add(number)
    return number
