"""Defects at known rates are reported at those rates; a clean table raises no alarm."""

import datetime
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from data_standards.rules.registry import SQL_CHECKS
from quality.across import measure_across
from quality.corruption import DEFECTS, Defect, run_defects
from quality.gate import judge
from quality.made_companies import made_companies
from quality.measuring import measure
from quality.references import prepare
from quality.store import MEASURE_SCHEMA
from registries.contract import load_contracts

CONTRACT = load_contracts()["company"]
TABLE = CONTRACT.tables["company"]
ROWS = 6_000


@pytest.fixture(scope="module")
def clean() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for rule, condition in SQL_CHECKS.items():
            connection.execute(f"CREATE MACRO is_{rule}(value) AS {condition}")
        prepare(connection)
        connection.execute(f"CREATE TABLE company AS {made_companies(TABLE, ROWS)}")
        connection.execute("CREATE TABLE postal_code AS SELECT DISTINCT postal_code, lg_code FROM company")
        yield connection


def test_a_clean_table_raises_no_alarm(clean: duckdb.DuckDBPyConnection) -> None:
    def query(sql: str) -> list[tuple[object, ...]]:
        return clean.execute(sql).fetchall()

    across, missing = measure_across(query, TABLE, lambda name: name if name in ("company", "postal_code") else None)
    results = [*measure(query, TABLE, "company"), *across]
    assert missing == {}
    verdict = judge([(CONTRACT, TABLE, results)], pl.DataFrame(schema=MEASURE_SCHEMA), [], datetime.date(2026, 1, 1))
    assert verdict.findings == ()
    assert {result.check.name: result.violations for result in results if result.check.scored and result.violations} == {
        # that a reading is missing is not clean, and GIF's pattern asks for it
        "pattern_company": sum(1 for i in range(ROWS) if i % 11 == 0)
    }


def test_there_are_thirty_kinds_and_more() -> None:
    assert len(DEFECTS) >= 30
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("rate", [0.003, 0.2])
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_reported_at_its_rate(clean: duckdb.DuckDBPyConnection, defect: Defect, rate: float) -> None:
    (reported,) = run_defects(clean, TABLE, "company", rate, (defect,))
    assert reported.chosen > 0
    assert reported.reported == reported.injected
    if defect.seen_if == "TRUE":
        assert reported.injected == reported.chosen
