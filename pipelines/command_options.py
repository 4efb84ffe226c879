"""Options that several commands share."""

import argparse
from pathlib import Path

from pipelines.home import Home, home_from_environment


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add ``--home``."""
    parser.add_argument("--home", metavar="DIR", help="where everything goes (default: DAICHO_HOME, else var/)")


def at_least_one(told: str) -> int:
    """A whole number from 1 up, for options such as ``--limit``."""
    if not told.isascii() or not told.isdigit() or int(told) < 1:
        raise argparse.ArgumentTypeError(f"{told!r} is not a whole number from 1 up")
    return int(told)


def home_of(arguments: argparse.Namespace) -> Home:
    """The home folder that ``--home`` names, else the environment's."""
    return Home(Path(arguments.home).resolve()) if arguments.home else home_from_environment()
