"""The assets of a source: its files landed, read as text, brought to the data standard."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import Field

from pipelines.assets.resources import HomeResource, column_schema
from pipelines.delivery_gaps import delivery_gaps
from pipelines.errors import DaichoError
from pipelines.ingest.landing import Landing
from pipelines.ingest.parts import DeliveredFile
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore, sql_types
from pipelines.landing_choice import LandingWish, files_to_land
from pipelines.progress import PROGRESS
from pipelines.source_declarations import Source
from pipelines.source_watch import SourceWatch
from quality.quarantine import read_quarantine
from registries.schema import item_comment


class LandingConfig(dg.Config):
    """What to land.

    Attributes:
        paths: Files and folders; the source's inbox where none are given, and the embedded default where that holds nothing
        either.
        public_key: Path of the publisher's OpenPGP key; signatures are not checked without it.
        defaults: Whether the embedded defaults may be used: packaged deliveries, and the sample.
        sample_scale: Companies of the embedded sample.
        sample_seed: Seed of the embedded sample.
    """

    paths: list[str] = Field(default_factory=list)
    public_key: str = ""
    defaults: bool = True
    sample_scale: int = 20_000
    sample_seed: int = 1


def source_assets(source: Source) -> list[dg.AssetsDefinition]:
    """The three assets of a source."""
    return [_landing_asset(source), _raw_asset(source), _standardised_asset(source)]


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
            files, origin = files_to_land(place, source, LandingWish(**config.model_dump(exclude={"public_key"})))
            landed = Landing(place, source)
            new, faults = 0, []
            for number, path in enumerate(files):
                PROGRESS.count(number, len(files), path.name)
                receipt, is_new = landed.land(path, key, origin)
                new += is_new
                if receipt.fault is not None:
                    faults.append(f"{receipt.name}: {receipt.fault}")
            PROGRESS.end(f"{len(files):,} files, {new:,} new")
            return dg.MaterializeResult(metadata={"files": len(files), "new": new, "faults": dg.MetadataValue.json(faults)})

    return landing


def _raw_asset(source: Source) -> dg.AssetsDefinition:
    columns = {column.name: ("VARCHAR", column.label) for column in source.columns}
    unchanged = dg.AssetCheckSpec(
        "source_unchanged", asset=dg.AssetKey(["raw", source.name]), description="新しい符号・分布の変化・列のずれがない。"
    )

    @dg.asset(
        key=["raw", source.name],
        deps=[dg.AssetKey(["landing", source.name])],
        group_name="raw",
        owners=[source.about["owner"]],
        description=f"{source.about['title']}: every readable record as text; the others are in quarantine.",
        metadata={"dagster/column_schema": column_schema(columns)},
        check_specs=[unchanged],
    )
    def raw(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with home.home.locked():
            PROGRESS.begin(f"raw {source.name}")
            store = RawStore(home.home, source)
            batch = store.read_new(PROGRESS.count)
            watch = SourceWatch(home.home, source)
            changes = watch.watch(store, batch) if batch else watch.latest()[1]
            files = store.files()
            if files and not any(file.records or file.fault is None for file in files):
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
                    "unknown_columns": dg.MetadataValue.json(_columns_told(usable, "unknown_columns")),
                    "absent_columns": dg.MetadataValue.json(_columns_told(usable, "absent_columns")),
                    "missing_business_days": dg.MetadataValue.json([f"{first} … {last}: {days}" for first, last, days in gaps]),
                },
                check_results=[
                    dg.AssetCheckResult(
                        check_name="source_unchanged",
                        passed=not changes,
                        severity=dg.AssetCheckSeverity.WARN,
                        metadata={"changes": dg.MetadataValue.json([f"{change.column}: {change.text}" for change in changes])},
                    )
                ],
            )

    return raw


def _columns_told(files: Sequence[DeliveredFile], which: str) -> list[str]:
    """Files whose header differs from the declaration, with the columns in question."""
    return [f"{file.name}: {', '.join(getattr(file, which))}" for file in files if getattr(file, which)]


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
        metadata={"dagster/column_schema": column_schema(schema)},
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
