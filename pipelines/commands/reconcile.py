"""``daicho reconcile``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Show how register and tax roll compare, and write the list a clerk works from."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--municipality", metavar="CODE", help="six-digit code of one municipality (default: all)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="Excel file (.xlsx) to write the list into")
    parser.add_argument("--all", dest="everything", action="store_true", help="list what agrees too")


def run(arguments: argparse.Namespace) -> int:
    """Show the summary, and write the list where asked."""
    from data_standards.codes import load_code_lists
    from pipelines.errors import DaichoError
    from pipelines.reconcile import open_restricted, summary, write_workbook

    if arguments.out is not None and arguments.out.suffix.lower() != ".xlsx":
        raise DaichoError(f"{arguments.out}: the list is written as .xlsx")
    outcomes, kinds = (load_code_lists()[name].codes for name in ("comparison_outcome", "property_kind"))
    with open_restricted(home_of(arguments)) as connection:
        rows = summary(connection, arguments.municipality)
        if not rows:
            raise DaichoError("there is nothing to compare: no register and no tax roll of such a municipality has been delivered")
        for code, kind, outcome, count in rows:
            print(f"{code}  {kinds[kind].label}  {count:>9,}  {outcomes[outcome].label}")
        if arguments.out is not None:
            listed = write_workbook(connection, arguments.out, arguments.municipality, everything=arguments.everything)
            print(f"{listed:,} rows in {arguments.out}")
    return 0
