"""The benchmarks by name: ``./daicho bench SUBJECT``.

A subject is a module ``benchmarks/<subject>.py`` with ``SUMMARY``, ``add_arguments(parser)`` and ``run(arguments)``.
"""

import argparse
import importlib
import sys
from pathlib import Path

_FOLDER = Path(__file__).parent


def main() -> int:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="daicho bench", description="Measure speed and memory beside a floor and a peer.")
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    names = sorted(path.stem for path in _FOLDER.glob("*.py") if "\ndef add_arguments(" in path.read_text(encoding="utf-8"))
    for name in names:
        subject = importlib.import_module(f"benchmarks.{name}")
        added = subjects.add_parser(name, help=subject.SUMMARY, description=subject.SUMMARY)
        subject.add_arguments(added)
        added.set_defaults(run=subject.run)
    arguments = parser.parse_args()
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
