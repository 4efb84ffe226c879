"""The address registry at the nation's size: 0.7 million towns, 60 million residences, 200 million lots; built, opened and asked.

One prefecture comes as delivered zip files and goes the whole way through ``daicho build``. The nation comes as standardised records,
goes through the registry's models and checks, and is asked by the matcher. Every step is a process of its own.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from benchmarks.measuring import Measure, run_measured
from benchmarks.nation_addresses import made_towns, write_delivered, written_addresses

SUMMARY = "The address registry at the nation's size: built, opened, and asked about one municipality and about all."
_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_CONSOLE = Console(width=140, highlight=False)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_DATA, metavar="DIR", help="folder of the real files (default: ../shared/data)")
    parser.add_argument("--towns", type=int, default=700_000, metavar="N", help="towns (default: 700000)")
    parser.add_argument("--residences", type=int, default=60_000_000, metavar="N", help="residences (default: 60000000)")
    parser.add_argument("--lots", type=int, default=200_000_000, metavar="N", help="lots (default: 200000000)")
    parser.add_argument(
        "--municipalities", type=int, default=0, metavar="N", help="keep that many municipalities, for a trial (default: all)"
    )
    parser.add_argument("--prefecture", default="30", metavar="CODE", help="delivered as files (default: 30, 和歌山県; '' for none)")
    parser.add_argument("--addresses", type=int, default=200_000, metavar="N", help="addresses of a batch (default: 200000)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="folder for the work, which needs 40 GB (default: the system's)")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        Exit status: 1 where the real files are missing.
    """
    if not arguments.data.is_dir():
        _CONSOLE.print(f"The real towns are missing: {arguments.data}. Name their folder with --data.")
        return 1
    towns = made_towns(
        arguments.data,
        towns=arguments.towns,
        lots=arguments.lots,
        residences=arguments.residences,
        municipalities=arguments.municipalities,
    )
    _CONSOLE.print(
        f"{towns.height:,} towns, {towns['residences'].sum():,} residences, {towns['lots'].sum():,} lots in "
        f"{towns['lg_code'].n_unique():,} municipalities; load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(prefix="daicho-bench-", dir=arguments.work) as name:
        small, whole = Path(name) / "small", Path(name) / "nation"
        some = towns.filter(pl.col("lg_code").str.starts_with(arguments.prefecture)) if arguments.prefecture else towns.clear()
        asked = _municipality(some if some.height else towns)
        if some.height:
            _prefecture(small, some, towns, asked)
        _nation(whole, towns, asked, arguments.addresses)
    return 0


def _step(folder: Path, *step: str) -> tuple[Measure, dict[str, Any]]:
    measure = run_measured(" ".join(step), ["-m", "benchmarks.address_nation_step", step[0], str(folder), *step[1:]])
    return measure, json.loads((folder / "found.json").read_text(encoding="utf-8"))


def _told(what: str, measure: Measure, more: str = "") -> None:
    cost = f"{measure.seconds:,.0f} s, {measure.cpu_seconds:,.0f} cpu s, peak {measure.peak_bytes / 2**30:.2f} GiB"
    _CONSOLE.print(f"{what}: {cost}{', ' + more if more else ''}; load {os.getloadavg()[0]:.1f}")


def _numbers_in(towns: pl.DataFrame) -> int:
    return int(towns["lots"].sum()) + int(towns["residences"].sum())


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB" if size < 2**30 else f"{size / 2**30:,.1f} GiB"


def _municipality(towns: pl.DataFrame) -> pl.DataFrame:
    """The towns of the municipality with the most residences and lots."""
    sizes = towns.group_by("lg_code").agg(size=pl.sum("lots") + pl.sum("residences")).sort("size", "lg_code")
    return towns.filter(pl.col("lg_code") == sizes["lg_code"][-1])


def _prefecture(folder: Path, some: pl.DataFrame, towns: pl.DataFrame, asked: pl.DataFrame) -> None:
    """Build one prefecture from delivered files, and ask it."""
    write_delivered(folder / "in", some, towns)
    inputs = [f"--from={source.name}={source}" for source in sorted((folder / "in").iterdir())]
    build = run_measured("prefecture", ["-m", "pipelines.cli", "build", "--home", str(folder), "--no-release", *inputs])
    records = _numbers_in(some)
    _told(f"one prefecture from delivered files to tables, {records:,} lots and residences", build)
    written_addresses(asked, 100, 1).write_parquet(folder / "one.parquet")
    _step(folder, "dictionary")
    _one(folder, "one address, that prefecture alone")


def _nation(folder: Path, towns: pl.DataFrame, asked: pl.DataFrame, addresses: int) -> None:
    """Build the nation from standardised records, and ask it."""
    folder.mkdir()
    towns.write_parquet(folder / "towns.parquet")
    _, written = _step(folder, "write")
    _CONSOLE.print(f"standardised records: {_mebibytes(written['bytes'])}")
    built, found = _step(folder, "build")
    shutil.rmtree(folder / "standardised")
    _told("nation from standardised records to tables", built, f"{_mebibytes(found['bytes'])} on disk")
    _CONSOLE.print(f"  spilled at most {_mebibytes(found['spilled'])}")
    slow = {name: round(seconds) for name, seconds in found["seconds"].items() if seconds >= 1}
    _CONSOLE.print(f"  seconds {slow}")
    checked, about = _step(folder, "check")
    _told(f"checks of {about['rows']}", checked, f"broken: {about['broken'] or 'none'}")
    made, about = _step(folder, "dictionary")
    _told(f"dictionary of {about['towns']:,} towns", made)
    written_addresses(asked, 100, 1).write_parquet(folder / "one.parquet")
    _one(folder, "one address, nation")
    share = _numbers_in(asked) / _numbers_in(towns)
    for name, some in (("municipality", asked), ("everywhere", towns)):
        written_addresses(some, addresses, 2).write_parquet(folder / f"{name}.parquet")
        measure, about = _step(folder, "batch", name)
        right = f"{about['found'] / about['rows']:.2%} to their level, {about['rate']:,.0f} a second"
        _told(f"{about['rows']:,} addresses, {name}", measure, f"{right}, read {_mebibytes(about['read_bytes'])}")
    _CONSOLE.print(f"  that municipality holds {share:.2%} of the numbers: {_mebibytes(int(share * found['bytes']))} of the tables")
    released, about = _step(folder, "publish")
    _told(f"publication of towns, blocks and residences, {_mebibytes(about['bytes'])}", released)
    _CONSOLE.print(
        f"  first {about['seconds']['first']:,.0f} s, {about['written']['first']} files; with one municipality changed "
        f"{about['seconds']['second']:,.0f} s, {about['written']['second']} files written"
    )


def _one(folder: Path, what: str) -> None:
    _, found = _step(folder, "one")
    later = f"median {found['later_median'] * 1000:.1f} ms, at most {found['later_most'] * 1000:.0f} ms"
    read = [_mebibytes(found[name]) for name in ("town_bytes", "number_bytes", "later_bytes")]
    _CONSOLE.print(
        f"{what}: opened in {found['opened']:.2f} s, first answer ({found['first_level']}) after {found['first']:.2f} s at "
        f"{found['first_peak'] / 2**30:.2f} GiB; then {later}; read {read[0]} of towns, {read[1]} for the first number, "
        f"{read[2]} for the others; load {os.getloadavg()[0]:.1f}"
    )
