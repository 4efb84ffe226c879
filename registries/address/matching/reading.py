"""Reading names off folded text: from many positions at once, code by code, through the table of the dictionary."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from registries.address.matching.code_points import END, Positions
from registries.address.matching.corrections import LOOSE, bits
from registries.address.matching.dictionary import KINDS, TownDictionary
from registries.address.matching.hashing import step
from registries.address.matching.text import ARABIC, Flags, FoldedText

_LONGEST_NUMBER = 5
_LONGEST_PREFIX = 8
_LONGEST_TOWN_NUMBER = 2
CHARACTER = 4
"""Worth of one matched character, in the unit of penalties."""


@dataclass(frozen=True)
class Readings:
    """Possible readings of addresses, several for one row.

    Attributes:
        row: Row of the input.
        place: Place read so far.
        lead: Index of the first code that was read.
        head: Index behind prefecture and municipality.
        begin: Index of the first code of the town.
        middle: Index behind the 大字・町.
        end: Index behind the last code read.
        penalty: Distance from the official names, in quarters of a character.
        corrections: Corrections the reading means, as bits.
    """

    row: Positions
    place: npt.NDArray[np.int32]
    lead: Positions
    head: Positions
    begin: Positions
    middle: Positions
    end: Positions
    penalty: npt.NDArray[np.int32]
    corrections: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        """Number of readings."""
        return len(self.row)

    def take(self, which: Positions | Flags) -> "Readings":
        """Take some of the readings."""
        return Readings(
            self.row[which],
            self.place[which],
            self.lead[which],
            self.head[which],
            self.begin[which],
            self.middle[which],
            self.end[which],
            self.penalty[which],
            self.corrections[which],
        )

    @property
    def guessed(self) -> Flags:
        """Whether the reading takes a bare number for a 丁目."""
        guessed: Flags = (self.corrections & np.uint32(bits("chome_from_number"))) != 0
        return guessed

    @property
    def score(self) -> npt.NDArray[np.int32]:
        """Worth of each reading: characters matched less its penalty.

        A bare number read as 丁目 counts for nothing: another town may have it as 番地, so it must not tell towns apart.
        """
        matched = (self.head - self.lead) + (np.where(self.guessed, self.middle, self.end) - self.begin)
        return (matched * CHARACTER - self.penalty).astype(np.int32)


def joined(parts: list[Readings]) -> Readings:
    """Put readings together."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    return Readings(*(np.concatenate([getattr(part, name) for part in filled]) for name in _FIELDS))


_FIELDS = tuple(one.name for one in fields(Readings))


def begun(row: Positions, position: Positions, place: int | npt.NDArray[np.int32]) -> Readings:
    """Start readings: nothing is read yet.

    Args:
        row: Row of each.
        position: Index of the code it starts at.
        place: Place whose names are to be read.

    Returns:
        The readings.
    """
    places, zero = np.full(len(row), place, np.int32), np.zeros(len(row), np.int32)
    return Readings(row, places, position, position, position, position, position, zero, zero.astype(np.uint32))


def walked(
    text: FoldedText, dictionary: TownDictionary, position: Positions, place: npt.NDArray[np.int32]
) -> tuple[Positions, Positions, Positions]:
    """Find every name below the places that the text goes on with at the positions.

    Args:
        text: Folded text.
        dictionary: The dictionary.
        position: Where each walk starts.
        place: The place whose names are walked.

    Returns:
        Number of the walk, index behind the name, and key of the table, for each name found; shorter names first.
    """
    table = dictionary.table
    walk = np.arange(len(position))
    state = dictionary.state[place]
    at = position
    walks, states, ends = [], [], []
    while len(walk):
        code = text.codes[at]
        state = step(state, code)
        goes = table.may_continue(state)
        if not goes.all():
            walk, state, at, code = walk[goes], state[goes], at[goes], code[goes]
        at = at + 1
        ended = code == END
        walks.append(walk)
        states.append(state)
        # a name that is bound to the end of the text does not use the end up
        ends.append(at - ended)
        if ended.any():
            goes = ~ended
            walk, state, at = walk[goes], state[goes], at[goes]
    if not walks:
        return _NONE, _NONE, _NONE
    hit, key = table.hits(np.concatenate(states))
    return np.concatenate(walks)[hit], np.concatenate(ends)[hit], key


