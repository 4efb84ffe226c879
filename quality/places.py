"""Municipalities whose rows break the most: what stewards look at first, counted for the checks that something breaks."""

from dataclasses import dataclass

from quality.measuring import Measured, Query
from registries.contract import Table


@dataclass(frozen=True)
class WorstPlace:
    """A municipality with what its rows break.

    Attributes:
        table: Name of the table.
        lg_code: Code of the municipality.
        rows: Its rows.
        violations: Rows that break a check, summed over the checks.
        check: The check that most of them break.
    """

    table: str
    lg_code: str
    rows: int
    violations: int
    check: str


def worst_places(query: Query, table: Table, relation: str, results: list[Measured], most: int = 10) -> list[WorstPlace]:
    """Find the municipalities of a table whose rows break the checks most often, for their number.

    Args:
        query: Runs SQL on the warehouse, where :func:`quality.references.prepare` has run.
        table: The table.
        relation: SQL of it.
        results: What was measured of it; only scored checks of single rows that something breaks are counted again.
        most: How many to give.

    Returns:
        Worst first; none where the table names no municipality, or nothing is broken.
    """
    broken = [result.check for result in results if result.violations and result.check.violated_if and result.check.scored]
    if not broken or "lg_code" not in {column.name for column in table.columns}:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE ({check.counted_if}) AND ({check.violated_if}))" for check in broken)
    lines = query(f"SELECT lg_code, count(*)::BIGINT, {counts} FROM {relation} WHERE lg_code IS NOT NULL GROUP BY lg_code")
    found = []
    for lg_code, rows, *violations in lines:
        total = sum(violations)
        if total:
            worst = broken[violations.index(max(violations))]
            found.append(WorstPlace(table.name, str(lg_code), int(rows), int(total), worst.name))
    # a place of few rows is not worse for the one row it has
    return sorted(found, key=lambda place: (-place.violations / (place.rows + 20), place.lg_code))[:most]
