"""``daicho conform``."""

import argparse
from pathlib import Path

SUMMARY = "Say how far a file follows the government's data standards, and cleanse it."
_MODELS = ("address", "building", "company", "contact", "facility", "land", "person")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="CSV, Excel (.xlsx) or Parquet files; several are also scored together"
    )
    parser.add_argument("--as", dest="model", choices=_MODELS, help="GIF model (default: the one that fits the column names)")
    parser.add_argument("--level", choices=("LV1", "LV2", "LV2s"), default="LV1", help="level to conform at (default: LV1)")
    parser.add_argument("--fix", metavar="OUT", type=Path, help="write the cleansed file (.csv, .xlsx, .parquet) and OUT.changes.csv")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="language of the report (default: ja)")
    parser.add_argument("--json", action="store_true", help="report for programs")


def run(arguments: argparse.Namespace) -> int:
    """Judge, and cleanse where asked."""
    from pipelines.conform import run_conform

    return run_conform(arguments)
