"""What the matcher did to an address beyond reading it as written: one code, one bit."""

from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

CODES = (
    "prefecture_supplied",
    "county_supplied",
    "city_supplied",
    "ward_supplied",
    "name_repeated",
    "former_municipality",
    "former_town",
    "town_suffix_supplied",
    "town_suffix_dropped",
    "part_supplied",
    "chome_from_number",
    "kana_read",
    "romaji_read",
    "text_skipped",
    "oaza_supplied",
    "oaza_dropped",
    "spelling",
    "prefecture_corrected",
    "similar_name",
    "common_name",
)
"""Corrections in the order of their bits.

``*_supplied``: the part is missing in the input. ``name_repeated``: prefecture, city or ward stands twice.
``former_municipality``, ``former_town``: the name is of the past. ``town_suffix_*``: 町 or 通り. ``part_supplied``: 条, ノ, ケ, 第
inside a name. ``chome_from_number``: a bare number was read as 丁目. ``text_skipped``: text before the town was passed over.
``oaza_*``: 大字 or 字. ``spelling``: other glyphs or notation than the official ones. ``similar_name``: the name differs by a character.
``common_name``: the name is the common one (通称), not the official one.
"""


@cache
def bits(*codes: str) -> int:
    """Give the bit field of codes.

    Args:
        codes: Names out of :data:`CODES`.

    Returns:
        The bits set.
    """
    return sum(1 << CODES.index(code) for code in codes)


def names(fields: npt.NDArray[np.uint32], codes: tuple[str, ...] = CODES) -> pl.Series:
    """Write bit fields as lists of codes.

    Args:
        fields: One bit field for each row.
        codes: The code of each bit.

    Returns:
        List column of text, in the order of the codes.
    """
    if len(fields) == 1:
        return _named(int(fields[0]), codes)
    different, which = np.unique(fields, return_inverse=True)
    lists = [[code for place, code in enumerate(codes) if field >> place & 1] for field in different.tolist()]
    return pl.Series("corrections", lists, pl.List(pl.String)).gather(which)


@lru_cache(1000)
def _named(field: int, codes: tuple[str, ...]) -> pl.Series:
    """The list of one row."""
    return pl.Series("corrections", [[code for place, code in enumerate(codes) if field >> place & 1]], pl.List(pl.String))


LOOSE = bits("town_suffix_supplied", "town_suffix_dropped", "part_supplied")
"""Bits of a town's name that is not quite the official one."""
