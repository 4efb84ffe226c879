"""From chosen readings to the table of results."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from registries.address.matching import corrections
from registries.address.matching.code_points import Positions
from registries.address.matching.dictionary import KINDS, ROOT, TownDictionary
from registries.address.matching.plans import array, picked, taken, with_arrays
from registries.address.matching.reading import CHARACTER, Readings, begun, joined
from registries.address.matching.text import FoldedText, folded_strings

_LEVELS = pl.Series(["none", "none", "prefecture", "municipality", "town", "town_detail"])
_STATUS = pl.Series(["not_found", "overseas", "ambiguous", "abolished", "unique"])
_PLACE = ("prefecture", "municipality", "lg_code", "oaza_cho", "chome", "koaza", "town", "machiaza_id", "town_row", "equal_rows")
_NAMED = ("lg_code", "prefecture", "municipality", "town", "town_row")
_OF_PREFECTURE = ("prefecture_supplied", "prefecture_corrected")
_OF_MUNICIPALITY = ("county_supplied", "city_supplied", "ward_supplied")
_MOST_CANDIDATES = 20
_OVERSEAS, _MUNICIPALITY, _OAZA, _PART = (KINDS.index(kind) for kind in ("overseas", "municipality", "oaza", "part"))


def position_behind(text: FoldedText, index: Positions, row: Positions) -> Positions:
    """Give the position in the text as written behind the code before an index.

    Args:
        text: Folded text.
        index: Index of codes.
        row: Row each belongs to.

    Returns:
        Positions in characters; 0 at the start of a text.
    """
    return np.where(index > text.start[row], text.behind[np.maximum(index - 1, 0)], 0).astype(np.int32)


@dataclass(frozen=True)
class TownsFound:
    """What was found of each address, one row for each, in order.

    Attributes:
        frame: The place, how sure it is (``match_level``, ``status``, ``score``, ``candidates``) and ``coarser_row``.
        numbers: ``row``; ``corrections`` as bits; ``coarser_end`` (-1 where there is none) and the cut points ``lead_end``,
            ``municipality_end``, ``skipped_end``, ``town_end``.
    """

    frame: pl.DataFrame
    numbers: dict[str, npt.NDArray[Any]]


def results(text: FoldedText, dictionary: TownDictionary, chosen: Readings) -> TownsFound:
    """Make the results.

    Args:
        text: Folded text.
        dictionary: The dictionary.
        chosen: Best readings of each row, several where nothing tells them apart; rows without any have no reading.

    Returns:
        One row for each text, in order.
    """
    missing = np.ones(text.count, np.bool_)
    missing[chosen.row] = False
    rows = np.flatnonzero(missing)
    every = joined([chosen, begun(rows, text.start[rows], ROOT)])
    every = every.take(np.lexsort((every.place, every.row)))
    same = every.row[1:] == every.row[:-1]
    several = np.zeros(len(every), np.bool_)
    several[1:] |= same
    several[:-1] |= same
    single = _described(text, dictionary, every.take(~several) if several.any() else every)
    frame = single.frame.hstack([_NO_CANDIDATES.new_from_index(0, single.frame.height)])
    if not several.any():
        return TownsFound(frame, single.numbers)
    ambiguous = _described(text, dictionary, every.take(several))
    equal = _together(dictionary, with_arrays(ambiguous.frame, **ambiguous.numbers))
    numbers = {name: np.concatenate([values, array(equal, name)]) for name, values in single.numbers.items()}
    order = np.argsort(numbers["row"])
    frame = pl.concat([frame, equal.select(frame.columns)], rechunk=True)[order]
    return TownsFound(frame, {name: values[order] for name, values in numbers.items()})


_CANDIDATES = pl.List(
    pl.Struct({"lg_code": pl.String, "prefecture": pl.String, "municipality": pl.String, "town": pl.String, "town_row": pl.UInt32})
)
_NO_CANDIDATES = pl.Series("candidates", [[]], _CANDIDATES)


def _described(text: FoldedText, dictionary: TownDictionary, readings: Readings) -> TownsFound:
    """One row for each reading."""
    place = dictionary.real[readings.place]
    kind = dictionary.kind[place]
    town = kind >= _OAZA
    head = position_behind(text, readings.head, readings.row)
    guessed = (kind == _PART) & ((readings.corrections & np.uint32(corrections.bits("chome_from_number"))) != 0)
    reach = np.maximum(readings.end - readings.lead, 1)
    former = (readings.corrections & np.uint32(corrections.bits("former_municipality", "former_town"))) != 0
    ward_alone = (kind == _MUNICIPALITY) & ((readings.corrections & np.uint32(corrections.bits("city_supplied"))) != 0)
    status = np.select([kind == 0, kind == _OVERSEAS, ward_alone, former], [0, 1, 2, 3], 4)
    middle = position_behind(text, readings.middle, readings.row)
    coarser = dictionary.town_row[np.where(guessed, dictionary.above[place], ROOT)]
    added = {
        "match_level": picked(_LEVELS, kind),
        "status": picked(_STATUS, status),
        "score": pl.Series((readings.score / (CHARACTER * reach)).clip(0, 1).astype(np.float32)),
        "coarser_row": pl.Series(pa.array(coarser.astype(np.uint32), mask=coarser < 0)),
    }
    numbers = {
        "row": readings.row.astype(np.uint32),
        "corrections": readings.corrections,
        "coarser_end": np.where(guessed, middle, np.int32(-1)),
        "lead_end": position_behind(text, readings.lead, readings.row),
        "municipality_end": head,
        "skipped_end": np.where(town, position_behind(text, readings.begin, readings.row), head),
        "town_end": np.where(town, position_behind(text, readings.end, readings.row), head),
    }
    return TownsFound(taken(dictionary.places, place).hstack([values.alias(name) for name, values in added.items()]), numbers)


def _together(dictionary: TownDictionary, described: pl.DataFrame) -> pl.DataFrame:
    """Bring the equally good readings of each row to one row.

    Names that differ only by 大字 or 字 in one municipality are one place; other places make the row ambiguous, with what they share.
    """
    folded = folded_strings(described["town"].fill_null(""), dictionary.characters).alias("folded")
    described = described.with_columns(folded).with_columns(town_known=pl.col("town").is_not_null())
    one = (pl.struct("lg_code", "prefecture", "folded").n_unique() == 1).alias("one")
    shared = [pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in _PLACE if name != "equal_rows"]
    others = [name for name in described.columns if name not in {*_PLACE, "row", "folded", "town_known"}]
    grouped = described.group_by("row", maintain_order=True).agg(
        one,
        *shared,
        *(pl.col(name).first() for name in others),
        pl.col("equal_rows").list.explode(keep_nulls=False, empty_as_null=False).alias("equal_rows"),
        pl.struct(_NAMED).head(_MOST_CANDIDATES).alias("candidates"),
        pl.col("town").first().alias("first_town"),
        pl.col("machiaza_id").drop_nulls().first().alias("first_id"),
        pl.col("town_row").drop_nulls().first().alias("first_row"),
        pl.col("oaza_cho").first().alias("first_oaza"),
    )
    level = (
        pl.when(pl.col("town").is_not_null())
        .then("match_level")
        .when(pl.col("oaza_cho").is_not_null() & pl.col("municipality").is_not_null())
        .then(pl.lit("town"))
        .when(pl.col("municipality").is_not_null())
        .then(pl.lit("municipality"))
        .when(pl.col("prefecture").is_not_null())
        .then(pl.lit("prefecture"))
        .otherwise(pl.lit("none"))
    )
    is_one = pl.col("one")
    # a part that the equally good places do not share has not been supplied
    unsaid = [
        pl.when(pl.col(part).is_null() & ~is_one).then(corrections.bits(*codes)).otherwise(0)
        for part, codes in (("prefecture", _OF_PREFECTURE), ("municipality", _OF_MUNICIPALITY))
    ]
    return grouped.with_columns(
        town=pl.when(is_one).then("first_town").otherwise("town"),
        oaza_cho=pl.when(is_one).then("first_oaza").otherwise("oaza_cho"),
        machiaza_id=pl.when(is_one).then("first_id").otherwise("machiaza_id"),
        town_row=pl.when(is_one).then("first_row").otherwise("town_row"),
        equal_rows=pl.when(is_one).then("equal_rows").otherwise(pl.lit([], pl.List(pl.UInt32))),
        candidates=pl.when(is_one).then(pl.lit([], _CANDIDATES)).otherwise("candidates"),
        status=pl.when(is_one).then("status").otherwise(pl.lit("ambiguous")),
        match_level=pl.when(is_one).then("match_level").otherwise(level),
        corrections=pl.col("corrections") & ~(unsaid[0] | unsaid[1]).cast(pl.UInt32),
    )
