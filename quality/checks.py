"""Checks of a table, generated from its contract and its data items, as conditions of SQL that one pass can count."""

from dataclasses import dataclass

from data_standards.codes import load_code_lists
from quality.constraints import Constraint, constraints
from quality.framework import OF_DIMENSION
from registries.contract import Table
from registries.schema import quoted

BLOCKING = ("fatal", "error")
"""Severities that hold something back."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of a table.

    Attributes:
        name: Identifier within the table: kind of constraint and column, or the name of a rule.
        group: Kind of constraint (``required``, ``pattern``, …), or the name of the rule.
        description: What must hold, for people.
        dimension: Quality dimension (Open Data Contract Standard).
        severity: ``fatal`` stops the release, ``error`` holds the table, ``warning`` is shown, ``info`` is measured only.
        violated_if: SQL condition that is true for a row that breaks the check; empty where it cannot be told from one row.
        measure: Code of the measure of ISO/IEC 25024 it stands for.
        column: Column it is about; None for the row as a whole.
        counted_if: SQL condition that is true for a row that the check looks at.
        tolerated: Share of the rows looked at that may break it before the check fails.
        scored: Whether it counts in scores; a fill rate without a demand says nothing good or bad.
    """

    name: str
    group: str
    description: str
    dimension: str
    severity: str
    violated_if: str
    measure: str
    column: str | None = None
    counted_if: str = "TRUE"
    tolerated: float = 0.0
    scored: bool = True


def _condition(constraint: Constraint) -> tuple[str, str, str, str, str]:
    """Dimension, measure, description, violated_if and counted_if of a constraint of a column."""
    item, name = constraint.demander, constraint.columns[0]
    given = f"{name} IS NOT NULL"
    match constraint.kind:
        case "required":
            return "completeness", "Com-I-1", f"{item.label}に値がある", f"{name} IS NULL", "TRUE"
        case "pattern":
            condition = f"NOT regexp_full_match({name}, {quoted(item.pattern or '')})"
            return "conformity", "Acc-I-1", f"{item.label}は {item.pattern} の形", condition, given
        case "max_length":
            return "conformity", "Acc-I-1", f"{item.label}は{item.max_length}字以内", f"length({name}) > {item.max_length}", given
        case "minimum":
            return "conformity", "Acc-D-1", f"{item.label}は{item.minimum}以上", f"{name} < {item.minimum}", given
        case "code_list":
            code_list = load_code_lists()[item.code_list or ""]
            codes = ", ".join(quoted(code) for code in code_list.codes)
            return "conformity", "Cmp-I-1", f"{item.label}は{code_list.label}の値", f"{name} NOT IN ({codes})", given
        case "check_digit":
            return "conformity", "Acc-I-1", f"{item.label}の検査用数字が合う", f"NOT is_{item.check}({name})", given
        case _:
            raise ValueError(f"{constraint.kind} is no constraint of a column")


def _check(constraint: Constraint) -> Check:
    if constraint.rule is not None:
        rule = constraint.rule
        return Check(
            name=rule.name,
            group=rule.name,
            description=rule.description,
            dimension=rule.dimension,
            severity=rule.severity,
            violated_if=rule.violated_if,
            measure=OF_DIMENSION[rule.dimension],
        )
    if constraint.kind == "unique_key":
        return Check(
            name="unique_key",
            group="unique_key",
            description=f"{', '.join(constraint.columns)} は行ごとに異なる",
            dimension="uniqueness",
            severity="error",
            violated_if="",
            measure="Eff-D-4",
        )
    dimension, measure, text, violated, counted = _condition(constraint)
    return Check(
        name=constraint.id,
        group=constraint.kind,
        description=text,
        dimension=dimension,
        severity="error",
        violated_if=violated,
        measure=measure,
        column=constraint.columns[0],
        counted_if=counted,
    )


def checks(table: Table) -> list[Check]:
    """List the checks of a table: the uniqueness of its key, each column by its item, then the rules of the contract."""
    return [_check(constraint) for constraint in constraints(table)]


def groups(table: Table) -> dict[str, list[Check]]:
    """All checks of a table by group, in a fixed order."""
    grouped: dict[str, list[Check]] = {}
    for check in checks(table):
        grouped.setdefault(check.group, []).append(check)
    return grouped
