"""What the catalogue is assembled from, read from declarations, stores and measures of a home."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl

from catalog.model import Derived as DerivedItem
from catalog.model import Measure, Source
from catalog.model import SourceColumn as DescribedColumn
from catalog.origins import Upstream
from pipelines.fingerprint import registry_fingerprint
from pipelines.home import Home, write_json_aside
from pipelines.ingest.standardise import sql_types
from pipelines.measuring import read_measures
from pipelines.source_declarations import Source as DeclaredSource
from pipelines.source_declarations import load_sources
from quality.checks import checks
from registries.contract import Contract, load_contracts
from registries.lineage import column_lineage


def traced(contract: Contract, home: Home) -> Upstream:
    """Column lineage of a registry. Tracing takes seconds and follows the declarations alone, so it is kept beside them."""
    path = home.root / "lineage" / f"{contract.registry}-{registry_fingerprint(contract)[:12]}.json"
    if not path.exists():
        write_json_aside(path, column_lineage(contract, {source: sql_types(load_sources()[source]) for source in contract.sources}))
    kept: dict[str, dict[str, list[tuple[str, str]]]] = json.loads(path.read_text(encoding="utf-8"))
    # nothing is known of what a Python model reads
    return {table: columns for table, columns in kept.items() if not contract.has_python_model(table)}


def described_source(source: DeclaredSource, files: pl.DataFrame) -> Source:
    """A source as the catalogue tells of it.

    Args:
        source: The declaration.
        files: Rows of the ledger of delivered files that are the source's.
    """
    about = {key: value for key, value in source.about.items() if key in Source.__dataclass_fields__}
    if source.is_restricted:  # what was delivered of it, and how much, is not public
        files = files.clear()
    newest = files["file_date"].max()
    return Source(
        name=source.name,
        columns=[
            DescribedColumn(name=column.name, label=column.label, item=column.item.name, required=column.required)
            for column in source.columns
        ],
        derived=[DerivedItem(item=derived.item.name, rule=derived.rule, inputs=list(derived.inputs)) for derived in source.derived],
        files=files.height,
        records=int(files["records_read"].sum()),
        quarantined=int(files["records_quarantined"].sum()),
        newest=str(newest) if newest is not None else None,
        **about,
    )


def described_sources(ledger: pl.DataFrame) -> list[Source]:
    """Every declared source, with what the ledger of delivered files says of it."""
    return [described_source(source, ledger.filter(pl.col("source") == name)) for name, source in load_sources().items()]


def measured(folder: Path) -> dict[str, list[Measure]]:
    """What the checks measured, by table.

    Args:
        folder: Folder of the measures of a content; where a table has none there, its checks are told as not measured.
    """
    found = {}
    for contract in load_contracts().values():
        for table in contract.tables.values():
            results = {result.check.name: result for result in read_measures(folder / f"{table.name}.json", table) or []}
            found[table.name] = [
                Measure(
                    name=check.name,
                    description=check.description,
                    dimension=check.dimension,
                    severity=check.severity,
                    rows=results[check.name].rows if check.name in results else None,
                    violations=results[check.name].violations if check.name in results else None,
                )
                for check in checks(table)
            ]
    return found


def upstream(home: Home, progress: Callable[[str], None]) -> dict[str, Upstream]:
    """Column lineage of every registry."""
    found = {}
    for name, contract in load_contracts().items():
        progress(f"lineage of {name}")
        if not contract.is_ledger:
            found[name] = traced(contract, home)
        else:
            found[name] = {
                table.name: {column.name: [("delivery_ledger", column.name)] for column in table.columns}
                for table in contract.tables.values()
            }
    return found
