"""From the warehouse being made to what people use: the release staged, then warehouse and release put in place."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from catalog.assemble import Material, assemble
from catalog.differences import ReplayError
from catalog.release import Edition, SourceNote, Staging, latest, next_name, publish, release_names
from catalog.release_writer import write_release
from catalog.rollback import rolled_back
from catalog.schema_changes import BreakingChangeError
from catalog.signing import SigningError
from catalog.withdrawals import Withdrawal, read_withdrawals, written
from pipelines.catalogue_material import described_sources, measured, upstream
from pipelines.delivered import delivery_ledger
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.measuring import counted_checks
from pipelines.privacy import check_privacy
from pipelines.quality_run import published_id, read_verdict, registry_scores, write_release_quality
from pipelines.source_declarations import load_sources
from pipelines.warehouse import WarehouseMaker, memory_limit
from pipelines.warehouse_catalogue import write_warehouse_catalogue
from registries.contract import load_contracts

_PROJECT = Path(__file__).resolve().parents[1]


def code_version() -> str:
    """The version of the program: the commit where it runs from a checkout."""
    git = shutil.which("git")
    if git is not None and (_PROJECT / ".git").exists():
        told = subprocess.run(  # noqa: S603
            [git, "-C", str(_PROJECT), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode == 0:
            return told.stdout.strip()
    try:
        return version("daicho")
    except PackageNotFoundError:
        return "unknown"


def _staging(home: Home) -> Path:
    return home.work / "release"


def _source_notes(home: Home) -> list[SourceNote]:
    ledger = delivery_ledger(home)
    notes = []
    for name, source in load_sources().items():
        files = ledger.filter(ledger["source"] == name).drop("source").sort("file_name", "file_sha256", "delivery_sha256")
        if files.height == 0:
            continue
        about = {key: source.about[key] for key in SourceNote.__dataclass_fields__ if key in source.about}
        rows = files.with_columns(files["file_date"].dt.to_string("%Y-%m-%d")).to_dicts()
        notes.append(SourceNote(name=name, files=rows, **about))
    return notes


def _content_id(of_warehouse: str, withdrawals: list[Withdrawal]) -> str:
    """Digest of what a release holds: that of the warehouse, unless something of it is withdrawn."""
    return hashlib.sha256(f"{of_warehouse}\n{written(withdrawals)}".encode()).hexdigest() if withdrawals else of_warehouse


def _edition(home: Home, maker: WarehouseMaker, withdrawals: list[Withdrawal]) -> Edition:
    notes = _source_notes(home)
    days = [file["file_date"] for note in notes for file in note.files if file["file_date"] and not file["file_fault"]]
    if not days:
        raise DaichoError("no delivered file says which day it speaks for, so a release cannot be named")
    return Edition(
        date=max(days),
        content_id=_content_id(published_id(maker), withdrawals),
        code_version=code_version(),
        sources=[note for note in notes if not load_sources()[note.name].is_restricted],
        checks=counted_checks(maker.measures_path),
        is_sample=home.sample.exists(),
    )


def _material(
    home: Home,
    maker: WarehouseMaker,
    connection: duckdb.DuckDBPyConnection,
    edition: Edition,
    name: str,
    progress: Callable[[str], None],
) -> Material:
    return Material(
        release=name,
        date=edition.date,
        first_issued=edition.date,
        is_sample=edition.is_sample,
        contracts=list(load_contracts().values()),
        sources=described_sources(delivery_ledger(home)),
        upstream=upstream(home, progress),
        measures=measured(maker.measures_path),
        scores=registry_scores(maker, connection),
    )


def stage_release(home: Home, progress: Callable[[str], None], *, again: bool = False) -> tuple[str, str]:
    """Write the files of the next release into the work folder, where the content is not published yet.

    Args:
        home: Home folder.
        progress: Called with what is being written.
        again: Whether to publish content that was rolled back before.

    Returns:
        Name of the release, and ``written``, ``already published`` or ``rolled back``.

    Raises:
        DaichoError: The release cannot be made.
    """
    maker = WarehouseMaker(home)
    shutil.rmtree(_staging(home), ignore_errors=True)
    pointer = latest(home.release)
    withdrawals = _withdrawals(home)
    edition = _edition(home, maker, withdrawals)
    if pointer is not None and pointer["content_id"] == edition.content_id:
        return pointer["release"], "already published"
    if pointer is not None and not again and edition.content_id in rolled_back(home.release):
        return pointer["release"], "rolled back"
    name = next_name(home.release, edition.date)
    path = home.warehouse if maker.is_current else maker.path
    staging = Staging(root=_staging(home), name=name)
    key = home.signing_key if home.signing_key.exists() else None
    try:
        with _reading(home, path) as connection:
            write_release(
                connection,
                edition,
                staging,
                progress,
                published=home.release,
                material=_material(home, maker, connection, edition, name, progress),
                withdrawals=withdrawals,
                key=key,
                additions=partial(write_release_quality, maker, connection),
            )
    except (BreakingChangeError, ReplayError, SigningError) as error:
        raise DaichoError(str(error)) from error
    return name, "written"


@contextmanager
def _reading(home: Home, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for reading a warehouse that spills into the work folder instead of filling the memory."""
    spill = home.work / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit(), "temp_directory": str(spill)}
    with duckdb.connect(str(path), read_only=True, config=config) as connection:
        connection.execute("SET preserve_insertion_order = false")
        yield connection


def _withdrawals(home: Home) -> list[Withdrawal]:
    try:
        return read_withdrawals(home.withdrawals)
    except ValueError as error:
        raise DaichoError(str(error)) from error


def _describe(home: Home, maker: WarehouseMaker) -> None:
    """Write the catalogue into the warehouse that was made."""
    days = delivery_ledger(home)["file_date"].drop_nulls()
    date = str(days.max()) if days.len() else ""
    contracts = list(load_contracts().values())
    material = Material(
        release="",
        date=date,
        first_issued=date,
        is_sample=home.sample.exists(),
        contracts=contracts,
        sources=described_sources(delivery_ledger(home)),
        upstream=upstream(home, lambda _: None),
    )
    with maker.open() as connection:
        write_warehouse_catalogue(connection, assemble(material), contracts)


def publish_staged(home: Home) -> str:
    """Put the warehouse that was made and the release that was staged in place.

    Args:
        home: Home folder.

    Returns:
        Name of the newest release, or an empty text where there is none.

    Raises:
        DaichoError: Something of persons or of the tax roll was about to be published.
    """
    maker = WarehouseMaker(home)
    staged = [_staging(home) / name for name in release_names(_staging(home))]
    check_privacy(home, home.warehouse if maker.is_current else maker.path, staged)
    if not maker.is_current:
        _describe(home, maker)
        maker.put_in_place(read_verdict(maker)["held"])
    for name in release_names(_staging(home)):
        publish(home.release, Staging(root=_staging(home), name=name))
    shutil.rmtree(_staging(home), ignore_errors=True)
    pointer: dict[str, Any] | None = latest(home.release)
    return pointer["release"] if pointer else ""
