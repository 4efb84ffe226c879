"""``daicho withdraw``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Withdraw a record from publication; the next release leaves it out and notes it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("item", help="data item by which the record is found, such as corporate_number")
    parser.add_argument("value", help="its value")
    parser.add_argument("--reason", required=True, choices=("right", "suppression", "error"), help="why")
    parser.add_argument("--on", required=True, metavar="YYYY-MM-DD", help="day of the decision")


def run(arguments: argparse.Namespace) -> int:
    """Withdraw."""
    from pipelines.releasing import withdraw

    return withdraw(home_of(arguments), arguments.item, arguments.value, arguments.reason, arguments.on)
