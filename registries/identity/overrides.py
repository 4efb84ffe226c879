"""Values that stewards chose: lines of text that hang on source records, outlive every rebuild and win over every rule.

``judgements/identity.tsv``, tab-separated with a header, one line for each choice: the record whose organisation is meant, the item, the
value that is to stand, when and by whom it was chosen and why, and the day on which it was taken back.
"""

from collections.abc import Collection
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import polars as pl

from data_standards.items import DeclarationError
from registries.identity.decision_file import read_lines, write_lines


@dataclass(frozen=True, order=True)
class Choice:
    """A value that a steward chose.

    Attributes:
        record_id: A source record of the organisation that is meant.
        golden_item: The item.
        candidate_value: The value that is to stand.
        judged_on: Day of the choice, ``YYYY-MM-DD``.
        judged_by: Who chose.
        reason: Why, on one line.
        revoked_on: Day it was taken back; empty while it holds.
    """

    record_id: str
    golden_item: str
    candidate_value: str
    judged_on: str
    judged_by: str
    reason: str = ""
    revoked_on: str = ""


COLUMNS = tuple(field.name for field in fields(Choice))
_HELD = {"record_id": pl.String, "item": pl.String, "value": pl.String}


def read_choices(path: Path, items: tuple[str, ...]) -> list[Choice]:
    """Read a file of choices, those taken back included.

    Args:
        path: The file; none where there is no file.
        items: Items that may be chosen.

    Returns:
        The choices, in the order of the file.

    Raises:
        DeclarationError: A line is no choice; the message names the line.
    """
    choices = []
    for number, values in read_lines(path, COLUMNS):
        if len(values) != len(COLUMNS) or not values[0] or not values[2]:
            raise DeclarationError(f"{path}, line {number}: not a choice; {len(COLUMNS)} values, with a record and a value")
        if values[1] not in items:
            raise DeclarationError(f"{path}, line {number}: {values[1]!r} is no item that can be chosen; write one of {', '.join(items)}")
        choices.append(Choice(*values))
    return choices


def write_choices(path: Path, choices: list[Choice]) -> None:
    """Write choices, sorted, aside and then in place.

    Raises:
        ValueError: A value holds a tab or a line end, which a line cannot carry.
    """
    for choice in choices:
        if any(sign in value for value in astuple(choice) for sign in "\t\n\r"):
            raise ValueError(f"{choice.golden_item} of {choice.record_id}: a value with a tab or a line end cannot be written down")
    write_lines(path, COLUMNS, map(astuple, choices))


def add_choice(choices: list[Choice], new: Choice, records: Collection[str]) -> list[Choice]:
    """Add a choice; one that holds for the item of the same organisation is taken back with it.

    Args:
        choices: So far.
        new: The choice.
        records: Records of the organisation, on any of which an earlier choice may hang.
    """
    kept = []
    for old in choices:
        rival = old.record_id in records and old.golden_item == new.golden_item and not old.revoked_on
        # a choice changed on its own day leaves no trace of the day's first thought
        if rival and old.judged_on != new.judged_on:
            kept.append(replace(old, revoked_on=new.judged_on))
        elif not rival:
            kept.append(old)
    return sorted([*kept, new])


def in_force(choices: list[Choice]) -> pl.DataFrame:
    """The choices that hold: ``record_id``, ``item``, ``value``."""
    rows = [(one.record_id, one.golden_item, one.candidate_value) for one in choices if not one.revoked_on]
    return pl.DataFrame(rows, schema=_HELD, orient="row")


def by_entity(overrides: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Carry choices from records to the ids they bear now.

    Args:
        overrides: From :func:`in_force`.
        membership: ``record_id``, ``entity_id``.

    Returns:
        ``entity_id``, ``item``, ``value``; where one organisation got two values for an item neither is chosen.
    """
    named = overrides.join(membership, on="record_id").select("entity_id", "item", "value").unique()
    return named.filter(pl.len().over("entity_id", "item") == 1)
