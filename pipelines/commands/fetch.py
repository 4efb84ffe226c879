"""``daicho fetch``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Fetch a source's official files into the inbox."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("--no-full", dest="full", action="store_false", help="daily files only")
    parser.add_argument("--since", metavar="YYYY-MM-DD", help="daily files from this day on")
    parser.add_argument("--public-key", metavar="FILE", help="the publisher's OpenPGP key, to check signatures with")


def run(arguments: argparse.Namespace) -> int:
    """Fetch."""
    from pipelines.run import run_fetch

    return run_fetch(home_of(arguments), arguments.source, full=arguments.full, since=arguments.since, public_key=arguments.public_key)
