"""Matching written addresses to towns."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from registries.address.matching import choosing, corrections, overseas, reading
from registries.address.matching.code_points import END, CodePoints, Codes, Positions
from registries.address.matching.dictionary import ABROAD, KINDS, NATION, ROOT, TownDictionary
from registries.address.matching.plans import as_text, with_arrays
from registries.address.matching.reading import CHARACTER, Readings
from registries.address.matching.result import TownsFound, results
from registries.address.matching.text import ARABIC, Flags, FoldedText, fold

_PREFECTURE, _MUNICIPALITY, _OAZA = (KINDS.index(kind) for kind in ("prefecture", "municipality", "oaza"))
_DIGIT, _HYPHEN = "[0-9０-９]", "[-‐‑‒–—―−－ー]"
_POSTAL = (
    rf"^[\s\p{{Z}}]*((?:〒|郵便番号)[\s\p{{Z}}:：]*{_DIGIT}{{3}}{_HYPHEN}?{_DIGIT}{{4}}|{_DIGIT}{{3}}{_HYPHEN}{_DIGIT}{{4}})"
    r"[\s\p{Z},、]*[^0-9０-９-]"
)
_MARK, _SERIES, _IROHA, _NAME_END, _UNREADABLE = (1 << bit for bit in range(5))
# as they are folded: ハ and 八 are 8, ニ and 二 are 2
_SIGNS = {
    _MARK: f"{chr(END)}-番無(,、.",
    _SERIES: "甲乙丙丁戊己庚辛壬癸",
    _IROHA: "甲乙丙丁イロ82ホヘトチリヌルヲ",
    _NAME_END: "町村郡市区里通_\ufffd",
    _UNREADABLE: "_\ufffd",
}
_LOST = 3
_SKIPPED = np.uint32(corrections.bits("text_skipped"))
_SCAN = 40
_TOWN_ALONE = 2
_SURELY_A_NAME = 6
_STREET_PENALTY = 40


def match_towns(addresses: pl.Series, dictionary: TownDictionary) -> pl.DataFrame:
    """Match written addresses to towns.

    Args:
        addresses: Addresses as written.
        dictionary: The dictionary.

    Returns:
        One row for each address, in the order given; columns as ``docs/town-matching.md`` lists them.
    """
    addresses = as_text(addresses)
    found = found_towns(addresses, CodePoints.of(addresses), dictionary)
    numbers = dict(found.numbers)
    end = numbers.pop("coarser_end")
    lists = corrections.names(numbers.pop("corrections"))
    return with_arrays(found.frame, **numbers).hstack([lists, pl.Series("coarser_end", pa.array(end, mask=end < 0))])


def found_towns(addresses: pl.Series, points: CodePoints, dictionary: TownDictionary) -> TownsFound:
    """Match written addresses to towns.

    Args:
        addresses: Addresses as written, without nulls.
        points: Their code points.
        dictionary: The dictionary.

    Returns:
        What was found, one row for each address, in the order given.
    """
    text = fold(points, dictionary.characters)
    rows = np.arange(text.count)
    start = _after_postal_code(text, addresses)
    chosen, tied = _straight(text, dictionary, rows, start)
    hard = _unsettled(text, dictionary, chosen, tied, text.count)
    if len(hard):
        richer = _rich(text, addresses, dictionary, hard, start[hard])
        others = np.ones(text.count, np.bool_)
        others[hard] = False
        again, tied_again = choosing.best(richer, dictionary)
        easy = others[chosen.row]
        chosen, tied = reading.joined([chosen.take(easy), again]), np.concatenate([tied[easy], tied_again])
    if tied.any():
        kept = choosing.by_spelling(text, addresses, dictionary, chosen.take(tied))
        chosen = reading.joined([chosen.take(~tied), chosen.take(tied).take(kept)])
    return results(text, dictionary, chosen)


def match_parts(found: pl.DataFrame, addresses: pl.Series) -> pl.DataFrame:
    """Add what of each address was used for what: lead, municipality_text, skipped, town_text, remainder; joined they are the address.

    Args:
        found: Result of :func:`match_towns`.
        addresses: The same addresses.

    Returns:
        ``found`` with five text columns more.
    """
    text = addresses.cast(pl.String).fill_null("")
    ends = ["lead_end", "municipality_end", "skipped_end", "town_end"]
    names = ["lead", "municipality_text", "skipped", "town_text", "remainder"]
    begins = [pl.lit(0, pl.Int32), *(pl.col(end) for end in ends)]
    lengths = [*(pl.col(end) - begin for end, begin in zip(ends, begins, strict=False)), None]
    whole = found.with_columns(text.alias("__text"))
    return whole.with_columns(
        pl.col("__text").str.slice(begin, length).alias(name) for name, begin, length in zip(names, begins, lengths, strict=True)
    ).drop("__text")


def _after_postal_code(text: FoldedText, addresses: pl.Series) -> Positions:
    """Index of the first code behind a postal code at the start of each text."""
    start = text.start.copy()
    first = text.codes[start]
    rows = np.flatnonzero(((first >= ord("0")) & (first <= ord("9"))) | (first == ord("〒")) | (first == ord("郵")))
    if not len(rows):
        return start
    postal = addresses.gather(rows).str.extract(_POSTAL).str.len_chars().fill_null(0).to_numpy().astype(np.int64)
    lead = addresses.gather(rows).str.extract(r"^([\s\p{Z}]*)").str.len_chars().to_numpy().astype(np.int64)
    rows, until = rows[postal > 0], (postal + lead)[postal > 0]
    while len(rows):
        ahead = text.offset[start[rows]] < until
        rows, until = rows[ahead], until[ahead]
        start[rows] += 1
    return start


def _straight(text: FoldedText, dictionary: TownDictionary, rows: Positions, start: Positions) -> tuple[Readings, Flags]:
    """Read every text from its start: the longest municipality, then its towns."""
    heads = reading.heads(text, dictionary, reading.begun(rows, start, ROOT), longest=True)
    inside = heads.take(dictionary.kind[heads.place] == _MUNICIPALITY)
    return choosing.best(reading.joined([heads, _sound(text, reading.towns(text, dictionary, inside))]), dictionary)


@cache
def _signs() -> npt.NDArray[np.uint8]:
    """For each folded code which of :data:`_SIGNS` it is among, as bits."""
    table = np.zeros(0x110000, np.uint8)
    for bit, signs in _SIGNS.items():
        table[[ord(sign) for sign in signs]] |= bit
    return table


def _is(codes: Codes, signs: int) -> Flags:
    """Tell which codes are among some of :data:`_SIGNS`."""
    among: Flags = (_signs()[codes] & signs) != 0
    return among


def _sound(text: FoldedText, towns: Readings) -> Readings:
    """Leave out towns in a loose spelling that letters follow."""
    return towns.take(_clean(text, towns) | ((towns.corrections & np.uint32(corrections.LOOSE)) == 0))


def _clean(text: FoldedText, readings: Readings) -> Flags:
    """Tell where a number, the end, a space or a mark follows the name, and not letters it may be cut out of."""
    after = text.codes[readings.end]
    clean: Flags = (text.kinds[readings.end] != 0) | text.spaced[readings.end] | _is(after, _MARK | _SERIES)
    return clean


def _unsettled(text: FoldedText, dictionary: TownDictionary, chosen: Readings, tied: Flags, count: int) -> Positions:
    """Rows whose straight reading leaves a doubt: no town, several, or letters where a number or the end should follow."""
    kind = dictionary.kind[chosen.place]
    after = text.codes[chosen.end]
    clean = (text.kinds[chosen.end] != 0) | _is(after, _MARK)
    settled = ~tied & clean & ((kind >= _OAZA) | ((kind == _MUNICIPALITY) & (after == END)))
    open_rows = np.ones(count, np.bool_)
    open_rows[chosen.row[settled]] = False
    return np.flatnonzero(open_rows)


def _rich(text: FoldedText, addresses: pl.Series, dictionary: TownDictionary, rows: Positions, start: Positions) -> Readings:
    """Read hard texts in every way: every head, towns without municipality, text skipped before the town or before the address."""
    found = reading.heads(text, dictionary, reading.begun(rows, start, ROOT), longest=False)
    headless = np.ones(text.count, np.bool_)
    headless[found.row] = False
    found = reading.joined([found, _led(text, dictionary, rows[headless[rows]], start[headless[rows]])])
    headless[found.row] = False
    abroad = overseas.rows(addresses, rows[headless[rows]])
    headless[abroad] = False
    kind = dictionary.kind[found.place]
    found, bare = _like_a_town(dictionary, found), reading.begun(rows, start, NATION)
    bare = bare.take((headless | _only(found, _is_like_a_town(dictionary, found), text.count))[rows] & (text.kinds[start] != ARABIC))
    said = np.uint32(corrections.bits("prefecture_supplied", "city_supplied"))
    bare = replace(bare, penalty=bare.penalty + _TOWN_ALONE, corrections=bare.corrections | said)
    municipalities, prefectures = found.take(kind == _MUNICIPALITY), found.take(kind == _PREFECTURE)
    alone = reading.towns(text, dictionary, reading.joined([_cityless(prefectures), bare]))
    length = alone.end - alone.begin
    alone = alone.take((_clean(text, alone) & (length > 1)) | (length >= _SURELY_A_NAME))
    direct = reading.joined([_sound(text, reading.towns(text, dictionary, municipalities)), alone])
    reached = np.zeros(text.count, np.bool_)
    reached[direct.row] = True
    kyoto = dictionary.is_in_kyoto
    street = kyoto[municipalities.place]
    skipped = _skipping(text, dictionary, municipalities.take(street | ~reached[municipalities.row]), kyoto)
    lettered = _lettered(text, dictionary, direct)
    townless = municipalities.take(~reached[municipalities.row])
    which, position = _letters(text, townless, _IROHA)
    named = reading.lettered_names(text, dictionary, townless.take(which), position)
    named = replace(named, corrections=named.corrections | _SKIPPED)
    behind_street = np.zeros(text.count, np.bool_)
    behind_street[skipped.row] = True
    doubtful = kyoto[direct.place] & ~_clean(text, direct) & (behind_street[direct.row] | (text.codes[direct.end] == ord("通")))
    direct = replace(direct, penalty=direct.penalty + np.where(doubtful, _STREET_PENALTY, 0).astype(np.int32))
    away = reading.begun(abroad, text.start[abroad], ABROAD)
    return reading.joined([_named_fully(dictionary, found), direct, skipped, lettered, named, away])


def _cityless(prefectures: Readings) -> Readings:
    """Say of prefectures that a town read behind them has no municipality."""
    said = np.uint32(corrections.bits("city_supplied"))
    return replace(prefectures, penalty=prefectures.penalty + 2, corrections=prefectures.corrections | said)


def _is_like_a_town(dictionary: TownDictionary, heads: Readings) -> Flags:
    """Tell which heads are a 町 or 村 without prefecture and county, which a town of some city may be called as well (栄町)."""
    supplied = (heads.corrections & np.uint32(corrections.bits("prefecture_supplied"))) != 0
    alike: Flags = supplied & dictionary.is_town_or_village[dictionary.real[heads.place]]
    return alike


def _like_a_town(dictionary: TownDictionary, heads: Readings) -> Readings:
    """Make a 町 or 村 without prefecture and county worth as much as a town of the same name."""
    return replace(heads, penalty=np.where(_is_like_a_town(dictionary, heads), _TOWN_ALONE, heads.penalty).astype(np.int32))


def _only(readings: Readings, which: Flags, count: int) -> Flags:
    """Tell the rows all whose readings are of those."""
    only = np.zeros(count, np.bool_)
    only[readings.row] = True
    only[readings.row[~which]] = False
    return only


def _named_fully(dictionary: TownDictionary, heads: Readings) -> Readings:
    """Hold against a ward named without its city that nothing follows to tell the city: the name alone is not enough.

    Nor is it for a municipality of the same name (北区).
    """
    supplied = (heads.corrections & np.uint32(corrections.bits("prefecture_supplied"))) != 0
    alone = (heads.corrections & np.uint32(corrections.bits("city_supplied"))) != 0
    alone |= supplied & dictionary.is_called_like_a_ward[dictionary.real[heads.place]]
    return replace(heads, penalty=heads.penalty + np.where(alone, CHARACTER * (heads.end - heads.lead), 0).astype(np.int32))


def _led(text: FoldedText, dictionary: TownDictionary, rows: Positions, start: Positions) -> Readings:
    """Find the address behind other text: the first prefecture or municipality with its prefecture."""
    if not len(rows):
        return reading.begun(rows, start, ROOT)
    ends = np.append(text.start[1:], len(text.codes)) - 1
    which, ahead = _ahead(np.clip(ends[rows] - start - 1, 0, _SCAN))
    found = reading.heads(text, dictionary, reading.begun(rows[which], start[which] + ahead, ROOT), longest=True)
    whole = (found.corrections & np.uint32(corrections.bits("prefecture_supplied"))) == 0
    found = found.take(whole & (dictionary.kind[found.place] >= _PREFECTURE))
    first = np.full(text.count, len(text.codes), np.int64)
    np.minimum.at(first, found.row, found.lead)
    found = found.take(found.lead == first[found.row])
    return replace(found, penalty=found.penalty + CHARACTER, corrections=found.corrections | _SKIPPED)


def _ahead(length: Positions) -> tuple[Positions, Positions]:
    """Number each of so many steps ahead: which it belongs to, and how far it is (from 1)."""
    which = np.repeat(np.arange(len(length)), length)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(length) - length, length) + 1


def _skipping(text: FoldedText, dictionary: TownDictionary, heads: Readings, kyoto: Flags) -> Readings:
    """Read towns behind text that is passed over: streets in Kyoto; elsewhere whole names of other parts, and text that is unreadable."""
    ends = np.append(text.start[1:], len(text.codes)) - 1
    which, ahead = _ahead(np.clip(ends[heads.row] - heads.end - 1, 0, _SCAN))
    from_here = heads.take(which)
    from_here = replace(from_here, begin=from_here.head + ahead, end=from_here.head + ahead)
    found = reading.towns(text, dictionary, from_here.take(text.kinds[from_here.begin] != ARABIC))
    unreadable = _is(text.codes[found.begin - 1], _UNREADABLE) & (found.begin - found.head <= _LOST)
    found = found.take(((found.corrections & np.uint32(corrections.LOOSE)) == 0) | unreadable)
    before = text.codes[found.begin - 1]
    whole = kyoto[found.place] | _is(before, _NAME_END) | text.spaced[found.begin]
    single = found.end - found.begin == 1
    series = (text.kinds[found.end] != 0) & _is(text.codes[found.begin], _SERIES)
    found = found.take(_clean(text, found) & np.where(single, series, whole))
    return replace(found, penalty=found.penalty + CHARACTER - 1, corrections=found.corrections | _SKIPPED)


def _lettered(text: FoldedText, dictionary: TownDictionary, towns: Readings) -> Readings:
    """Read 甲, 乙, 丙 before the number as the part they are, over the 小字 that stands between (下野字長波須ハ丙1224)."""
    open_towns = towns.take(dictionary.has_parts[towns.place] & ~_clean(text, towns))
    if not len(open_towns):
        return open_towns
    which, position = _letters(text, open_towns, _SERIES)
    from_here = open_towns.take(which)
    found = reading.read_on(text, dictionary, replace(from_here, end=position))
    if not len(found):
        return found
    passed = np.zeros(text.count, np.int64)
    passed[from_here.row] = position - from_here.end
    penalty = found.penalty + CHARACTER * passed[found.row].astype(np.int32) + 2
    return replace(found, penalty=penalty, corrections=found.corrections | _SKIPPED)


def _letters(text: FoldedText, readings: Readings, letters: int) -> tuple[Positions, Positions]:
    """Find letters right before a number behind readings: which reading, and the index of the letter."""
    ends = np.append(text.start[1:], len(text.codes)) - 1
    which, ahead = _ahead(np.clip(ends[readings.row] - readings.end - 1, 0, _SCAN))
    position = readings.end[which] + ahead
    # ハ is folded like 8 but is no digit
    fits = (text.kinds[position] == 0) & _is(text.codes[position], letters)
    fits &= text.kinds[np.minimum(position + 1, len(text.codes) - 1)] == ARABIC
    return which[fits], position[fits]
