"""``daicho rollback``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Make an earlier release the latest again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--to", metavar="RELEASE", help="release to go back to (default: the one the latest was built on)")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for the users")


def run(arguments: argparse.Namespace) -> int:
    """Go back."""
    from pipelines.releasing import go_back

    return go_back(home_of(arguments), arguments.to, arguments.reason)
