"""Making the warehouse: decide how much must be made anew, make it aside, put it in place by rename."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import DaichoError
from pipelines.fingerprint import declarations_fingerprint
from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore, sql_types
from pipelines.source_declarations import load_sources
from registries.build import connect, rebuild, refresh
from registries.contract import Contract, Table, load_contracts

_STATE = "daicho_state"


@dataclass(frozen=True)
class State:
    """What a warehouse was made of.

    Attributes:
        declarations: Fingerprint of the declarations.
        batches: Batches applied, by source.
    """

    declarations: str
    batches: dict[str, list[str]]

    @property
    def content_id(self) -> str:
        """Digest of the state: equal states hold equal content."""
        return hashlib.sha256(json.dumps([self.declarations, self.batches], sort_keys=True).encode()).hexdigest()


def read_state(path: Path) -> State | None:
    """Read what a warehouse was made of; None where there is none, or it was not made by this program."""
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(f"SELECT content FROM {_STATE}").fetchall()
    except duckdb.Error:
        return None
    content = json.loads(rows[0][0])
    return State(content["declarations"], content["batches"])


def wanted_state(home: Home) -> State:
    """What the warehouse should be made of: every standardised batch, under the present declarations."""
    batches = {name: sorted(StandardisedStore(home, source).done()) for name, source in load_sources().items()}
    return State(declarations_fingerprint(), batches)


def delivery_ledger(home: Home) -> pl.DataFrame:
    """The ledger of delivered files, of every source.

    Returns:
        Columns of the table ``delivered_file``.
    """
    rows = []
    for name, source in load_sources().items():
        landing, accepted = Landing(home, source), {}
        for counts in StandardisedStore(home, source).done().values():
            accepted.update(counts)
        signatures = {receipt.sha256: receipt.signature for receipt in landing.receipts()}
        for file in RawStore(home, source).files():
            taken = accepted.get(file.file_id, 0) if file.fault is None else 0
            rows.append(
                {
                    "source": name,
                    "file_name": file.name,
                    "file_sha256": file.file_id,
                    "delivery_sha256": file.landing_sha256,
                    "signature_state_code": signatures[file.landing_sha256],
                    "delivery_kind_code": file.kind or None,
                    "file_date": file.file_date or None,
                    "character_encoding": file.encoding or None,
                    "records_read": file.records,
                    "records_accepted": taken,
                    "records_quarantined": file.records - taken,
                    "file_fault": file.fault,
                }
            )
    names = [column.name for column in load_contracts()["delivery"].tables["delivered_file"].columns]
    schema = {name: pl.Int64 if name.startswith("records_") else pl.String for name in names}
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col("file_date").str.to_date())


def memory_limit() -> str:
    """Memory the engine may use before it spills: half of the machine's, at most 5 GiB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(total // 2, 5 * 1024**3) // 1024**2}MiB"


