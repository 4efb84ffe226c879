"""The town matcher on real addresses: accuracy by suite and class, companies against their own codes, speed, memory, cold start, latency.

It needs the real files beside the checkout. Other programs are asked the same where ``--peers`` names them.
"""

import argparse
import tempfile
import time
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks import address_cases, address_companies, address_data, address_peers
from benchmarks.measuring import run_measured
from registries.address.matching import TownDictionary, match_towns

SUMMARY = "The town matcher: accuracy on real cases and companies, speed, memory, cold start, latency."
_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_BATCH = 100_000
_LATENCY_RUNS = 50
_PEER_CASES = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_DATA, metavar="DIR", help="folder of the real files (default: ../shared/data)")
    parser.add_argument(
        "--files", type=int, default=100, metavar="N", help="daily company files to read, newest first; 0 is all (default: 100)"
    )
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="folder of other programs to ask the same (see benchmarks/address_peers.py)"
    )
    parser.add_argument("--part", choices=("cases", "companies", "speed"), action="append", help="only this part (may be repeated)")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        Exit status: 1 where the real files are missing.
    """
    console = Console(width=120)
    if not arguments.data.is_dir():
        console.print(f"The real addresses are missing: {arguments.data}. Name their folder with --data.")
        return 1
    parts = arguments.part or ["cases", "companies", "speed"]
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
        folder = Path(name)
        started = time.monotonic()
        towns = address_data.towns(arguments.data)
        console.print(f"{towns.height:,} towns read in {time.monotonic() - started:.1f} s")
        started = time.monotonic()
        TownDictionary.build(towns).write(folder / "dictionary")
        size = sum(path.stat().st_size for path in (folder / "dictionary").iterdir())
        console.print(f"dictionary built and written in {time.monotonic() - started:.1f} s, {size / 2**20:.0f} MiB")
        if "cases" in parts:
            _cases(console, arguments.data, folder / "dictionary")
        if "companies" in parts:
            _companies(console, arguments.data, folder / "dictionary", arguments.files)
        if "speed" in parts:
            _speed(console, arguments.data, folder, arguments.files)
        if arguments.peers:
            _peers(console, arguments.data, folder, arguments.peers, towns)
    return 0


def _show(console: Console, title: str, frame: pl.DataFrame) -> None:
    table = Table(title=title, title_justify="left", show_edge=False)
    for name in frame.columns:
        table.add_column(name, justify="left" if frame[name].dtype == pl.String else "right")
    for row in frame.rows():
        table.add_row(*(str(value) for value in row))
    console.print(table)


def _cases(console: Console, data: Path, folder: Path) -> None:
    dictionary = TownDictionary.read(folder)
    hand = address_cases.answered(dictionary, address_data.cases(data, labels=("hand", "reviewed-snapshot")))
    _show(console, "hand-labelled cases, by suite", address_cases.by_suite(hand))
    _show(console, "hand-labelled cases, by class of input", address_cases.by_class(hand))
    snapshot = address_cases.answered(dictionary, address_data.cases(data, labels=("snapshot",)))
    offices = address_cases.answered(dictionary, address_data.offices(data))
    for title, rows in (("hand-labelled", hand), ("snapshots", snapshot), ("offices", offices)):
        _show(console, f"{title}, all", address_cases.overall(rows))
    cut = address_cases.without_municipality(dictionary, address_data.offices(data))
    _show(console, "offices with prefecture and municipality cut off", cut)


def _companies(console: Console, data: Path, folder: Path, files: int) -> None:
    dictionary = TownDictionary.read(folder)
    postal = address_companies.postal_names(address_data.postal_rows())
    total = pl.concat(address_companies.counts(dictionary, frame, postal) for frame in _batches(data, files)).sum()
    _show(console, "companies, as one string", address_companies.shares(total))
    _show(console, "companies, every miss by its class", address_companies.misses(total))


def _peers(console: Console, data: Path, folder: Path, peers: Path, towns: pl.DataFrame) -> None:
    endpoint = address_peers.write_towns(towns, folder)
    dictionary = TownDictionary.read(folder / "dictionary")
    cases = address_data.cases(data, labels=("hand", "reviewed-snapshot"))
    ours = address_cases.answered(dictionary, cases)
    started = time.monotonic()
    match_towns(cases["input"], dictionary)
    told = [("this matcher", ours, time.monotonic() - started)]
    for one in address_peers.answers(peers, endpoint, cases["input"], limit_python=_PEER_CASES):
        if isinstance(one, str):
            console.print(f"absent: {one}")
            continue
        filled = one.answers.with_columns(
            status=pl.lit("unique"), street=pl.lit(None, pl.String), candidates=pl.lit([], pl.List(pl.Struct({"municipality": pl.String})))
        )
        told.append((one.name, address_cases.scored(cases.head(filled.height), filled), one.seconds))
    shown = [
        pl.concat(
            [pl.DataFrame({"program": [name]}), address_cases.overall(rows), pl.DataFrame({"a second": [round(rows.height / seconds, 1)]})],
            how="horizontal",
        )
        for name, rows, seconds in told
    ]
    _show(
        console, "hand-labelled cases beside other programs with the same towns (the one in Python: the first ones only)", pl.concat(shown)
    )


def _batches(data: Path, files: int) -> list[pl.DataFrame]:
    paths = address_data.company_files(data)
    every = pl.concat(address_data.companies(paths[-files:] if files else paths))
    return list(every.iter_slices(_BATCH))


def _speed(console: Console, data: Path, folder: Path, files: int) -> None:
    addresses = pl.concat(_batches(data, files)).select("address").filter(pl.col("address") != "")
    addresses.write_parquet(folder / "addresses.parquet")
    measure = run_measured(
        "match", ["-m", "benchmarks.address_run", str(folder / "dictionary"), str(folder / "addresses.parquet"), str(folder)]
    )
    cold = run_measured("cold", ["-m", "benchmarks.address_run", str(folder / "dictionary")])
    rate = addresses.height / measure.seconds
    console.print(
        f"{addresses.height:,} company addresses, Parquet to Parquet, in {measure.seconds:.1f} s with the start of the process: "
        f"{rate:,.0f} a second; {addresses.height / measure.cpu_seconds:,.0f} a processor second; peak {measure.peak_bytes / 2**30:.2f} GiB"
    )
    console.print(f"process started and one address answered in {cold.seconds:.2f} s, peak {cold.peak_bytes / 2**30:.2f} GiB")
    dictionary = TownDictionary.read(folder / "dictionary")
    single = [addresses["address"].slice(place, 1) for place in range(_LATENCY_RUNS)]
    times = []
    for one in single:
        started = time.monotonic()
        match_towns(one, dictionary)
        times.append((time.monotonic() - started) * 1000)
    console.print(f"one address in a running process: median {sorted(times)[len(times) // 2]:.1f} ms, longest {max(times):.1f} ms")
