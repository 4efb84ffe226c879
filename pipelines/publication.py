"""From the warehouse being made to what people use: the release staged, then warehouse and release put in place."""

import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from catalog.release import Edition, SourceNote, latest, next_name, publish, write_release
from pipelines.delivered import delivery_ledger
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.measuring import counted_checks
from pipelines.source_declarations import load_sources
from pipelines.warehouse import WarehouseMaker
from registries.contract import Contract, load_contracts

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


def _published_contracts() -> list[Contract]:
    """The contracts of what a release holds: no restricted table, and no registry of nothing else."""
    parts = (contract.public_part() for contract in load_contracts().values())
    return [part for part in parts if part.tables]


def _edition(home: Home, maker: WarehouseMaker) -> Edition:
    notes = _source_notes(home)
    days = [file["file_date"] for note in notes for file in note.files if file["file_date"] and not file["file_fault"]]
    if not days:
        raise DaichoError("no delivered file says which day it speaks for, so a release cannot be named")
    return Edition(
        date=max(days),
        content_id=maker.content_id,
        code_version=code_version(),
        sources=notes,
        checks=counted_checks(maker.measures_path),
        is_sample=home.sample.exists(),
    )


def stage_release(home: Home, progress: Callable[[str], None]) -> tuple[str, str]:
    """Write the files of the next release into the work folder, where the content is not published yet.

    Args:
        home: Home folder.
        progress: Called with what is being written.

    Returns:
        Name of the release, and ``written`` or ``already published``.
    """
    maker = WarehouseMaker(home)
    shutil.rmtree(_staging(home), ignore_errors=True)
    pointer = latest(home.release)
    if pointer is not None and pointer["content_id"] == maker.content_id:
        return pointer["release"], "already published"
    edition = _edition(home, maker)
    name = next_name(home.release, edition.date)
    path = home.warehouse if maker.is_current else maker.path
    with duckdb.connect(str(path), read_only=True) as connection:
        write_release(connection, _published_contracts(), edition, _staging(home) / name, name, progress)
    return name, "written"


def publish_staged(home: Home) -> str:
    """Put the warehouse that was made and the release that was staged in place.

    Args:
        home: Home folder.

    Returns:
        Name of the newest release, or an empty text where there is none.
    """
    maker = WarehouseMaker(home)
    if not maker.is_current:
        maker.put_in_place()
    for staged in sorted(_staging(home).glob("*")) if _staging(home).exists() else []:
        publish(home.release, staged, staged.name)
    shutil.rmtree(_staging(home), ignore_errors=True)
    pointer: dict[str, Any] | None = latest(home.release)
    return pointer["release"] if pointer else ""
