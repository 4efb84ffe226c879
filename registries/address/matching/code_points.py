"""Texts as code points, one after the other in one array, where what single characters tell is told for all texts at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]

END = 3
"""Code that closes every text."""


@dataclass(frozen=True)
class CodePoints:
    """Code points of texts.

    Attributes:
        codes: Those of all texts; each text is closed by :data:`END`.
        begin: Index of each text's first code.
        length: Number of characters of each text.
    """

    codes: Codes
    begin: Positions
    length: Positions

    @classmethod
    def of(cls, texts: pl.Series) -> "CodePoints":
        """Take texts apart.

        Args:
            texts: Text column without nulls.

        Returns:
            Their code points.
        """
        values = texts.to_list()
        length = np.fromiter(map(len, values), np.int64, len(values))
        codes = np.frombuffer("\x03".join([*values, ""]).encode("utf-32-le"), np.uint32)
        return cls(codes, _begins(length), length)

    @property
    def end(self) -> Positions:
        """Index of the code that closes each text."""
        return self.begin + self.length

    def behind(self, start: npt.NDArray[np.integer]) -> "CodePoints":
        """What stands from a place of each text on.

        Args:
            start: The place in characters, not behind the end.

        Returns:
            The ends of the texts.
        """
        length = self.length - start
        begin = _begins(length)
        return CodePoints(self.codes[runs(self.begin + start, length + 1)], begin, length)

    def texts(self) -> pl.Series:
        """The texts; :data:`END` must not be among their characters."""
        return texts_of(self.codes)


def _begins(length: Positions) -> Positions:
    begin = np.zeros(len(length), np.int64)
    np.cumsum(length[:-1] + 1, out=begin[1:])
    return begin


def runs(begin: Positions, length: npt.NDArray[np.integer]) -> Positions:
    """Number the members of runs.

    Args:
        begin: Where each run begins.
        length: How many members it has.

    Returns:
        The places of all members, run after run.
    """
    if len(begin) == 1:
        return np.arange(begin[0], begin[0] + length[0])
    last = np.cumsum(length)
    members: Positions = np.arange(int(last[-1]) if len(last) else 0) + np.repeat(begin - last + length, length)
    return members


def texts_of(codes: Codes) -> pl.Series:
    """Put code points together to texts.

    Args:
        codes: Code points, each text closed by :data:`END`.

    Returns:
        Text column.
    """
    return pl.Series(codes.astype("<u4", copy=False).tobytes().decode("utf-32-le").split("\x03")[:-1], dtype=pl.String)
