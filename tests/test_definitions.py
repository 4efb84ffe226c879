"""The orchestrator's definitions: described, checked, the same that the command line runs."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.assets import ASSETS
from pipelines.definitions import BUILD, DAILY, defs, inbox
from pipelines.home import Home
from pipelines.run import run_build
from pipelines.source_declarations import load_sources
from registries.contract import load_contracts

PROJECT = Path(__file__).resolve().parents[1]
SPECS = {spec.key.to_user_string(): spec for asset in ASSETS for spec in asset.specs}


def test_there_is_one_asset_for_each_stage_and_table() -> None:
    stages = {f"{stage}/{source}" for source in load_sources() for stage in ("landing", "raw", "standardised")}
    tables = {f"registry/{contract.registry}/{table}" for contract in load_contracts().values() for table in contract.tables}
    assert set(SPECS) == stages | tables | {"release/files", "release/published"}


@pytest.mark.parametrize("name", SPECS)
def test_every_asset_is_described_owned_and_grouped(name: str) -> None:
    spec = SPECS[name]
    assert spec.description
    assert spec.owners
    assert spec.group_name not in (None, "default")


@pytest.mark.parametrize("name", [name for name in SPECS if name.split("/")[0] in ("raw", "standardised", "registry")])
def test_every_table_shows_its_columns(name: str) -> None:
    schema = SPECS[name].metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert schema.columns
    assert all(column.description for column in schema.columns)


def test_every_contract_check_is_an_asset_check() -> None:
    names = {(spec.asset_key.to_user_string(), spec.name) for asset in ASSETS for spec in asset.check_specs}
    for contract in load_contracts().values():
        for table in contract.tables.values():
            expected = {"required", "unique_key", *(rule.name for rule in table.rules)}
            found = {name for key, name in names if key == f"registry/{contract.registry}/{table.name}"}
            assert expected <= found


def test_workspace_loads_these_definitions() -> None:
    (entry,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    assert entry["python_module"]["module_name"] == "pipelines.definitions"
    dg.Definitions.validate_loadable(defs)


def test_the_daily_schedule_fetches_on_business_days_after_publication() -> None:
    assert (DAILY.cron_schedule, DAILY.execution_timezone, DAILY.job.name) == ("30 17 * * 1-5", "Asia/Tokyo", "fetch")


def test_the_sensor_asks_for_a_build_once_for_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAICHO_HOME", str(tmp_path))
    home = Home(tmp_path)

    def look(cursor: str | None) -> tuple[list[dg.RunRequest], str | None]:
        context = dg.build_sensor_context(cursor=cursor)
        answer = inbox.evaluate_tick(context)
        return list(answer.run_requests or []), answer.cursor

    requests, cursor = look(None)
    assert requests == []
    folder = home.inbox / "nta_corporate_number"
    folder.mkdir(parents=True)
    (folder / "diff_20240105.zip.bad-signature").touch()
    assert look(cursor) == ([], cursor)
    (folder / "diff_20240105.zip").write_bytes(b"x")
    requests, cursor = look(cursor)
    assert len(requests) == 1
    assert look(cursor)[0] == []
    (folder / "diff_20240109.zip").write_bytes(b"y")
    assert len(look(cursor)[0]) == 1
    assert inbox.job_name == BUILD.name


def test_a_run_tells_row_counts_and_column_lineage(tmp_path: Path) -> None:
    from pipelines.sources.nta_corporate_number.sample import write_sample

    write_sample(tmp_path / "sample", scale=1_000, seed=3)
    home = Home(tmp_path / "home")
    day = tmp_path / "sample" / "nta_corporate_number" / "diff_20240104.zip"
    run_build(home, [("nta_corporate_number", day)], release=False, public_key=None)
    with dg.DagsterInstance.get() as instance:
        told = instance.get_latest_materialization_event(dg.AssetKey(["registry", "company", "company"]))
        assert told is not None
        assert told.asset_materialization is not None
        metadata = told.asset_materialization.metadata
        missing = instance.get_latest_materialization_event(dg.AssetKey(["release", "files"]))
    assert missing is None, "no release was asked for"
    assert metadata["dagster/row_count"].value > 0
    lineage = metadata["dagster/column_lineage"].value
    assert lineage.deps_by_column["status"] == [dg.TableColumnDep(dg.AssetKey(["standardised", "nta_corporate_number"]), "closed_on")]
