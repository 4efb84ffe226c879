"""One step of the benchmark ``address_nation`` in a process of its own: ``STEP FOLDER [ARGUMENT]``; what it found is written as JSON."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from benchmarks.measuring import peak_of_process
from benchmarks.nation_addresses import write_standardised
from catalog.release_table import Previous, publish_table
from catalog.tables import WrittenFile
from pipelines.address_file import match_file
from pipelines.ingest.standardise import sql_types
from pipelines.measuring import query_of
from pipelines.source_declarations import load_sources
from pipelines.warehouse import memory_limit
from quality.measuring import measure
from registries.address.matching.address import AddressMatcher
from registries.address.matching.warehouse import open_matcher
from registries.build import connect, rebuild
from registries.contract import load_contracts
from registries.schema import place, quoted

_CHECKED = ("town", "block", "residence", "lot")
_PUBLISHED = ("town", "block", "residence")
_RUNS = 30


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def _largest(folder: Path) -> Iterator[Callable[[], int]]:
    """Watch a folder and tell how large it became."""
    most, done = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.5):
            try:
                most = max(most, _bytes_of(folder))
            except FileNotFoundError:  # a file went while it was looked at
                continue

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: most
    finally:
        done.set()
        thread.join()


def _read_bytes() -> int:
    """Bytes this process has asked files for so far, whether they came from the disk or from the system's memory."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split("rchar:")[1].split()[0])


def _delivered(folder: Path) -> dict[str, str]:
    """For each source of the registry the SQL of its records; of those that were not made, a relation without any."""
    found = {}
    for name in load_contracts()["address"].sources:
        parts = sorted((folder / name).glob("*.parquet"))
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in sql_types(load_sources()[name]).items())
        found[name] = f"read_parquet([{', '.join(quoted(str(part)) for part in parts)}])" if parts else f"(SELECT {columns} LIMIT 0)"
    return found


