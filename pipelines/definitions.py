"""Everything the orchestrator runs: assets, jobs, the daily schedule, the inbox sensor. The command line runs the same."""

import hashlib
from collections.abc import Iterator

import dagster as dg

from pipelines.assets import ASSETS
from pipelines.assets.resources import HomeResource
from pipelines.home import home_from_environment
from pipelines.ingest.landing import waiting_files
from pipelines.source_declarations import load_sources

# one process: the stages share one work folder, and one process writes a DuckDB file
BUILD = dg.define_asset_job("build", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
"""The main job: from delivered files to a published release."""


@dg.op(description="Fetch what the publishers offer and the inbox lacks.")
def fetch_new_files(home: HomeResource) -> None:
    """Fetch the files of every source that can be fetched into its inbox."""
    for name, source in load_sources().items():
        if source.about["cadence"] == "business_daily" and source.has("fetch"):
            source.module("fetch").fetch(home.home.inbox / name, full=False)


@dg.job(
    executor_def=dg.in_process_executor,
    description="Fetch the daily files into the inbox, from where the sensor takes them.",
)
def fetch() -> None:
    """Fetch the daily files."""
    fetch_new_files()


DAILY = dg.ScheduleDefinition(
    name="daily_files",
    job=fetch,
    # the tax agency publishes at about 16:00 on business days
    cron_schedule="30 17 * * 1-5",
    execution_timezone="Asia/Tokyo",
)
"""Fetches the daily file after it is published; the sensor then builds."""


@dg.sensor(name="inbox", job=BUILD, minimum_interval_seconds=60)
def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a build when the inbox of a source holds other files than at the last look."""
    home = home_from_environment()
    found = [
        f"{name}/{path.name}:{path.stat().st_size}"
        for name, source in load_sources().items()
        for path in waiting_files(home.inbox / name, source)
    ]
    if not found:
        yield dg.SkipReason(f"{home.inbox} holds no files")
        return
    state = hashlib.sha256("\n".join(found).encode()).hexdigest()
    if state == context.cursor:
        yield dg.SkipReason("no new files in the inbox")
        return
    context.update_cursor(state)
    yield dg.RunRequest(run_key=state)


defs = dg.Definitions(
    assets=ASSETS,
    jobs=[BUILD, fetch],
    schedules=[DAILY],
    sensors=[inbox],
    resources={"home": HomeResource()},
    executor=dg.in_process_executor,
)
"""What ``workspace.yaml`` loads."""
