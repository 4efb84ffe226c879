"""``daicho quarantine``."""

import argparse
import datetime

from pipelines.command_options import add_home, at_least_one, home_of
from pipelines.errors import DaichoError

SUMMARY = "Show the records that were set aside, and why; write a correction for a value."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--source", metavar="SOURCE", help="only this source")
    parser.add_argument("--reason", dest="code", metavar="CODE", help="only records refused for this reason")
    parser.add_argument("--column", metavar="COLUMN", help="only records with a fault in this column (the publisher's name)")
    parser.add_argument("--limit", type=at_least_one, default=20, metavar="N", help="records to show (default: 20)")
    parser.add_argument(
        "--fix", metavar="VALUE", help="write a correction of this value of --column of --source; the next build applies it"
    )
    parser.add_argument("--to", metavar="VALUE", default="", help="what the value stands for (default: no value)")
    parser.add_argument("--because", metavar="TEXT", help="reason of the correction")
    parser.add_argument("--author", metavar="NAME", help="who makes the correction")
    parser.add_argument("--corrections", action="store_true", help="show what the corrections did")


def run(arguments: argparse.Namespace) -> int:
    """Show the quarantine, or correct a value."""
    from pipelines.quarantine_desk import fix, show_corrections, show_quarantine

    home = home_of(arguments)
    if arguments.corrections:
        return show_corrections(home)
    if arguments.fix is None:
        return show_quarantine(home, arguments.source, arguments.limit, code=arguments.code, column=arguments.column)
    missing = [f"--{name}" for name in ("source", "column", "because", "author") if not getattr(arguments, name)]
    if missing:
        raise DaichoError(f"--fix needs {', '.join(missing)} too: a correction says where, why and by whom")
    said = {"column": arguments.column, "value": arguments.fix, "replacement": arguments.to, "reason": arguments.because}
    return fix(home, arguments.source, **said, author=arguments.author, date=datetime.datetime.now(tz=datetime.UTC).date().isoformat())
