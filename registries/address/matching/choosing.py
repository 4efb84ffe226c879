"""Choosing among readings: the best of each row, and whether others are as good."""

import numpy as np
import polars as pl
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from registries.address.matching.code_points import Positions
from registries.address.matching.dictionary import TownDictionary
from registries.address.matching.reading import Readings
from registries.address.matching.result import position_behind
from registries.address.matching.text import Flags, FoldedText


def best(readings: Readings, dictionary: TownDictionary) -> tuple[Readings, Flags]:
    """Keep the best readings of each row.

    Args:
        readings: Readings of any rows.
        dictionary: The dictionary.

    Returns:
        The readings that no other of their row beats, by row and place, each place once; and for each whether another is as good.
    """
    readings = readings.take(~_outdone(readings, dictionary))
    score = readings.score
    order = np.lexsort((readings.place, -score, readings.row))
    row, score, place = readings.row[order], score[order], readings.place[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = row[1:] != row[:-1]
    top = score[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))] if len(order) else score
    again = np.zeros(len(order), np.bool_)
    again[1:] = (row[1:] == row[:-1]) & (place[1:] == place[:-1])
    keep = order[(score == top) & ~again]
    chosen = readings.take(keep)
    tied = np.zeros(len(keep), np.bool_)
    same = chosen.row[1:] == chosen.row[:-1]
    tied[1:] |= same
    tied[:-1] |= same
    return chosen, tied


def _outdone(readings: Readings, dictionary: TownDictionary) -> Flags:
    """Tell which readings stop at a 大字・町 of which another reading takes the number behind for a 丁目."""
    size = np.int64(len(dictionary.kind))
    guessed = readings.guessed & (readings.end > readings.middle)
    better = np.unique(readings.row[guessed] * size + dictionary.above[readings.place[guessed]])
    outdone: Flags = np.isin(readings.row * size + readings.place, better)
    return outdone


def by_spelling(text: FoldedText, addresses: pl.Series, dictionary: TownDictionary, readings: Readings) -> Positions:
    """Among equally good readings of a row keep those whose official spelling is nearest to the text as written.

    Args:
        text: Folded text.
        addresses: The addresses as written.
        dictionary: The dictionary.
        readings: Readings that tie, sorted by row.

    Returns:
        Indexes of the readings kept.
    """
    spelled = dictionary.places[dictionary.real[readings.place]].select("prefecture", "municipality", "oaza_cho", "koaza")
    plain = spelled["koaza"].is_not_null().to_numpy()
    spelled = spelled.with_columns(pl.all().fill_null("")).select(
        whole=pl.concat_str("prefecture", "municipality", "oaza_cho"), town=pl.concat_str("oaza_cho", "koaza")
    )
    begin, middle = position_behind(text, readings.lead, readings.row), position_behind(text, readings.head, readings.row)
    town, end = (
        position_behind(text, readings.begin, readings.row),
        position_behind(text, np.where(plain, readings.end, readings.middle), readings.row),
    )
    written = pl.DataFrame({"text": addresses.gather(readings.row), "a": begin, "b": middle, "c": town, "d": end})
    written = written.select(
        head=pl.col("text").str.slice("a", pl.col("b") - pl.col("a")), town=pl.col("text").str.slice("c", pl.col("d") - pl.col("c"))
    )
    # width and compatibility code points are no spelling; 嶋 and 島 are
    written, spelled = (frame.with_columns(pl.all().str.normalize("NFKC")) for frame in (written, spelled))
    head = cpdist(written["head"].to_list(), spelled["whole"].to_list(), scorer=LCSseq.similarity)
    towns = cpdist(written["town"].to_list(), spelled["town"].to_list(), scorer=LCSseq.similarity)
    length = spelled["town"].str.len_chars().to_numpy().astype(np.int64)
    missing = written["head"].str.len_chars().to_numpy() - head + written["town"].str.len_chars().to_numpy() - towns + length - towns
    least = pl.DataFrame({"row": readings.row, "missing": missing}).select(pl.col("missing") == pl.col("missing").min().over("row"))
    return np.flatnonzero(least["missing"].to_numpy())
