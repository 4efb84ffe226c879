"""In which records a pair of letters, or an ASCII word, occurs: sorted lists of numbers that are read in place.

A folder holds two files. ``postings.bin`` is all lists one after another, as 32-bit numbers; ``grams.arrow`` says, in the order of the
pairs, where each list begins. Both are mapped into memory, uncompressed: a list is a slice of the file, and costs nothing until its
numbers are looked at.
"""

import bisect
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int32]
_NUMBERS, _GRAMS = "postings.bin", "grams.arrow"
_LAST = chr(0x10FFFF)
"""Above all letters: ends the range of what begins with something."""
_FEW = 20_000
"""As few numbers are sooner sorted or sought one by one than marked in a map of all records."""


def write_postings(sorted_pairs: pa.RecordBatchReader, folder: Path) -> None:
    """Write the lists.

    Args:
        sorted_pairs: Batches of ``gram`` (text) and ``n`` (32-bit number of a record), sorted by both, without repetition.
        folder: Where the two files are written.
    """
    schema = pa.schema([("gram", pa.string()), ("start", pa.int64())])
    written, last = 0, None
    with (
        (folder / _NUMBERS).open("wb") as numbers,
        pa.OSFile(str(folder / _GRAMS), "wb") as file,
        pa.ipc.new_file(file, schema) as grams,
    ):
        for batch in sorted_pairs:
            if not batch.num_rows:
                continue
            numbers.write(batch.column("n").to_numpy().astype("<i4", copy=False).tobytes())
            lists = pc.run_end_encode(batch.column("gram").cast(pa.string()))
            ends = lists.run_ends.to_numpy().astype(np.int64)
            begun = pa.RecordBatch.from_arrays([lists.values, pa.array(written + np.append(0, ends[:-1]))], schema=schema)
            # a list that the batch before began goes on
            begun = begun.slice(1) if lists.values[0].as_py() == last else begun
            if begun.num_rows:
                grams.write_batch(begun)
            last = lists.values[-1].as_py()
            written += batch.num_rows


class Postings:
    """The lists of a folder, open for reading."""

    def __init__(self, folder: Path, records: int) -> None:
        """Open them.

        Args:
            folder: Folder that :func:`write_postings` wrote into.
            records: Number of records, above all numbers.
        """
        path = folder / _NUMBERS
        self._numbers: Numbers = (
            np.memmap(path, dtype="<i4", mode="r").view(np.ndarray) if path.stat().st_size else np.empty(0, dtype="<i4")
        )
        reader = pa.ipc.open_file(pa.memory_map(str(folder / _GRAMS)))
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        self._grams = [(batch.column(0), batch.column(1)) for batch in batches]
        self._ends = np.cumsum([batch.num_rows for batch in batches], dtype=np.int64).tolist()
        self._records = records

    def of(self, gram: str) -> Numbers:
        """Numbers of the records that hold a pair or word, in order."""
        place = self._place(gram)
        if place == self._count or self._gram(place) != gram:
            return self._numbers[:0]
        return self._numbers[self._start(place) : self._start(place + 1)]

    def beginning_with(self, text: str) -> Numbers:
        """Numbers of the records that hold a pair or word that begins with a text, in order."""
        listed = self._numbers[self._start(self._place(text)) : self._start(self._place(text + _LAST))]
        if len(listed) <= _FEW:
            return np.unique(listed)
        marked = np.zeros(self._records, dtype=bool)
        marked[listed] = True
        return np.flatnonzero(marked).astype(np.int32)

    @property
    def _count(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _place(self, text: str) -> int:
        """Place of the first pair that is not before a text."""
        return bisect.bisect_left(range(self._count), text, key=self._gram)

    def _gram(self, place: int) -> str:
        batch = bisect.bisect_right(self._ends, place)
        return str(self._grams[batch][0][place - (self._ends[batch - 1] if batch else 0)].as_py())

    def _start(self, place: int) -> int:
        if place == self._count:
            return len(self._numbers)
        batch = bisect.bisect_right(self._ends, place)
        return int(self._grams[batch][1][place - (self._ends[batch - 1] if batch else 0)].as_py())


def common(some: Numbers, others: Numbers) -> Numbers:
    """Numbers that two lists share.

    Args:
        some: Numbers in order; the shorter list.
        others: Numbers in order.

    Returns:
        Those of ``some`` that are among ``others``, in order.
    """
    if not len(some):
        return some
    first, last = int(some[0]), int(some[-1])
    near = others[np.searchsorted(others, first) : np.searchsorted(others, last, side="right")]
    if not len(near):
        return some[:0]
    if len(some) <= _FEW:
        places = np.minimum(np.searchsorted(near, some), len(near) - 1)
        shared: Numbers = some[near[places] == some]
        return shared
    marked = np.zeros(last - first + 1, dtype=bool)
    marked[near - first] = True
    return some[marked[some - first]]
