"""Where the parts of an address end in the input once the registry has answered, and what was done to it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from registries.address.matching import corrections
from registries.address.matching.code_points import Positions
from registries.address.matching.number_groups import TOKEN_NAMES
from registries.address.matching.output import PARTS
from registries.address.matching.plans import Flags, Numbers, array, equals, given_in, holds, optional

_OWN_CODES = (
    "kanji_numeral_read",
    "number_not_chome",
    "chome_as_number",
    "numeric_koaza",
    "lot_under_oaza",
    "unknown_koaza_skipped",
    "room_split",
)
_CODES = (*corrections.CODES, *_OWN_CODES)
_FROM_NUMBER = np.uint32(corrections.bits("chome_from_number"))
_PARTS = pa.array(PARTS, pa.large_string())


@dataclass(frozen=True)
class Segments:
    """The parts of each address.

    Attributes:
        ends: For each row 0 and where each of :data:`PARTS` ends, in characters of the input.
        coarse: The number read as 丁目 is a 番地.
        numeric: The first number is a 小字.
        chome_is_number: What is written as 丁目 is the first number.
        cut: The registry knows the address without its last numbers.
        room_used: The number of a room is part of the lot's or residence's number.
        tokens_used: How many numbers the registry knows; -1 where it knows none.
    """

    ends: Numbers
    coarse: Flags
    numeric: Flags
    chome_is_number: Flags
    cut: Flags
    room_used: Flags
    tokens_used: Numbers

    def end(self, part: str) -> Numbers:
        """Where a part ends."""
        return self.ends[:, PARTS.index(part) + 1]

    def spans(self) -> pl.Series:
        """The parts of each input that are not empty."""
        ends = self.ends
        filled = np.flatnonzero(ends[:, 1:] > ends[:, :-1])
        row, which = np.divmod(filled, np.int64(len(PARTS)))
        offsets = np.zeros(len(ends) + 1, np.int64)
        np.cumsum(np.bincount(row, minlength=len(ends)), out=offsets[1:])
        flat = ends.ravel()
        at = filled + row
        fields = [_PARTS.take(pa.array(which)), pa.array(flat[at]), pa.array(flat[at + 1])]
        spans = pa.LargeListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(fields, ["part", "start", "end"]))
        return pl.Series("spans", spans)


def segments(frame: pl.DataFrame, length: Positions, towns: dict[str, npt.NDArray[Any]], ends_behind: dict[str, Numbers]) -> Segments:
    """Move the ends of the parts to where the registry's answer puts them.

    Args:
        frame: What was found: town, remainder taken apart, and numbers.
        length: Length of each address in characters.
        towns: Numbers of the towns found.
        ends_behind: Where the segments of the remainders end, behind the town.

    Returns:
        The parts.
    """
    coarse, numeric = equals(frame, "found_as", "number_not_chome"), equals(frame, "found_as", "numeric_koaza")
    used, kept, base = optional(frame, "tokens_used"), array(frame, "kept"), towns["town_end"]
    with_room = holds(frame, "room_used")
    # what the registry confirmed to the full ends the number; behind a block the rest stays a number as written
    full = (equals(frame, "number_level", "residence") | equals(frame, "number_level", "lot")) & (used < kept)
    cut = full & ~with_room
    end = {name: ends_behind[f"end_{name}"] for name in _READ}
    token_ends = np.stack([ends_behind[f"end_{name}"] for name in TOKEN_NAMES], axis=1)
    after_used = np.where(used > 0, token_ends[np.arange(len(used)), used - 1], end["number"])
    number_end = np.where(with_room, end["room_number"], np.where(full, after_used, end["number"]))
    room_end = np.where(cut, number_end, end["room_number"])
    left = np.where(cut & (end["room_number"] > number_end), end["room_number"], end["left_over"])
    town_end = np.where(coarse, towns["coarser_end"], np.where(numeric, base + token_ends[:, 0], base))
    # a number that begins before the remainder leaves no room for a 丁目 of its own
    behind_town = [np.where(coarse, town_end, base + end[name]) for name in ("chome", "unverified", "bracketed")]
    unplaced = ~given_in(frame, "municipality")
    left = np.maximum(left, end["left_over"])
    behind_number = [np.where(unplaced, length, base + one) for one in (left, end["building"], end["room"], end["note"])]
    ends = np.zeros((frame.height, len(PARTS) + 1), np.int32)
    for place, name in enumerate(("lead_end", "municipality_end", "skipped_end"), start=1):
        ends[:, place] = towns[name]
    ends[:, 4] = town_end
    for place, one in enumerate((*behind_town, base + number_end, base + room_end, *behind_number), start=5):
        ends[:, place] = np.maximum(town_end, one)
    return Segments(ends, coarse, numeric, equals(frame, "found_as", "chome_as_number"), cut, with_room, used)


_READ = ("chome", "unverified", "bracketed", "number", "room_number", "left_over", "building", "room", "note")


def said(frame: pl.DataFrame, parts: Segments, fields: npt.NDArray[np.uint32]) -> pl.Series:
    """What was done to each address, the town's corrections first.

    Args:
        frame: What was found.
        parts: The parts.
        fields: The town's corrections as bits.

    Returns:
        Lists of codes.
    """
    own = (
        array(frame, "numerals_read"),
        parts.coarse,
        parts.chome_is_number,
        parts.numeric,
        equals(frame, "found_as", "koaza_without_numbers"),
        given_in(frame, "unconfirmed_town") & equals(frame, "number_level", "lot"),
        given_in(frame, "room_number") & ~parts.room_used,
    )
    # the 丁目 that had been read from the number is taken back
    fields = np.where(parts.coarse, fields & ~_FROM_NUMBER, fields)
    for place, one in enumerate(own, start=len(corrections.CODES)):
        fields = fields | (one.astype(np.uint32) << np.uint32(place))
    return corrections.names(fields, _CODES)
