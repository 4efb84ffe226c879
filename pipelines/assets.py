"""The assets: one for each stage of each source, one for each table, and the publication. Made from the declarations."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field

from pipelines.business_days import missing_days
from pipelines.errors import DaichoError
from pipelines.fingerprint import declarations_fingerprint
from pipelines.home import Home, home_from_environment, write_json_aside
from pipelines.ingest.landing import Landing, delivered_files, waiting_files
from pipelines.ingest.raw import DeliveredFile, RawStore
from pipelines.ingest.standardise import StandardisedStore, sql_types
from pipelines.progress import PROGRESS
from pipelines.publication import publish_staged, stage_release
from pipelines.source_declarations import Source, load_sources
from pipelines.warehouse import WarehouseMaker
from quality.checks import Measured, carried, checks, groups, measure, unique_key
from quality.quarantine import read_quarantine
from registries.contract import Contract, Table, load_contracts
from registries.lineage import column_lineage
from registries.schema import item_comment


class HomeResource(dg.ConfigurableResource[Any]):
    """The home folder of the warehouse.

    Attributes:
        root: Path of the folder; ``DAICHO_HOME``, else ``var`` beside the program, where it is empty.
    """

    root: str = ""

    @property
    def home(self) -> Home:
        """The home folder."""
        return Home(Path(self.root)) if self.root else home_from_environment()


class LandingConfig(dg.Config):
    """What to land.

    Attributes:
        paths: Files and folders; the source's inbox where none are given, and the sample where that holds nothing
        either.
        public_key: Path of the publisher's OpenPGP key; signatures are not checked without it.
        sample_scale: Companies of the embedded sample.
        sample_seed: Seed of the embedded sample.
    """

    paths: list[str] = Field(default_factory=list)
    public_key: str = ""
    sample_scale: int = 20_000
    sample_seed: int = 1


def _column_schema(names: Mapping[str, tuple[str, str]]) -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(name, type_, description=text) for name, (type_, text) in names.items()])


def _landing_asset(source: Source) -> dg.AssetsDefinition:
    @dg.asset(
        key=["landing", source.name],
        group_name="landing",
        owners=[source.about["owner"]],
        description=f"{source.about['title']}: the bytes as delivered, by content, each with a receipt.",
        metadata={"homepage": dg.MetadataValue.url(source.about["homepage"]), "licence": source.about["licence"]},
    )
    def landing(config: LandingConfig, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with home.home.locked():
            PROGRESS.begin(f"landing {source.name}")
            place = home.home
            place.prepare()
            key = Path(config.public_key).read_bytes() if config.public_key else None
            files = _files_to_land(place, source, config)
            landed = Landing(place, source)
            new, faults = 0, []
            for number, path in enumerate(files):
                PROGRESS.count(number, len(files), path.name)
                receipt, is_new = landed.land(path, key)
                new += is_new
                if receipt.fault is not None:
                    faults.append(f"{receipt.name}: {receipt.fault}")
            PROGRESS.end(f"{len(files):,} files, {new:,} new")
            return dg.MaterializeResult(metadata={"files": len(files), "new": new, "faults": dg.MetadataValue.json(faults)})

    return landing


def _files_to_land(home: Home, source: Source, config: LandingConfig) -> list[Path]:
    """The files a run lands: those given, else those in the inbox, else - in an empty home - the sample's."""
    inbox = home.inbox / source.name
    waiting = waiting_files(inbox)
    if (config.paths or waiting) and home.sample.exists():
        raise DaichoError(f"{home.root} holds the embedded sample; real files do not go into the same home. Give another one with --home.")
    if config.paths:
        return [file for path in config.paths for file in delivered_files(Path(path))]
    holds_real_files = not home.sample.exists() and any(Landing(home, other).receipts() for other in load_sources().values())
    if waiting or holds_real_files or not source.has("sample"):
        return waiting
    if not home.sample.exists():
        _make_sample(home, config)
    return delivered_files(home.sample / source.name)


def _make_sample(home: Home, config: LandingConfig) -> None:
    """Write the sample of every source that has one, aside, and put it in place by rename."""
    PROGRESS.step("making the embedded sample")
    staging = home.work / "sample"
    shutil.rmtree(staging, ignore_errors=True)
    for source in load_sources().values():
        if source.has("sample"):
            source.module("sample").write_sample(staging, scale=config.sample_scale, seed=config.sample_seed)
    staging.rename(home.sample)