_NONE = np.zeros(0, np.int64)


def read_on(text: FoldedText, dictionary: TownDictionary, readings: Readings, *, longest: bool = False) -> Readings:
    """Read the names that stand at the end of readings, below the place reached.

    Args:
        text: Folded text.
        dictionary: The dictionary.
        readings: Readings to go on with.
        longest: Keep only the longest name of each.

    Returns:
        The readings grown by one name; those that do not go on are gone.
    """
    if not len(readings):
        return readings
    which, end, key = walked(text, dictionary, readings.end, readings.place)
    if not len(which):
        return readings.take(which)
    if longest:
        chosen = _longest(which, dictionary.entry_corrections[dictionary.table.first[key]], len(readings))
        which, end, key = which[chosen], end[chosen], key[chosen]
    first, after = dictionary.table.first[key].astype(np.int64), dictionary.table.first[key + 1].astype(np.int64)
    count = after - first
    hit = np.repeat(np.arange(len(key)), count)
    entry = np.arange(len(hit)) - np.repeat(np.cumsum(count) - count, count) + first[hit]
    grown = readings.take(which[hit])
    return replace(
        grown,
        place=dictionary.entry_place[entry],
        end=end[hit],
        penalty=grown.penalty + dictionary.entry_penalty[entry],
        corrections=grown.corrections | dictionary.entry_corrections[entry],
    )


def _longest(which: Positions, said: npt.NDArray[np.uint32], count: int) -> Positions:
    """The longest name of each; where that is of the past, the next shorter as well (一宮市木曽川町 is a town of 一宮市 too)."""
    last = np.full(count, -1, np.int64)
    last[which] = np.arange(len(which))
    past = last >= 0
    past[past] = (said[last[past]] & np.uint32(bits("former_municipality"))) != 0
    shorter = np.full(count, -1, np.int64)
    others = np.flatnonzero(past[which] & (last[which] != np.arange(len(which))))
    shorter[which[others]] = others
    return np.concatenate([last[last >= 0], shorter[shorter >= 0]])


def lettered_names(text: FoldedText, dictionary: TownDictionary, heads: Readings, letter: Positions) -> Readings:
    """Read towns whose name goes on with a letter that stands further behind (八街ろ in 八街字七本松ろ97).

    Args:
        text: Folded text.
        dictionary: The dictionary.
        heads: Readings of municipalities.
        letter: Index of the letter for each of them, behind their end.

    Returns:
        Readings of towns up to the letter.
    """
    if not len(heads):
        return heads
    found = []
    which, state = np.arange(len(heads)), dictionary.state[heads.place]
    for length in range(1, _LONGEST_PREFIX + 1):
        going = heads.end[which] + length < letter[which]
        which, state = which[going], step(state[going], text.codes[heads.end[which[going]] + length - 1])
        going = dictionary.table.may_continue(state)
        which, state = which[going], state[going]
        hit, key = dictionary.table.hits(step(state, text.codes[letter[which]]))
        entry = dictionary.table.first[key]
        more = heads.take(which[hit])
        end = letter[which[hit]] + 1
        passed = (letter[which[hit]] - more.end - length).astype(np.int32)
        found.append(
            replace(
                more,
                place=dictionary.entry_place[entry],
                middle=end,
                end=end,
                penalty=more.penalty + dictionary.entry_penalty[entry] + CHARACTER * passed + 2,
                corrections=more.corrections | dictionary.entry_corrections[entry],
            )
        )
    names = joined(found)
    return names.take(dictionary.kind[names.place] == KINDS.index("oaza"))


def cuts_digits(text: FoldedText, readings: Readings) -> Flags:
    """Tell where the end of a reading cuts a run of digits of one kind, as 本町1 does in 本町12."""
    end = readings.end
    before = text.kinds[end - 1]
    cut: Flags = (before != 0) & (before == text.kinds[end]) & ~text.spaced[end] & (end > readings.lead)
    # 大崎一 is a name, the 1 of 大崎1-11 a number
    number: Flags = (before == ARABIC) & ~readings.guessed & (text.codes[end] != END) & (end > readings.begin)
    return cut | number


