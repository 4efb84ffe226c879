"""Column lineage from delivered to published: the models' own SQL, composed with what standardising does to each delivered column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from catalog.model import LineageState, Origin, Source
from registries.contract import Contract

Upstream = Mapping[str, Mapping[str, list[tuple[str, str]]]]
"""By table and column, the upstream columns as (relation, column), as :func:`registries.lineage.column_lineage` gives them."""

_OF_THE_FILE = {
    "source_file": "ファイル名",
    "source_line": "ファイル内の行",
    "file_id": "ファイルの識別子",
    "file_name": "ファイル名",
    "line": "ファイル内の行",
    "delivery_kind": "配信の種別",
    "file_date": "ファイルの日付",
}
"""What ingest adds to each record."""

_REFERENCE = {"municipality_change": "廃置分合", "delivery_ledger": "受領の記録"}
"""Relations that the project itself holds, with their labels."""


@dataclass(frozen=True)
class Traced:
    """Where a column comes from.

    Attributes:
        origins: Delivered columns.
        through: Columns of other published tables on the way, as ``table.column``.
        state: Whether it could be traced.
    """

    origins: list[Origin]
    through: list[str]
    state: LineageState


@dataclass
class _Tracer:
    contracts: list[Contract]
    sources: Mapping[str, Source]
    upstream: Mapping[str, Upstream]
    done: dict[tuple[str, str], Traced] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry_of = {table: contract for contract in self.contracts for table in contract.tables}

    def trace(self, table: str, column: str) -> Traced:
        """Trace a column of a table down to what was delivered."""
        known = self.done.get((table, column))
        if known is not None:
            return known
        self.done[table, column] = Traced([], [], "unknown")  # a circle cannot be followed
        contract = self.registry_of[table]
        steps = self.upstream.get(contract.registry, {}).get(table, {}).get(column)
        found = Traced([], [], "unknown") if steps is None else self._follow(contract, steps)
        self.done[table, column] = found
        return found

    def _follow(self, contract: Contract, steps: list[tuple[str, str]]) -> Traced:
        origins: set[Origin] = set()
        through: list[str] = []
        complete = True
        for relation, column in steps:
            source = self._source(contract, relation)
            if source is not None:
                origins.update(self._delivered(source, column))
            elif relation in self.registry_of:
                above = self.trace(relation, column)
                through.append(f"{relation}.{column}")
                origins.update(above.origins)
                complete = complete and above.state != "unknown"
            elif relation in _REFERENCE:
                origins.add(Origin("", f"{relation}.{column}", _REFERENCE[relation], "", column))
            else:
                complete = False
        state: LineageState = "unknown" if not complete else "traced" if origins else "constant"
        return Traced(sorted(origins, key=lambda origin: (origin.source, origin.column, origin.rule)), sorted(through), state)

    def _source(self, contract: Contract, relation: str) -> Source | None:
        if relation == "delivered":
            return self.sources.get(contract.sources[0]) if len(contract.sources) == 1 else None
        return self.sources.get(relation.removeprefix("delivered_")) if relation.startswith("delivered_") else None

    def _delivered(self, source: Source, item: str) -> Iterator[Origin]:
        columns = {column.item: column for column in source.columns}
        if item in columns:
            yield Origin(source.name, columns[item].name, columns[item].label, "", item)
            return
        for derived in source.derived:
            if derived.item == item:
                for entry in derived.inputs:
                    if entry in columns:
                        yield Origin(source.name, columns[entry].name, columns[entry].label, derived.rule, entry)
                return
        yield Origin(source.name, item, _OF_THE_FILE.get(item, item), "", item)


def trace(contracts: list[Contract], sources: list[Source], upstream: Mapping[str, Upstream]) -> dict[str, dict[str, Traced]]:
    """Trace every column of every table to the delivered columns it is made of.

    Args:
        contracts: Contracts of all registries.
        sources: Sources with their columns.
        upstream: By registry, what the models' SQL says.

    Returns:
        By table and column, where it comes from. A column of a registry whose models could not be read is ``unknown``.
    """
    tracer = _Tracer(contracts, {source.name: source for source in sources}, upstream)
    return {
        table.name: {column.name: tracer.trace(table.name, column.name) for column in table.columns}
        for contract in contracts
        for table in contract.tables.values()
    }
