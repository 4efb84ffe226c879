"""Searching records: companies by part of a name, kana, former name or address, in an index of pairs of letters.

The index is a DuckDB file: ``record`` holds the records with their folded text, ``posting`` says in which records a pair of letters (or
an ASCII word) occurs, sorted by it, so that a look-up reads few row groups; ``gram`` counts them. A query looks up its rarest pairs,
and every candidate is then checked for the whole of what was typed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from catalog.annotations import registry_annotation
from catalog.search.tokens import fold, is_word, runs
from registries.contract import Contract
from registries.schema import quoted

_BATCH = 200_000
_COMMON = 300_000
"""A pair in more records than this is looked up only where the query has no rarer one."""
_CANDIDATES = 2_000
"""Most candidates that are checked and ranked."""
_KATAKANA = [chr(code) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)]
_HIRAGANA = [chr(ord(letter) - 0x60) for letter in _KATAKANA]


@dataclass(frozen=True)
class RecordHit:
    """A record that was found.

    Attributes:
        table: Table it is in.
        id: Value of the table's key.
        title: What it is called.
        detail: What tells it apart, such as its address.
    """

    table: str
    id: str
    title: str
    detail: str


def folded(column: pl.Expr) -> pl.Expr:
    """A text column folded as :func:`catalog.search.tokens.fold` folds one text."""
    lowered = column.str.normalize("NFKC").str.to_lowercase().str.replace_many(_KATAKANA, _HIRAGANA)
    return lowered.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")


def _selections(contracts: list[Contract]) -> Iterator[tuple[str, str]]:
    """Tables whose records can be searched, with the SQL of what is searched."""
    for contract in contracts:
        for table in contract.tables.values():
            sql = registry_annotation(contract.registry).table(table.name).records
            if sql is not None and not table.is_restricted:
                yield table.name, sql


def write_record_index(warehouse: Path, contracts: list[Contract], path: Path, memory_limit: str, progress: Callable[[str], None]) -> int:
    """Write the index of a warehouse's records.

    Args:
        warehouse: The warehouse.
        contracts: Contracts of all registries; tables whose annotation has ``records`` are searched.
        path: Where the index goes; written aside and renamed.
        memory_limit: Most memory the engine uses before it spills.
        progress: Called with what is being done.

    Returns:
        Records in the index.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit, "temp_directory": str(path.parent)}
    with duckdb.connect(str(aside), config=config) as index, duckdb.connect(str(warehouse), read_only=True) as reading:
        index.execute(
            "CREATE TABLE record (n INTEGER, tab VARCHAR, id VARCHAR, title VARCHAR, detail VARCHAR, is_current BOOLEAN, text VARCHAR)"
        )
        written = 0
        for table, sql in _selections(contracts):
            progress(f"records of {table}")
            chosen = f"SELECT id, title, detail, is_current, text FROM ({sql}) ORDER BY id"
            for batch in reading.sql(chosen).to_arrow_reader(_BATCH):
                frame = pl.DataFrame(batch).with_columns(folded(pl.col("text").fill_null("")))
                index.register("batch", frame.with_row_index("row").to_arrow())
                index.execute(f"INSERT INTO record SELECT {written} + row, {quoted(table)}, id, title, detail, is_current, text FROM batch")
                index.unregister("batch")
                written += frame.height
        progress("pairs of letters")
        index.execute(
            "CREATE TABLE posting AS SELECT DISTINCT gram, n FROM (SELECT n, unnest(list_distinct(flatten(list_transform("
            "regexp_extract_all(text, '[a-z0-9]+|[^a-z0-9 ]+'), lambda run: CASE WHEN regexp_full_match(run, '[a-z0-9]+') THEN [run] "
            "ELSE list_transform(range(1, length(run) + 1), lambda i: substr(run, i, 2)) END)))) AS gram FROM record) ORDER BY gram, n"
        )
        index.execute("CREATE TABLE gram AS SELECT gram, count(*) AS records FROM posting GROUP BY gram ORDER BY gram")
        index.execute("CHECKPOINT")
    aside.replace(path)
    return written


class RecordIndex:
    """An index that :func:`write_record_index` wrote, open for reading."""

    def __init__(self, path: Path) -> None:
        self._index = duckdb.connect(str(path), read_only=True)

    def search(self, query: str, *, limit: int = 20) -> list[RecordHit]:
        """Find the records that hold every word of a query.

        Args:
            query: What was typed; words are parted by spaces.
            limit: Most records to return.

        Returns:
            Records: those that begin with the first word before those that hold it, current before closed, short names before long.
        """
        wanted = runs(fold(query))
        if not wanted:
            return []
        looked_up = self._rarest(wanted)
        if looked_up is None:
            return []
        among = " INTERSECT ".join(f"SELECT n FROM posting WHERE {condition}" for condition in looked_up)
        candidates = self._index.execute(f"SELECT n FROM ({among}) ORDER BY n LIMIT {_CANDIDATES}").fetchall()
        if not candidates:
            return []
        held = " AND ".join(f"contains(text, {quoted(run)})" for run in wanted)
        # as constants the numbers prune row groups, which a join would not
        listed = ", ".join(str(number) for (number,) in candidates)
        rows = self._index.execute(
            f"SELECT tab, id, title, detail FROM record WHERE n IN ({listed}) AND {held} "
            f"ORDER BY NOT starts_with(text, {quoted(wanted[0])}), NOT is_current, length(title), id LIMIT {limit}"
        ).fetchall()
        return [RecordHit(*(value or "" for value in row)) for row in rows]

    def _rarest(self, wanted: list[str]) -> list[str] | None:
        """Conditions on the postings of the rarest parts of a query; None where a part occurs nowhere."""
        found: list[tuple[int, str]] = []
        for run in wanted:
            parts = [run] if is_word(run) or len(run) == 1 else [run[place : place + 2] for place in range(len(run) - 1)]
            for part in parts:
                begins = is_word(run) or len(run) == 1
                # a code point above all others ends the range of what begins with the part
                condition = f"gram >= {quoted(part)} AND gram < {quoted(part + chr(0x10FFFF))}" if begins else f"gram = {quoted(part)}"
                ((records,),) = self._index.execute(f"SELECT coalesce(sum(records), 0) FROM gram WHERE {condition}").fetchall()
                if not records:
                    return None
                found.append((int(records), condition))
        found.sort()
        rare = [condition for records, condition in found if records <= _COMMON]
        return rare[:3] or [found[0][1]]
