"""Checks of a table, generated from its contract and its data items, measured in one pass of SQL."""

from collections.abc import Callable
from dataclasses import dataclass

from data_standards.codes import load_code_lists
from registries.contract import Column, Table
from registries.schema import quoted

Query = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of a table.

    Attributes:
        name: Identifier within the table: kind of constraint and column, or the name of a rule.
        group: Kind of constraint (``required``, ``pattern``, …), or the name of the rule.
        description: What must hold, for people.
        dimension: Quality dimension.
        severity: ``error`` holds the release, ``warning`` is shown.
        violated_if: SQL condition that is true for a row that breaks the check.
    """

    name: str
    group: str
    description: str
    dimension: str
    severity: str
    violated_if: str


@dataclass(frozen=True)
class Measured:
    """A check with the number of rows it looked at and the number that break it."""

    check: Check
    rows: int
    violations: int

    @property
    def passed(self) -> bool:
        """Whether no row breaks the check."""
        return self.violations == 0


def _column_checks(column: Column) -> list[Check]:
    item, name = column.item, column.name
    found: list[tuple[str, str, str, str]] = []
    if column.required:
        found.append(("required", "completeness", f"{item.label}に値がある", f"{name} IS NULL"))
    if item.pattern is not None and item.check is None:  # a check looks at the form too
        condition = f"NOT regexp_full_match({name}, {quoted(item.pattern)})"
        found.append(("pattern", "conformity", f"{item.label}は {item.pattern} の形", condition))
    if item.max_length is not None and item.pattern is None and item.code_list is None:
        found.append(
            (
                "max_length",
                "conformity",
                f"{item.label}は{item.max_length}字以内",
                f"length({name}) > {item.max_length}",
            )
        )
    if item.minimum is not None:
        found.append(("minimum", "conformity", f"{item.label}は{item.minimum}以上", f"{name} < {item.minimum}"))
    if item.code_list is not None:
        code_list = load_code_lists()[item.code_list]
        codes = ", ".join(quoted(code) for code in code_list.codes)
        found.append(("code_list", "conformity", f"{item.label}は{code_list.label}の値", f"{name} NOT IN ({codes})"))
    if item.check is not None:
        found.append(("check_digit", "conformity", f"{item.label}の検査用数字が合う", f"NOT is_{item.check}({name})"))
    return [
        Check(
            name=f"{group}__{name}",
            group=group,
            description=text,
            dimension=dimension,
            severity="error",
            violated_if=condition,
        )
        for group, dimension, text, condition in found
    ]


def checks(table: Table) -> list[Check]:
    """List the checks of a table: of each column by its item, then the rules of the contract.

    The uniqueness of the key is not a condition on a row; :func:`measure` adds it.
    """
    of_columns = [check for column in table.columns for check in _column_checks(column)]
    of_rules = [
        Check(
            name=rule.name,
            group=rule.name,
            description=rule.description,
            dimension=rule.dimension,
            severity=rule.severity,
            violated_if=rule.violated_if,
        )
        for rule in table.rules
    ]
    return of_columns + of_rules


def unique_key(table: Table) -> Check:
    """The check that no two rows share a key."""
    return Check(
        name="unique_key",
        group="unique_key",
        description=f"{', '.join(table.key)} は行ごとに異なる",
        dimension="uniqueness",
        severity="error",
        violated_if="",
    )


def groups(table: Table) -> dict[str, list[Check]]:
    """All checks of a table by group, in a fixed order."""
    grouped: dict[str, list[Check]] = {"unique_key": [unique_key(table)]}
    for check in checks(table):
        grouped.setdefault(check.group, []).append(check)
    return grouped


def measure(query: Query, table: Table, relation: str | None = None) -> list[Measured]:
    """Measure every check of a table.

    Args:
        query: Runs SQL on the warehouse, where the check-digit macros are known, and gives all rows.
        table: Table to measure.
        relation: SQL of a relation with the rows to look at; the whole table if not given.

    Returns:
        One result for each check, the key's first.
    """
    rows_of = relation or table.name
    found = checks(table)
    counts = ", ".join(f"count(*) FILTER (WHERE {check.violated_if})" for check in found)
    rows, *violations = [int(str(value)) for value in query(f"SELECT count(*), {counts} FROM {rows_of}")[0]]
    key = ", ".join(table.key)
    ((repeated,),) = query(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM {rows_of} GROUP BY {key} HAVING count(*) > 1)"
    )
    results = [Measured(unique_key(table), rows, int(str(repeated)))]
    return results + [Measured(check, rows, count) for check, count in zip(found, violations, strict=True)]


def carried(before: list[Measured], replaced: list[Measured], replacing: list[Measured]) -> list[Measured]:
    """What a table measures after some of its rows were replaced, without looking at the others.

    Args:
        before: Measured on the whole table before.
        replaced: Measured on the rows taken out.
        replacing: Measured on the rows put in. The rows taken out and put in share no key with any other.

    Returns:
        What :func:`measure` gives on the whole table after.
    """
    return [
        Measured(new.check, whole.rows - old.rows + new.rows, whole.violations - old.violations + new.violations)
        for whole, old, new in zip(before, replaced, replacing, strict=True)
    ]
