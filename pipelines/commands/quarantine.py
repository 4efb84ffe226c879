"""``daicho quarantine``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Show the records that were set aside, and why."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--source", metavar="SOURCE", help="only this source")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="records to show (default: 20)")


def run(arguments: argparse.Namespace) -> int:
    """Show the quarantine."""
    from pipelines.run import show_quarantine

    return show_quarantine(home_of(arguments), arguments.source, arguments.limit)
