"""What the commands do: run the orchestrator's definitions on a home folder and tell what came of it."""

import logging
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from rich.console import Console
from rich.table import Table

from catalog.release import latest
from pipelines.assets import ASSETS
from pipelines.assets.resources import HomeResource
from pipelines.delivery_gaps import delivery_gaps
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.raw import RawStore
from pipelines.landing_choice import LandingWish, has_something
from pipelines.orchestrator_log import do_not_wait_for_the_disk
from pipelines.progress import PROGRESS
from pipelines.source_declarations import load_sources, source_named
from pipelines.source_watch import SourceWatch
from quality.quarantine import read_quarantine
from registries.contract import load_contracts
from registries.schema import place, quoted

_CONSOLE = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
_STAGES = ("landing", "raw", "standardised")


def run_build(home: Home, inputs: list[tuple[str, Path]], *, release: bool, public_key: str | None) -> int:
    """Build the warehouse, and a release of it.

    Args:
        home: Home folder.
        inputs: Source and path of what is to be landed.
        release: Whether to write a release.
        public_key: Path of the publisher's key, to check signatures with.

    Returns:
        Exit status.

    Raises:
        DaichoError: The inputs are wrong, or the build could not go on; nothing published has changed then.
    """
    wishes = _landing_wishes(inputs)
    if public_key is not None and not Path(public_key).is_file():
        raise DaichoError(f"{public_key}: no such key file")
    with home.locked():
        home.prepare_orchestrator()
        do_not_wait_for_the_disk()
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        active = [name for name, source in load_sources().items() if has_something(home, source, wishes[name])]
        skipped = [] if release else [dg.AssetKey(["release", "files"])]
        idle = [dg.AssetKey([stage, name]) for name in load_sources() if name not in active for stage in _STAGES]
        with dg.DagsterInstance.get() as instance:
            result = dg.materialize(
                ASSETS,
                instance=instance,
                resources={"home": HomeResource(root=str(home.root))},
                run_config={
                    "ops": {f"landing__{name}": {"config": _landing_config(wishes[name], public_key)} for name in active},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
                # a source that has nothing to do would only cost time
                selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*skipped, *idle),
                raise_on_error=False,
            )
        if not result.success:
            raise DaichoError(_failure(result))
    _report(home)
    return 0


def _landing_wishes(inputs: list[tuple[str, Path]]) -> dict[str, LandingWish]:
    """What is asked for of each source. Where files of any are given, the sample of another would not go with them."""
    paths: dict[str, list[str]] = {name: [] for name in load_sources()}
    for name, path in inputs:
        source_named(name)
        if not path.exists():
            raise DaichoError(f"{path}: no such file or folder")
        paths[name].append(str(path.resolve()))
    return {name: LandingWish(paths=paths[name], defaults=not inputs or source.has("packaged")) for name, source in load_sources().items()}


def _landing_config(wish: LandingWish, public_key: str | None) -> dict[str, Any]:
    key = str(Path(public_key).resolve()) if public_key is not None else ""
    return {**asdict(wish), "public_key": key}


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed, in one message."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            name, _, text = error.message.strip().partition(": ")
            if name.endswith("DagsterAssetCheckFailedError"):
                break
            return text if name.endswith("DaichoError") else f"the build stopped: {error.message.strip()}"
    failed = [
        f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name} "
        f"{ {key: value.value for key, value in evaluation.metadata.items()} }"
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR
    ]
    return "checks failed, and nothing was published:\n  " + "\n  ".join(failed)


def _report(home: Home) -> None:
    """Print what was built, what was quarantined, where it lies and what to try next."""
    table = Table(title="台帳 Daicho", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("built")
    table.add_column("", no_wrap=True)
    table.add_column("rows", justify="right")
    empty = []
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        if home.restricted.exists():
            connection.execute(f"ATTACH {quoted(str(home.restricted))} AS restricted (READ_ONLY)")
        for contract in load_contracts().values():
            for built in contract.tables.values():
                (count,) = connection.execute(f"SELECT count(*) FROM {place(built)}").fetchall()[0]
                if count:
                    table.add_row(built.name, built.label, f"{count:,}")
                else:
                    empty.append(built.name)
    refused = read_quarantine(home.quarantine)
    table.add_row("quarantine", "隔離", f"{refused.height:,}", style="yellow" if refused.height else "")
    _CONSOLE.print(table)
    if empty:
        _CONSOLE.print(f"no rows yet: {', '.join(empty)}")
    for source in load_sources().values():
        gaps = delivery_gaps(source, RawStore(home, source).files())
        if gaps:
            shown = ", ".join(f"{first} … {last} ({days})" if days > 1 else f"{first}" for first, last, days in gaps[:5])
            more = f" and {len(gaps) - 5} more" if len(gaps) > 5 else ""
            _CONSOLE.print(f"missing business days of {source.name}: {shown}{more}")
        for change in SourceWatch(home, source).latest()[1]:
            _CONSOLE.print(f"changed in {source.name}: {change.column}: {change.text}", markup=False)
    pointer = latest(home.release)
    _CONSOLE.print(f"\nwarehouse  {home.warehouse}")
    if pointer is not None:
        _CONSOLE.print(f"release    {home.release / pointer['release']}")
        _CONSOLE.print(f"site       {home.release / 'index.html'}")
    if refused.height:
        _CONSOLE.print("refused    ./daicho quarantine")
    if home.sample.exists():
        _CONSOLE.print("sample     invented companies at real addresses; the truth about them lies in " + str(home.sample / "truth"))
        _CONSOLE.print("try        ./daicho build --home DIR --from nta_corporate_number=FILE_OR_FOLDER")
    _CONSOLE.print(
        f"try        {sys.executable} -c \"import duckdb; duckdb.connect('{home.warehouse}', read_only=True)"
        ".sql('FROM company LIMIT 5').show()\""
    )


def _show_bytes(name: str, done: int, expected: int | None) -> None:
    """Show how much of a file is here."""
    PROGRESS.step(f"{name} {done:,} bytes" + (f" of {expected:,}" if expected is not None else ""))


def run_fetch(home: Home, name: str, *, full: bool, since: str | None, public_key: str | None) -> int:
    """Fetch a source's official files into its inbox.

    Args:
        home: Home folder.
        name: Source.
        full: Whether to fetch the full files too.
        since: First day of the daily files, ISO 8601.
        public_key: Path of the publisher's key.

    Returns:
        Exit status.

    Raises:
        DaichoError: The source cannot be fetched, or its site does not answer as expected.
    """
    source = source_named(name)
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError:
        raise DaichoError(f"--since {since}: not a date of the form YYYY-MM-DD") from None
    key = Path(public_key).read_bytes() if public_key else None
    inbox = home.inbox / name
    PROGRESS.begin(f"fetch {name}")
    files = source.module("fetch").fetch(inbox, since=first, full=full, public_key=key, progress=_show_bytes)
    PROGRESS.end(f"{len(files)} files in {inbox}")
    return 0
