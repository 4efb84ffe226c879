"""``daicho review``."""

import argparse
import getpass
from pathlib import Path

from pipelines.command_options import add_home, home_of
from pipelines.errors import DaichoError

SUMMARY = "Decide doubtful ties of establishments and owners to companies, and values that authoritative records dispute."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--by", default=getpass.getuser(), help="who decides (default: the user's name)")
    parser.add_argument("--owners", action="store_true", help="ties of registered owners and taxpayers (default: of establishments)")
    parser.add_argument("--contested", action="store_true", help="choose between the values that authoritative records dispute")
    parser.add_argument("--web", action="store_true", help="in the browser, on this machine only")
    parser.add_argument("--port", type=int, default=8765, help="port of the page (default: %(default)s)")
    parser.add_argument("--export", metavar="FILE.xlsx", type=Path, help="write the waiting pairs to an Excel file")
    parser.add_argument("--import", dest="take_in", metavar="FILE.xlsx", type=Path, help="read decisions from such a file")


def run(arguments: argparse.Namespace) -> int:
    """Review in the way asked for."""
    if arguments.contested:
        if arguments.web or arguments.export or arguments.take_in or arguments.owners:
            raise DaichoError("--contested asks in the terminal; leave out --owners, --web, --export and --import")
        from pipelines.contested_store import ContestedStore
        from pipelines.contested_terminal import settle

        settle(ContestedStore(home_of(arguments), arguments.by))
        return 0
    from pipelines.review_store import QUEUES, ReviewStore

    store = ReviewStore(home_of(arguments), arguments.by, QUEUES["land" if arguments.owners else "establishment"])
    if arguments.export:
        written = store.export(arguments.export)
        print(f"{written:,} pairs written to {arguments.export}; fill the column verdict with same, different or undecided")
        return 0
    if arguments.take_in:
        print(f"{store.take_in(arguments.take_in):,} decisions taken in; {store.path}")
        return 0
    if arguments.web:
        from pipelines.review_page import server

        with server(store, arguments.port) as serving:
            print(f"http://127.0.0.1:{serving.server_port}/ (Ctrl+C ends)")
            try:
                serving.serve_forever()
            except KeyboardInterrupt:
                return 0
    from pipelines.review_terminal import review

    review(store)
    return 0