class WarehouseMaker:
    """Makes the next warehouse in the work folder."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.path = home.work / "warehouse.duckdb"
        self._next = wanted_state(home)
        self._now = read_state(home.warehouse)

    @property
    def measures_path(self) -> Path:
        """Folder of what the checks measured on the content to be held, by table."""
        return self._home.root / "measures" / self.content_id[:12]

    @property
    def is_current(self) -> bool:
        """Whether the warehouse in place already holds everything."""
        return self._now == self._next

    def open(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse being made; where there is nothing to make, the one in place, for reading."""
        return self.open_now() if self.is_current else self._connect(self.path, read_only=False)

    def _connect(self, path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        return connect(
            str(path),
            read_only=read_only,
            memory_limit=memory_limit(),
            threads=os.cpu_count() or 2,
            temp_directory=str(self._home.work / "spill"),
        )

    def make(self, contract: Contract, progress: Callable[[str], None]) -> None:
        """Make one registry's tables.

        Args:
            contract: Contract of the registry.
            progress: Called with the name of each model.
        """
        with self.open() as connection:
            if not contract.sources:
                connection.register("delivery_ledger", delivery_ledger(self._home).to_arrow())
                rebuild(connection, contract, "delivery_ledger", progress)
                return
            (source,) = contract.sources
            arrived = self._arrived(source)
            if arrived is None:
                rebuild(connection, contract, self._relation(source, ["*"]), progress)
            elif arrived:
                every = self._relation(source, ["*"])
                refresh(connection, contract, every, self._relation(source, arrived), progress)

    def begin(self) -> None:
        """Lay out the file to work on: a copy of the warehouse where it can be updated, else an empty one."""
        self.path.unlink(missing_ok=True)
        # a log that a broken build left would be played into the new file
        Path(f"{self.path}.wal").unlink(missing_ok=True)
        if self._can_update:
            shutil.copyfile(self._home.warehouse, self.path)

    @property
    def _can_update(self) -> bool:
        """Whether the warehouse in place was made under the present declarations of batches that still count."""
        if self._now is None or self._now.declarations != self._next.declarations or not self.measures_now_path.is_dir():
            return False
        return all(set(batches) <= set(self._next.batches.get(source, [])) for source, batches in self._now.batches.items())

    def _arrived(self, source: str) -> list[str] | None:
        """Batches the warehouse lacks; None where it must be made anew."""
        if not self._can_update or self._now is None:
            return None
        return sorted(set(self._next.batches[source]) - set(self._now.batches.get(source, [])))

    def touched_rows(self, contract: Contract, table: Table) -> str | None:
        """SQL of a table's rows that arrived records touch; None where the table is made anew as a whole."""
        if table.recompute_by is None or not contract.sources:
            return None
        (source,) = contract.sources
        arrived = self._arrived(source)
        if arrived is None:
            return None
        key = table.recompute_by
        return f"(FROM {table.name} SEMI JOIN (SELECT DISTINCT {key} FROM {self._relation(source, arrived)}) USING ({key}))"

    @property
    def measures_now_path(self) -> Path:
        """Folder of what the checks measured on the warehouse in place."""
        return self._home.root / "measures" / (self._now.content_id[:12] if self._now else "none")

    def open_now(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse in place, for reading."""
        return self._connect(self._home.warehouse, read_only=True)

    def _relation(self, source: str, batches: list[str]) -> str:
        store = StandardisedStore(self._home, load_sources()[source])
        parts = [part for batch in batches for part in store.parts(batch)]
        if not parts:
            columns = (f"NULL::{type_} AS {name}" for name, type_ in sql_types(load_sources()[source]).items())
            return f"(SELECT {', '.join(columns)} LIMIT 0)"
        listed = ", ".join("'" + part.replace("'", "''") + "'" for part in parts)
        return f"read_parquet([{listed}])"

    def put_in_place(self) -> None:
        """Write down what the warehouse was made of and rename it into place. Readers of the old one keep reading it."""
        state = json.dumps({"declarations": self._next.declarations, "batches": self._next.batches}, sort_keys=True)
        with self.open() as connection:
            connection.execute(f"CREATE OR REPLACE TABLE {_STATE} (content VARCHAR)")
            connection.execute(f"INSERT INTO {_STATE} VALUES (?)", [state])
            connection.execute(f"COMMENT ON TABLE {_STATE} IS '倉庫の作成元 / What this warehouse was made of (JSON).'")
            connection.execute(f"COMMENT ON COLUMN {_STATE}.content IS '宣言の指紋と適用済みの受領単位 / Declarations and batches.'")
            connection.execute("CHECKPOINT")
        if Path(f"{self.path}.wal").exists():
            raise DaichoError(f"{self.path}: the warehouse could not be finished; run the build again")
        self.path.replace(self._home.warehouse)

    @property
    def content_id(self) -> str:
        """Digest of the content the warehouse is to hold."""
        return self._next.content_id
