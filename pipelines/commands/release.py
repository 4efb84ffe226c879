"""``daicho release``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Publish the warehouse as it is now, make a signing key, or let old releases go."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--again", action="store_true", help="publish content that was rolled back before")
    parser.add_argument("--make-key", action="store_true", help="make the key that releases are signed with, and publish nothing")
    parser.add_argument("--expired", action="store_true", help="list the releases that the retention policy lets go")
    parser.add_argument("--retire", metavar="RELEASE", help="take the data of a release away, leaving a note")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why a release is retired")


def run(arguments: argparse.Namespace) -> int:
    """Publish, or look after what is published."""
    from pipelines import releasing

    home = home_of(arguments)
    if arguments.make_key:
        return releasing.make_signing_key(home)
    if arguments.expired:
        return releasing.show_expired(home)
    if arguments.retire:
        return releasing.retire_release(home, arguments.retire, arguments.reason)
    return releasing.publish_now(home, again=arguments.again)
