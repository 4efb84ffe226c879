"""Searching the records of a warehouse from the command line; the index is made when it is first asked for."""

import shutil
from pathlib import Path

from catalog.search.records import INDEX_FORMAT, RecordIndex, write_record_index
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.progress import PROGRESS
from pipelines.warehouse import memory_limit, state_of
from registries.contract import load_contracts


def record_index(home: Home) -> Path:
    """Path of the index of the warehouse in place, made anew where it is of another content.

    Raises:
        DaichoError: There is no warehouse.
    """
    state = state_of(home)
    if state is None:
        raise DaichoError(f"{home.root} holds no warehouse; run ./daicho build --home {home.root} first")
    path = home.root / "search" / f"records-{INDEX_FORMAT}-{state.content_id[:12]}"
    if not path.exists():
        with home.locked():
            PROGRESS.begin("search index")
            records = write_record_index(home.warehouse, list(load_contracts().values()), path, memory_limit(), PROGRESS.step)
            for old in path.parent.glob("records-*"):
                if old != path:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            PROGRESS.end(f"{records:,} records")
    return path


def show_records(home: Home, query: str, limit: int) -> int:
    """Print the records that hold every word of a query."""
    hits = RecordIndex(record_index(home)).search(query, limit=limit)
    if not hits:
        print("見つかりません / nothing found")
    for hit in hits:
        print(f"{hit.table:<10} {hit.id:<16} {hit.title}  {hit.detail}")
    return 0
