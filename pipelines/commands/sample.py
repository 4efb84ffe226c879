"""``daicho sample``."""

import argparse
from pathlib import Path

from pipelines.errors import DaichoError
from pipelines.progress import PROGRESS

SUMMARY = "Write sample ledgers in the official layouts, with a truth beside them."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--scale", type=int, default=20_000, metavar="N", help="number of companies (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes (default: 1)")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write into")


def run(arguments: argparse.Namespace) -> int:
    """Write the sample of every source that has one."""
    from pipelines.source_declarations import load_sources

    if arguments.scale < 1:
        raise DaichoError("--scale must be at least 1")
    out = Path(arguments.out)
    for name, source in load_sources().items():
        if source.has("sample"):
            PROGRESS.begin(f"sample {name}")
            source.module("sample").write_sample(out, scale=arguments.scale, seed=arguments.seed)
            PROGRESS.end(str(out / name))
    return 0
