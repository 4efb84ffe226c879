"""Every generated check bites: for every contract, a row that is right, a row that breaks one demand, and the checks that fire."""

import datetime
import re
from collections.abc import Iterator

import duckdb
import pytest

from data_standards.rules.registry import SQL_CHECKS
from quality.across import across_checks, measure_across
from quality.checks import Check, checks, groups
from quality.constraints import constraints
from quality.framework import OF_DIMENSION, characteristics, measures
from quality.measuring import Measured, carried, measure, row_checks
from quality.observations import observations
from quality.references import prepare
from quality.witness import Row, Witnesses
from registries.contract import Table, load_contracts
from registries.schema import create_table

TABLES = {f"{contract.registry}.{table.name}": table for contract in load_contracts().values() for table in contract.tables.values()}
CASES = [(name, check) for name, table in TABLES.items() for check in checks(table) if check.violated_if]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for rule, condition in SQL_CHECKS.items():
            opened.execute(f"CREATE MACRO is_{rule}(value) AS {condition}")
        prepare(opened)
        yield opened


FINDERS: dict[str, Witnesses] = {}


def finder_of(connection: duckdb.DuckDBPyConnection, table: Table) -> Witnesses:
    return FINDERS.setdefault(table.name, Witnesses(connection, table))


def make(connection: duckdb.DuckDBPyConnection, table: Table, *rows: Row) -> str:
    create = create_table(table).replace("restricted.main.", "").replace(" NOT NULL", "")
    connection.execute(create.replace("CREATE TABLE", "CREATE OR REPLACE TEMP TABLE"))
    for row in rows:
        connection.execute(f"INSERT INTO {table.name} BY NAME FROM {finder_of(connection, table).relation(row)}")
    return table.name


def results(connection: duckdb.DuckDBPyConnection, table: Table, only: list[Check] | None = None) -> dict[str, Measured]:
    return {result.check.name: result for result in measure(lambda sql: connection.execute(sql).fetchall(), table, table.name, only)}


