"""Searching records: companies by part of a name, kana, former name or address, in an index of pairs of letters.

The index is a folder. Records are numbered in the order in which they are shown: current before closed, short names before long.
``records.arrow`` holds them with their folded text, uncompressed, so that one is read without its neighbours. The postings
(:mod:`catalog.search.postings`) say in which records a pair of letters (or an ASCII word) occurs; the beginning of a list holds its best
records. A query takes what the lists of its pairs share, a block of the rarest at a time, and every candidate is checked for the whole
of what was typed.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from catalog.annotations import registry_annotation
from catalog.search.postings import Numbers, Postings, common, write_postings
from catalog.search.tokens import fold, is_word, runs
from data_standards.rules.legal_forms import LEGAL_FORMS
from registries.contract import Contract
from registries.schema import quoted

INDEX_FORMAT = 2
"""Goes up when an index that was written before can no longer be read."""
_BATCH = 100_000
_PAIRS = 1_000_000
"""Pairs of letters that are written at a time."""
_BLOCK = 20_000
"""So much of the rarest list is looked at first; more and more while too little is found."""
_CHECKED = 20_000
"""Most candidates that are checked."""
_TOGETHER = 500
"""Candidates that are checked at a time."""
_BEGINS = "^"
"""Stands before the first letters of a name, its legal form aside; no folded text holds it."""
_KATAKANA = [chr(code) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)]
_HIRAGANA = [chr(ord(letter) - 0x60) for letter in _KATAKANA]
_FORMS = re.compile("^(?:" + "|".join(sorted({fold(form.name) for form in LEGAL_FORMS}, key=lambda form: (-len(form), form))) + ")")

_COLUMNS = ("tab", "id", "title", "detail", "text")
_TITLE, _TEXT = 2, 4


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
        path: Folder of the index; written aside and renamed.
        memory_limit: Most memory the engine uses before it spills.
        progress: Called with what is being done.

    Returns:
        Records in the index.
    """
    aside = path.with_name(f".{path.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    scratch = aside / "scratch"
    scratch.mkdir()
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit, "temp_directory": str(scratch / "spill")}
    with duckdb.connect(str(scratch / "folded.duckdb"), config=config) as work:
        progress("records")
        records = _write_records(work, warehouse, contracts, aside / "records.arrow")
        progress("pairs of letters")
        pairs = work.sql(
            "SELECT gram, n FROM (SELECT n, unnest(list_distinct(list_concat("
            "flatten(list_transform(regexp_extract_all(text, '[a-z0-9]+|[^a-z0-9 ]+'), lambda run: "
            "CASE WHEN regexp_full_match(run, '[a-z0-9]+') THEN [run] "
            "ELSE list_transform(range(1, length(run) + 1), lambda i: substr(run, i, 2)) END)), "
            f"[{quoted(_BEGINS)} || CASE WHEN begin BETWEEN '0' AND 'zz' THEN regexp_extract(begin, '^[a-z0-9]+') ELSE begin[:2] END]"
            "))) AS gram FROM folded) ORDER BY gram, n"
        )
        write_postings(pairs.to_arrow_reader(_PAIRS), aside)
    shutil.rmtree(scratch)
    shutil.rmtree(path, ignore_errors=True)
    aside.rename(path)
    return records


def _write_records(work: duckdb.DuckDBPyConnection, warehouse: Path, contracts: list[Contract], path: Path) -> int:
    """Write the records in their order, and keep their folded texts in the table ``folded``; gives their number."""
    work.execute("CREATE TABLE folded (n INTEGER, text VARCHAR, begin VARCHAR)")
    chosen = " UNION ALL ".join(f"SELECT {quoted(table)} AS tab, * FROM ({sql})" for table, sql in _selections(contracts))
    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    written = 0
    limit = work.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": limit,
        "temp_directory": str(path.parent / "scratch" / "reading"),
    }
    with duckdb.connect(str(warehouse), read_only=True, config=config) as reading, pa.OSFile(str(path), "wb") as file:
        ordered = f"SELECT tab, id, title, detail, text FROM ({chosen}) ORDER BY NOT is_current, length(title), tab, id"
        with pa.ipc.new_file(file, schema) as writer:
            for batch in reading.sql(ordered).to_arrow_reader(_BATCH):
                frame = pl.DataFrame(batch).with_columns(
                    folded(pl.col("text").fill_null("")).alias("text"),
                    folded(pl.col("title").fill_null("")).str.replace(_FORMS.pattern, "").str.strip_chars_start(" ").alias("begin"),
                )
                table = frame.select(pl.col(schema.names).fill_null("")).to_arrow().cast(schema).combine_chunks()
                writer.write_table(table, max_chunksize=_BATCH)
                work.register("batch", frame.select("text", "begin").with_row_index("row").to_arrow())
                work.execute(f"INSERT INTO folded SELECT {written} + row, text, begin FROM batch")
                work.unregister("batch")
                written += frame.height
    return written