def _connected(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse as a build does."""
    return connect(
        str(folder / "warehouse.duckdb"),
        memory_limit=memory_limit(),
        threads=os.cpu_count() or 2,
        temp_directory=str(folder / "spill"),
        restricted=folder / "restricted.duckdb",
    )


def write(folder: Path) -> dict[str, Any]:
    """Write the standardised records of the nation."""
    write_standardised(folder / "standardised", pl.read_parquet(folder / "towns.parquet"))
    return {"bytes": _bytes_of(folder / "standardised")}


def build(folder: Path) -> dict[str, Any]:
    """Make the tables of the address registry of the standardised records, as a build does."""
    contract, spill = load_contracts()["address"], folder / "spill"
    spill.mkdir(exist_ok=True)
    seconds: dict[str, float] = {}
    last, began = "", time.monotonic()

    def step(name: str) -> None:
        nonlocal last, began
        if last:
            seconds[last] = seconds.get(last, 0.0) + time.monotonic() - began
            print(f"{last} {seconds[last]:,.0f} s, peak {peak_of_process() / 2**30:.2f} GiB", flush=True)
        last, began = name, time.monotonic()

    with _largest(spill) as largest, _connected(folder) as connection:
        rebuild(connection, contract, _delivered(folder / "standardised"), step)
        step("writing down")
        connection.execute("CHECKPOINT")
        connection.execute("CHECKPOINT restricted")
        step("")
        spilled = largest()
    return {
        "seconds": seconds,
        "spilled": spilled,
        "bytes": sum((folder / name).stat().st_size for name in ("warehouse.duckdb", "restricted.duckdb")),
    }


def check(folder: Path) -> dict[str, Any]:
    """Measure the checks of the tables, as a build does."""
    contract = load_contracts()["address"]
    with _connected(folder) as connection:
        query = query_of(connection)
        broken: dict[str, int] = {}
        rows: dict[str, int] = {}
        for name in _CHECKED:
            results = measure(query, contract.tables[name], place(contract.tables[name]))
            rows[name] = results[0].rows
            wrong = [result for result in results if not result.passed and result.check.severity == "error"]
            broken |= {f"{name}.{result.check.name}": result.violations for result in wrong}
    return {"rows": rows, "broken": broken}


def publish(folder: Path) -> dict[str, Any]:
    """Write the public tables below the municipality as a release does; then again, with one municipality's residences changed."""
    contract = load_contracts()["address"]
    previous: Previous | None = None
    seconds: dict[str, float] = {}
    made: dict[str, int] = {}
    for release in ("first", "second"):
        staging = folder / "release" / release
        staging.mkdir(parents=True)
        began, entries = time.monotonic(), []
        with _connected(folder) as connection:
            connection.execute("SET preserve_insertion_order = false")
            for name in _PUBLISHED:
                written = publish_table(
                    connection, contract, contract.tables[name], staging, folder, licence="", previous=previous, withdrawals=[]
                )
                entries += [_entry(file) for file in written.files]
                made[release] = made.get(release, 0) + written.written
                print(f"{release} {name}, peak {peak_of_process() / 2**30:.2f} GiB", flush=True)
            seconds[release] = time.monotonic() - began
            ((code,),) = connection.execute("SELECT max(lg_code) FROM residence").fetchall()
            connection.execute("UPDATE residence SET rsdt_num2 = '1' WHERE lg_code = ?", [code])
        previous = Previous(name=release, folder=staging, files=entries)
    return {"seconds": seconds, "written": made, "bytes": _bytes_of(folder / "release" / "first")}


def _entry(file: WrittenFile) -> dict[str, Any]:
    """What the manifest of a release says of a file, as far as the next release needs it."""
    about = {"path": file.path, "table": file.table, "rows": file.rows, "schema_fingerprint": file.columns, "writer": file.writer}
    return about | ({"part": file.part} if file.part is not None else {})


def _open(folder: Path) -> AddressMatcher:
    return open_matcher(folder / "warehouse.duckdb", folder / "restricted.duckdb", folder / "cache")


def dictionary(folder: Path) -> dict[str, Any]:
    """Make the dictionary of towns."""
    return {"towns": _open(folder).forms.height}


def one(folder: Path) -> dict[str, Any]:
    """Open the matcher, match one address, then others of the same municipality one at a time."""
    addresses = pl.read_parquet(folder / "one.parquet")["address"]
    started, before = time.perf_counter(), _read_bytes()
    matcher = _open(folder)
    opened = time.perf_counter() - started
    town_bytes, before = _read_bytes() - before, _read_bytes()
    first = matcher.match(addresses[:1])
    cold = time.perf_counter() - started
    peak, number_bytes = peak_of_process(), _read_bytes() - before
    times = []
    for address in addresses[1 : _RUNS + 1].to_list():
        begun = time.perf_counter()
        matcher.match(pl.Series([address]))
        times.append(time.perf_counter() - begun)
    return {
        "opened": opened,
        "first": cold,
        "first_level": first["match_level"][0],
        "first_peak": peak,
        "town_bytes": town_bytes,
        "number_bytes": number_bytes,
        "later_median": sorted(times)[len(times) // 2],
        "later_most": max(times),
        "later_bytes": _read_bytes() - before - number_bytes,
    }


def batch(folder: Path, name: str) -> dict[str, Any]:
    """Match the addresses of a file."""
    matcher = _open(folder)
    started, before = time.perf_counter(), _read_bytes()
    counted = match_file(matcher, folder / f"{name}.parquet", "address", folder / f"{name}_out.parquet")
    seconds = time.perf_counter() - started
    out = pl.read_parquet(folder / f"{name}_out.parquet", columns=["level", "match_level"])
    right = out.filter(pl.col("level") == pl.col("match_level")).height
    return {"rate": counted.total() / seconds, "rows": out.height, "found": right, "read_bytes": _read_bytes() - before}


def main() -> None:
    """Run the step that the command line names."""
    step, folder, *more = sys.argv[1:]
    steps: dict[str, Callable[..., dict[str, Any]]] = {
        known.__name__: known for known in (write, build, check, publish, dictionary, one, batch)
    }
    found = steps[step](Path(folder), *more)
    (Path(folder) / "found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
