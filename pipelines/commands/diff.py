"""``daicho diff``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, at_least_one, home_of

SUMMARY = "Tell what differs between two releases."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("before", help="name or folder of the earlier release")
    parser.add_argument("after", help="name or folder of the later release")
    parser.add_argument("--table", help="only this table, with its first differing rows")
    parser.add_argument("--limit", type=at_least_one, default=10, metavar="N", help="rows to show of a table (default: 10)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the differing rows there as Parquet files")


def run(arguments: argparse.Namespace) -> int:
    """Compare."""
    from pipelines.releasing import show_differences

    return show_differences(
        home_of(arguments), arguments.before, arguments.after, table=arguments.table, limit=arguments.limit, out=arguments.out
    )
