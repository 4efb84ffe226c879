"""The site of a large catalogue: 20 datasets of 30 columns each, in two languages, and how soon its pages stand in a browser."""

import argparse
import functools
import http.server
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from catalog.model import Catalogue, Dataset
from catalog.reading import read_catalogue
from catalog.site.builder import build_site

SUMMARY = "Building the static site for 20 datasets and 600 columns, from the newest release of a home."
DATASETS, COLUMNS, MOST_SECONDS = 20, 30, 20.0
MOST_BYTES, MOST_VIEW_SECONDS = 200_000, 1.0
_VIEWS = 5
_LOOKED_AT = ("index.html", "site/ja/datasets/index.html", "site/ja/search.html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--home", type=Path, default=Path("var"), metavar="DIR", help="home with a release (default: var)")


def _enlarged(catalogue: Catalogue) -> Catalogue:
    """The catalogue with the columns of its largest dataset in twenty datasets of thirty columns."""
    model = max(catalogue.public_datasets, key=lambda dataset: len(dataset.columns))

    def grown(number: int) -> Dataset:
        columns = [
            replace(
                model.columns[place % len(model.columns)], name=f"{model.columns[place % len(model.columns)].name}_{place}", position=place
            )
            for place in range(COLUMNS)
        ]
        return replace(model, identifier=f"{model.registry}/{model.name}_{number}", name=f"{model.name}_{number}", columns=columns)

    bare = [replace(concept, used_in=[]) for concept in catalogue.concepts]
    lists = [replace(code_list, used_in=[]) for code_list in catalogue.code_lists]
    return replace(catalogue, datasets=[grown(number) for number in range(DATASETS)], concepts=bare, code_lists=lists)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def _first_views(folder: Path) -> dict[str, tuple[int, float]]:
    """Bytes sent and seconds until a page with all it asks for stands, by page: the median of some views, each with an empty cache."""
    from playwright.sync_api import sync_playwright

    found = {}
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with _served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in _LOOKED_AT:
            seen = []
            for _ in range(_VIEWS):
                page = browser.new_context().new_page()
                page.goto(address + name, wait_until="load")
                sent = page.evaluate("performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)")
                seen.append((page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart") / 1000, int(sent)))
                page.context.close()
            seconds, sent = sorted(seen)[_VIEWS // 2]
            found[name] = (sent, seconds)
        browser.close()
    return found


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    console = Console()
    found = sorted((arguments.home / "release").glob("*/catalogue.json"))
    if not found:
        console.print(f"{arguments.home}: no release with a catalogue. Make one with ./daicho build --home {arguments.home}")
        return 1
    catalogue = _enlarged(read_catalogue(found[-1]))
    with tempfile.TemporaryDirectory() as scratch:
        public = Path(scratch)
        (public / catalogue.release).symlink_to(found[-1].parent.resolve(), target_is_directory=True)
        begun = time.perf_counter()
        made = build_site(catalogue, public)
        seconds = time.perf_counter() - begun
        views = _first_views(public)
    console.print(
        f"{made.pages:,} pages for {DATASETS} datasets and {DATASETS * COLUMNS} columns: {seconds:.1f} s (at most {MOST_SECONDS:.0f} s)"
    )
    for name, (sent, took) in views.items():
        console.print(
            f"first view of {name}: {sent / 1000:.0f} kB, {took:.2f} s (at most {MOST_BYTES / 1000:.0f} kB, {MOST_VIEW_SECONDS:.0f} s)"
        )
    small = all(sent <= MOST_BYTES and took <= MOST_VIEW_SECONDS for sent, took in views.values())
    return 0 if seconds <= MOST_SECONDS and small else 1
