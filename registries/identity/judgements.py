"""What stewards decided about pairs of records: sorted lines of text that diff well, outlive every rebuild and win over the machine.

One line for each decision, tab-separated, with a header. A decision is taken back by dating its end, not by deleting it, and the next
decision on the pair is a new line. Decisions hang on source records, so no rebuild, id or cluster can lose them.
"""

from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from pathlib import Path

import polars as pl

from data_standards.items import DeclarationError
from registries.identity.decision_file import read_lines, write_lines

VERDICTS = ("same", "different", "undecided")


@dataclass(frozen=True, order=True)
class Judgement:
    """One decision.

    Attributes:
        record_a: The lesser record id.
        record_b: The greater record id.
        judged_on: Day of the decision, ``YYYY-MM-DD``.
        verdict: One of :data:`VERDICTS`.
        judged_by: Who decided.
        reason: Why, on one line.
        revoked_on: Day it was taken back; empty while it holds.
    """

    record_a: str
    record_b: str
    judged_on: str
    verdict: str
    judged_by: str
    reason: str = ""
    revoked_on: str = ""


_HEADER = tuple(field.name for field in fields(Judgement))


def judgement(record_a: str, record_b: str, verdict: str, *, by: str, on: date, reason: str = "") -> Judgement:
    """Make a decision on two records, in either order.

    Raises:
        ValueError: The verdict is unknown, or it is one record.
    """
    if verdict not in VERDICTS:
        raise ValueError(f"{verdict!r} is no verdict; write one of {', '.join(VERDICTS)}")
    if record_a == record_b:
        raise ValueError(f"{record_a} is one record; a judgement is on two")
    low, high = sorted((record_a, record_b))
    return Judgement(low, high, on.isoformat(), verdict, " ".join(by.split()), " ".join(reason.split()))


def read_judgements(path: Path) -> list[Judgement]:
    """Read a file of decisions; none where there is no file.

    Raises:
        DeclarationError: A line is not a decision; the message names the line.
    """
    judgements = []
    for number, values in read_lines(path, _HEADER):
        if len(values) != len(_HEADER) or values[3] not in VERDICTS or not values[0] < values[1]:
            raise DeclarationError(
                f"{path}, line {number}: not a judgement; {len(_HEADER)} values, record_a before record_b, a known verdict"
            )
        judgements.append(Judgement(*values))
    return judgements


def write_judgements(path: Path, judgements: list[Judgement]) -> None:
    """Write decisions, sorted, aside and then in place."""
    write_lines(path, _HEADER, map(astuple, judgements))


def add(judgements: list[Judgement], new: Judgement) -> list[Judgement]:
    """Add a decision; one that holds on the pair is taken back with it."""
    kept = [
        replace(old, revoked_on=new.judged_on) if (old.record_a, old.record_b, old.revoked_on) == (new.record_a, new.record_b, "") else old
        for old in judgements
    ]
    # a decision changed on its own day leaves no trace of the day's first thought
    kept = [old for old in kept if (old.record_a, old.record_b, old.judged_on) != (new.record_a, new.record_b, new.judged_on)]
    return sorted([*kept, new])


def revoke(judgements: list[Judgement], record_a: str, record_b: str, *, on: date) -> list[Judgement]:
    """Take back the decision that holds on a pair."""
    low, high = sorted((record_a, record_b))
    return [
        replace(old, revoked_on=on.isoformat()) if (old.record_a, old.record_b, old.revoked_on) == (low, high, "") else old
        for old in judgements
    ]


def in_force(judgements: list[Judgement]) -> pl.DataFrame:
    """The decisions that hold, for the matcher: ``record_a``, ``record_b``, ``same``; undecided pairs are left to the machine."""
    rows = [(one.record_a, one.record_b, one.verdict == "same") for one in judgements if not one.revoked_on and one.verdict != "undecided"]
    return pl.DataFrame(rows, schema={"record_a": pl.String, "record_b": pl.String, "same": pl.Boolean}, orient="row")


def asked(judgements: list[Judgement]) -> pl.DataFrame:
    """Pairs that need not be asked again, undecided ones included."""
    rows = [(one.record_a, one.record_b) for one in judgements if not one.revoked_on]
    return pl.DataFrame(rows, schema={"record_a": pl.String, "record_b": pl.String}, orient="row")
