"""The assets of the registries: every table made, checked and told with its column lineage."""

import datetime
from collections.abc import Iterator

import dagster as dg

from pipelines.assets.resources import HomeResource, column_schema
from pipelines.catalogue_material import traced
from pipelines.home import Home
from pipelines.measuring import measured_checks
from pipelines.progress import PROGRESS
from pipelines.quality_run import MeasuredTable, blocking_findings, conclude, read_verdict
from pipelines.source_declarations import load_sources
from pipelines.warehouse import WarehouseMaker
from quality.checks import groups
from quality.gate import Verdict
from quality.measuring import Measured
from registries.contract import Contract, Table, load_contracts
from registries.schema import item_comment


def table_key(contract: Contract, table: Table) -> dg.AssetKey:
    """Key of the asset of a table."""
    return dg.AssetKey(["registry", contract.registry, table.name])


def _table_specs() -> list[dg.AssetSpec]:
    specs = []
    for contract in load_contracts().values():
        upstream = [dg.AssetKey(["standardised", source]) for source in (load_sources() if contract.is_ledger else contract.sources)]
        for table in contract.tables.values():
            columns = {column.name: (column.item.type, item_comment(column.item)) for column in table.columns}
            specs.append(
                dg.AssetSpec(
                    table_key(contract, table),
                    deps=upstream,
                    group_name=f"registry_{contract.registry}",
                    owners=[contract.owner],
                    description=f"{table.label} / {table.label_en}: {table.definition} {table.definition_en}",
                    metadata={"dagster/column_schema": column_schema(columns)},
                )
            )
    return specs


def _check_specs() -> list[dg.AssetCheckSpec]:
    gates = [
        dg.AssetCheckSpec(
            "gate", asset=table_key(contract, table), blocking=True, description="公開してよいかを、検査・前回との差・猶予から決める。"
        )
        for contract in load_contracts().values()
        for table in contract.tables.values()
    ]
    return gates + [
        dg.AssetCheckSpec(
            group,
            asset=table_key(contract, table),
            description="\n".join(check.description for check in of_group),
        )
        for contract in load_contracts().values()
        for table in contract.tables.values()
        for group, of_group in groups(table).items()
    ]


def _check_results(
    contract: Contract, table: Table, measured: list[Measured], verdict: Verdict, held: list[str]
) -> Iterator[dg.AssetCheckResult]:
    mine = [finding for finding in verdict.findings if (finding.registry, finding.table) == (contract.registry, table.name)]
    blocking = {finding.id: finding.text for finding in blocking_findings(verdict, held) if finding in mine}
    yield dg.AssetCheckResult(
        asset_key=table_key(contract, table),
        check_name="gate",
        passed=not blocking,
        metadata={
            "held": table.name in held,
            "blocking": dg.MetadataValue.json(blocking),
            "findings": dg.MetadataValue.json([finding.as_json() for finding in mine]),
        },
    )
    for group in groups(table):
        results = [result for result in measured if result.check.group == group]
        severity = "ERROR" if any(f"{contract.registry}.{table.name}.{result.check.name}" in blocking for result in results) else "WARN"
        yield dg.AssetCheckResult(
            asset_key=table_key(contract, table),
            check_name=group,
            passed=all(result.passed for result in results),
            severity=dg.AssetCheckSeverity[severity],
            metadata={
                "rows": results[0].rows,
                "violations": dg.MetadataValue.json({result.check.name: result.violations for result in results}),
            },
        )


def _lineage_metadata(contract: Contract, home: Home) -> dict[str, dg.TableColumnLineage]:
    """Column lineage of every table of a registry, between assets."""
    relations = {table.name: table_key(known, table) for known in load_contracts().values() for table in known.tables.values()}
    records = {source: dg.AssetKey(["standardised", source]) for source in contract.sources}
    relations |= {f"delivered_{source}": key for source, key in records.items()}
    if len(records) == 1:
        relations["delivered"] = next(iter(records.values()))
    return {
        table: dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(relations[relation], name) for relation, name in upstream if relation in relations]
                for column, upstream in columns.items()
            }
        )
        for table, columns in traced(contract, home).items()
    }


@dg.multi_asset(name="registry_tables", specs=_table_specs(), check_specs=_check_specs())
def registry_tables(home: HomeResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
    """All registry tables, made in the work folder; only what new records touch is made anew."""
    with home.home.locked():
        PROGRESS.begin("registries")
        maker = WarehouseMaker(home.home)
        if not maker.is_current:
            maker.begin()
            for contract in load_contracts().values():
                maker.make(contract, PROGRESS.step)
        every: list[MeasuredTable] = []
        for contract in load_contracts().values():
            for table in contract.tables.values():
                PROGRESS.step(f"checking {table.name}")
                every.append((contract, table, measured_checks(maker, contract, table)))
        PROGRESS.step("judging")
        verdict = conclude(home.home, maker, every, datetime.datetime.now(tz=datetime.UTC).date())
        held = read_verdict(maker)["held"]
        counts: dict[str, int] = {}
        for contract in load_contracts().values():
            lineage = _lineage_metadata(contract, home.home)
            for table, measured in [(table, results) for of, table, results in every if of is contract]:
                counts[table.name] = measured[0].rows
                yield dg.MaterializeResult(
                    asset_key=table_key(contract, table),
                    metadata={
                        "dagster/row_count": measured[0].rows,
                        # what a Python model reads is not known
                        **({"dagster/column_lineage": lineage[table.name]} if table.name in lineage else {}),
                    },
                )
                yield from _check_results(contract, table, measured, verdict, held)
        PROGRESS.end(f"{sum(counts.values()):,} rows in {sum(rows > 0 for rows in counts.values())} tables")


TABLE_KEYS = [table_key(contract, table) for contract in load_contracts().values() for table in contract.tables.values()]
"""Key of the asset of every table."""
