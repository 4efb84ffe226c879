"""``daicho land-map``."""

import argparse
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Write the parcels with their outlines as GeoParquet, for use inside the administration."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write parcel/geo/parcel.parquet into")


def run(arguments: argparse.Namespace) -> int:
    """Write the file; lot numbers with places are internal, so it is readable by its owner alone."""
    from catalog.geoparquet import write_geoparquet
    from pipelines.reconcile import open_restricted
    from registries.contract import load_contracts

    contract = load_contracts()["land"]
    arguments.out.mkdir(parents=True, exist_ok=True, mode=0o700)
    licence = "https://www.moj.go.jp/MINJI/minji05_00494.html"
    with open_restricted(home_of(arguments)) as connection:
        made = write_geoparquet(connection, contract, contract.tables["parcel"], "parcel", arguments.out, licence)
    path = arguments.out / made.path
    path.chmod(0o600)
    print(f"{made.rows:,} parcels in {path}")
    return 0