def _raw_asset(source: Source) -> dg.AssetsDefinition:
    columns = {column.name: ("VARCHAR", column.label) for column in source.columns}

    @dg.asset(
        key=["raw", source.name],
        deps=[dg.AssetKey(["landing", source.name])],
        group_name="raw",
        owners=[source.about["owner"]],
        description=f"{source.about['title']}: every readable record as text; the others are in quarantine.",
        metadata={"dagster/column_schema": _column_schema(columns)},
    )
    def raw(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with home.home.locked():
            PROGRESS.begin(f"raw {source.name}")
            store = RawStore(home.home, source)
            batch = store.read_new(PROGRESS.count)
            files = store.files()
            if files and not any(file.records for file in files):
                faults = "; ".join(f"{file.name}: {file.fault}" for file in files[:5])
                raise DaichoError(f"none of the {len(files)} files of {source.name} could be read: {faults}")
            usable = [file for file in files if file.fault is None]
            gaps = delivery_gaps(source, files)
            new = batch.files if batch else []
            PROGRESS.end(f"{sum(file.records for file in new):,} records read, {sum(file.refused for file in new):,} refused")
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": sum(file.records - file.refused for file in usable),
                    "files": len(usable),
                    "refused_records": sum(file.refused for file in usable),
                    "refused_files": dg.MetadataValue.json([f"{file.name}: {file.fault}" for file in files if file.fault]),
                    "missing_business_days": dg.MetadataValue.json([f"{first} … {last}: {days}" for first, last, days in gaps]),
                }
            )

    return raw


def delivery_gaps(source: Source, files: list[DeliveredFile]) -> list[tuple[date, date, int]]:
    """Stretches of business days without a daily file, after the newest full file."""
    if source.about["cadence"] != "business_daily":
        return []
    dated = [(file.kind, date.fromisoformat(file.file_date)) for file in files if file.fault is None and file.file_date]
    full = max((day for kind, day in dated if kind == "full"), default=None)
    return missing_days([day for kind, day in dated if kind == "daily"], source.holidays, full)


def _standardised_asset(source: Source) -> dg.AssetsDefinition:
    key, upstream = dg.AssetKey(["standardised", source.name]), dg.AssetKey(["raw", source.name])
    items = {column.item.name: column for column in source.columns}
    types = sql_types(source)
    schema = {name: (types[name], item_comment(column.item)) for name, column in items.items()}
    lineage = {name: [dg.TableColumnDep(upstream, column.name)] for name, column in items.items()}
    for derivation in source.derived:
        schema[derivation.item.name] = (types[derivation.item.name], item_comment(derivation.item))
        lineage[derivation.item.name] = [dg.TableColumnDep(upstream, items[name].name) for name in derivation.inputs]
    check = dg.AssetCheckSpec("nothing_lost", asset=key, blocking=True, description="採用数と隔離数の和は記録数に等しい。")

    @dg.asset(
        key=key,
        deps=[upstream],
        group_name="standardised",
        owners=[source.about["owner"]],
        description=f"{source.about['title']}: records brought to the data standard; what breaks it is in quarantine.",
        metadata={"dagster/column_schema": _column_schema(schema)},
        check_specs=[check],
    )
    def standardised(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with home.home.locked():
            PROGRESS.begin(f"standardised {source.name}")
            store, raw = StandardisedStore(home.home, source), RawStore(home.home, source)
            store.standardise_new(raw, PROGRESS.count)
            accepted = sum(count for batch in store.done().values() for count in batch.values())
            records = sum(file.records for file in raw.files())
            quarantined = read_quarantine(home.home.quarantine, source.name).filter(pl.col("line") > 0).height
            PROGRESS.end(f"{accepted:,} records, {quarantined:,} in quarantine")
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": accepted,
                    "quarantined_records": quarantined,
                    "dagster/column_lineage": dg.TableColumnLineage(lineage),
                },
                check_results=[
                    dg.AssetCheckResult(
                        check_name="nothing_lost",
                        passed=accepted + quarantined == records,
                        metadata={"records": records, "accepted": accepted, "quarantined": quarantined},
                    )
                ],
            )

    return standardised


def _table_key(contract: Contract, table: Table) -> dg.AssetKey:
    return dg.AssetKey(["registry", contract.registry, table.name])


def _table_specs() -> list[dg.AssetSpec]:
    specs = []
    for contract in load_contracts().values():
        upstream = [dg.AssetKey(["standardised", source]) for source in contract.sources or load_sources()]
        for table in contract.tables.values():
            columns = {column.name: (column.item.type, item_comment(column.item)) for column in table.columns}
            specs.append(
                dg.AssetSpec(
                    _table_key(contract, table),
                    deps=upstream,
                    group_name=f"registry_{contract.registry}",
                    owners=[contract.owner],
                    description=f"{table.label} / {table.label_en}: {table.definition} {table.definition_en}",
                    metadata={"dagster/column_schema": _column_schema(columns)},
                )
            )
    return specs


def _check_specs() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            group,
            asset=_table_key(contract, table),
            blocking=any(check.severity == "error" for check in of_group),
            description="\n".join(check.description for check in of_group),
        )
        for contract in load_contracts().values()
        for table in contract.tables.values()
        for group, of_group in groups(table).items()
    ]


