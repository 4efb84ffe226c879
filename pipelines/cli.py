"""The ``daicho`` command: finds the commands in ``pipelines/commands`` and runs the one that is named."""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from data_standards.items import DeclarationError
from pipelines import commands
from pipelines.errors import DaichoError
from pipelines.progress import PROGRESS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="daicho",
        description="Daicho (台帳): a base-registry warehouse.",
        epilog="For those who work on Daicho itself: daicho test, daicho lint, daicho bench, daicho lock.",
    )
    found = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in sorted(module.name for module in pkgutil.iter_modules(commands.__path__)):
        module = importlib.import_module(f"{commands.__name__}.{name}")
        added = found.add_parser(name.replace("_", "-"), help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(added)
        added.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments, without the program's name; those of the process if not given.

    Returns:
        Exit status: 0 when all went well, 1 when something a person can mend went wrong, 2 for wrong arguments.
    """
    arguments = _parser().parse_args(argv)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    PROGRESS.quiet = False
    try:
        status: int = arguments.run(arguments)
    except (DaichoError, DeclarationError) as error:
        print(f"daicho: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("daicho: stopped; nothing published has changed", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
