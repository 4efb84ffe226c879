"""``daicho address-master-report``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Report what is amiss in the delivered address master, by prefecture and municipality."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the municipalities to a .csv or .parquet file")


def run(arguments: argparse.Namespace) -> int:
    """Report."""
    from pipelines.address_master import report_address_master

    return report_address_master(home_of(arguments), arguments.out)
