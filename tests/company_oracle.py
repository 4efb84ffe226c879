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
        chosen = max(files)
        is_daily = chosen[0]
        group = sorted(files[chosen], key=lambda row: row["sequence_number"])
        withdrawn = any(row["process_code"] == WITHDRAWAL for row in group)
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
