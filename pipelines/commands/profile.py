"""``daicho profile``."""

import argparse
from pathlib import Path

SUMMARY = "Score a file never seen before, and propose a contract for it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a CSV, Excel (.xlsx) or Parquet file")
    parser.add_argument("--json", action="store_true", help="report for programs")


def run(arguments: argparse.Namespace) -> int:
    """Profile."""
    from pipelines.profile import run_profile

    return run_profile(arguments.file, as_json=arguments.json)
