"""Matching at the size of the nation: a register with numbers and ledgers without, from the records as written to the clusters."""

import argparse
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import polars as pl
from rich.console import Console

from benchmarks.address_data import towns
from benchmarks.company_records import read_history
from benchmarks.measuring import PROJECT, peak_of_process
from benchmarks.nation_records import write_nation
from registries.address.matching.address import AddressMatcher
from registries.identity.company_ledgers import match_companies
from registries.identity.measure import Quality, b_cubed, best_threshold, cluster_quality

SUMMARY = "Matching at the size of the nation: 5.7 million companies with numbers, 3 million ledger records without."
_SHARED = PROJECT.parent / "shared" / "data"
_MOST_SECONDS, _MOST_GIB = 600, 8
_LEAST_PRECISION = 0.99


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder with nta/diff/ (default: %(default)s)")
    parser.add_argument("--companies", type=int, default=5_700_000, help="companies in the register (default: %(default)s)")
    parser.add_argument("--records", type=int, default=3_000_000, help="ledger records without a number (default: %(default)s)")
    parser.add_argument("--memory", default="3GiB", help="limit of the engine (default: %(default)s)")


def match_nation(folder: Path, memory: str) -> dict[str, Any]:
    """Match the files of a folder, in a process of its own, so that the peak is that of the matching.

    Args:
        folder: With the files of :func:`benchmarks.nation_records.write_nation`.
        memory: Limit of the engine.

    Returns:
        What it cost and how good it is. Only pairs with a ledger record count: two rows of the register are never one.
    """
    connection = duckdb.connect(str(folder / "work.duckdb"), config={"memory_limit": memory, "threads": 2, "temp_directory": str(folder)})
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    started = time.monotonic()
    columns = "record_id, name, name_kana, address, postal_code, corporate_number"
    connection.execute(f"CREATE VIEW delivered AS SELECT {columns} FROM read_parquet('{folder}/*.parquet')")
    matched = match_companies(connection, "delivered", matcher=AddressMatcher.read(folder / "towns"))
    lasted, used, peak = time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF), peak_of_process()
    connection.execute(
        f"CREATE TEMP TABLE truth AS SELECT md5_number_lower(record_id) AS key, entity FROM read_parquet('{folder}/*.parquet')"
    )
    scored = connection.execute(
        "SELECT s.bits, a.entity = b.entity AS same FROM scored AS s JOIN truth AS a ON a.key = s.l JOIN truth AS b ON b.key = s.r"
    ).fetchnumpy()
    ((total,),) = connection.execute(
        "SELECT sum(n * (n - 1) // 2)::BIGINT FROM (SELECT count(*) AS n FROM truth GROUP BY entity)"
    ).fetchall()
    threshold, pairs = best_threshold(np.asarray(scored["bits"]), np.asarray(scored["same"]), total)
    entities = pl.DataFrame(connection.sql("SELECT key, entity FROM truth").to_arrow_table())
    joined = matched.clusters.members.join(entities, on="key")
    return {
        "rows": joined.height,
        "candidates": len(scored["same"]),
        "true pairs": total,
        "pairs completeness": float(np.asarray(scored["same"]).sum()) / total,
        "pair F1 at the best threshold": pairs,
        "best threshold": threshold,
        "automatic clusters": cluster_quality(joined),
        "B³": b_cubed(joined),
        "contradictions": matched.clusters.contradictions.height,
        "rules": matched.blocking,
        "wall s": lasted,
        "cpu s": used.ru_utime + used.ru_stime,
        "peak GiB": peak / 1024**3,
    }


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    console = Console(width=150)
    history = read_history(arguments.data)
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        write_nation(history, Path(folder), arguments.companies, arguments.records)
        AddressMatcher.build(towns(arguments.data)).write(Path(folder) / "towns")
        got = process.submit(match_nation, Path(folder), arguments.memory).result()
    for label, value in got.items():
        shown = f"{value.f1:.4f} (P {value.precision:.4f}, R {value.recall:.4f})" if isinstance(value, Quality) else value
        console.print(f"{label:30} {shown}")
    missed = [
        f"{label} {value:.4g}, wanted {relation} {limit}"
        for label, value, relation, limit, short in (
            ("automatic precision", got["automatic clusters"].precision, "at least", _LEAST_PRECISION, -1),
            ("wall seconds", got["wall s"], "at most", _MOST_SECONDS, 1),
            ("peak GiB", got["peak GiB"], "at most", _MOST_GIB, 1),
        )
        if (value - limit) * short > 0
    ]
    for sentence in missed:
        console.print(f"missed: {sentence}")
    return int(bool(missed))
