"""The benchmarks by name: ``./daicho bench SUBJECT``."""

import argparse
import sys
from pathlib import Path

from benchmarks.company import run_company
from benchmarks.standards import show_standards


def main() -> int:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="daicho bench", description="Measure speed and memory beside a floor and a peer.")
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    company = subjects.add_parser("company", help="the company registry's whole chain, and a day's file applied")
    company.add_argument("--files", type=Path, metavar="DIR", help="delivered zips to measure the chain on (default: a sample)")
    company.add_argument("--scale", type=int, default=300_000, metavar="N", help="companies of the sample (default: 300000)")
    subjects.add_parser("standards", help="the cleansing rules, beside the nearest packages")
    arguments = parser.parse_args()
    if arguments.subject == "standards":
        return show_standards()
    return run_company(arguments.files, arguments.scale)


if __name__ == "__main__":
    sys.exit(main())
