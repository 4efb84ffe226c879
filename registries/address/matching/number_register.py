"""The numbers below the town that the registry knows - blocks, residences, lots - kept for look-up, municipality by municipality.

Sources of the rules: アドレス・ベース・レジストリ, 住居表示-街区, 住居表示-住居 and 地番 masters (blk_id, rsdt_id, rsdt2_id,
prc_id; numbers that are no digits are stored in half-width katakana, hiragana or kanji, as each municipality does).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from registries.address.matching.one_to_one import HIRAGANA, folded
from registries.address.matching.plans import Numbers, Rows, taken

LEVELS = ("block", "residence", "lot")
"""Kinds of number, in the order of :attr:`NumberRegister.found` codes."""

_POSITION = {"latitude": pl.Float64, "longitude": pl.Float64, "epsg": pl.String}
_IDS = {"blk_id": pl.String, "rsdt_id": pl.String, "rsdt2_id": pl.String, "prc_id": pl.String}
_NUMBERS = {
    "block": ("blk_num",),
    "residence": ("blk_num", "rsdt_num", "rsdt_num2"),
    "lot": ("prc_num1", "prc_num2", "prc_num3"),
}

NUMBER_SCHEMA: dict[str, type[pl.DataType]] = {
    "lg_code": pl.String,
    "machiaza_id": pl.String,
    "level": pl.String,
    **_IDS,
    "number": pl.String,
    **_POSITION,
}
"""Columns of the numbers of a municipality: ``level`` is one of :data:`LEVELS`, ``number`` is written as by :func:`number_key`."""

Load = Callable[[str], pl.DataFrame]
"""From a municipality's code to its numbers, :data:`NUMBER_SCHEMA`; no rows where there are none."""


def number_key(number: pl.Expr) -> pl.Expr:
    """Bring a number to the form in which numbers are compared: folded, katakana, digits and letters apart, joined by ``-``.

    Args:
        number: Text column: ``乙1``, ``ﾛ``, ``C``, ``渡辺``, ``012``, ``636-乙6``.

    Returns:
        Text column: ``乙-1``, ``ロ``, ``C``, ``渡辺``, ``12``, ``636-乙-6``.
    """
    value = folded(number).str.replace_many(list(HIRAGANA), list(HIRAGANA.values())).str.replace_all(" ", "")
    value = value.str.replace_all("([^0-9-])([0-9])", "${1}-${2}").str.replace_all("([0-9])([^0-9-])", "${1}-${2}")
    return value.str.replace_all("(^|-)0+([0-9])", "${1}${2}")


def numbers_of(level: str, table: pl.DataFrame) -> pl.DataFrame:
    """Bring a table of the registry to the columns that look-ups need.

    Args:
        level: One of :data:`LEVELS`.
        table: Columns ``lg_code``, ``machiaza_id``, the ids and the parts of the number of this level as in the masters; ``latitude``,
            ``longitude`` and ``epsg`` where there are positions.

    Returns:
        Frame of :data:`NUMBER_SCHEMA`.
    """
    parts = [number_key(pl.col(part).cast(pl.String)) for part in _NUMBERS[level] if part in table.columns]
    number = pl.concat_str(*(pl.when(part != "").then(part) for part in parts), separator="-", ignore_nulls=True)
    absent = {name: kind for name, kind in (_IDS | _POSITION).items() if name not in table.columns}
    return table.with_columns(
        level=pl.lit(level), number=number, **{name: pl.lit(None, dtype=kind) for name, kind in absent.items()}
    ).select(pl.col(name).cast(kind) for name, kind in NUMBER_SCHEMA.items())


@dataclass(frozen=True)
class _Municipality:
    """The numbers of one municipality, ordered by the hash of their keys."""

    hashes: npt.NDArray[np.uint64]
    rows: pl.DataFrame


