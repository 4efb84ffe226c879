"""Making the warehouse: decide how much must be made anew, make it aside, put it in place by rename."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb

from pipelines.delivered import arrived_records, delivered_records, delivery_ledger, earlier_records, has_column, standardised_batches
from pipelines.errors import DaichoError
from pipelines.fingerprint import registry_fingerprint
from pipelines.home import Home
from pipelines.source_declarations import load_sources
from registries.build import connect, rebuild, refresh
from registries.contract import Contract, Table, load_contracts
from registries.schema import place

_STATE = "daicho_state"


@dataclass(frozen=True)
class Made:
    """What one registry was made of.

    Attributes:
        fingerprint: Of its declarations and models.
        batches: Batches applied, by source.
        needed: Digests of the registries it reads.
        tables: Its tables, with the database each lies in.
    """

    fingerprint: str
    batches: dict[str, list[str]]
    needed: dict[str, str]
    tables: list[str]

    @property
    def digest(self) -> str:
        """Digest of all of it: equal digests hold equal content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class State:
    """What a warehouse was made of, by registry."""

    registries: dict[str, Made]

    def as_json(self) -> str:
        """The state as it is written into the warehouse."""
        return json.dumps({name: asdict(made) for name, made in self.registries.items()}, sort_keys=True)

    def without(self, held: Collection[str]) -> "State":
        """The state of a warehouse in which some tables are not those of this state."""
        made = {
            name: replace(about, fingerprint=f"{about.fingerprint} without {', '.join(sorted(missing))}")
            for name, about in self.registries.items()
            if (missing := set(about.tables) & set(held))
        }
        return State(self.registries | made)

    @property
    def content_id(self) -> str:
        """Digest of the state: equal states hold equal content."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def _read_state(path: Path) -> State | None:
    """Read what a DuckDB file was made of; None where there is none, or it was not made by this program."""
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            ((content,),) = connection.execute(f"SELECT content FROM {_STATE}").fetchall()
        return State({name: Made(**made) for name, made in json.loads(content).items()})
    except (duckdb.Error, TypeError, ValueError):
        return None


def state_of(home: Home) -> State | None:
    """What the warehouse in place was made of; None where it must be made anew, as where its two files do not belong together."""
    state = _read_state(home.warehouse)
    if home.restricted.exists() and _read_state(home.restricted) != state:
        return None
    return state


def wanted_state(home: Home) -> State:
    """What the warehouse should be made of: every standardised batch, under the present declarations."""
    batches = {name: standardised_batches(home, source) for name, source in load_sources().items()}
    made: dict[str, Made] = {}
    for name, contract in load_contracts().items():
        made[name] = Made(
            fingerprint=registry_fingerprint(contract) + _judged(home, name),
            batches={source: batches[source] for source in (batches if contract.is_ledger else contract.sources)},
            needed={needed: made[needed].digest for needed in contract.needs},
            tables=[place(table) for table in contract.tables.values()],
        )
    return State(made)


def _judged(home: Home, registry: str) -> str:
    """Digest of what stewards decided for a registry; empty where nothing was decided."""
    path = home.judgements / f"{registry}.tsv"
    return f" judged {hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else ""


def memory_limit() -> str:
    """Memory the engine may use before it spills: half of the machine's, at most 5 GiB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(total // 2, 5 * 1024**3) // 1024**2}MiB"


def _has_restricted_tables() -> bool:
    return any(table.is_restricted for contract in load_contracts().values() for table in contract.tables.values())


