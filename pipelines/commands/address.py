"""``daicho address``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Tie written addresses to the address registry: towns, blocks, residences, lots, standard forms."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--in", dest="source", metavar="FILE", type=Path, help="a CSV or Parquet file (default: lines of standard input)")
    parser.add_argument("--column", metavar="NAME", help="the column that holds the address")
    parser.add_argument("--out", metavar="FILE", type=Path, help="a CSV or Parquet file (default: CSV on standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Match."""
    from pipelines.address_file import match_file, matcher_of_home

    match_file(matcher_of_home(home_of(arguments)), arguments.source, arguments.column, arguments.out)
    return 0
