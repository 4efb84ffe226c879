"""Owners and addressees tied to the companies of the nation: names and addresses without number, reading or postal code."""

import argparse
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
from rich.console import Console

from benchmarks.address_data import towns
from benchmarks.company_records import read_history
from benchmarks.measuring import PROJECT, peak_of_process
from benchmarks.nation_records import write_nation
from registries.address.matching.address import AddressMatcher
from registries.identity.matching import frame
from registries.identity.mentions import tie_mentions

SUMMARY = "Owners written in ledgers tied to 5.7 million companies, with precision and recall."
_SHARED = PROJECT.parent / "shared" / "data"
_LEAST_PRECISION = 0.99


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder with nta/diff/ (default: %(default)s)")
    parser.add_argument("--companies", type=int, default=5_700_000, help="companies in the register (default: %(default)s)")
    parser.add_argument("--mentions", type=int, default=200_000, help="organisations written in ledgers (default: %(default)s)")
    parser.add_argument("--memory", default="3GiB", help="limit of the engine (default: %(default)s)")


def tie_nation(folder: Path, memory: str) -> tuple[pl.DataFrame, int, dict[str, float]]:
    """Tie the ledger of a folder to its register, in a process of its own, so that the peak is that of the tying.

    Args:
        folder: With the files of :func:`benchmarks.nation_records.write_nation`.
        memory: Limit of the engine.

    Returns:
        The ties with the true company (``entity``); how many mentions are of a company of the register; the cost.
    """
    connection = duckdb.connect(config={"memory_limit": memory, "threads": 2, "temp_directory": str(folder)})
    connection.execute("SET enable_progress_bar = false")
    ledger = pl.read_parquet(folder / "ledger-*.parquet")
    nothing = {name: pl.lit(None, pl.String) for name in ("name_kana", "postal_code", "corporate_number")}
    mentions = ledger.select("record_id", "name", "address", **nothing)
    companies = (
        "(SELECT 'nta_corporate_number:' || corporate_number AS record_id, corporate_number, name, name_kana, address, postal_code, "
        f"NULL::VARCHAR AS lg_code FROM read_parquet('{folder}/register-*.parquet'))"
    )
    started = time.monotonic()
    tied = tie_mentions(connection, mentions, companies, matcher=AddressMatcher.read(folder / "towns"))
    lasted, used, peak = time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF), peak_of_process()
    numbers = frame(connection, f"SELECT corporate_number AS entity FROM read_parquet('{folder}/register-*.parquet')")
    known = ledger.join(numbers, on="entity", how="semi").height
    return (
        tied.join(ledger.select("record_id", "entity"), on="record_id"),
        known,
        {"mentions": ledger.height, "wall s": lasted, "cpu s": used.ru_utime + used.ru_stime, "peak GiB": peak / 1024**3},
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        1 where automatic ties miss the precision asked for.
    """
    console = Console(width=150)
    history = read_history(arguments.data)
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        write_nation(history, Path(folder), arguments.companies, arguments.mentions)
        AddressMatcher.build(towns(arguments.data)).write(Path(folder) / "towns")
        tied, known, cost = process.submit(tie_nation, Path(folder), arguments.memory).result()
    for label, value in cost.items():
        console.print(f"{label:24} {value:,.1f}")
    console.print(f"{'of a known company':24} {known:,}")
    right = pl.col("corporate_number") == pl.col("entity")
    precision = 0.0
    for bands in (["automatic"], ["automatic", "review"]):
        made, good = tied.filter(pl.col("match_band_code").is_in(bands)).select(pl.len(), right.sum()).row(0)
        precision = precision or good / max(made, 1)
        console.print(f"{' or '.join(bands):24} {made:,} ties, precision {good / max(made, 1):.4f}, recall {good / max(known, 1):.4f}")
    if precision < _LEAST_PRECISION:
        console.print(f"missed: precision of automatic ties {precision:.4f}, wanted at least {_LEAST_PRECISION}")
    return int(precision < _LEAST_PRECISION)
