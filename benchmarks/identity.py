"""Matching on sets with known truth: public ones, and companies with real names and addresses beside Splink on the same records."""

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.address_data import towns
from benchmarks.company_records import make_records, read_history
from benchmarks.identity_sets import SETS, PublicSet
from benchmarks.measuring import PROJECT, peak_of_process
from registries.address.matching.address import AddressMatcher
from registries.identity import fellegi_sunter
from registries.identity.block import completeness
from registries.identity.cluster import cluster
from registries.identity.company_ledgers import match_companies, update_companies
from registries.identity.company_matching import COMPANY, company_model
from registries.identity.company_records import name_frequency, prepare
from registries.identity.matching import decide, frame, prepare_pairs, train_on_labels
from registries.identity.measure import Quality, b_cubed, best_threshold, cluster_quality, true_pairs
from registries.identity.model import score

SUMMARY = "Matching: public sets with known truth, and company records beside Splink."
_SHARED = PROJECT.parent / "shared" / "data"
_WEIGHTS = PROJECT / "registries" / "identity" / "weights" / "company.json"
_REVIEWED = 500
_MEMORY = "900MiB"
_LEAST = {
    "febrl3": {"pair F1": 0.9985},
    "febrl4": {"pair F1": 0.9995},
    "dblp_acm": {"pair F1": 0.966},
    "historical_50k": {"cluster F1": 0.85},
}
_LARGE = 500_000
_LEAST_OF_COMPANIES = {"pair F1": 0.955, "automatic precision": 0.99}
_LEAST_OF_MANY = {"pair F1": 0.945, "automatic precision": 0.99}
_MOST_SECONDS, _MOST_GIB = 60, 2
_TRAINED_PRECISION = 0.9975
"""Wanted among the pairs kept back from training; clusters and larger sets add errors of their own, and are to keep 0.99."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder with matching/ and nta/diff/ (default: %(default)s)")
    parser.add_argument("--sets", nargs="*", default=sorted(SETS), choices=sorted(SETS), help="public sets to run (default: all)")
    parser.add_argument("--companies", type=int, nargs="*", default=[100_000], help="numbers of company records (default: 100000)")
    parser.add_argument(
        "--day", type=int, metavar="RECORDS", help="also bring so many records in after the others, and compare the clusters"
    )
    parser.add_argument("--splink", action="store_true", help="run Splink with its stock comparisons on the same company records")
    parser.add_argument(
        "--freeze", metavar="VERSION", help="train the company model on the other half of the country and write its weights"
    )


def _truth(connection: duckdb.DuckDBPyConnection, between: str | None = None) -> None:
    differ = f" AND nullif(a.{between}, b.{between}) IS NOT NULL" if between else ""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE truth AS SELECT least(a.key, b.key) AS l, greatest(a.key, b.key) AS r "
        f"FROM record AS a JOIN record AS b USING (entity) WHERE a.key < b.key{differ}"
    )


def _pair_quality(connection: duckdb.DuckDBPyConnection) -> tuple[float, Quality]:
    scored = connection.execute(
        "SELECT bits::DOUBLE AS bits, t.l IS NOT NULL AS same FROM scored LEFT JOIN truth AS t USING (l, r)"
    ).fetchnumpy()
    ((total,),) = connection.execute("SELECT count(*) FROM truth").fetchall()
    return best_threshold(np.asarray(scored["bits"]), np.asarray(scored["same"]), total)


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _public(name: str, made: PublicSet, data: Path) -> dict[str, Any]:
    records = made.read(data / "matching")
    connection, started = duckdb.connect(), _seconds()
    connection.register("given", records.to_arrow())
    prepare_pairs(connection, made.specification, "given")
    model = fellegi_sunter.train(connection, made.specification, version="bench", random_sample=300_000)
    score(connection, made.specification, model)
    spent = _seconds() - started
    _truth(connection, made.specification.between)
    _, pairs = _pair_quality(connection)
    found = completeness(connection, made.specification, "truth").row(-1)[1]
    keys = frame(connection, "SELECT key, entity FROM record")
    clusters = cluster(
        keys.select("key"), frame(connection, "SELECT l, r, bits::DOUBLE AS bits, veto FROM scored"), threshold=made.cut, unseen=made.unseen
    )
    joined = clusters.members.join(keys, on="key")
    return {
        "set": name,
        "pairs_completeness": found,
        "pair": pairs,
        "cluster": cluster_quality(joined),
        "b3": b_cubed(joined),
        "cpu": spent,
    }


def freeze(history: pl.DataFrame, version: str, data: Path) -> None:
    """Train the company model on records of one half of the country's municipalities, and write it down."""
    records = make_records(history, 300_000, seed=2, half=1)
    connection = duckdb.connect()
    connection.register("given", prepare(records, _known(history), AddressMatcher.build(towns(data))).to_arrow())
    prepare_pairs(connection, COMPANY, "given")
    train_on_labels(connection, COMPANY, "entity", version=version, precision=_TRAINED_PRECISION).write(_WEIGHTS)


