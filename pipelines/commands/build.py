"""``daicho build``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Build the warehouse and a release from delivered files."


def _input(text: str) -> tuple[str, Path]:
    source, equals, path = text.partition("=")
    if not equals or not source or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form SOURCE=PATH")
    return source, Path(path)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument(
        "--from",
        dest="inputs",
        metavar="SOURCE=PATH",
        type=_input,
        action="append",
        default=[],
        help="a csv or zip file or a folder of them; may be repeated (default: the inbox, else an embedded sample)",
    )
    parser.add_argument("--no-release", dest="release", action="store_false", help="bring the warehouse up to date only")
    parser.add_argument("--public-key", metavar="FILE", help="the publisher's OpenPGP key, to check signatures with")


def run(arguments: argparse.Namespace) -> int:
    """Build."""
    from pipelines.run import run_build

    return run_build(home_of(arguments), arguments.inputs, release=arguments.release, public_key=arguments.public_key)