class RecordIndex:
    """An index that :func:`write_record_index` wrote, open for reading."""

    def __init__(self, path: Path) -> None:
        reader = pa.ipc.open_file(pa.memory_map(str(path / "records.arrow")))
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        self._columns = [batch.columns for batch in batches]
        self._ends = np.cumsum([batch.num_rows for batch in batches], dtype=np.int64)
        self._postings = Postings(path, sum(batch.num_rows for batch in batches))

    def search(self, query: str, *, limit: int = 20) -> list[RecordHit]:
        """Find the records that hold every word of a query.

        Args:
            query: What was typed; words are parted by spaces.
            limit: Most records to return.

        Returns:
            Records: those whose name, its legal form aside, begins with the first word before those that hold it; among each,
            current before closed, short names before long.
        """
        wanted = runs(fold(query))
        if not wanted:
            return []
        parts = [part for run in wanted for part in _parts(run)]
        # what begins with a digit or two is half of everything, and is only checked where there is anything else to look up
        lists = self._lists([part for part in parts if not _is_vague(part)] or parts)
        first = _bare(wanted[0]) or wanted[0]
        hits = self._held(self._lists([_BEGINS + _parts(first)[0]]) + lists, wanted, limit, first)
        if len(hits) < limit:
            met = set(hits)
            hits += [number for number in self._held(lists, wanted, limit, None) if number not in met]
        return self._hits(hits[:limit])

    def _lists(self, parts: list[str]) -> list[Numbers]:
        """The records of each part of a query."""
        return [self._postings.beginning_with(part) if _is_open(part) else self._postings.of(part) for part in dict.fromkeys(parts)]

    def _held(self, lists: list[Numbers], wanted: list[str], limit: int, begins: str | None) -> list[int]:
        """Numbers of the first records that are in all lists and hold all that is wanted."""
        rarest, *others = sorted(lists, key=len)
        found: list[int] = []
        start, length, checked = 0, _BLOCK, 0
        while start < len(rarest) and len(found) < limit and checked < _CHECKED:
            block = rarest[start : start + length]
            for other in others:
                block = common(block, other)
            for place in range(0, min(len(block), _CHECKED - checked), _TOGETHER):
                found += self._holding(block[place : place + _TOGETHER], wanted, begins)
                if len(found) >= limit:
                    break
            checked += len(block)
            start, length = start + length, length * 4
        return found

    def _holding(self, numbers: Numbers, wanted: list[str], begins: str | None) -> list[int]:
        """Of some records, in order, those that hold all that is wanted."""
        words = [re.compile(f"(?<![a-z0-9]){run}") for run in wanted if is_word(run)]
        others = [run for run in wanted if not is_word(run)]
        found = []
        for number, (place, row) in zip(numbers.tolist(), self._places(numbers), strict=True):
            text = self._columns[place][_TEXT][row].as_py()
            if not all(run in text for run in others) or not all(word.search(text) for word in words):
                continue
            if begins is None or _bare(self._columns[place][_TITLE][row].as_py()).startswith(begins):
                found.append(number)
        return found

    def _places(self, numbers: Numbers) -> Iterator[tuple[int, int]]:
        """Batch and row of records."""
        batches = np.searchsorted(self._ends, numbers, side="right")
        rows = numbers - np.where(batches > 0, self._ends[batches - 1], 0)
        return zip(batches.tolist(), rows.tolist(), strict=True)

    def _hits(self, numbers: list[int]) -> list[RecordHit]:
        return [
            RecordHit(*(column[row].as_py() for column in self._columns[place][:_TEXT]))
            for place, row in self._places(np.array(numbers, dtype=np.int32))
        ]


def _parts(run: str) -> list[str]:
    """What of a run is looked up: a word or a single letter as a beginning, else the pairs of letters."""
    return [run] if is_word(run) or len(run) == 1 else [run[place : place + 2] for place in range(len(run) - 1)]


def _is_open(part: str) -> bool:
    """Whether a part stands for all that begins with it."""
    bare = part.removeprefix(_BEGINS)
    return is_word(bare) or len(bare) == 1


def _is_vague(part: str) -> bool:
    return is_word(part) and len(part) < 3


def _bare(title: str) -> str:
    """A title folded, without the legal form that it begins with."""
    return _FORMS.sub("", fold(title)).lstrip()