class WarehouseMaker:
    """Makes the next warehouse in the work folder: the DuckDB file people read and, beside it, that of the restricted tables."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.path = home.work / "warehouse.duckdb"
        self._restricted = home.work / "restricted.duckdb"
        self._next = wanted_state(home)
        self._now = state_of(home)

    @property
    def measures_path(self) -> Path:
        """Folder of what the checks measured on the content to be held, by table."""
        return self._home.root / "measures" / self.content_id[:12]

    @property
    def measures_now_path(self) -> Path:
        """Folder of what the checks measured on the warehouse in place."""
        return self._home.root / "measures" / (self._now.content_id[:12] if self._now else "none")

    @property
    def is_current(self) -> bool:
        """Whether the warehouse in place already holds everything."""
        return self._now == self._next

    def is_kept(self, contract: Contract) -> bool:
        """Whether a registry stays as it is in the warehouse in place, for nothing it is made of has changed."""
        before = self._reusable(contract)
        return before is not None and before == self._next.registries[contract.registry]

    def open(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse being made; where there is nothing to make, the one in place, for reading."""
        return self.open_now() if self.is_current else self._connect(self.path, self._restricted, read_only=False)

    def open_now(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse in place, for reading."""
        return self._connect(self._home.warehouse, self._home.restricted, read_only=True)

    def _connect(self, path: Path, restricted: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        connection = connect(
            str(path),
            read_only=read_only,
            memory_limit=memory_limit(),
            threads=os.cpu_count() or 2,
            temp_directory=str(self._home.work / "spill"),
            restricted=restricted if _has_restricted_tables() and (restricted.exists() or not read_only) else None,
        )
        # a model that carries something over, such as permanent ids, reads the tables people see now
        connection.execute("SET VARIABLE warehouse_in_place = ?", [str(self._home.warehouse)])
        connection.execute("SET VARIABLE judgements = ?", [str(self._home.judgements)])
        connection.execute("SET VARIABLE dictionaries = ?", [str(self._home.dictionaries)])
        return connection

    def begin(self) -> None:
        """Lay out the files to work on: copies of those in place where a registry of theirs can be used, else empty ones."""
        for path in (self.path, self._restricted):
            path.unlink(missing_ok=True)
            # a log that a broken build left would be played into the new file
            Path(f"{path}.wal").unlink(missing_ok=True)
        if self._now is None or not any(self._reusable(contract) for contract in load_contracts().values()):
            return
        shutil.copyfile(self._home.warehouse, self.path)
        if self._home.restricted.exists() and _has_restricted_tables():
            self._restricted.touch(0o600)
            shutil.copyfile(self._home.restricted, self._restricted)
        gone = [
            table
            for name, made in self._now.registries.items()
            if name not in self._next.registries or self._reusable(load_contracts()[name]) is None
            for table in made.tables
        ]
        with self.open() as connection:
            for table in gone:
                connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _reusable(self, contract: Contract) -> Made | None:
        """What a registry in the warehouse in place was made of, where that still counts, if something may have arrived since."""
        if self._now is None or not self.measures_now_path.is_dir() or self._something_closed:
            return None
        before, after = self._now.registries.get(contract.registry), self._next.registries[contract.registry]
        if before is None or (before.fingerprint, before.needed) != (after.fingerprint, after.needed):
            return None
        grown = all(set(batches) <= set(after.batches.get(source, [])) for source, batches in before.batches.items())
        return before if grown else None

    @property
    def _something_closed(self) -> bool:
        """Whether a table that lies in the public file is restricted now: its bytes must not stay behind in a copy."""
        before = {table for made in self._now.registries.values() for table in made.tables} if self._now else set()
        return any(
            table.is_restricted and table.name in before for contract in load_contracts().values() for table in contract.tables.values()
        )

    def make(self, contract: Contract, progress: Callable[[str], None]) -> None:
        """Make one registry's tables, as far as something they are made of has changed.

        Args:
            contract: Contract of the registry.
            progress: Called with the name of each model.
        """
        if self.is_kept(contract):
            return
        with self.open() as connection:
            if contract.is_ledger:
                connection.register("delivery_ledger", delivery_ledger(self._home).to_arrow())
                rebuild(connection, contract, {"ledger": "delivery_ledger"}, progress)
                return
            delivered = {source: delivered_records(self._home, load_sources()[source]) for source in contract.sources}
            earlier = {source: earlier_records(self._home, load_sources()[source]) for source in contract.earlier}
            arrived = self._arrived(contract)
            if arrived is None:
                rebuild(connection, contract, delivered, progress, earlier)
            else:
                refresh(connection, contract, delivered, self._touched(arrived), progress, earlier)

    def _arrived(self, contract: Contract) -> dict[str, list[str]] | None:
        """Batches a registry lacks, by source; None where it must be made anew."""
        before = self._reusable(contract)
        if before is None or contract.is_ledger:
            return None
        after = self._next.registries[contract.registry]
        lacking = {source: sorted(set(batches) - set(before.batches.get(source, []))) for source, batches in after.batches.items()}
        return {source: batches for source, batches in lacking.items() if batches}

    def _touched(self, arrived: dict[str, list[str]]) -> dict[str, str]:
        return {source: arrived_records(self._home, load_sources()[source], batches) for source, batches in arrived.items()}

    def touched_rows(self, contract: Contract, table: Table) -> str | None:
        """SQL of a table's rows that arrived records touch; None where the table is made anew as a whole."""
        arrived, key = self._arrived(contract), table.recompute_by
        if key is None or not arrived or not all(has_column(load_sources()[source], key) for source in arrived):
            return None
        touched = " UNION ALL ".join(f"SELECT {key} FROM {relation}" for relation in self._touched(arrived).values())
        return f"(FROM {table.name} SEMI JOIN (SELECT DISTINCT {key} FROM ({touched})) USING ({key}))"

    def put_in_place(self, held: Collection[str] = ()) -> None:
        """Write down what the warehouse was made of and rename it into place. Readers of the old one keep reading it.

        Args:
            held: Tables that hold their last good rows; their registries are made anew by the next build.
        """
        state = self._next.without(held)
        with self.open() as connection:
            for database in ("", "restricted.main.") if self._restricted.exists() else ("",):
                table = f"{database}{_STATE}"
                connection.execute(f"CREATE OR REPLACE TABLE {table} (content VARCHAR)")
                connection.execute(f"INSERT INTO {table} VALUES (?)", [state.as_json()])
                connection.execute(f"COMMENT ON TABLE {table} IS '倉庫の作成元 / What this warehouse was made of (JSON).'")
                connection.execute(
                    f"COMMENT ON COLUMN {table}.content IS '登録簿ごとの宣言と受領単位 / Declarations and batches by registry.'"
                )
            connection.execute("CHECKPOINT")
            if self._restricted.exists():
                connection.execute("CHECKPOINT restricted")
        for path, place_of in ((self._restricted, self._home.restricted), (self.path, self._home.warehouse)):
            if Path(f"{path}.wal").exists():
                raise DaichoError(f"{path}: the warehouse could not be finished; run the build again")
            if path.exists():
                path.replace(place_of)
        if not _has_restricted_tables():
            self._home.restricted.unlink(missing_ok=True)

    @property
    def content_id(self) -> str:
        """Digest of the content the warehouse is to hold."""
        return self._next.content_id
