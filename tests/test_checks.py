"""Every generated check bites: one valid row, one violating value, exactly one check that fires."""

import datetime
from collections.abc import Iterator

import duckdb
import pytest

from data_standards.rules.registry import SQL_CHECKS
from quality.checks import checks, groups, measure, unique_key
from registries.contract import Table, load_contracts
from registries.schema import create_table

TABLES = {f"{contract.registry}.{table.name}": table for contract in load_contracts().values() for table in contract.tables.values()}
CASES = [(name, check.name) for name, table in TABLES.items() for check in checks(table)]
Row = dict[str, str | None]

# where the examples of single items do not make a row that agrees with itself
MADE_TO_AGREE: dict[str, Row] = {
    "company.company": {"closed_on": None, "close_cause_code": None},
    "company.company_history": {"valid_to": "2024-01-05", "recorded_to": "2024-02-01"},
    "company.company_succession": {"succession_status_code": "voided"},
    "delivery.delivered_file": {"records_read": "5", "records_accepted": "3", "records_quarantined": "2"},
}
# one row for every rule of a contract, in which the rule is broken
BROKEN_RULES: dict[tuple[str, str], Row] = {
    ("company.company", "closed_has_date"): {"status": "closed"},
    ("company.company", "no_own_successor"): {"successor_corporate_number": "8000012010038"},
    ("company.company", "code_fits_prefecture"): {"lg_code": "011002"},
    ("company.company", "changed_before_published"): {"changed_on": "2024-01-06"},
    ("company.company_history", "valid_period_is_positive"): {"valid_to": "2015-10-05"},
    ("company.company_history", "recorded_period_is_positive"): {"recorded_to": "2015-10-05"},
    ("company.company_event", "change_date_unless_withdrawn"): {"changed_on": None},
    ("company.company_succession", "no_own_successor"): {"successor_corporate_number": "2010001205124"},
    ("company.company_succession", "evidence_names_its_event"): {"predecessor_event_id": None},
    ("company.company_succession", "undone_has_date"): {"succession_status_code": "in_force"},
    ("delivery.delivered_file", "nothing_lost"): {"records_accepted": "2"},
}
# a check that cannot be broken without breaking another
COMPANIONS: dict[tuple[str, str], set[str]] = {
    ("delivery.delivered_file", "minimum__records_read"): {"nothing_lost"},
    ("delivery.delivered_file", "minimum__records_accepted"): {"nothing_lost"},
    ("delivery.delivered_file", "minimum__records_quarantined"): {"nothing_lost"},
    ("company.company", "code_list__prefecture_code"): {"code_fits_prefecture"},
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for rule, condition in SQL_CHECKS.items():
            opened.execute(f"CREATE MACRO is_{rule}(value) AS {condition}")
        yield opened


def valid_row(name: str) -> Row:
    return {column.name: column.item.example for column in TABLES[name].columns} | MADE_TO_AGREE.get(name, {})


def violating_value(table: Table, check: str) -> str | None:
    """A value that breaks one generated check of a column and no other."""
    kind, _, column = check.partition("__")
    item = next(found.item for found in table.columns if found.name == column)
    match kind:
        case "required":
            return None
        case "pattern" | "code_list":
            return "¿"
        case "max_length":
            assert item.max_length is not None
            return "あ" * (item.max_length + 1)
        case "minimum":
            assert item.minimum is not None
            return str(item.minimum - 1)
        case "check_digit":
            return item.example[:-1] + str((int(item.example[-1]) + 1) % 10)
        case _:
            raise AssertionError(f"no violating value is known for checks of the kind {kind}")


def insert(connection: duckdb.DuckDBPyConnection, table: Table, row: Row) -> None:
    places = ", ".join("?" for _ in table.columns)
    connection.execute(f"INSERT INTO {table.name} VALUES ({places})", [row[column.name] for column in table.columns])


def fired(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    results = measure(lambda sql: connection.execute(sql).fetchall(), table)
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()
    assert {result.rows for result in results} == {rows}
    assert [result.check for result in results] == [unique_key(table), *checks(table)]
    assert all(result.passed == (result.violations == 0) for result in results)
    return {result.check.name: result.violations for result in results if not result.passed}


def make(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(create_table(table).replace(" NOT NULL", ""))


@pytest.mark.parametrize("name", TABLES)
def test_a_valid_row_fires_nothing(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(create_table(TABLES[name]))
    assert fired(connection, TABLES[name]) == {}
    insert(connection, TABLES[name], valid_row(name))
    assert fired(connection, TABLES[name]) == {}


@pytest.mark.parametrize(("name", "check"), CASES)
def test_each_check_fires_alone(connection: duckdb.DuckDBPyConnection, name: str, check: str) -> None:
    table, row = TABLES[name], valid_row(name)
    if (name, check) in BROKEN_RULES:
        row |= BROKEN_RULES[name, check]
    else:
        row[check.partition("__")[2]] = violating_value(table, check)
    make(connection, table)
    insert(connection, table, row)
    assert fired(connection, table) == {check: 1} | dict.fromkeys(COMPANIONS.get((name, check), ()), 1)


@pytest.mark.parametrize("name", TABLES)
def test_a_repeated_key_fires(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table = TABLES[name]
    make(connection, table)
    for _ in range(3):
        insert(connection, table, valid_row(name))
    assert fired(connection, table) == {"unique_key": 2}


@pytest.mark.parametrize("name", TABLES)
def test_rows_that_differ_in_one_column_of_the_key_are_not_repeated(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table, types = TABLES[name], {column.name: column.item.type for column in TABLES[name].columns}
    make(connection, table)
    insert(connection, table, valid_row(name))
    for column in table.key:
        row = valid_row(name)
        value = row[column]
        assert value is not None
        later = types[column] == "date" and (datetime.date.fromisoformat(value) + datetime.timedelta(days=1)).isoformat()
        row[column] = later or value + "0"
        insert(connection, table, row)
    assert "unique_key" not in fired(connection, table)


@pytest.mark.parametrize("name", TABLES)
def test_columns_without_demand_may_be_empty(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table, row = TABLES[name], valid_row(name)
    make(connection, table)
    insert(connection, table, {column.name: row[column.name] if column.required else None for column in table.columns})
    assert set(fired(connection, table)) <= {rule for owner, rule in BROKEN_RULES if owner == name}


@pytest.mark.parametrize("name", TABLES)
def test_checks_are_named_once_and_grouped(name: str) -> None:
    table = TABLES[name]
    names = [check.name for check in checks(table)]
    assert len(set(names)) == len(names)
    grouped = groups(table)
    assert [check for members in grouped.values() for check in members if check.name != "unique_key"] == sorted(
        checks(table), key=lambda check: list(grouped).index(check.group)
    )
    assert grouped["unique_key"] == [unique_key(table)]
    assert all(check.severity in ("error", "warning") and check.description and check.dimension for check in checks(table))


def test_the_tables_of_cases_name_what_exists() -> None:
    assert set(BROKEN_RULES) == {(name, rule.name) for name, table in TABLES.items() for rule in table.rules}
    assert set(COMPANIONS) <= set(CASES)
    assert set(MADE_TO_AGREE) <= set(TABLES)
