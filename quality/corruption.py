"""Defects put into a clean table of companies at known rates, to see whether the measures report those rates.

A defect changes chosen rows in one way and names the check that must see it. Rows are chosen by a hash of their key, so the same table
and rate give the same rows. An exact defect raises the violations of its check by the number of rows chosen, not one more or less.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from quality.across import across_checks, measure_across
from quality.measuring import Query, measure, row_checks
from registries.contract import Table

_OTHER_NUMBER = "translate(right(corporate_number, 12), '0123456789', '1234567890')"


@dataclass(frozen=True)
class Defect:
    """One kind of defect.

    Attributes:
        name: What is done to the table.
        check: The check that must see it.
        column: Column that is changed; empty where rows are added.
        value: SQL of the wrong value, over the columns of the row.
        eligible: SQL of the rows it can be done to.
        seen_if: SQL of the chosen rows in which it can be seen at all; for others the rate is known within a bound.
    """

    name: str
    check: str
    column: str
    value: str
    eligible: str = "TRUE"
    seen_if: str = "TRUE"


def _digit(place: str) -> str:
    return f"((CAST({place} AS INTEGER) + 1) % 10)::VARCHAR"


DEFECTS = (
    Defect("name missing", "required__name", "name", "NULL"),
    Defect("kind missing", "required__kind_code", "kind_code", "NULL"),
    Defect("state missing", "required__status", "status", "NULL"),
    Defect(
        "last digit of the number wrong",
        "check_digit__corporate_number",
        "corporate_number",
        f"left(corporate_number, 12) || {_digit('right(corporate_number, 1)')}",
        # a check digit modulo nine cannot tell 9 from 0
        seen_if="right(corporate_number, 1) <> '9'",
    ),
    Defect("letter in the number", "check_digit__corporate_number", "corporate_number", "'T' || right(corporate_number, 12)"),
    Defect("number cut short", "check_digit__corporate_number", "corporate_number", "left(corporate_number, 12)"),
    Defect(
        "check digit of the municipality wrong",
        "check_digit__lg_code",
        "lg_code",
        f"left(lg_code, 5) || {_digit('right(lg_code, 1)')}",
        "lg_code IS NOT NULL",
    ),
    Defect(
        "postal code with hyphen",
        "pattern__postal_code",
        "postal_code",
        "left(postal_code, 3) || '-' || substr(postal_code, 4)",
        "postal_code IS NOT NULL",
    ),
    Defect(
        "postal code in full width",
        "pattern__postal_code",
        "postal_code",
        "translate(postal_code, '0123456789', '０１２３４５６７８９')",
        "postal_code IS NOT NULL",
    ),
    Defect("leading zero lost", "pattern__postal_code", "postal_code", "substr(postal_code, 2)", "postal_code IS NOT NULL"),
    Defect("unknown kind", "code_list__kind_code", "kind_code", "'999'"),
    Defect("unknown state", "code_list__status", "status", "'unknown'"),
    Defect("unknown prefecture", "code_list__prefecture_code", "prefecture_code", "'48'", "prefecture_code IS NOT NULL"),
    Defect("name too long", "max_length__name", "name", "repeat('長', 151)"),
    Defect("closing date lost", "closed_has_date", "closed_on", "NULL", "closed_on IS NOT NULL"),
    Defect("own successor", "no_own_successor", "successor_corporate_number", "corporate_number", "successor_corporate_number IS NULL"),
    Defect("municipality of another prefecture", "code_fits_prefecture", "lg_code", "'131016'", "prefecture_code <> '13'"),
    Defect("change after its publication", "changed_before_published", "changed_on", "updated_on + 1", "updated_on IS NOT NULL"),
    Defect(
        "successor that does not exist", "reference__successor_corporate_number", "successor_corporate_number", "'8' || repeat('0', 12)"
    ),
    Defect("emoji in the name", "characters__name", "name", "name || chr(128512)"),
    Defect(
        "user-defined character in the address",
        "characters__street_address",
        "street_address",
        "street_address || chr(57344)",
        "street_address IS NOT NULL",
    ),
    Defect(
        "half and full width mixed",
        "mixed_width__street_address",
        "street_address",
        "street_address || '1０'",
        "street_address IS NOT NULL",
    ),
    Defect("reading in hiragana", "reading__name_kana", "name_kana", "'だいちょう'", "name_kana IS NOT NULL"),
    Defect("reading in half-width kana", "reading__name_kana", "name_kana", "'ﾀﾞｲﾁｮｳ'", "name_kana IS NOT NULL"),
    Defect("ditto in the address", "placeholder__street_address", "street_address", "'同上'", "street_address IS NOT NULL"),
    Defect("unknown as a name", "placeholder__name", "name", "'不明'"),
    Defect("blank at the end", "edges__name", "name", "name || '　'"),
    Defect(
        "tab in the address",
        "edges__street_address",
        "street_address",
        "left(street_address, 1) || chr(9) || substr(street_address, 2)",
        "street_address IS NOT NULL",
    ),
    Defect("individual number in the name", "individual_number__name", "name", "'番号123456789018'"),
    Defect("date of another age", "range__closed_on", "closed_on", "DATE '1568-01-01'", "closed_on IS NOT NULL"),
    Defect("reading lost", "filled__name_kana", "name_kana", "NULL", "name_kana IS NOT NULL"),
    Defect(
        "name of another municipality",
        "municipality_name__city",
        "city",
        "'千代田区'",
        "lg_code <> '131016' AND prefecture IS NOT NULL AND city IS NOT NULL",
    ),
    Defect(
        "reading of another name",
        "kana_of_name__name_kana",
        "name_kana",
        "name_kana || 'ン'",
        "name_kana IS NOT NULL",
        "regexp_full_match(regexp_replace(name, '^(株式|有限|合同|合資|合名)会社|(株式|有限|合同|合資|合名)会社$', ''), '[ァ-ヴー・]+')",
    ),
    Defect(
        "postal code of another municipality",
        "postal_code_of_municipality",
        "postal_code",
        # the first code of the invented companies is that of the first municipality
        "'0000000'",
        "postal_code IS NOT NULL AND lg_code <> '011002'",
    ),
    Defect("postal code that is none", "postal_code_known", "postal_code", "'9999999'", "postal_code IS NOT NULL"),
    Defect("record twice under one number", "unique_key", "", ""),
    Defect(
        "record twice under two numbers", "duplicates", "", f"'9' || {_OTHER_NUMBER}", "street_address IS NOT NULL AND lg_code IS NOT NULL"
    ),
)
"""The kinds of defect, for the table ``company.company``."""


@dataclass(frozen=True)
class Reported:
    """What the measures said of one defect.

    Attributes:
        defect: The defect.
        injected: Rows that hold it and in which it can be seen.
        chosen: Rows that hold it.
        reported: Violations of its check beyond those of the clean table.
    """

    defect: Defect
    injected: int
    chosen: int
    reported: int

    @property
    def exact(self) -> bool:
        """Whether the measure reports what was injected."""
        return self.injected == self.reported


def corrupted(table: Table, relation: str, defect: Defect, rate: float) -> tuple[str, str]:
    """SQL of a table with a defect, and of the number of rows chosen and of those in which it can be seen.

    Args:
        table: The table.
        relation: SQL of the clean table.
        defect: The defect.
        rate: Share of the eligible rows to choose.
    """
    chosen = f"({defect.eligible}) AND hash({', '.join(table.key)}, 'defect') % 1000000 < {round(rate * 1_000_000)}"
    counted = f"SELECT count(*) FILTER (WHERE {defect.seen_if})::BIGINT, count(*)::BIGINT FROM {relation} WHERE {chosen}"
    if defect.column:
        value = f"CASE WHEN {chosen} THEN {defect.value} ELSE {defect.column} END"
        return f"(SELECT * REPLACE ({value} AS {defect.column}) FROM {relation})", counted
    again = f"SELECT * REPLACE ({defect.value} AS {table.key[0]}) FROM" if defect.value else "FROM"
    return f"(FROM {relation} UNION ALL ({again} {relation} WHERE {chosen}))", counted


def _violations(query: Query, table: Table, relation: str, check: str, place: Callable[[str], str | None]) -> int:
    if check in {found.name for found in across_checks(table)}:
        of = {table.name: relation}
        results, _ = measure_across(query, table, lambda name: of.get(name, place(name)), check)
    else:
        results = measure(query, table, relation, [found for found in row_checks(table) if found.name == check])
    return next(result.violations for result in results if result.check.name == check)


def run_defects(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, rate: float, only: tuple[Defect, ...] = DEFECTS
) -> list[Reported]:
    """Put every kind of defect into a table, one after another, and ask the measures.

    Args:
        connection: Where :func:`quality.references.prepare` has run.
        table: The table ``company.company``.
        relation: SQL name of its clean rows.
        rate: Share of the eligible rows to break.
        only: The defects to put in.

    Returns:
        What was reported of each.
    """

    def query(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql).fetchall()

    found = []
    for defect in only:
        dirty, counted = corrupted(table, relation, defect, rate)
        ((seen, chosen),) = query(counted)
        before = _violations(query, table, relation, defect.check, lambda name: relation)
        after = _violations(query, table, dirty, defect.check, lambda name: relation)
        found.append(Reported(defect, int(str(seen)), int(str(chosen)), after - before))
    return found
