"""The home folder of one warehouse: where every stage keeps its files."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import DaichoError

_ORCHESTRATOR = "telemetry:\n  enabled: false\nnux:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 1\n"
_HELD: set[Path] = set()


@dataclass(frozen=True)
class Home:
    """Paths below one home folder.

    Attributes:
        root: The folder given with ``--home`` or ``DAICHO_HOME``.
    """

    root: Path

    @property
    def inbox(self) -> Path:
        """Files waiting to be landed, one folder per source. ``fetch`` writes here and the sensor watches it."""
        return self.root / "inbox"

    @property
    def mappings(self) -> Path:
        """Mapping files: how a municipality's own exports become the columns of a source."""
        return self.root / "mappings"

    @property
    def sample(self) -> Path:
        """Ledgers made by the sample generator for the embedded default."""
        return self.root / "sample"

    @property
    def landing(self) -> Path:
        """The bytes as delivered, by content."""
        return self.root / "landing"

    @property
    def raw(self) -> Path:
        """Every readable record as text."""
        return self.root / "raw"

    @property
    def standardised(self) -> Path:
        """Records brought to the data standard."""
        return self.root / "standardised"

    @property
    def quarantine(self) -> Path:
        """Records that were refused, with reason and original bytes."""
        return self.root / "quarantine"

    @property
    def work(self) -> Path:
        """Half-made files of the running build."""
        return self.root / "work"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file analysts open."""
        return self.root / "warehouse.duckdb"

    @property
    def restricted(self) -> Path:
        """The DuckDB file of the tables that are not public: readable by its owner alone, never released."""
        return self.root / "restricted.duckdb"

    @property
    def packaged(self) -> Path:
        """Deliveries made from installed packages, one folder per source and version."""
        return self.root / "packaged"

    @property
    def release(self) -> Path:
        """Published releases."""
        return self.root / "release"

    @property
    def signing_key(self) -> Path:
        """Private key that releases are signed with, where there is one."""
        return self.root / "signing" / "release_key"

    @property
    def withdrawals(self) -> Path:
        """List of the records withdrawn from publication."""
        return self.root / "withdrawals.yaml"

    @property
    def dictionaries(self) -> Path:
        """Dictionaries of the address matcher, made of the address registry; they may be deleted at any time."""
        return self.root / "cache" / "address"

    @property
    def judgements(self) -> Path:
        """What stewards decided about pairs of records, one file for each registry."""
        return self.root / "judgements"

    @property
    def dagster(self) -> Path:
        """Run history of the orchestrator."""
        return self.root / "dagster"

    def prepare(self) -> None:
        """Make the home folder.

        Raises:
            DaichoError: The folder cannot be made or written.
        """
        try:
            for folder in (self.landing, self.raw, self.standardised, self.quarantine, self.work, self.release):
                folder.mkdir(parents=True, exist_ok=True)
            # what is delivered may be secret, as the tax roll is, on every step of its way
            for folder in (self.landing, self.raw, self.standardised, self.quarantine, self.work):
                folder.chmod(0o700)
        except OSError as error:
            raise DaichoError(f"{self.root}: cannot be used as the home folder: {error.strerror}") from error

    def prepare_orchestrator(self) -> None:
        """Make the folder of the orchestrator's history and point this process and its children to it.

        Runs go one at a time; telemetry and invitations are off.
        """
        self.prepare()
        write_text_aside(self.dagster / "dagster.yaml", _ORCHESTRATOR)
        os.environ["DAICHO_HOME"] = str(self.root)
        os.environ["DAGSTER_HOME"] = str(self.dagster)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home folder for one build, or one stage of it; a build that holds it may hold it again.

        Raises:
            DaichoError: Another build holds it.
        """
        self.prepare()
        if self.root in _HELD:
            yield
            return
        with (self.root / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DaichoError(f"{self.root}: another build is running on this home. Wait for it, or use another --home.") from None
            _HELD.add(self.root)
            try:
                yield
            finally:
                _HELD.remove(self.root)


def write_text_aside(path: Path, text: str) -> None:
    """Write a text file aside and put it in place by rename, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def write_json_aside(path: Path, content: Any) -> None:
    """Write a JSON file aside, readable and in a fixed form, and put it in place by rename."""
    write_text_aside(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def copy_aside(origin: Path, path: Path) -> None:
    """Copy a file aside and put it in place by rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    shutil.copyfile(origin, aside)
    aside.replace(path)


def home_from_environment() -> Home:
    """Find the home folder: ``DAICHO_HOME``, else ``var`` beside the program."""
    given = os.environ.get("DAICHO_HOME")
    return Home(Path(given).resolve() if given else Path(__file__).resolve().parents[1] / "var")
