"""What the rows of each municipality break: for maps, and the worst of them for stewards, who look there first."""

from dataclasses import dataclass

from quality.measuring import Measured, Query
from registries.contract import Table


@dataclass(frozen=True)
class JudgedPlace:
    """A municipality with what its rows break.

    Attributes:
        table: Name of the table.
        lg_code: Code of the municipality.
        rows: Its rows.
        faultless: Of those, rows that break no scored check.
        violations: Rows that break a check, summed over the checks.
        check: The check that most of them break; empty where none do.
    """

    table: str
    lg_code: str
    rows: int
    faultless: int
    violations: int
    check: str


def judged_places(query: Query, table: Table, relation: str, results: list[Measured]) -> list[JudgedPlace]:
    """Count what the rows of every municipality of a table break.

    Args:
        query: Runs SQL on the warehouse, where :func:`quality.references.prepare` has run.
        table: The table.
        relation: SQL of it.
        results: What was measured of it; scored checks of single rows are looked at, and counted again where something breaks them.

    Returns:
        In order of the codes; none where the table names no municipality, or has no such check.
    """
    judged = [result for result in results if result.check.violated_if and result.check.scored]
    if not judged or "lg_code" not in {column.name for column in table.columns}:
        return []
    broken = [result.check for result in judged if result.violations]
    faults = [f"coalesce(({check.counted_if}) AND ({check.violated_if}), false)" for check in broken]
    counts = "".join(f", count(*) FILTER (WHERE {fault})" for fault in faults)
    none = f"count(*) FILTER (WHERE NOT ({' OR '.join(faults) or 'false'}))"
    lines = query(f"SELECT lg_code, count(*)::BIGINT, {none}{counts} FROM {relation} WHERE lg_code IS NOT NULL GROUP BY lg_code ORDER BY 1")
    found = []
    for lg_code, rows, faultless, *violations in lines:
        worst = broken[violations.index(max(violations))].name if any(violations) else ""
        found.append(JudgedPlace(table.name, str(lg_code), int(rows), int(faultless), int(sum(violations)), worst))
    return found


def worst_places(places: list[JudgedPlace], most: int = 10) -> list[JudgedPlace]:
    """The municipalities of a table whose rows break the checks most often, for their number; those that break nothing are left out.

    Args:
        places: All of the table.
        most: How many to give.

    Returns:
        Worst first.
    """
    # a place of few rows is not worse for the one row it has
    breaking = [place for place in places if place.violations]
    return sorted(breaking, key=lambda place: (-place.violations / (place.rows + 20), place.lg_code))[:most]
