"""From what was found of an address to the columns of the result."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from registries.address.matching.forms import form_steps
from registries.address.matching.number_groups import TOKEN_NAMES
from registries.address.matching.output import CANDIDATE, OUTPUT
from registries.address.matching.plans import (
    Flags,
    absent,
    array,
    columns,
    either,
    equals,
    given_in,
    holds,
    ran,
    taken,
    where,
    with_arrays,
    with_rows,
    with_series,
)
from registries.address.matching.segments import Segments, said

_POSTAL_LEAD = r"^[(（\[［【「]?(?:〒|郵便番号)?[ 　:：]*[0-9０-９]{3}[-－‐−]?[0-9０-９]{4}[)）\]］】」]?"
_EDGES = " \u3000\t,、，-－−・"
_WRITTEN = pl.col("written")


def _kept_text(start: str, end: str) -> pl.Expr:
    """A piece of the input between two ends, without separators at its edges; null where nothing is left."""
    text = _WRITTEN.str.slice(pl.col(start), pl.col(end) - pl.col(start)).str.strip_chars(_EDGES)
    return pl.when(text != "").then(text)


def _lead_code() -> pl.Expr:
    """The postal code in front of the address."""
    code = _WRITTEN.str.slice(0, pl.col("cut_lead")).str.extract("([0-9０-９]{3}[-－‐−]?[0-9０-９]{4})")
    return code.str.replace_many(list("０１２３４５６７８９"), list("0123456789")).str.replace_all("[^0-9]", "")


def _building() -> pl.Expr:
    kept = _kept_text("building_start", "cut_room")
    return pl.when("has_left_over").then(kept).otherwise(kept.str.strip_chars_start("ー━"))


def _left_over() -> pl.Expr:
    """Text that has no place in the address: before it, skipped in it, behind its number."""
    skipped = pl.when(pl.col("kyoto_street").is_null()).then(_kept_text("cut_municipality", "cut_skipped"))
    lead = _WRITTEN.str.slice(0, pl.col("cut_lead")).str.strip_chars(_EDGES).str.replace(_POSTAL_LEAD, "").str.strip_chars(_EDGES)
    loose = _kept_text("cut_room_number", "cut_left_over").str.strip_chars_start("ー-−").replace("", None)
    return pl.concat_str(pl.when(lead != "").then(lead), skipped, "bracketed", loose, separator=" ", ignore_nulls=True).replace("", None)


_MOVED = pl.when(pl.col("found_as").is_in(["number_not_chome", "numeric_koaza"])).then("formal").otherwise("town").alias("town")
_AMBIGUOUS = (
    pl.when((pl.col("status") == "unique") & pl.col("number_ambiguous").fill_null(value=False))
    .then(pl.lit("ambiguous"))
    .otherwise("status")
    .alias("status")
)
_CHOME_KEPT = pl.when(~pl.col("chome_is_number")).then("unconfirmed_chome").alias("unconfirmed_chome")
_NO_CANDIDATES = pl.Series("candidates", [[]], pl.List(CANDIDATE))


def _unconfirmed_town() -> pl.Expr:
    """What stands between the town and the numbers, as written, where a 丁目 is part of it that the registry does not know."""
    piece = _WRITTEN.str.slice(pl.col("cut_town"), pl.col("cut_unconfirmed") - pl.col("cut_town")).str.strip_chars(_EDGES)
    piece = pl.when(pl.col("unconfirmed_town").is_null()).then(piece.str.strip_chars_end(_EDGES + "のノ之")).otherwise(piece)
    own = pl.when(pl.col("unconfirmed_chome").is_not_null() & (piece != "")).then(piece).otherwise("unconfirmed_town")
    return own.alias("unconfirmed_town")


@cache
def _block_number(*, chome: bool, room: bool, lettered: bool) -> pl.Expr:
    """番地以下: numbers joined by hyphens, a series of kana or kanji right before them, 番外地 and 地先 behind them.

    Args:
        chome: Whether a 丁目 may be the first number.
        room: Whether the number of a room may be the last one.
        lettered: Whether there may be a series, 番外地 or 地先.
    """
    of_chome = pl.when(pl.col("coarse")).then("town_chome").when("chome_is_number").then("unconfirmed_chome")
    of_room = pl.when("room_used").then("room_number")
    parts = [of_chome] * chome + [pl.col(name) for name in TOKEN_NAMES] + [of_room] * room
    numbers = pl.concat_str(*parts, separator="-", ignore_nulls=True)
    if not lettered:
        return pl.when(numbers != "").then(numbers).alias("block_number")
    hyphen = pl.when(pl.col("series").str.contains("[A-Z]")).then(pl.lit("-"))
    behind = pl.when(pl.col("mark") == "番外地").then(pl.lit("番外地")).otherwise(pl.col("bare"))
    adjoining = pl.when(pl.col("qualifier").str.contains("先")).then(pl.lit("地先"))
    text = pl.concat_str("series", hyphen, numbers, behind, adjoining, ignore_nulls=True)
    return pl.when(text != "").then(text).alias("block_number")


_OWN_TOKENS = [
    pl.when(pl.col("limit").ge(place) & pl.col("begin").lt(place)).then(name).alias(name) for place, name in enumerate(TOKEN_NAMES, 1)
]
"""The numbers of the address that are no 小字 and that the registry does not leave out."""


def _with_own_tokens(frame: pl.DataFrame, parts: Segments) -> pl.DataFrame:
    rows = np.flatnonzero(parts.cut | parts.numeric)
    if not len(rows):
        return frame
    limit = np.where(parts.cut, parts.tokens_used, array(frame, "kept"))[rows]
    own = with_arrays(taken(columns(frame, *TOKEN_NAMES), rows), limit=limit, begin=parts.numeric[rows].astype(np.int32))
    return with_rows(frame, rows, ran(own, kept=_OWN_TOKENS))


def _located(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """The position, that of the number before that of the town, and what it is the position of."""
    by_number, by_town = given_in(frame, "number_latitude"), given_in(frame, "town_latitude")
    placed = {name: either(frame.get_column(f"number_{name}"), frame.get_column(f"town_{name}")) for name in ("latitude", "longitude")}
    nothing = absent("epsg", pl.String, frame.height)
    of_town = where(by_town, frame.get_column("town_epsg"), nothing)
    level = where(by_town, _TOWN.new_from_index(0, frame.height), nothing)
    return {
        **placed,
        "epsg": where(by_number, frame.get_column("number_epsg"), of_town),
        "position_level": where(by_number, frame.get_column("position_level"), level),
    }


_TOWN = pl.Series(["town"])
_READ = (
    *("written", "place", "status", "match_level", "number_level", "score", "candidates"),
    *("prefecture", "municipality", "town", "lg_code", "machiaza_id", "unconfirmed_town", "unconfirmed_chome", "note"),
    *("bracketed", *TOKEN_NAMES, "series", "mark", "bare", "qualifier", "room_number", "town_chome", "found_as", "kept"),
    *("blk_id", "rsdt_id", "rsdt2_id", "prc_id", "number_ambiguous", "number_candidates"),
    *("number_latitude", "number_longitude", "number_epsg", "position_level"),
    *("town_latitude", "town_longitude", "town_epsg", "town_code", "final_id", "formal"),
    *("chome_number", "plain", "with_koaza", "has_koaza", "kana", "place_kana", "romaji", "place_romaji"),
)
_UNCONFIRMED_TOWN = _unconfirmed_town()
_STREET_TEXT = _WRITTEN.str.slice(pl.col("cut_municipality"), pl.col("cut_skipped") - pl.col("cut_municipality"))
_STREET = pl.when("in_street").then(_STREET_TEXT).alias("kyoto_street")
_BUILDING, _LEFT_OVER = _building().alias("building"), _left_over().alias("left_over")
_POSTAL_CODE = pl.coalesce("postal_code", _lead_code()).alias("postal_code")


def assembled(frame: pl.DataFrame, parts: Segments, fields: npt.NDArray[np.uint32], streets: Flags, towns: pl.DataFrame) -> pl.DataFrame:
    """Make the columns of the result.

    Args:
        frame: What was found: town, remainder taken apart, numbers, and of the final town what results say of it.
        parts: The parts of each address.
        fields: The town's corrections as bits.
        streets: Which addresses name a street of Kyoto.
        towns: What results say of each town.

    Returns:
        The columns of :data:`registries.address.matching.output.OUTPUT`.
    """
    left = parts.end("left_over") > parts.end("room_number")
    start, end = np.where(left, parts.end("left_over"), parts.end("number")), parts.end("room")
    cut = {f"cut_{part}": parts.end(part) for part in ("lead", "municipality", "skipped", "room_number", "left_over", "room")}
    flags: dict[str, npt.NDArray[Any]] = {}
    corrections = said(frame, parts, fields)
    frame = _with_own_tokens(columns(frame, *_READ), parts)
    lettered = any(_some(frame, name) for name in ("series", "bare", "qualifier")) or bool(equals(frame, "mark", "番外地").any())
    sub = _some(frame, "unconfirmed_town")
    chome, building = bool((parts.coarse | parts.chome_is_number).any()), bool((end > start).any())
    block = _block_number(chome=chome, room=bool(parts.room_used.any()), lettered=lettered)
    skipped = ((cut["cut_skipped"] > cut["cut_municipality"]) & ~streets).any()
    lead = cut["cut_lead"].any()
    loose = skipped or lead or left.any() or _some(frame, "bracketed")
    if chome:
        flags |= {"coarse": parts.coarse, "chome_is_number": parts.chome_is_number}
    if parts.room_used.any():
        flags["room_used"] = parts.room_used
    if building or loose:
        flags |= {"building_start": start, "has_left_over": left, **cut}
    if streets.any():
        flags |= {"in_street": streets, **{name: cut[name] for name in ("cut_municipality", "cut_skipped")}}
    frame = with_arrays(frame, **flags)
    made = [block]
    settled = {
        **_located(frame),
        "machiaza_id": either(frame.get_column("final_id"), frame.get_column("machiaza_id")),
        "match_level": either(frame.get_column("number_level"), frame.get_column("match_level")),
        "postal_code": frame.get_column("town_code"),
        "corrections": corrections,
    }
    first = []
    if streets.any():
        first.append([_STREET])
    else:
        settled["kyoto_street"] = absent("kyoto_street", pl.String, frame.height)
    if lead:
        made.append(_POSTAL_CODE)
    for name, there, text in (("building", building, _BUILDING), ("left_over", loose, _LEFT_OVER)):
        if there:
            made.append(text)
        else:
            settled[name] = absent(name, pl.String, frame.height)
    if (parts.coarse | parts.numeric).any():
        made.append(_MOVED)
    if holds(frame, "number_ambiguous").any():
        made.append(_AMBIGUOUS)
    if parts.chome_is_number.any():
        made.append(_CHOME_KEPT)
    ambiguous = equals(frame, "status", "ambiguous") | holds(frame, "number_ambiguous")
    if ambiguous.any():
        frame = _with_candidates(frame, towns)
    else:
        settled["candidates"] = _NO_CANDIDATES.new_from_index(0, frame.height)
    frame = with_series(frame, settled)
    unconfirmed, overseas = _some(frame, "unconfirmed_chome"), bool(equals(frame, "status", "overseas").any())
    steps = form_steps(
        street=bool(streets.any()),
        sub=sub,
        chome=unconfirmed,
        numbered=unconfirmed or _some(frame, "chome_number"),
        koaza=bool(holds(frame, "has_koaza").any()),
        lettered=lettered,
        building=building,
        overseas=overseas,
    )
    if unconfirmed:
        between = {"cut_town": parts.end("town"), "cut_unconfirmed": parts.end("unconfirmed_town")}
        frame, steps = with_arrays(frame, **between), (*steps, [_UNCONFIRMED_TOWN])
    return columns(ran(frame, *first, made, *steps).hstack([parts.spans()]), *OUTPUT)


def _some(frame: pl.DataFrame, name: str) -> bool:
    """Whether a column has any value."""
    return frame.get_column(name).null_count() < frame.height


def _with_candidates(frame: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Bring the towns or readings that fit equally well to one form: column ``candidates``."""
    has = ran(frame, kept=_HAS_CANDIDATES)
    by_number, by_town = array(has, "by_number"), array(has, "by_town")
    if not (by_number | by_town).any():
        return with_series(frame, {"candidates": _NO_CANDIDATES.new_from_index(0, frame.height)})
    read, named = frame.filter(by_number), frame.filter(by_town & ~by_number)
    readings = read.select("place", "lg_code", "prefecture", "municipality", pl.col("number_candidates").alias("one")).explode("one")
    readings = readings.unnest("one").rename({"level": "match_level"})
    asked = readings.select("lg_code", "machiaza_id").unique()
    names = towns.select(lg_code="final_code", machiaza_id="final_id", town="formal").join(asked, on=["lg_code", "machiaza_id"], how="semi")
    names = names.unique(["lg_code", "machiaza_id"], keep="first", maintain_order=True)
    readings = readings.join(names, on=["lg_code", "machiaza_id"], how="left", maintain_order="left")
    places = named.select("place", pl.col("candidates").alias("one")).explode("one").unnest("one")
    places = places.with_columns(machiaza_id=pl.lit(towns["final_id"]).gather(pl.col("town_row")))
    every = pl.concat([readings, places], how="diagonal_relaxed")
    absent = [name for name in CANDIDATE.to_schema() if name not in every.columns]
    every = every.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    fields = [pl.col(name).cast(kind) for name, kind in CANDIDATE.to_schema().items()]
    joined = every.group_by("place", maintain_order=True).agg(candidates=pl.struct(*fields))
    frame = frame.drop("candidates").join(joined, on="place", how="left", maintain_order="left")
    return frame.with_columns(pl.col("candidates").fill_null(pl.lit([], pl.List(CANDIDATE))))


_HAS_CANDIDATES = (
    (pl.col("number_candidates").list.len().fill_null(0) > 0).alias("by_number"),
    (pl.col("candidates").list.len() > 0).alias("by_town"),
)
