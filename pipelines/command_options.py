"""Options that several commands share."""

import argparse
from pathlib import Path

from pipelines.home import Home, home_from_environment


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add ``--home``."""
    parser.add_argument("--home", metavar="DIR", help="where everything goes (default: DAICHO_HOME, else var/)")


def home_of(arguments: argparse.Namespace) -> Home:
    """The home folder that ``--home`` names, else the environment's."""
    return Home(Path(arguments.home).resolve()) if arguments.home else home_from_environment()