def fired(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    return {name: result.violations for name, result in results(connection, table, checks(table)).items() if result.violations}


@pytest.mark.parametrize("name", TABLES)
def test_a_valid_row_fires_nothing(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table = TABLES[name]
    make(connection, table)
    assert fired(connection, table) == {}
    make(connection, table, finder_of(connection, table).valid())
    assert fired(connection, table) == {}


@pytest.mark.parametrize(("name", "check"), [pytest.param(name, check, id=f"{name}.{check.name}") for name, check in CASES])
def test_each_check_fires_and_only_rules_on_the_same_columns_with_it(
    connection: duckdb.DuckDBPyConnection, name: str, check: Check
) -> None:
    table = TABLES[name]
    finder = finder_of(connection, table)
    valid, broken = finder.valid(), finder.violating(check)
    make(connection, table, valid, broken)
    changed = {column for column in broken if broken[column] != valid[column]}
    found = fired(connection, table)
    found.pop("unique_key", None)  # the two rows may share a key
    assert found.pop(check.name) == 1
    for companion in found:
        condition = next(other.violated_if for other in checks(table) if other.name == companion)
        assert any(re.search(rf"\b{column}\b", condition) for column in changed), companion


@pytest.mark.parametrize("name", TABLES)
def test_a_repeated_key_fires(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table = TABLES[name]
    row = finder_of(connection, table).valid()
    make(connection, table, row, row, row)
    assert fired(connection, table) == {"unique_key": 2}


@pytest.mark.parametrize("name", TABLES)
def test_rows_that_differ_in_one_column_of_the_key_are_not_repeated(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table, types = TABLES[name], {column.name: column.item.type for column in TABLES[name].columns}
    valid = finder_of(connection, table).valid()
    rows = [valid]
    for column in table.key:
        value = valid[column]
        assert value is not None
        later = types[column] == "date" and (datetime.date.fromisoformat(value) + datetime.timedelta(days=1)).isoformat()
        rows.append(valid | {column: later or value + "0"})
    make(connection, table, *rows)
    assert "unique_key" not in fired(connection, table)


@pytest.mark.parametrize("name", TABLES)
def test_checks_are_named_once_and_stand_for_a_measure(name: str) -> None:
    table = TABLES[name]
    found = row_checks(table)
    names = [check.name for check in found]
    assert len(set(names)) == len(names)
    assert [check.name for check in checks(table)] == [constraint.id for constraint in constraints(table)]
    assert sorted(check.name for members in groups(table).values() for check in members) == sorted(check.name for check in checks(table))
    for check in found:
        assert check.measure in measures()
        assert check.severity in ("fatal", "error", "warning", "info")
        assert check.description
        assert check.dimension in OF_DIMENSION


ACROSS = [(name, check.name) for name, table in TABLES.items() for check in across_checks(table)]


def across(connection: duckdb.DuckDBPyConnection, table: Table, check: str, others: dict[str, str]) -> Measured:
    query = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
    (found,), missing = measure_across(query, table, lambda name: others.get(name) or (name if name == table.name else None), check)
    assert missing == {}
    return found


@pytest.mark.parametrize(("name", "check"), [pytest.param(*case, id=".".join(case)) for case in ACROSS])
def test_each_check_across_rows_fires(connection: duckdb.DuckDBPyConnection, name: str, check: str) -> None:
    table = TABLES[name]
    group = next(known.group for known in across_checks(table) if known.name == check)
    valid = (
        finder_of(connection, table).valid() | {"lg_code": "131016"}
        if "lg_code" in {column.name for column in table.columns}
        else (finder_of(connection, table).valid())
    )
    if group == "reference":
        reference = next(known for known in table.references if f"reference__{known.column}" == check)
        item = next(column.item for column in table.columns if column.name == reference.column)
        make(connection, table, valid | {reference.column: item.example})
        for right, values in ((1, f"('{item.example}'), (NULL)"), (0, "('¿'), (NULL)")):
            there = f"(FROM (VALUES {values}) AS known ({reference.key}))"
            found = across(connection, table, check, {} if reference.table == table.name else {reference.table: there})
            assert found.counted == 1
            if reference.table != table.name:
                assert found.violations == 1 - right
    elif group == "total":
        total = next(known for known in table.totals if known.name == check)
        for copies in (1, 2, 3):
            make(connection, table, *([valid] * copies))
            ((adds,),) = connection.execute(f"SELECT {copies} * ({total.value}) = ({total.equals}) FROM {table.name} LIMIT 1").fetchall()
            found = across(connection, table, check, {})
            assert (found.counted, found.violations) == (1, int(not adds))
    elif group == "duplicates":
        full = valid | {column.name: column.item.example for column in table.columns if column.name in table.duplicates_by}
        make(connection, table, full)
        assert across(connection, table, check, {}).violations == 0
        make(connection, table, full, full)
        assert across(connection, table, check, {}).violations == 1
    else:
        make(connection, table, valid | {"postal_code": "1000001"})
        assert across(connection, table, check, {"postal_code": postal("1000001", "131016")}).violations == 0
        wrong = {"postal_code_known": postal("1000002", "131016"), "postal_code_of_municipality": postal("1000001", "131024")}
        assert across(connection, table, check, {"postal_code": wrong[check]}).violations == 1


def postal(code: str, lg_code: str) -> str:
    return f"(FROM (VALUES ('{code}', '{lg_code}')) AS known (postal_code, lg_code))"


@pytest.mark.parametrize(
    ("there", "reason"), [(None, "there is no table"), ("(SELECT NULL::VARCHAR AS corporate_number LIMIT 0)", "is empty")]
)
def test_a_check_without_its_table_is_not_measured(connection: duckdb.DuckDBPyConnection, there: str | None, reason: str) -> None:
    table = TABLES["company.company"]
    make(connection, table, finder_of(connection, table).valid())
    query = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
    found, missing = measure_across(query, table, lambda name: table.name if name == table.name else there, "postal_code_known")
    assert found == []
    assert reason in missing["postal_code_known"]


def test_what_is_not_looked_at_breaks_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    table = TABLES["company.company"]
    abroad = dict.fromkeys(("lg_code", "prefecture", "city", "prefecture_code", "postal_code"))
    make(connection, table, finder_of(connection, table).valid() | abroad)
    for result in results(connection, table).values():
        assert result.violations <= result.counted, result.check.name


# what an observation must see in a column of the company table: value, group, column
SEEN = [
    ("characters", "name", "株式会社\U0001f600"),
    ("characters", "name", "髙橋\ue000"),
    ("mixed_width", "street_address", "１丁目2番３号"),
    ("placeholder", "street_address", "同上"),
    ("placeholder", "name", "不明"),
    ("edges", "name", " 台帳"),
    ("edges", "name", "台帳　"),
    ("edges", "name", "台\t帳"),
    ("individual_number", "name", "番号123456789018"),
    ("individual_number", "name", "１２３４－５６７８－９０１８"),
    ("reading", "name_kana", "だいちょう"),
    ("range", "closed_on", "1700-01-01"),
    ("municipality_name", "city", "大阪市"),
]


@pytest.mark.parametrize(("group", "column", "value"), SEEN)
def test_an_observation_sees_what_it_is_for(connection: duckdb.DuckDBPyConnection, group: str, column: str, value: str) -> None:
    table = TABLES["company.company"]
    valid = finder_of(connection, table).valid() | {
        "lg_code": "131016",
        "prefecture": "東京都",
        "city": "千代田区",
        "prefecture_code": "13",
    }
    make(connection, table, valid, valid | {column: value})
    result = results(connection, table)[f"{group}__{column}"]
    assert result.violations == 1
    make(connection, table, valid)
    seen = results(connection, table)
    assert {name for name, found in seen.items() if found.violations and found.check.group not in ("filled", "pattern_company")} == set()


def test_a_kana_name_is_held_against_its_reading(connection: duckdb.DuckDBPyConnection) -> None:
    table = TABLES["company.company"]
    valid = finder_of(connection, table).valid()
    rows = [valid | {"name": name, "name_kana": kana} for name, kana in (
        ("株式会社カタカナ", "カタカナ"), ("カタカナ株式会社", "ヒラガナ"), ("株式会社漢字", "カンジ"), ("株式会社カタカナ", None),
    )]  # fmt: skip
    make(connection, table, *rows)
    result = results(connection, table)["kana_of_name__name_kana"]
    assert (result.counted, result.violations) == (2, 1)


@pytest.mark.parametrize(
    ("city", "lg_code", "prefecture", "wrong"),
    [
        ("千代田区", "131016", "東京都", 0),
        ("標津郡中標津町", "016926", "北海道", 0),
        ("三宅島三宅村", "133817", "東京都", 0),
        ("西多摩郡瑞穂町", "133035", "東京都", 0),
        ("郡山市", "072036", "福島県", 0),
        ("千代田区", "131024", "東京都", 1),
        ("中央区", "131016", "東京都", 1),
    ],
)
def test_a_municipality_is_held_against_its_code(
    connection: duckdb.DuckDBPyConnection, city: str, lg_code: str, prefecture: str, wrong: int
) -> None:
    table = TABLES["company.company"]
    row = finder_of(connection, table).valid() | {
        "city": city,
        "lg_code": lg_code,
        "prefecture": prefecture,
        "prefecture_code": lg_code[:2],
    }
    make(connection, table, row)
    result = results(connection, table)["municipality_name__city"]
    assert (result.counted, result.violations) == (1, wrong)


def test_counts_are_told_by_prefecture_and_carried_over(connection: duckdb.DuckDBPyConnection) -> None:
    table = TABLES["company.company"]
    valid = finder_of(connection, table).valid()
    tokyo = valid | {"lg_code": "131016", "prefecture_code": "13", "name_kana": None}
    osaka = valid | {"corporate_number": "8000012010038", "lg_code": "271004", "prefecture_code": "27", "name_kana": None}
    run = lambda *rows: list(results(connection, make_table(connection, table, *rows)).values())  # noqa: E731
    before, out, put = run(tokyo, osaka), run(osaka), run(osaka | {"name_kana": "カナ"})
    after = run(tokyo, osaka | {"name_kana": "カナ"})
    carried_over = carried(before, out, put)
    assert [(result.check.name, result.rows, result.counted, result.violations) for result in carried_over] == [
        (result.check.name, result.rows, result.counted, result.violations) for result in after
    ]
    filled = next(result for result in before if result.check.name == "filled__name_kana")
    assert filled.counts == {"13": (1, 1), "27": (1, 1)}


def make_table(connection: duckdb.DuckDBPyConnection, table: Table, *rows: Row) -> Table:
    make(connection, table, *rows)
    return table


def test_the_framework_names_fifteen_characteristics_and_its_measures() -> None:
    assert len(characteristics()) == 15
    assert len(measures()) == 62
    assert {measure.found for measure in measures().values()} == {"data", "declaration", "statement"}
    assert measures()["Con-I-1"].value(1, 4) == 0.75
    assert measures()["Eff-D-4"].better == "lower"
    assert measures()["Acc-I-1"].value(0, 0) is None


def test_observations_hold_nothing_back_but_individual_numbers() -> None:
    severities = {check.group: check.severity for table in TABLES.values() for check in observations(table)}
    assert {group for group, severity in severities.items() if severity in ("fatal", "error")} == {"individual_number"}
