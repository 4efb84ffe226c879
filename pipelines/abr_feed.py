"""Fetching the files of the address base registry: found in its DCAT feed, each content in the coarsest cut that is offered.

The registry offers the same content as one file of the nation, one for each prefecture, and one for each municipality; how far down depends
on the table. Files are named ``mt_<table>_all``, ``mt_<table>_pref<NN>`` and ``mt_<table>_city<code>``.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from pipelines.download import Downloader, file_fault
from pipelines.errors import DaichoError

FEED_URL = "https://dataset.address-br.digital.go.jp/api/feed/dcat-us/1.1.json"
"""The index of all files (DCAT-US 1.1)."""

_USER_AGENT = "Daicho/0.1 (base-registry warehouse)"
_FILE = re.compile(r"/(?P<table>mt_[a-z_]+?)_(?P<cut>all|pref(?P<prefecture>\d{2})|city(?P<municipality>\d{6}))\.csv\.zip$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Offer:
    """A file that the feed offers.

    Attributes:
        url: Its address.
        table: Table it holds, such as ``mt_town``.
        cut: ``all``, ``pref13`` or ``city131016``.
        modified: Day of its last change, ISO 8601; empty where the feed does not say.
    """

    url: str
    table: str
    cut: str
    modified: str

    @property
    def name(self) -> str:
        """File name in the inbox: with the day, so that a changed file is another file and tells the day it speaks for."""
        return f"{self.table}_{self.cut}{'_' + self.modified.replace('-', '') if self.modified else ''}.csv.zip"


class Fetch(Protocol):
    """What a source's module ``fetch`` offers as ``fetch``."""

    def __call__(
        self,
        inbox: Path,
        *,
        since: date | None = None,
        full: bool = True,
        public_key: bytes | None = None,
        progress: Progress | None = None,
        feed_url: str = FEED_URL,
        downloader: Downloader | None = None,
    ) -> list[Path]:
        """Bring the offered files that the inbox lacks."""


def offers(feed: str, table: str) -> list[Offer]:
    """Read which files of a table are to be fetched.

    Args:
        feed: Text of the DCAT feed.
        table: Such as ``mt_town``.

    Returns:
        The file of the nation where there is one; else those of the prefectures, and those of municipalities whose prefecture has none.

    Raises:
        DaichoError: The feed is not JSON of the expected structure, or offers no file of the table.
    """
    try:
        found = [offer for entry in json.loads(feed)["dataset"] for offer in _offers_of(entry) if offer.table == table]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DaichoError(f"the feed of the address base registry is not built as expected: {error!r}") from error
    if not found:
        raise DaichoError(f"the feed of the address base registry offers no file of {table}")
    newest = {offer.cut: offer for offer in sorted(found, key=lambda offer: (offer.modified, offer.url))}
    if "all" in newest:
        return [newest["all"]]
    prefectures = {cut.removeprefix("pref") for cut in newest if cut.startswith("pref")}
    return [offer for cut, offer in sorted(newest.items()) if not (cut.startswith("city") and cut[4:6] in prefectures)]


def _offers_of(entry: dict[str, Any]) -> Iterator[Offer]:
    for distribution in entry.get("distribution", ()):
        url = distribution.get("downloadURL") or distribution.get("accessURL") or ""
        match = _FILE.search(url)
        if match:
            modified = _DAY.match(str(distribution.get("modified") or entry.get("modified") or ""))
            yield Offer(url, match["table"], match["cut"], modified[0] if modified else "")


def fetcher(table: str) -> Fetch:
    """Make the function ``fetch`` of a source.

    Args:
        table: Table the source takes, such as ``mt_town``.
    """

    def fetch(
        inbox: Path,
        *,
        since: date | None = None,
        full: bool = True,
        public_key: bytes | None = None,
        progress: Progress | None = None,
        feed_url: str = FEED_URL,
        downloader: Downloader | None = None,
    ) -> list[Path]:
        """Bring the offered files that the inbox lacks; a file that broke off is continued.

        Args:
            inbox: Folder to save into; made where absent.
            since: Only files changed on or after this day, where the feed tells the day.
            full: Files are always whole; nothing is fetched where this is false.
            public_key: Not used: the registry signs nothing.
            progress: Called with file name, bytes on disk and bytes expected.
            feed_url: Address of the feed.
            downloader: Client to use; a polite one is made where absent.

        Returns:
            Every wanted file, fetched now or present before.

        Raises:
            DownloadError: The feed or a file could not be had.
            DaichoError: The feed is not understood.
        """
        if not full:
            return []
        client = downloader or Downloader(_USER_AGENT)
        inbox.mkdir(parents=True, exist_ok=True)
        paths = []
        for offer in offers(client.get_page(feed_url), table):
            if since is not None and offer.modified and offer.modified < since.isoformat():
                continue
            path = inbox / offer.name
            if not path.exists() or file_fault(path) is not None:
                shown = (lambda done, of, name=path.name: progress(name, done, of)) if progress else None
                client.fetch_file("GET", offer.url, path, progress=shown)
            paths.append(path)
        return paths

    return fetch
