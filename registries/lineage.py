"""Column lineage: from which delivered or registry column each column of a table is made, read from the models' own SQL."""

from functools import cache

from sqlglot import exp
from sqlglot.lineage import lineage

from registries.contract import Contract, load_contracts
from registries.schema import SQL_TYPES

_DIALECT = "duckdb"
Upstream = dict[str, set[tuple[str, str]]]


def _schema(contract: Contract, delivered: dict[str, str]) -> dict[str, dict[str, str]]:
    """Types of the relations a model may read, by name."""
    tables = {table.name: {column.name: SQL_TYPES[column.item.type] for column in table.columns} for table in contract.tables.values()}
    reference = {"effective_on": "DATE", "from_lg_code": "VARCHAR", "to_lg_code": "VARCHAR"}
    return {"delivered": delivered, "municipality_change": reference, **tables}


def _direct(sql: str, schema: dict[str, dict[str, str]]) -> Upstream:
    """Upstream columns of one model, among the relations of the schema."""
    nodes = lineage(None, sql, schema=schema, dialect=_DIALECT)
    return {
        column: {(node.source.name, node.name.rpartition(".")[2].strip('"')) for node in top.walk() if isinstance(node.source, exp.Table)}
        for column, top in nodes.items()
    }


@cache
def _lineage(registry: str, delivered: tuple[tuple[str, str], ...]) -> dict[str, dict[str, list[tuple[str, str]]]]:
    contract = load_contracts()[registry]
    schema = _schema(contract, dict(delivered))
    working: dict[str, Upstream] = {}

    def through(upstream: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Columns of working models replaced by what those are made of."""
        return {
            origin
            for relation, column in upstream
            for origin in (working[relation][column] if relation in working else {(relation, column)})
        }

    for name in contract.working:
        working[name] = {column: through(upstream) for column, upstream in _direct(contract.model(name), schema).items()}
        schema[name] = dict.fromkeys(working[name], "VARCHAR")
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for table in contract.tables.values():
        direct = _direct(contract.model(table.name), schema)
        found[table.name] = {column.name: sorted(through(direct[column.name])) for column in table.columns}
    return found


def column_lineage(contract: Contract, delivered: dict[str, str]) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Trace every column of a registry's tables to the columns it is made of.

    Args:
        contract: Contract of the registry.
        delivered: SQL types of the columns of the standardised records, by name.

    Returns:
        By table and column, the upstream columns as (relation, column); the relation ``delivered`` stands for the
        standardised
        records. A column made of none (a constant) has an empty list.
    """
    if not contract.sources:
        return {table.name: {column.name: [] for column in table.columns} for table in contract.tables.values()}
    return _lineage(contract.registry, tuple(delivered.items()))