def _known(history: pl.DataFrame) -> pl.DataFrame:
    return name_frequency(history.filter(pl.col("version") == 0)["name"])


def _engine(records_path: Path, known_path: Path) -> duckdb.DuckDBPyConnection:
    """A database beside the files, with the views ``written`` and ``known``; what does not fit the memory goes there."""
    folder = records_path.parent
    config: dict[str, Any] = {"memory_limit": _MEMORY, "threads": 2, "temp_directory": str(folder / "spilled")}
    connection = duckdb.connect(str(folder / "work.duckdb"), config=config)
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    for name, path in (("written", records_path), ("known", known_path)):
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
    return connection


def _day(records_path: Path, known_path: Path, arriving: int) -> dict[str, Any]:
    """Bring the last records of a file in after the others, in a process of its own."""
    connection = _engine(records_path, known_path)
    connection.execute(f"CREATE TEMP TABLE late AS SELECT record_id FROM written ORDER BY hash(record_id) LIMIT {arriving}")
    matcher = AddressMatcher.read(records_path.parent / "towns")
    more: dict[str, Any] = {"specification": COMPANY, "known": "known", "matcher": matcher}
    update_companies(connection, "(FROM written ANTI JOIN late USING (record_id))", **more)
    started, wall = _seconds(), time.monotonic()
    changed = update_companies(connection, "(FROM written SEMI JOIN late USING (record_id))", **more)
    updated = time.monotonic() - wall
    clusters = decide(connection, COMPANY, company_model())
    return {
        "arriving": arriving,
        "changed": changed,
        "pairs_s": updated,
        "clusters_s": time.monotonic() - wall - updated,
        "cpu": _seconds() - started,
        "peak_gib": peak_of_process() / 1024**3,
        "members": clusters.members.sort("key").hash_rows(1).hash(1).sum(),
    }


def _companies(records_path: Path, known_path: Path) -> dict[str, Any]:
    """Match records from a file, in a process of its own, so that the peak is that of the matching."""
    model = company_model()
    connection = _engine(records_path, known_path)
    started, wall = _seconds(), time.monotonic()
    matcher = AddressMatcher.read(records_path.parent / "towns")
    matched = match_companies(connection, "written", specification=COMPANY, known="known", matcher=matcher)
    spent, lasted, peak = _seconds() - started, time.monotonic() - wall, peak_of_process()
    _truth(connection)
    threshold, pairs = _pair_quality(connection)
    keys = frame(connection, "SELECT key, record_id, entity FROM record")
    joined = matched.clusters.members.join(keys, on="key")
    best = cluster(keys.select("key"), frame(connection, "SELECT l, r, bits::DOUBLE AS bits, veto FROM scored"), threshold=threshold)
    best_joined = best.members.join(keys, on="key")
    reviewed = _reviewed(connection, joined, model.bands)
    after = decide(connection, COMPANY, model, judgements=reviewed).members.join(keys, on="key")
    found = completeness(connection, COMPANY, "truth")
    return {
        "records": keys.height,
        "true_pairs": true_pairs(keys),
        "pairs_completeness": found.row(-1)[1],
        "rules": matched.blocking.join(found, on="rule", how="left"),
        "pair": pairs,
        "automatic": cluster_quality(joined),
        "automatic_b3": b_cubed(joined),
        "cluster": cluster_quality(best_joined),
        "cluster_b3": b_cubed(best_joined),
        "reviewed": cluster_quality(after),
        "contradictions": matched.clusters.contradictions.height,
        "members": matched.clusters.members.sort("key").hash_rows(1).hash(1).sum(),
        "cpu": spent,
        "wall": lasted,
        "peak_gib": peak / 1024**3,
    }


