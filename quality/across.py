"""Checks that look at more than one row: references to other tables, and records that likely stand twice."""

from collections.abc import Callable

from quality.checks import Check
from quality.measuring import Measured, Query
from quality.observations import prefecture_of
from registries.contract import Table

Place = Callable[[str], str | None]
"""Gives the SQL name of a table by its own name; None where there is no such table now."""


def across_checks(table: Table) -> list[Check]:
    """List the checks of a table that look at more than one row, the uniqueness of the key apart."""
    labels = {column.name: column.item.label for column in table.columns}
    found = [
        Check(
            name=f"reference__{reference.column}",
            group="reference",
            description=f"{labels[reference.column]}は {reference.table} にある",
            dimension="consistency",
            severity="warning",
            violated_if="",
            measure="Con-I-1",
            column=reference.column,
        )
        for reference in table.references
    ]
    if table.duplicates_by:
        found.append(
            Check(
                name="duplicates",
                group="duplicates",
                description=f"{'・'.join(labels[name] for name in table.duplicates_by)} が同じ行がない",
                dimension="uniqueness",
                severity="info",
                violated_if="",
                measure="Eff-D-4",
            )
        )
    return found


def measure_across(query: Query, table: Table, place: Place) -> tuple[list[Measured], dict[str, str]]:
    """Measure the checks of :func:`across_checks`.

    Args:
        query: Runs SQL and gives all rows.
        table: Table to measure.
        place: Where tables are.

    Returns:
        The results, and the checks that could not be measured with the reason.
    """
    here = place(table.name)
    found, missing = [], {}
    group = f"coalesce({prefecture_of(table) or 'NULL'}, '')"
    for check in across_checks(table):
        if check.group == "duplicates":
            counted = " AND ".join(f"{name} IS NOT NULL" for name in table.duplicates_by)
            # rows are told apart by a hash of 64 bits: among six million, one pair falls together once in a million tables
            sql = (
                f"SELECT {group}, count(*)::BIGINT, (count(*) - count(DISTINCT hash({', '.join(table.duplicates_by)})))::BIGINT "
                f"FROM {here} WHERE {counted} GROUP BY 1 ORDER BY 1"
            )
        else:
            reference = next(known for known in table.references if known.column == check.column)
            there = place(reference.table)
            if there is None:
                missing[check.name] = f"there is no table {reference.table}"
                continue
            sql = (
                f"SELECT {group}, count(*)::BIGINT, count(*) FILTER (WHERE NOT known)::BIGINT FROM (SELECT *, {check.column} IN "
                f"(SELECT {reference.key} FROM {there}) AS known FROM {here} WHERE {check.column} IS NOT NULL) GROUP BY 1 ORDER BY 1"
            )
        lines = query(sql)
        ((rows,),) = query(f"SELECT count(*)::BIGINT FROM {here}")
        counts = {str(line[0]): (int(line[1]), int(line[2])) for line in lines}
        found.append(Measured(check, int(rows), counts))
    return found, missing
