"""The 30 rules for machine-readable administrative data (2026-03-31) and the scores of their three levels.

Source: 行政データにおける機械可読性に関するルール (令和8年3月31日); severities and arithmetic of its sample scorer. Rules that only a
person can judge are reported as not judged, with the question to ask, and do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from data_standards.conformance import readability_format, readability_values
from data_standards.conformance.document import Document, Finding, Table
from data_standards.conformance.models import Recognition
from data_standards.items import DeclarationError, read_yaml

Severity = Literal["FATAL", "CRITICAL", "MAJOR", "MINOR"]

EDITION = "行政データにおける機械可読性に関するルール (2026-03-31)"

DEDUCTIONS: dict[str, tuple[int, int, int]] = {"CRITICAL": (10, 40, 15), "MAJOR": (5, 30, 10), "MINOR": (2, 10, 5)}
"""Points taken off at level 1, 2 and 3. A FATAL failure makes the level's score 0."""

_FILE = Path(__file__).with_name("machine_readability.yaml")
_CROSS_FILE_SHARE = 0.3


class Outcome(StrEnum):
    """What was found of a rule.

    Attributes:
        PASSED: The rule applies and is kept.
        FAILED: The rule applies and is broken.
        NOT_APPLICABLE: There is nothing in the file that the rule speaks of.
        NOT_JUDGED: Only a person can tell.
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, kw_only=True)
class ReadabilityRule:
    """One of the 30 rules.

    Attributes:
        id: Number, such as ``L1-02``.
        level: 1, 2 or 3.
        severity: Weight in the sample scorer.
        applies: Kind of file it speaks of.
        title: What is asked, Japanese.
        title_en: The same in English.
        advice: What to do where it is broken, Japanese.
        advice_en: The same in English.
        question: What to ask a person where it cannot be judged, Japanese.
        question_en: The same in English.
    """

    id: str
    level: int
    severity: Severity
    applies: str
    title: str
    title_en: str
    advice: str
    advice_en: str
    question: str | None = None
    question_en: str | None = None

    @property
    def deduction(self) -> int | None:
        """Points taken off where the rule is broken; None for a FATAL rule."""
        return None if self.severity == "FATAL" else DEDUCTIONS[self.severity][self.level - 1]


@dataclass(frozen=True)
class Judgement:
    """What was found of one rule.

    Attributes:
        rule: The rule.
        outcome: The outcome.
        findings: Where it is broken or, for a rule not judged, what to look at.
    """

    rule: ReadabilityRule
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


@cache
def load_rules() -> dict[str, ReadabilityRule]:
    """Load the rules.

    Returns:
        Rules by number, in order.

    Raises:
        DeclarationError: The declaration is malformed.
    """
    rules = {}
    for number, fields in read_yaml(_FILE).items():
        try:
            rule = ReadabilityRule(**({"id": number, "level": int(number[1]), "applies": "all"} | fields))
        except TypeError as error:
            raise DeclarationError(f"{_FILE}: rule {number}: {error}") from error
        if rule.severity != "FATAL" and rule.severity not in DEDUCTIONS:
            raise DeclarationError(f"{_FILE}: rule {number}: severity {rule.severity!r} is unknown")
        rules[number] = rule
    return rules


def judge(document: Document, tables: list[Table], recognitions: list[Recognition]) -> list[Judgement]:
    """Judge a file by the 30 rules.

    Args:
        document: The file.
        tables: The table of each of its data sheets that has one.
        recognitions: Which columns of each table are which items.

    Returns:
        One judgement per rule, in order.
    """
    found = readability_format.findings(document, tables) | readability_values.findings(document, tables, recognitions)
    judgements = []
    for rule in load_rules().values():
        outcome, findings = Outcome.NOT_APPLICABLE, []
        if rule.applies in ("all", document.kind) and (document.sheets or rule.id == "L1-01") and (said := found[rule.id]) is not None:
            failing, asking = said
            findings = failing or asking
            outcome = Outcome.FAILED if failing else Outcome.NOT_JUDGED if asking else Outcome.PASSED
        judgements.append(Judgement(rule, outcome, tuple(findings)))
    return judgements


def level_score(judgements: Sequence[Judgement], level: int) -> int | None:
    """Score one level as the sample scorer does.

    Args:
        judgements: Judgements of one file.
        level: 1, 2 or 3.

    Returns:
        ``max(0, 100 - sum of deductions)``; 0 where a FATAL rule is broken; None where no rule of the level applies and could be judged.
    """
    judged = [one for one in judgements if one.rule.level == level and one.outcome in (Outcome.PASSED, Outcome.FAILED)]
    if not judged:
        return None
    failed = [one.rule.deduction for one in judged if one.outcome == Outcome.FAILED]
    lost = [points for points in failed if points is not None]
    return 0 if len(lost) < len(failed) else max(0, 100 - sum(lost))


def several_files_score(scores: Sequence[int], passed: int, total: int) -> int:
    """Score several files of one dataset together.

    Args:
        scores: Score of each file at one level.
        passed: Rules across files that are kept.
        total: Rules across files that were judged.

    Returns:
        ``round(0.7 x mean + 0.3 x share of rules passed)``, the share in points of 100; the rounded mean where no rule was judged.

    Raises:
        ValueError: There is no score.
    """
    if not scores:
        raise ValueError("there is no file to score; give at least one score")
    mean = sum(scores) / len(scores)
    if total == 0:
        return round(mean)
    return round((1 - _CROSS_FILE_SHARE) * mean + _CROSS_FILE_SHARE * 100 * passed / total)
