"""Column lineage: from which delivered or registry column each column of a table is made, read from the models' own SQL."""

from collections.abc import Mapping
from functools import cache

from sqlglot import exp
from sqlglot.lineage import lineage

from data_standards.codes import municipalities
from registries.contract import Contract, load_contracts
from registries.schema import SQL_TYPES

_DIALECT = "duckdb"
Upstream = dict[str, set[tuple[str, str]]]


def _schema(contract: Contract, delivered: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Types of the relations a model may read, by name: delivered records, tables of the registry and of those it needs."""
    readable = [contract, *(load_contracts()[name] for name in _needed(contract))]
    tables = {
        table.name: {column.name: SQL_TYPES[column.item.type] for column in table.columns}
        for known in readable
        for table in known.tables.values()
    }
    reference = {"effective_on": "DATE", "from_lg_code": "VARCHAR", "to_lg_code": "VARCHAR"}
    records = {f"delivered_{source}": dict(types) for source, types in delivered.items()}
    if len(delivered) == 1:
        records["delivered"] = dict(*delivered.values())
    codes = {name: "DATE" if name.startswith("valid") else "VARCHAR" for name in municipalities().columns}
    return {**records, "municipality_change": reference, "municipality_code": codes, **tables}


def _needed(contract: Contract) -> list[str]:
    """The registries a registry needs, those they need included."""
    direct = list(contract.needs)
    return direct + [further for name in direct for further in _needed(load_contracts()[name]) if further not in direct]


def _direct(sql: str, schema: dict[str, dict[str, str]]) -> Upstream:
    """Upstream columns of one model, among the relations of the schema."""
    nodes = lineage(None, sql, schema=schema, dialect=_DIALECT)
    return {
        column: {(node.source.name, node.name.rpartition(".")[2].strip('"')) for node in top.walk() if isinstance(node.source, exp.Table)}
        for column, top in nodes.items()
    }


@cache
def _lineage(registry: str, delivered: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> dict[str, dict[str, list[tuple[str, str]]]]:
    contract = load_contracts()[registry]
    schema = _schema(contract, {source: dict(types) for source, types in delivered})
    working: dict[str, Upstream] = {}

    def through(upstream: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Columns of working models replaced by what those are made of."""
        return {
            origin
            for relation, column in upstream
            for origin in (working[relation][column] if relation in working else {(relation, column)})
        }

    for name in (*contract.working, *(step for table in contract.tables.values() for step in table.steps)):
        if contract.has_python_model(name):
            working[name] = {column: through(set(upstream)) for column, upstream in contract.python_lineage(name).items()}
            schema[name] = dict.fromkeys(working[name], "VARCHAR")
            continue
        working[name] = {column: through(upstream) for column, upstream in _direct(contract.model(name), schema).items()}
        schema[name] = dict.fromkeys(working[name], "VARCHAR")
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for table in contract.tables.values():
        if contract.has_python_model(table.name):
            told = contract.python_lineage(table.name)
            found[table.name] = {column.name: sorted(through(set(told.get(column.name, [])))) for column in table.columns}
            continue
        direct = _direct(contract.model(table.name), schema)
        found[table.name] = {column.name: sorted(through(direct[column.name])) for column in table.columns}
    return found


def column_lineage(contract: Contract, delivered: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Trace every column of a registry's tables to the columns it is made of.

    Args:
        contract: Contract of the registry.
        delivered: For each source, the SQL types of the columns of its standardised records, by name.

    Returns:
        By table and column, the upstream columns as (relation, column); the relations ``delivered`` and
        ``delivered_<source>`` stand for standardised records. A column made of none (a constant), and a column of a
        Python model that does not tell its ``LINEAGE``, has an empty list.
    """
    if contract.is_ledger:
        return {table.name: {column.name: [] for column in table.columns} for table in contract.tables.values()}
    return _lineage(contract.registry, tuple((source, tuple(types.items())) for source, types in delivered.items()))