def cuts_word(text: FoldedText, readings: Readings) -> Flags:
    """Tell where the end of a reading cuts a word in Roman letters, as Nakano-shi does in Nakanoshima."""
    before, after = text.codes[readings.end - 1], text.codes[readings.end]
    first, last = np.uint32(ord("A")), np.uint32(ord("Z"))
    cut: Flags = (before >= first) & (before <= last) & (after >= first) & (after <= last) & ~text.spaced[readings.end]
    return cut & (readings.end > readings.lead)


def heads(text: FoldedText, dictionary: TownDictionary, readings: Readings, *, longest: bool) -> Readings:
    """Read prefecture and municipality.

    Args:
        text: Folded text.
        dictionary: The dictionary.
        readings: Readings just begun.
        longest: Keep only the longest name of each.

    Returns:
        Readings of prefectures, municipalities and places overseas.
    """
    read = read_on(text, dictionary, readings, longest=longest)
    read = read.take(~cuts_word(text, read))
    # a former municipality that is a town now, with the number in it
    town = dictionary.kind[read.place] == KINDS.index("oaza")
    read = read.take(~town | (text.kinds[read.end] != 0))
    return replace(read, head=read.end, begin=read.end, middle=read.end)


def towns(text: FoldedText, dictionary: TownDictionary, readings: Readings) -> Readings:
    """Read the town, with 丁目 and 小字, behind readings of municipalities (or of no municipality).

    Args:
        text: Folded text.
        dictionary: The dictionary.
        readings: Readings whose ``end`` is where the town may begin.

    Returns:
        Readings of towns. Ends that cut a run of digits are left out.
    """
    named = read_on(text, dictionary, readings)
    if not len(named):
        return named
    named = replace(named, middle=named.end)
    # 石山1|2-3: a number written in one is one number
    inside = (text.kinds[named.end - 1] == ARABIC) & (text.kinds[named.end] == ARABIC) & ~text.spaced[named.end]
    named = named.take(~inside)
    kind = dictionary.kind[named.place]
    # a former name leads right to a 丁目 or 小字 of today
    oaza, former = named.take(kind == KINDS.index("oaza")), named.take(kind == KINDS.index("part"))
    parts = read_on(text, dictionary, oaza.take(dictionary.has_parts[oaza.place]))
    # a 条 written as a hyphen needs its 丁目 behind it
    loose = (oaza.corrections & np.uint32(LOOSE)) != 0
    open_ended = (text.codes[oaza.end - 1] == ord("-")) & ~oaza.guessed & loose
    both = joined([oaza.take(~open_ended), parts, former])
    both = both.take(~(cuts_digits(text, both) | cuts_word(text, both)))
    more = three_numbers(text, both)
    # 千代田区1-1 names no 一番町; 富山市3-1-23 is in 三番町, 上尾市1-111 in 壱丁目
    sure = ~(_number_alone(text, both) & dictionary.is_numbered_street[both.place]) | (more == 1)
    return replace(both, penalty=both.penalty - more).take(sure)


def _number_alone(text: FoldedText, readings: Readings) -> Flags:
    """Tell which readings take a number that stands right behind the municipality for a town (三番町)."""
    length = readings.end - readings.begin
    short = readings.guessed & (readings.end == readings.middle) & (length > 0) & (length <= _LONGEST_TOWN_NUMBER + 1)
    digits = text.kinds[readings.begin] != 0
    second = (length <= 2) | (text.kinds[np.minimum(readings.begin + 1, len(text.kinds) - 1)] != 0)
    alone: Flags = short & digits & second
    return alone


def three_numbers(text: FoldedText, readings: Readings) -> npt.NDArray[np.int32]:
    """Tell where two more numbers follow a number read as 丁目: 1-10-5 speaks for a 丁目, 1-10 does not.

    Args:
        text: Folded text.
        readings: Readings of towns.

    Returns:
        1 for each such reading, otherwise 0.
    """
    speaks = np.zeros(len(readings), np.int32)
    which = np.flatnonzero(readings.guessed & (text.kinds[readings.end] == ARABIC))
    at = readings.end[which]
    for _ in range(_LONGEST_NUMBER):
        at = at + (text.kinds[at] == ARABIC)
    follows = (text.codes[at] == ord("-")) & (text.kinds[np.minimum(at + 1, len(text.kinds) - 1)] == ARABIC)
    speaks[which[follows]] = 1
    return speaks