def _check_results(contract: Contract, table: Table, measured: list[Measured]) -> Iterator[dg.AssetCheckResult]:
    for group in groups(table):
        results = [result for result in measured if result.check.group == group]
        severity = "ERROR" if any(result.check.severity == "error" for result in results) else "WARN"
        yield dg.AssetCheckResult(
            asset_key=_table_key(contract, table),
            check_name=group,
            passed=all(result.passed for result in results),
            severity=dg.AssetCheckSeverity[severity],
            metadata={
                "rows": results[0].rows,
                "violations": dg.MetadataValue.json({result.check.name: result.violations for result in results}),
            },
        )


def _traced(contract: Contract, delivered: dict[str, str], home: Home) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Column lineage of a registry. Tracing takes seconds and follows the declarations alone, so it is kept beside them."""
    path = home.root / "lineage" / f"{contract.registry}-{declarations_fingerprint()[:12]}.json"
    if not path.exists():
        write_json_aside(path, column_lineage(contract, delivered))
    kept: dict[str, dict[str, list[tuple[str, str]]]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _lineage_metadata(contract: Contract, home: Home) -> dict[str, dg.TableColumnLineage]:
    """Column lineage of every table of a registry, between assets."""
    source = load_sources()[contract.sources[0]] if contract.sources else None
    relations = {table.name: _table_key(contract, table) for table in contract.tables.values()}
    if source is not None:
        relations["delivered"] = dg.AssetKey(["standardised", source.name])
    traced = _traced(contract, sql_types(source) if source else {}, home)
    return {
        table: dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(relations[relation], name) for relation, name in upstream if relation in relations]
                for column, upstream in columns.items()
            }
        )
        for table, columns in traced.items()
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
        counts: dict[str, int] = {}
        for contract in load_contracts().values():
            lineage = _lineage_metadata(contract, home.home)
            for table in contract.tables.values():
                PROGRESS.step(f"checking {table.name}")
                measured = _measured(maker, contract, table)
                counts[table.name] = measured[0].rows
                yield dg.MaterializeResult(
                    asset_key=_table_key(contract, table),
                    metadata={"dagster/row_count": measured[0].rows, "dagster/column_lineage": lineage[table.name]},
                )
                yield from _check_results(contract, table, measured)
        PROGRESS.end(", ".join(f"{name} {rows:,}" for name, rows in counts.items()))


def _measured(maker: WarehouseMaker, contract: Contract, table: Table) -> list[Measured]:
    """Measure the checks of a table: on the rows that arrived records touch where the others were measured before."""
    name = f"{table.name}.json"
    if maker.is_current and (maker.measures_path / name).exists():
        return _read_measures(maker.measures_path / name, table)
    touched = maker.touched_rows(contract, table)
    with maker.open() as connection:
        measured = measure(lambda sql: connection.execute(sql).fetchall(), table, touched)
    if touched is not None:
        with maker.open_now() as connection:
            replaced = measure(lambda sql: connection.execute(sql).fetchall(), table, touched)
        measured = carried(_read_measures(maker.measures_now_path / name, table), replaced, measured)
    counts = {result.check.name: [result.rows, result.violations] for result in measured}
    write_json_aside(maker.measures_path / name, counts)
    return measured


def _read_measures(path: Path, table: Table) -> list[Measured]:
    counts: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
    return [Measured(check, *counts[check.name]) for check in [unique_key(table), *checks(table)]]


_TABLES = [_table_key(contract, table) for contract in load_contracts().values() for table in contract.tables.values()]


@dg.asset(key=["release", "files"], deps=_TABLES, group_name="release", owners=["registry@daicho.example"])
def release_files(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The files of the next release, written into the work folder: Parquet, CSV, contracts, dictionary, code lists, manifest."""
    with home.home.locked():
        PROGRESS.begin("release")
        name, note = stage_release(home.home, PROGRESS.step)
        PROGRESS.end(f"{name} {note}")
        return dg.MaterializeResult(metadata={"release": name, "state": note})


@dg.asset(
    key=["release", "published"],
    deps=[*_TABLES, release_files.key],
    group_name="release",
    owners=["registry@daicho.example"],
)
def published(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What people use: the warehouse and the newest release, put in place by rename, the pointer to the release last."""
    with home.home.locked():
        PROGRESS.begin("publication")
        name = publish_staged(home.home)
        PROGRESS.end(name)
        return dg.MaterializeResult(metadata={"warehouse": dg.MetadataValue.path(str(home.home.warehouse)), "release": name})


ASSETS: list[dg.AssetsDefinition] = [
    *(make(source) for source in load_sources().values() for make in (_landing_asset, _raw_asset, _standardised_asset)),
    registry_tables,
    release_files,
    published,
]
"""Every asset of the house."""
