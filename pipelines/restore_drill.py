"""The restore drill: published tables made again from the files of the newest release alone, and landed files held against their digests.

What came of the last drill is kept beside the measures, and is the evidence for recoverability until the next one.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from catalog.release import latest
from pipelines.errors import DaichoError
from pipelines.home import Home, write_json_aside
from pipelines.ingest.landing import Landing
from pipelines.source_declarations import load_sources
from quality.store import Run, counted_row
from registries.contract import Table, load_contracts
from registries.schema import create_table, quoted

_BLOCK = 1 << 20


def drill_path(home: Home) -> Path:
    """Where the outcome of the last drill is kept."""
    return home.root / "quality" / "restore_drill.json"


def _restored(connection: duckdb.DuckDBPyConnection, folder: Path, table: Table) -> tuple[int, int]:
    """Rows of the warehouse that were restored from a release, and all of them."""
    there = f"warehouse.main.{table.name}"
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {there}").fetchall()
    parts = sorted((folder / table.name).rglob("*.parquet"))
    if not parts:
        return 0, int(rows)
    listed = ", ".join(quoted(str(part)) for part in parts)
    names = ", ".join(column.name for column in table.columns)
    connection.execute(create_table(table))
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT {names} FROM read_parquet([{listed}], hive_partitioning = false)")
    compared = ", ".join(f"ST_AsWKB({c.name})" if c.item.type == "geometry" else c.name for c in table.columns)
    missing = f"SELECT {compared} FROM {there} EXCEPT ALL SELECT {compared} FROM {table.name}"
    ((lost,),) = connection.execute(f"SELECT count(*) FROM ({missing})").fetchall()
    return int(rows) - int(lost), int(rows)


def _intact(home: Home, name: str) -> tuple[int, int]:
    """Landed files of a source whose bytes are those of their digest, and all of them."""
    landing = Landing(home, load_sources()[name])
    intact, receipts = 0, [receipt for receipt in landing.receipts() if receipt.fault is None]
    for receipt in receipts:
        path, digest = landing.path(receipt), hashlib.sha256()
        if path.is_file():
            with path.open("rb") as handle:
                while block := handle.read(_BLOCK):
                    digest.update(block)
            intact += digest.hexdigest() == receipt.sha256
    return intact, len(receipts)


def restore_drill(home: Home, today: date) -> dict[str, Any]:
    """Restore the published tables into a database of their own, compare them with the warehouse, and keep what came of it.

    Args:
        home: Home folder.
        today: Day of the drill.

    Returns:
        ``date``, ``release``, ``tables`` and ``sources``, each with [whole, all]: rows of a table, landed files of a source.

    Raises:
        DaichoError: There is no release, or no warehouse.
    """
    pointer = latest(home.release)
    if pointer is None or not home.warehouse.exists():
        raise DaichoError(f"{home.root}: there is no release to restore from; run ./daicho build")
    folder = home.root / "work" / "restore"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "restored.duckdb"
    database.unlink(missing_ok=True)
    tables: dict[str, list[int]] = {}
    try:
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"ATTACH {quoted(str(home.warehouse))} AS warehouse (READ_ONLY)")
            for contract in load_contracts().values():
                for table in contract.public_part().tables.values():
                    tables[table.name] = list(_restored(connection, home.release / pointer["release"], table))
    finally:
        database.unlink(missing_ok=True)
    sources = {name: list(counts) for name in load_sources() if (counts := _intact(home, name))[1]}
    outcome = {"date": today.isoformat(), "release": pointer["release"], "tables": tables, "sources": sources}
    write_json_aside(drill_path(home), outcome)
    return outcome


def of_drill(run: Run, home: Home) -> list[dict[str, Any]]:
    """What the last restore drill tells of tables and sources; nothing where there was none."""
    path = drill_path(home)
    if not path.exists():
        return []
    told = json.loads(path.read_text(encoding="utf-8"))
    note = f"restore drill of {told['date']} from release {told['release']}"
    registries = {name: contract.registry for contract in load_contracts().values() for name in contract.tables}
    rows = [
        counted_row(run, registries[name], name, "Rec-D-1", *counts, note=note)
        for name, counts in told["tables"].items()
        if name in registries
    ]
    return rows + [counted_row(run, None, name, "Rec-D-1", *counts, note=note) for name, counts in told["sources"].items()]
