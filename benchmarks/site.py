"""The site of a large catalogue: 20 datasets of 30 columns each, in two languages."""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from catalog.model import Catalogue, Dataset
from catalog.reading import read_catalogue
from catalog.site.builder import build_site

SUMMARY = "Building the static site for 20 datasets and 600 columns, from the newest release of a home."
DATASETS, COLUMNS, MOST_SECONDS = 20, 30, 20.0


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
    console.print(
        f"{made.pages:,} pages for {DATASETS} datasets and {DATASETS * COLUMNS} columns: {seconds:.1f} s (at most {MOST_SECONDS:.0f} s)"
    )
    return 0 if seconds <= MOST_SECONDS else 1
