"""Hashes of folded text that grow by one code at a time, and a table from such hashes to entries.

A hash starts from the state of a place (what may follow that place), so one table holds the names below every place of the nation. A
64-bit hash stands for the text: among 10 million names and 10 billion look-ups a wrong hit is expected once in two hundred runs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from registries.address.matching.code_points import Codes, Positions
from registries.address.matching.text import Flags

Hashes = npt.NDArray[np.uint64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_BYTE, _LAST_BITS, _NEXT = np.uint64(3), np.uint64(7), np.uint64(1)
_BIT = np.left_shift(1, np.arange(8), dtype=np.uint8, casting="unsafe")


def step(state: Hashes, codes: npt.NDArray[np.uint32]) -> Hashes:
    """Carry hashes one code further.

    Args:
        state: Hashes so far.
        codes: The next code of each.

    Returns:
        The new hashes.
    """
    grown = state ^ codes
    grown *= _MULTIPLIER
    grown ^= grown >> _SHIFT
    return grown


def seeds(places: npt.NDArray[np.integer]) -> Hashes:
    """Give the state from which the names below each place are hashed.

    Args:
        places: Numbers of places.

    Returns:
        One hash for each.
    """
    state = (places.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD1342543DE82EF95)
    return step(state ^ (state >> np.uint64(32)), np.zeros(len(places), np.uint32))


@dataclass(frozen=True)
class HashTable:
    """Sorted hashes with, for each, the entries of that text.

    Attributes:
        keys: Different hashes, ascending.
        bucket: For each value of the leading bits the index of the first key that has them.
        first: For each key the index of its first entry; one more at the end.
        prefixes: Bits set for the hash of every beginning of every text: a hash without its bit can be given up.
    """

    keys: Hashes
    bucket: npt.NDArray[np.uint32]
    first: npt.NDArray[np.uint32]
    prefixes: npt.NDArray[np.uint8]

    @cached_property
    def _prefix_shift(self) -> np.uint64:
        return np.uint64(64 - _bits(len(self.prefixes) * 8))

    @cached_property
    def _bucket_shift(self) -> np.uint64:
        return np.uint64(64 - _bits(len(self.bucket) - 1))

    def may_continue(self, hashes: Hashes) -> Flags:
        """Tell which hashes may be of the beginning of some text (never wrongly no)."""
        bits = hashes >> self._prefix_shift
        marks: Flags = (self.prefixes[bits >> _BYTE] & _BIT[bits & _LAST_BITS]) != 0
        return marks

    def hits(self, hashes: Hashes) -> tuple[Positions, Positions]:
        """Find hashes among the keys.

        Args:
            hashes: Hashes.

        Returns:
            Which of them are keys, in order, and the index of each key.
        """
        leading = hashes >> self._bucket_shift
        at = self.bucket[leading].astype(np.int64)
        end = self.bucket[leading + _NEXT]
        open_rows = np.flatnonzero(at < end)
        if not len(open_rows):
            return open_rows, at[:0]
        found = np.full(len(hashes), -1, np.int64)
        while len(open_rows):
            equal = self.keys[at[open_rows]] == hashes[open_rows]
            found[open_rows[equal]] = at[open_rows[equal]]
            open_rows = open_rows[~equal]
            at[open_rows] += 1
            open_rows = open_rows[at[open_rows] < end[open_rows]]
        which = np.flatnonzero(found >= 0)
        return which, found[which]


def _bits(size: int) -> int:
    return size.bit_length() - 1


def make_table(hashes: Hashes, prefixes: npt.NDArray[np.uint8]) -> HashTable:
    """Make the table of sorted hashes.

    Args:
        hashes: Hash of each entry, ascending, equal ones together.
        prefixes: Bits of the beginnings.

    Returns:
        The table; its entries are numbered as given.
    """
    keys, first = np.unique(hashes, return_index=True)
    bits = max(8, len(keys).bit_length())
    leading = (keys >> np.uint64(64 - bits)).astype(np.int64)
    bucket = np.searchsorted(leading, np.arange(2**bits + 1)).astype(np.uint32)
    return HashTable(keys, bucket, np.append(first, len(hashes)).astype(np.uint32), prefixes)


def hash_texts(codes: Codes, start: Positions, length: Positions, state: Hashes, prefix_bits: int) -> tuple[Hashes, npt.NDArray[np.uint8]]:
    """Hash whole texts and mark the hashes of all their beginnings.

    Args:
        codes: Folded codes of all texts.
        start: Index of each text's first code.
        length: Number of codes of each text.
        state: State each hash starts from.
        prefix_bits: The bit field of beginnings holds two to this power.

    Returns:
        The hash of each text, and the bit field.
    """
    hashes = state.copy()
    marks = np.zeros(2**prefix_bits, np.bool_)
    rows = np.flatnonzero(length > 0)
    depth = 0
    while len(rows):
        grown = step(hashes[rows], codes[start[rows] + depth])
        hashes[rows] = grown
        marks[grown >> np.uint64(64 - prefix_bits)] = True
        depth += 1
        rows = rows[length[rows] > depth]
    return hashes, np.packbits(marks, bitorder="little")
