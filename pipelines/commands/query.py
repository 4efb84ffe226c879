"""``daicho query``."""

import argparse

from pipelines.command_options import add_home, at_least_one, home_of

SUMMARY = "Run SQL on the warehouse, reading only."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("sql", help='a statement in DuckDB\'s dialect, such as "FROM catalog.datasets"')
    parser.add_argument("--limit", type=at_least_one, default=50, metavar="N", help="most rows to print (default: 50)")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="form of the answer (default: table)")


def run(arguments: argparse.Namespace) -> int:
    """Query."""
    from pipelines.querying import show_query

    return show_query(home_of(arguments), arguments.sql, limit=arguments.limit, form=arguments.format)
