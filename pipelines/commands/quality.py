"""``daicho quality``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Show the quality of the warehouse, and write the stewards' pages."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--expectations", action="store_true", help="run Great Expectations over the warehouse and write its pages")
    parser.add_argument(
        "--restore-drill", dest="drill", action="store_true", help="restore the newest release aside and compare it with the warehouse"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the quality."""
    from pipelines.quality_report import show_quality

    return show_quality(home_of(arguments), expectations=arguments.expectations, drill=arguments.drill)
