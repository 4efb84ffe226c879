"""Measuring: every check of a table counted in one pass, in all and by prefecture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from quality.checks import Check, checks
from quality.observations import observations, prefecture_of
from registries.contract import Table
from registries.portions import portions

Query = Callable[[str], list[tuple[Any, ...]]]
Counts = dict[str, tuple[int, int]]
"""Rows looked at and rows that break a check, by prefecture code; rows without prefecture under the empty text."""


@dataclass(frozen=True)
class Measured:
    """A check with what was counted.

    Attributes:
        check: The check.
        rows: Rows of the table.
        counts: Rows looked at and rows that break it, by prefecture.
    """

    check: Check
    rows: int
    counts: Counts = field(default_factory=dict)

    @property
    def counted(self) -> int:
        """Rows looked at."""
        return sum(counted for counted, _ in self.counts.values())

    @property
    def violations(self) -> int:
        """Rows that break the check."""
        return sum(violations for _, violations in self.counts.values())

    @property
    def passed(self) -> bool:
        """Whether no more rows break the check than are tolerated."""
        return self.violations <= self.check.tolerated * self.counted

    def as_json(self) -> list[Any]:
        """The counts in a form that JSON keeps."""
        return [self.rows, {key: list(pair) for key, pair in sorted(self.counts.items())}]

    @classmethod
    def from_json(cls, check: Check, kept: list[Any]) -> "Measured":
        """What :meth:`as_json` gave, with its check."""
        return cls(check, int(kept[0]), {key: (int(pair[0]), int(pair[1])) for key, pair in kept[1].items()})


def row_checks(table: Table) -> list[Check]:
    """The checks whose counts add up over the keys of a table: those of one row, and the uniqueness of the key, in a fixed order."""
    return [*checks(table), *observations(table)]


def _added(parts: Iterable[tuple[Counts, int]]) -> Counts:
    """The sum of counts, each taken as often as its factor says; what comes to nothing is left out."""
    total: dict[str, list[int]] = {}
    for counts, factor in parts:
        for key, (counted, violations) in counts.items():
            cell = total.setdefault(key, [0, 0])
            cell[0] += factor * counted
            cell[1] += factor * violations
    return {key: (cell[0], cell[1]) for key, cell in sorted(total.items()) if any(cell)}


def measure(query: Query, table: Table, relation: str, only: list[Check] | None = None) -> list[Measured]:
    """Measure the checks of a table that add up over its keys.

    Args:
        query: Runs SQL on the warehouse, where :func:`quality.references.prepare` has run, and gives all rows.
        table: Table to measure.
        relation: SQL of the table, or of a relation with the rows to look at.
        only: The checks to measure; all of :func:`row_checks` if not given.

    Returns:
        One result for each check, in their order.
    """
    found = row_checks(table) if only is None else only
    of_rows = [check for check in found if check.violated_if]
    group = f"coalesce({prefecture_of(table) or 'NULL'}, '')"
    counts = ", ".join(
        f"count(*) FILTER (WHERE {check.counted_if}), count(*) FILTER (WHERE ({check.counted_if}) AND ({check.violated_if}))"
        for check in of_rows
    )
    lines = query(f"SELECT {group} AS prefecture, count(*)::BIGINT{', ' if counts else ''}{counts} FROM {relation} GROUP BY 1 ORDER BY 1")
    rows = sum(int(line[1]) for line in lines)
    by_check: dict[str, Counts] = {
        check.name: _added(({line[0]: (int(line[2 + 2 * place]), int(line[3 + 2 * place]))}, 1) for line in lines)
        for place, check in enumerate(of_rows)
    }
    if any(check.name == "unique_key" for check in found):
        key = ", ".join(table.key)
        repeated = 0
        for portion in portions(query, relation, table.key[0]):
            ((more,),) = query(
                f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM "
                f"(SELECT count(*) AS n FROM {relation} WHERE {portion} GROUP BY {key} HAVING count(*) > 1)"
            )
            repeated += int(more)
        # which of the rows with one key is one too many cannot be said, nor in which prefecture it lies
        by_check["unique_key"] = _added([({"": (rows, repeated)}, 1)])
    return [Measured(check, rows, by_check[check.name]) for check in found]


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
        Measured(
            new.check,
            whole.rows - old.rows + new.rows,
            _added([(whole.counts, 1), (old.counts, -1), (new.counts, 1)]),
        )
        for whole, old, new in zip(before, replaced, replacing, strict=True)
    ]