def _hash(frame: pl.DataFrame, key: pl.Expr) -> npt.NDArray[np.uint64]:
    return frame.select(key.hash(seed=0)).to_series().to_numpy()


class NumberRegister:
    """Looks numbers up; loads a municipality when first asked for it and forgets those least recently used. Threads may share it.

    Attributes:
        most_rows: Numbers held in memory at most, the last municipality aside; a million take about 150 MB.
    """

    def __init__(self, load: Load, most_rows: int = 8_000_000) -> None:
        self._load = load
        self._held: OrderedDict[str, _Municipality | None] = OrderedDict()
        self._rows = 0
        self._lock = Lock()
        self.most_rows = most_rows

    @classmethod
    def of_frames(cls, *numbers: pl.DataFrame) -> "NumberRegister":
        """Make a register of frames of :data:`NUMBER_SCHEMA` in memory."""
        every = pl.concat(numbers) if numbers else pl.DataFrame(schema=NUMBER_SCHEMA)
        parts = {str(code): part for (code,), part in every.partition_by("lg_code", as_dict=True).items()}
        empty = every.clear()
        return cls(lambda lg_code: parts.get(lg_code, empty))

    def _municipality(self, lg_code: str) -> _Municipality | None:
        with self._lock:
            return self._held_or_loaded(lg_code)

    def _held_or_loaded(self, lg_code: str) -> _Municipality | None:
        if lg_code in self._held:
            self._held.move_to_end(lg_code)
            return self._held[lg_code]
        rows = self._load(lg_code)
        made = None
        if not rows.is_empty():
            key = pl.concat_str("machiaza_id", pl.col("level").str.head(1), "number", separator="|")
            # one number twice: the first id speaks, and the caller is told that there are several
            rows = rows.with_columns(key=key).sort("key", "blk_id", "rsdt_id", "rsdt2_id", "prc_id", maintain_order=True)
            rows = rows.with_columns(several=pl.len().over("key") > 1).unique("key", keep="first", maintain_order=True)
            hashes = _hash(rows, pl.col("key"))
            order = np.argsort(hashes, kind="stable")
            made = _Municipality(hashes[order], rows.drop("lg_code", "level")[order])
        self._held[lg_code] = made
        self._rows += 0 if made is None else made.rows.height
        while self._rows > self.most_rows and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._rows -= 0 if dropped is None else dropped.rows.height
        return made

    def known(self, lg_codes: Sequence[str]) -> list[str]:
        """Those of some municipalities of which there are numbers."""
        return [code for code in lg_codes if self._municipality(code) is not None]

    def find(self, keys: pl.Series, municipality: Numbers, lg_codes: Sequence[str | None]) -> tuple[Rows, pl.DataFrame]:
        """Look keys up.

        Args:
            keys: ``machiaza_id|b|number`` for a block, ``|r|`` for a residence, ``|l|`` for a lot; the number as by :func:`number_key`.
            municipality: Of each key the municipality, as a place in ``lg_codes``.
            lg_codes: Codes of municipalities.

        Returns:
            Which keys have an answer, and for each of those ``key``, ``machiaza_id``, ids, position, ``several``.
        """
        asked = keys.hash(seed=0).to_numpy()
        which, found = [], []
        for number in np.unique(municipality).tolist():
            held = self._municipality(lg_codes[number] or "")
            if held is None:
                continue
            here = np.flatnonzero(municipality == number)
            place = np.minimum(np.searchsorted(held.hashes, asked[here]), len(held.hashes) - 1)
            hit = held.hashes[place] == asked[here]
            here, rows = here[hit], taken(held.rows, place[hit])
            right = (rows.get_column("key") == (keys if len(here) == len(keys) else keys[here])).to_numpy()
            which.append(here[right])
            found.append(rows if right.all() else rows.filter(right))
        if not found:
            return np.zeros(0, np.intp), pl.DataFrame()
        return np.concatenate(which), found[0] if len(found) == 1 else pl.concat(found, rechunk=True)
