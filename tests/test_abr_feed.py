"""Fetching the address base registry from a local server that plays its site."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines.abr_feed import offers
from pipelines.download import Downloader
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.run import run_fetch
from pipelines.source_declarations import load_sources, source_named


def packed(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.csv"), "lg_code\r\n" * 1000)
    return buffer.getvalue()


def feed(base: str, *files: tuple[str, str]) -> str:
    """A feed of files: name and day of change."""
    entries = [
        {"title": name, "modified": f"{day}T00:00:00.000Z" if day else None, "distribution": [{"downloadURL": f"{base}/x/{name}.csv.zip"}]}
        for name, day in files
    ]
    return json.dumps(
        {"@type": "dcat:Catalog", "dataset": [*entries, {"title": "a page", "distribution": [{"accessURL": f"{base}/page"}]}]}
    )


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (["mt_town_all", "mt_town_pref13", "mt_town_city131016", "mt_town_pos_all"], ["all"]),
        (["mt_town_pref13", "mt_town_city131016", "mt_town_city302015", "mt_town_pref01"], ["city302015", "pref01", "pref13"]),
        (["mt_town_city131016", "mt_parcel_city131016"], ["city131016"]),
    ],
)
def test_the_coarsest_cut_is_chosen(files: list[str], chosen: list[str]) -> None:
    assert [offer.cut for offer in offers(feed("https://x.example", *((name, "") for name in files)), "mt_town")] == chosen


def test_of_one_file_the_newest_is_chosen() -> None:
    (offer,) = offers(feed("https://x.example", ("mt_town_all", "2026-02-01"), ("mt_town_all", "2026-01-01")), "mt_town")
    assert offer.name == "mt_town_all_20260201.csv.zip"


@pytest.mark.parametrize(
    ("text", "message"),
    [("<html>", "not built as expected"), ('{"datasets": []}', "not built as expected"), ('{"dataset": []}', "no file of mt_town")],
)
def test_a_feed_that_is_not_understood_is_told(text: str, message: str) -> None:
    with pytest.raises(DaichoError, match=message):
        offers(text, "mt_town")


class Site(ThreadingHTTPServer):
    """The registry's site; counts what is asked for."""

    asked: list[str]
    files: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        self.server.asked.append(name)
        host, port = self.server.server_address[:2]
        content = (
            feed(f"http://{host!s}:{port}", *self.server.files).encode() if name == "feed.json" else packed(name.removesuffix(".csv.zip"))
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), Handler)
    server.asked, server.files = [], [("mt_town_all", "2026-02-01"), ("mt_town_pref13", "2026-02-01")]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_files_are_fetched_once_and_again_when_they_changed(site: Site, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{site.server_port}/feed.json"
    shown: list[str] = []

    def fetch(since: date | None = None) -> list[str]:
        site.asked.clear()
        client = Downloader("test", minimum_interval_seconds=0)
        found = (
            source_named("abr_town")
            .module("fetch")
            .fetch(tmp_path, since=since, feed_url=url, downloader=client, progress=lambda name, _done, _of: shown.append(name))
        )
        return [path.name for path in found]

    assert fetch() == ["mt_town_all_20260201.csv.zip"]
    assert site.asked == ["feed.json", "mt_town_all.csv.zip"]
    assert shown
    assert fetch() == ["mt_town_all_20260201.csv.zip"]
    assert site.asked == ["feed.json"]
    site.files = [("mt_town_all", "2026-03-01")]
    assert fetch(since=date(2026, 3, 2)) == []
    assert fetch() == ["mt_town_all_20260301.csv.zip"]
    assert {path.name for path in tmp_path.iterdir()} == {"mt_town_all_20260201.csv.zip", "mt_town_all_20260301.csv.zip"}


def test_the_command_shows_progress(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{site.server_port}/feed.json"
    module = source_named("abr_town").module("fetch")
    real = module.fetch
    monkeypatch.setattr(module, "fetch", lambda inbox, **given: real(inbox, **given, feed_url=url))
    assert run_fetch(Home(tmp_path), "abr_town", full=True, since=None, public_key=None) == 0
    assert [path.name for path in (tmp_path / "inbox" / "abr_town").iterdir()] == ["mt_town_all_20260201.csv.zip"]


def test_every_table_of_the_registry_can_be_fetched() -> None:
    assert all(source.has("fetch") for name, source in load_sources().items() if name.startswith("abr_"))
