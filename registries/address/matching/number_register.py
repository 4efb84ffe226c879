"""The numbers below the town that the registry knows - blocks, residences, lots - kept for look-up, municipality by municipality.

Sources of the rules: アドレス・ベース・レジストリ, 住居表示-街区, 住居表示-住居 and 地番 masters (blk_id, rsdt_id, rsdt2_id,
prc_id; numbers that are no digits are stored in half-width katakana, hiragana or kanji, as each municipality does).
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from data_standards.rules.batch import only_where
from registries.address.matching.one_to_one import HIRAGANA, folded
from registries.address.matching.plans import Flags, Numbers, Rows, ran, taken

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

LEAD_DIGITS = 9
"""Most digits of a lead."""

_A_KEY, _A_CALL = 40, 25_000
"""What asking for a key by itself costs, and what a call does that asks so, in rows of a municipality read whole."""

Some = Callable[[pl.DataFrame], pl.DataFrame]
"""From some towns - ``lg_code``, ``machiaza_id``, and ``lead``: the digits that a number begins with, up to :data:`LEAD_DIGITS`, null
where it does not - to their numbers, :data:`NUMBER_SCHEMA`: at least every number with that lead, and every number without one."""


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
    parts, kept = _bringing(level, tuple(table.columns))
    return ran(table, parts, kept=kept)


@cache
def _bringing(level: str, columns: tuple[str, ...]) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """The expressions of :func:`numbers_of` for tables with these columns: the parts as they are compared, and the columns."""
    parts = [part for part in _NUMBERS[level] if part in columns]
    number = pl.concat_str(*(pl.when(pl.col(part) != "").then(pl.col(part)) for part in parts), separator="-", ignore_nulls=True)
    made = {"level": pl.lit(level), "number": number}
    absent = {name: pl.lit(None) for name in (_IDS | _POSITION) if name not in columns}
    given = {name: (made | absent).get(name, pl.col(name)) for name in NUMBER_SCHEMA}
    return (
        [only_where(pl.col(part).cast(pl.String), "[^0-9]|^0[0-9]", number_key) for part in parts],
        [given[name].cast(kind).alias(name) for name, kind in NUMBER_SCHEMA.items()],
    )


_KEY = pl.concat_str("machiaza_id", pl.col("level").str.head(1), "number", separator="|")
_LEAD = pl.col("key").str.extract(rf"\|([0-9]{{1,{LEAD_DIGITS}}})(?:-|$)")


def _hashed(rows: pl.DataFrame) -> tuple[npt.NDArray[np.uint64], Rows]:
    """Hashes of the keys, and the rows in order of them."""
    hashes = rows.get_column("key").hash(seed=0).to_numpy()
    return hashes, np.argsort(hashes, kind="stable")


@dataclass(frozen=True)
class _Numbers:
    """Numbers ordered by the hash of their keys: those of one municipality, or some of several."""

    hashes: npt.NDArray[np.uint64]
    rows: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame, key: pl.Expr) -> "_Numbers":
        """Order rows of :data:`NUMBER_SCHEMA`, at least one."""
        rows = rows.with_columns(key=key, several=pl.lit(value=False))
        hashes, order = _hashed(rows)
        equal = np.flatnonzero(hashes[order[1:]] == hashes[order[:-1]])
        if len(equal):
            # one number twice: the first id speaks, and the caller is told that there are several
            repeated = np.zeros(rows.height, np.bool_)
            repeated[order[equal]] = repeated[order[equal + 1]] = True
            first = rows.filter(pl.Series(repeated)).sort("key", "blk_id", "rsdt_id", "rsdt2_id", "prc_id", maintain_order=True)
            first = first.with_columns(several=pl.len().over("key") > 1).unique("key", keep="first", maintain_order=True)
            rows = pl.concat([rows.filter(pl.Series(~repeated)), first])
            hashes, order = _hashed(rows)
        return cls(hashes[order], rows.drop("lg_code", "level")[order])

    def found(self, asked: npt.NDArray[np.uint64], keys: pl.Series) -> tuple[Flags, pl.DataFrame]:
        """Look keys up, given with their hashes: which have an answer, and the answers."""
        place = np.minimum(np.searchsorted(self.hashes, asked), len(self.hashes) - 1)
        hit = self.hashes[place] == asked
        rows = taken(self.rows, place[hit])
        right = (rows.get_column("key") == (keys if hit.all() else keys.filter(pl.Series(hit)))).to_numpy()
        hit[hit] = right
        return hit, rows if right.all() else rows.filter(right)


class NumberRegister:
    """Looks numbers up; loads a municipality when first asked for it and forgets those least recently used. Threads may share it.

    Where numbers can be asked for by themselves a municipality is loaded only once that has cost as much as loading it: addresses
    strewn over the nation touch every municipality, and few of its numbers.

    Attributes:
        most_rows: Numbers held in memory at most, the last municipality aside; a million take about 150 MB.

    Args:
        load: Reads a municipality.
        most_rows: See above.
        some: Reads what may be the numbers asked for, without reading their municipalities; needs ``sizes``.
        sizes: Numbers of every municipality that has any; found by loading where not given.
    """

    def __init__(self, load: Load, most_rows: int = 8_000_000, *, some: Some | None = None, sizes: Mapping[str, int] | None = None) -> None:
        self._load = load
        self._some = some
        self._sizes = sizes
        self._held: OrderedDict[str, _Numbers | None] = OrderedDict()
        self._paid: Counter[str] = Counter()
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

    def _municipality(self, lg_code: str) -> _Numbers | None:
        with self._lock:
            return self._held_or_loaded(lg_code)

    def _held_or_loaded(self, lg_code: str) -> _Numbers | None:
        if lg_code in self._held:
            self._held.move_to_end(lg_code)
            return self._held[lg_code]
        rows = self._load(lg_code)
        made = None if rows.is_empty() else _Numbers.of(rows, _KEY)
        self._paid.pop(lg_code, None)
        self._held[lg_code] = made
        self._rows += 0 if made is None else made.rows.height
        while self._rows > self.most_rows and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._rows -= 0 if dropped is None else dropped.rows.height
        return made

    def known(self, lg_codes: Sequence[str]) -> list[str]:
        """Those of some municipalities of which there are numbers."""
        if self._sizes is not None:
            return [code for code in lg_codes if code in self._sizes]
        return [code for code in lg_codes if self._municipality(code) is not None]

    def _strewn(self, asked: Mapping[str, int]) -> list[str]:
        """Those of the municipalities asked for so many keys whose numbers are to be asked for by themselves."""
        sizes = self._sizes
        if self._some is None or sizes is None:
            return []
        with self._lock:
            away = [code for code in asked if code in sizes and code not in self._held]
            self._paid.update({code: _A_KEY * asked[code] + _A_CALL // len(away) for code in away})
            return [code for code in away if self._paid[code] < sizes[code]]

    def _found_strewn(self, some: Some, keys: pl.Series, codes: pl.Series) -> tuple[Flags, pl.DataFrame]:
        """Look keys up, each of its municipality, without loading any municipality whole."""
        towns = pl.DataFrame({"lg_code": codes, "key": keys})
        asked = towns.select("lg_code", pl.col("key").str.extract(r"^([^|]*)\|").alias("machiaza_id"), _LEAD.alias("lead")).unique()
        with self._lock:
            rows = some(asked)
        if rows.is_empty():
            return np.zeros(len(keys), np.bool_), pl.DataFrame()
        own = towns.select(pl.concat_str("lg_code", "key", separator="|")).to_series()
        return _Numbers.of(rows, pl.concat_str(pl.col("lg_code"), _KEY, separator="|")).found(own.hash(seed=0).to_numpy(), own)

    def find(self, keys: pl.Series, municipality: Numbers, lg_codes: Sequence[str | None]) -> tuple[Rows, pl.DataFrame]:
        """Look keys up.

        Args:
            keys: ``machiaza_id|b|number`` for a block, ``|r|`` for a residence, ``|l|`` for a lot; the number as by :func:`number_key`.
            municipality: Of each key the municipality, as a place in ``lg_codes``.
            lg_codes: Codes of municipalities.

        Returns:
            Which keys have an answer, and for each of those ``key``, ``machiaza_id``, ids, position, ``several``.
        """
        hashes = keys.hash(seed=0).to_numpy()
        numbers, counts = np.unique(municipality, return_counts=True)
        codes = {int(number): lg_codes[number] or "" for number in numbers}
        strewn = set(self._strewn(dict(zip(codes.values(), counts.tolist(), strict=True))))
        which, found = [], []
        for number, code in codes.items():
            held = None if code in strewn else self._municipality(code)
            if held is None:
                continue
            here = np.flatnonzero(municipality == number)
            hit, rows = held.found(hashes[here], keys if len(here) == len(keys) else keys[here])
            which.append(here[hit])
            found.append(rows)
        if strewn and self._some is not None:
            here = np.flatnonzero(np.isin(municipality, [number for number, code in codes.items() if code in strewn]))
            hit, rows = self._found_strewn(self._some, keys[here], pl.Series([codes[number] for number in municipality[here].tolist()]))
            which.append(here[hit])
            found.append(rows)
        found = [rows for rows in found if rows.height]
        if not found:
            return np.zeros(0, np.intp), pl.DataFrame()
        return np.concatenate(which), found[0] if len(found) == 1 else pl.concat(found, rechunk=True)