def _reviewed(connection: duckdb.DuckDBPyConnection, joined: pl.DataFrame, bands: dict[str, float]) -> pl.DataFrame:
    """The first pairs of the review queue, judged by the truth."""
    from registries.identity.review import queue

    waiting = queue(connection, joined.select("key", "cluster"), bands, limit=_REVIEWED)
    entities = joined.select("record_id", "entity")
    judged = waiting.join(entities.rename({"record_id": "record_a", "entity": "ea"}), on="record_a").join(
        entities.rename({"record_id": "record_b", "entity": "eb"}), on="record_b"
    )
    return judged.select("record_a", "record_b", same=pl.col("ea") == pl.col("eb"))


def _apart(
    work: Callable[..., dict[str, Any]], records: pl.DataFrame, known: pl.DataFrame, matcher: AddressMatcher, *more: int
) -> dict[str, Any]:
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        paths = Path(folder) / "records.parquet", Path(folder) / "known.parquet"
        for frame_, path in zip((records, known), paths, strict=True):
            frame_.write_parquet(path)
        matcher.write(Path(folder) / "towns")
        return process.submit(work, *paths, *more).result()


def _missed(set_name: str, quality: dict[str, float], least: dict[str, float]) -> list[str]:
    """A sentence for each figure that is below what is demanded."""
    return [f"{set_name}: {name} {quality[name]:.4f}, at least {bound} wanted" for name, bound in least.items() if quality[name] < bound]


def _line(quality: Quality) -> str:
    return f"{quality.f1:.4f} ({quality.precision:.4f}/{quality.recall:.4f})"


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    console, missed = Console(width=150), []
    if arguments.sets:
        table = Table("set", "pairs completeness", "pair F1 (P/R)", "cluster F1 (P/R)", "B³", "cpu s", title="Public sets, no labels used")
        for name in arguments.sets:
            got = _public(name, SETS[name], arguments.data)
            missed += _missed(name, {"pair F1": got["pair"].f1, "cluster F1": got["cluster"].f1}, _LEAST[name])
            table.add_row(
                name,
                f"{got['pairs_completeness']:.4f}",
                _line(got["pair"]),
                _line(got["cluster"]),
                f"{got['b3'].f1:.4f}",
                f"{got['cpu']:.1f}",
            )
        console.print(table)
    if not arguments.companies and not arguments.freeze:
        return _told(console, missed)
    history = read_history(arguments.data)
    if arguments.freeze:
        freeze(history, arguments.freeze, arguments.data)
    known, matcher = _known(history), AddressMatcher.build(towns(arguments.data))
    for size in arguments.companies:
        records = make_records(history, size, seed=1, half=0)
        got = _apart(_companies, records, known, matcher)
        many = got["records"] >= _LARGE
        quality = {"pair F1": got["pair"].f1, "automatic precision": got["automatic"].precision}
        missed += _missed(f"{got['records']:,} companies", quality, _LEAST_OF_MANY if many else _LEAST_OF_COMPANIES)
        if many and (got["wall"] > _MOST_SECONDS or got["peak_gib"] > _MOST_GIB):
            missed.append(f"{got['records']:,} companies: more than {_MOST_SECONDS} s or {_MOST_GIB} GiB")
        with pl.Config(tbl_rows=20, fmt_str_lengths=30, tbl_width_chars=140, tbl_hide_dataframe_shape=True):
            console.print(str(got.pop("rules")))
        for label, value in got.items():
            console.print(f"{label:20} {_line(value) if isinstance(value, Quality) else value}")
        if arguments.day:
            late = _apart(_day, records, known, matcher, arguments.day)
            console.print(
                "a day's records after the others:", json.dumps(late | {"as_whole": late["members"] == got["members"]}, default=str)
            )
            if late["members"] != got["members"]:
                missed.append(f"{arguments.day:,} records after the others give other clusters than all together")
        if arguments.splink:
            from benchmarks.identity_splink import run_splink

            theirs = run_splink(prepare(records, known, matcher))
            console.print("Splink, stock comparisons, same normalised records:", json.dumps(theirs, indent=1))
    return _told(console, missed)


def _told(console: Console, missed: list[str]) -> int:
    for sentence in missed:
        console.print(f"missed: {sentence}")
    return int(bool(missed))
