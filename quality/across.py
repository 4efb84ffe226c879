"""Checks that look at more than one row: references, totals, a meaning held against another table, records that likely stand twice."""

from collections.abc import Callable
from dataclasses import dataclass

from quality.checks import Check
from quality.measuring import Measured, Query
from quality.observations import prefecture_of
from registries.contract import Table

Place = Callable[[str], str | None]
"""Gives the SQL name of a table by its own name; None where there is no such table now."""

POSTAL_REGISTER = "postal_code"
"""Table of the nation's postal codes: which municipality each lies in."""
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class _Across:
    """A check with the tables it looks at, and what counts it: rows of prefecture code, rows looked at, rows that break it."""

    check: Check
    needs: tuple[str, ...]
    sql: Callable[[str, str, list[str]], str]


def _reference(column: str, other: str, key: str, label: str) -> _Across:
    check = Check(
        name=f"reference__{column}",
        group="reference",
        description=f"{label}は {other} にある",
        dimension="consistency",
        severity="warning",
        violated_if="",
        measure="Con-I-1",
        column=column,
    )

    def sql(here: str, group: str, there: list[str]) -> str:
        return (
            f"SELECT {group}, count(*)::BIGINT, count(*) FILTER (WHERE NOT known)::BIGINT FROM (SELECT *, {column} IN "
            f"(SELECT {key} FROM {there[0]} WHERE {key} IS NOT NULL) AS known FROM {here} WHERE {column} IS NOT NULL) GROUP BY 1 ORDER BY 1"
        )

    return _Across(check, (other,), sql)


def _duplicates(columns: tuple[str, ...], labels: dict[str, str]) -> _Across:
    check = Check(
        name="duplicates",
        group="duplicates",
        description=f"{'・'.join(labels[name] for name in columns)} が同じ行がない",
        dimension="uniqueness",
        severity="info",
        violated_if="",
        measure="Eff-D-4",
    )

    def sql(here: str, group: str, _: list[str]) -> str:
        counted = " AND ".join(f"{name} IS NOT NULL" for name in columns)
        # rows are told apart by a hash of 64 bits: among six million, one pair falls together once in a million tables
        return (
            f"SELECT {group}, count(*)::BIGINT, (count(*) - count(DISTINCT hash({', '.join(columns)})))::BIGINT "
            f"FROM {here} WHERE {counted} GROUP BY 1 ORDER BY 1"
        )

    return _Across(check, (), sql)


def _total(name: str, by: tuple[str, ...], value: str, equals: str, description: str) -> _Across:
    check = Check(
        name=name,
        group="total",
        description=description,
        dimension="consistency",
        severity="warning",
        violated_if="",
        measure="Con-I-6",
    )

    def sql(here: str, group: str, _: list[str]) -> str:
        return (
            f"SELECT prefecture, count(*)::BIGINT, count(*) FILTER (WHERE NOT adds)::BIGINT FROM (SELECT any_value({group}) AS prefecture, "
            f"coalesce(abs(sum(({value})::DOUBLE) - any_value(({equals})::DOUBLE)) <= {_TOLERANCE}, FALSE) AS adds "
            f"FROM {here} GROUP BY {', '.join(by)}) GROUP BY 1 ORDER BY 1"
        )

    return _Across(check, (), sql)


def _postal(label: str) -> list[_Across]:
    """A postal code held against the register of the nation: that it is one, and that it lies in the municipality the row names."""

    def known(here: str, group: str, there: list[str]) -> str:
        return (
            f"SELECT {group}, count(*)::BIGINT, count(*) FILTER (WHERE NOT known)::BIGINT FROM (SELECT *, postal_code IN "
            f"(SELECT postal_code FROM {there[0]}) AS known FROM {here} WHERE postal_code IS NOT NULL) GROUP BY 1 ORDER BY 1"
        )

    def fits(here: str, group: str, there: list[str]) -> str:
        return (
            f"SELECT {group}, count(*)::BIGINT, count(*) FILTER (WHERE NOT list_contains(codes, lg_code))::BIGINT FROM {here}  "
            f"JOIN (SELECT postal_code AS code, list(DISTINCT lg_code) AS codes FROM {there[0]} WHERE lg_code IS NOT NULL GROUP BY 1) "
            "ON code = postal_code WHERE lg_code IS NOT NULL GROUP BY 1 ORDER BY 1"
        )

    told = {
        # offices with a code of their own and codes abolished since are not in the register: that is no fault of the row
        "postal_code_known": ("info", "Acc-I-2", f"{label}は郵便番号の台帳にある", known),
        "postal_code_of_municipality": ("warning", "Acc-I-2", f"{label}は団体コードの市区町村のもの", fits),
    }
    return [
        _Across(
            Check(
                name=name,
                group=name,
                description=text,
                dimension="accuracy",
                severity=severity,
                violated_if="",
                measure=measure,
                column="postal_code",
                scored=severity != "info",
            ),
            (POSTAL_REGISTER,),
            sql,
        )
        for name, (severity, measure, text, sql) in told.items()
    ]


def _across(table: Table) -> list[_Across]:
    labels = {column.name: column.item.label for column in table.columns}
    found = [_reference(known.column, known.table, known.key, labels[known.column]) for known in table.references]
    found += [_total(total.name, total.by, total.value, total.equals, total.description) for total in table.totals]
    if table.duplicates_by:
        found.append(_duplicates(table.duplicates_by, labels))
    if {"postal_code", "lg_code"} <= set(labels) and table.name != POSTAL_REGISTER:
        found += _postal(labels["postal_code"])
    return found


def across_checks(table: Table) -> list[Check]:
    """List the checks of a table that look at more than one row, the uniqueness of the key apart."""
    return [known.check for known in _across(table)]


def measure_across(query: Query, table: Table, place: Place, only: str | None = None) -> tuple[list[Measured], dict[str, str]]:
    """Measure the checks of :func:`across_checks`.

    Args:
        query: Runs SQL and gives all rows.
        table: Table to measure.
        place: Where tables are.
        only: Name of the one check to measure; all if not given.

    Returns:
        The results, and the checks that could not be measured with the reason.
    """
    chosen = [known for known in _across(table) if only in (None, known.check.name)]
    found: list[Measured] = []
    missing: dict[str, str] = {}
    if not chosen:
        return found, missing
    here = place(table.name)
    if here is None:
        raise LookupError(f"there is no table {table.name} to measure")
    group = f"coalesce({prefecture_of(table) or 'NULL'}, '')"
    ((rows,),) = query(f"SELECT count(*)::BIGINT FROM {here}")
    for known in chosen:
        there = [place(name) for name in known.needs]
        absent = [name for name, where in zip(known.needs, there, strict=True) if where is None]
        empty = [name for name, where in zip(known.needs, there, strict=True) if where and query(f"SELECT 1 FROM {where} LIMIT 1") == []]
        if absent or empty:
            missing[known.check.name] = " and ".join(
                [f"there is no table {name}" for name in absent] + [f"the table {name} is empty" for name in empty]
            )
            continue
        lines = query(known.sql(here, group, [str(where) for where in there]))
        counts = {str(line[0]): (int(line[1]), int(line[2])) for line in lines}
        found.append(Measured(known.check, int(rows), counts))
    return found, missing
