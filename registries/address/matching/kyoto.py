"""Streets of 京都市, which addresses there name before the town (寺町通御池上る上本能寺前町)."""

from functools import cache

import numpy as np
import numpy.typing as npt

from registries.address.matching.code_points import CodePoints, runs
from registries.address.matching.plans import Flags, as_text, picked
from registries.address.matching.result import TownsFound

_STREET, _UP_OR_DOWN, _TO, _EAST_OR_WEST, _INTO = (1 << bit for bit in range(5))
_SIGNS = {_STREET: "通", _UP_OR_DOWN: "上下", _TO: "るルり", _EAST_OR_WEST: "東西", _INTO: "入"}

_KYOTO = np.array([ord(digit) for digit in "261"], np.uint32)
"""How the codes of 京都市 and its wards begin."""


@cache
def _signs() -> npt.NDArray[np.uint8]:
    """For each code point which of :data:`_SIGNS` it is among, as bits."""
    table = np.zeros(0x110000, np.uint8)
    for bit, signs in _SIGNS.items():
        table[[ord(sign) for sign in signs]] = bit
    return table


def streets_of_kyoto(found: TownsFound, points: CodePoints) -> Flags:
    """Tell which addresses name a street of Kyoto before their town: text passed over there with 通, 上る, 下る, 東入 or 西入.

    Args:
        found: Towns found.
        points: Code points of the addresses.

    Returns:
        One flag for each address.
    """
    begin, end = found.numbers["municipality_end"], found.numbers["skipped_end"]
    streets = np.zeros(len(begin), np.bool_)
    rows = np.flatnonzero(end > begin)
    if not len(rows):
        return streets
    length = (end - begin)[rows]
    signs, row = _signs()[points.codes[runs(points.begin[rows] + begin[rows], length)]], np.repeat(rows, length)
    behind = np.append(np.where(row[1:] == row[:-1], signs[1:], 0), 0)
    named = (signs == _STREET) | ((signs == _UP_OR_DOWN) & (behind == _TO)) | ((signs == _EAST_OR_WEST) & (behind == _INTO))
    streets[row[named]] = True
    rows = np.flatnonzero(streets)
    if len(rows):
        municipality = CodePoints.of(as_text(picked(found.frame.get_column("lg_code"), rows)))
        # a text that is shorter goes on with its end
        first = municipality.codes[np.minimum(municipality.begin[:, None] + np.arange(len(_KYOTO)), len(municipality.codes) - 1)]
        streets[rows] = (first == _KYOTO).all(axis=1)
    return streets
