"""Ties the numbers of an address to blocks, residences and lots of the registry, under the town and the towns it may be as well.

Sources of the rules: 住居表示に関する法律 第2条 (街区符号 and 住居番号); アドレス・ベース・レジストリ, where a town can have both
住居表示 and 地番, one name can be two towns, and the lots of a town can be split between them.

Which of the two systems a number belongs to is decided by what the registry holds; by the notation (号; の, 番 without 号, 番地) where it
holds both; and where that says nothing either the answer is ambiguous and names both.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from data_standards.rules.batch import only_where
from registries.address.matching.number_groups import JOINT_NAMES, TOKEN_NAMES
from registries.address.matching.number_register import NumberRegister, number_key
from registries.address.matching.plans import (
    Flags,
    Numbers,
    Rows,
    absent,
    array,
    columns,
    equals,
    given_in,
    optional,
    picked,
    ran,
    taken,
    with_arrays,
    with_rows,
)
from registries.address.matching.town_kin import TownKin

NUMBER_CANDIDATE = pl.Struct(
    {"level": pl.String, "machiaza_id": pl.String, "blk_id": pl.String, "rsdt_id": pl.String, "rsdt2_id": pl.String, "prc_id": pl.String}
)
"""One reading of the numbers."""

FOUND_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "number_level": pl.String,
    "found_town_row": pl.UInt32,
    "found_as": pl.String,
    "blk_id": pl.String,
    "rsdt_id": pl.String,
    "rsdt2_id": pl.String,
    "prc_id": pl.String,
    "tokens_used": pl.Int32,
    "room_used": pl.Boolean,
    "number_ambiguous": pl.Boolean,
    "number_candidates": pl.List(NUMBER_CANDIDATE),
    "number_latitude": pl.Float64,
    "number_longitude": pl.Float64,
    "number_epsg": pl.String,
    "position_level": pl.String,
}
"""What :func:`match_numbers` gives."""

_FOUND_AS = ("town", "number_not_chome", "chome_as_number", "koaza_without_numbers", "numeric_koaza")
_TOWN, _NOT_CHOME, _CHOME_AS_NUMBER, _WITHOUT_NUMBERS, _NUMERIC_KOAZA = range(len(_FOUND_AS))
_RANK = np.array([0, 1, 1, 2, 1], np.int32)
_LEVELS = ("block", "residence", "lot", None)
_BLOCK, _RESIDENCE, _LOT, _NO_LEVEL = range(len(_LEVELS))
# how a number can be asked for: three parts or two of a residence, a block, a lot with the room's number or without
_RESIDENCE3, _RESIDENCE2, _OF_BLOCK, _LOT_ROOM, _OF_LOT = range(5)
_LEVEL = np.array([_RESIDENCE, _RESIDENCE, _BLOCK, _LOT, _LOT], np.int32)
# among equal answers: block, lot, lot with room, residence of two parts, of three
_TURN = np.array([4, 3, 0, 2, 1], np.int32)
_BY_RESIDENCE, _BY_LOT = 1, 2


@dataclass(frozen=True)
class _Asked:
    """The towns to ask under: the row of the address, the town, how it was found, and what becomes of the numbers.

    Attributes:
        row: Place among the rows.
        town: Town to ask under.
        found_as: Index into :data:`_FOUND_AS`.
    """

    row: Rows
    town: Numbers
    found_as: Numbers

    @property
    def skip(self) -> Flags:
        """Whether the first number is used up by the town."""
        skip: Flags = self.found_as == _NUMERIC_KOAZA
        return skip


def _asked(rows: pl.DataFrame, kin: TownKin) -> _Asked:
    """List the towns to ask under, the town itself first."""
    town = optional(rows, "town_row")
    own, own_town = _equal_rows(rows, town)
    coarser = optional(rows, "coarser_row")
    parts = [(own, own_town, _TOWN)]
    which = np.flatnonzero(coarser >= 0)
    parts.append((which, coarser[which], _NOT_CHOME))
    # 紀尾井町1丁目3番地: a town without 丁目 has none, and the number is the block's
    which = np.flatnonzero(given_in(rows, "unconfirmed_chome"))
    parts.append((which, town[which], _CHOME_AS_NUMBER))
    which = np.flatnonzero(kin.parent[town] >= 0)
    parts.append((which, kin.parent[town[which]], _WITHOUT_NUMBERS))
    which = np.flatnonzero(kin.has_numbered[town] & (array(rows, "kept") > 1))
    if len(which):
        of_town = with_arrays(rows.select("t1")[which].hstack(kin.frame.select("lg_code", "oaza")[town[which]]), row=which)
        children = of_town.join(kin.numbered, on=["lg_code", "oaza", "t1"], how="inner", maintain_order="left")
        parts.append((array(children, "row"), array(children, "child").astype(np.int32), _NUMERIC_KOAZA))
    found_as = np.repeat([code for _, _, code in parts], [len(which) for which, _, _ in parts]).astype(np.int32)
    return _Asked(np.concatenate([which for which, _, _ in parts]), np.concatenate([towns for _, towns, _ in parts]), found_as)


def _equal_rows(rows: pl.DataFrame, town: Numbers) -> tuple[Rows, Numbers]:
    """The rows of the dictionary that are the town of each address: place among the rows, and row of the dictionary."""
    equal = rows.get_column("equal_rows")
    every, given = np.arange(len(equal)), given_in(rows, "equal_rows")
    lists = equal.to_arrow()
    offsets = lists.offsets.to_numpy()
    lengths = np.diff(offsets)
    if given.all() and (lengths == 1).all():
        return every, lists.values.to_numpy()[offsets[0] : offsets[-1]].astype(np.int32)
    towns = lists.flatten().to_numpy(zero_copy_only=False)
    own = np.concatenate([np.repeat(every, np.where(given, lengths, 0)), every[~given]])
    own_town = np.concatenate([towns.astype(np.int32), town[~given]])
    order = np.argsort(own, kind="stable")
    return own[order], own_town[order]


_NAME = pl.coalesce(pl.col("unverified").str.strip_chars_start("字"), "series")
_KEYED = (*TOKEN_NAMES, "series", "name")


@cache
def _lettered_plan() -> tuple[list[pl.Expr], ...]:
    """The keys of parsed numbers: plain digits are their own."""
    return [_NAME.alias("name")], [only_where(pl.col(name), "[^0-9]", number_key) for name in _KEYED]


@cache
def _key_plan(present: tuple[str, ...], ways: tuple[int, ...], *, first: bool) -> tuple[list[pl.Expr], ...]:
    """The ways to ask for a number under a town.

    Args:
        present: Those of name, series, tokens and room number that some row has.
        ways: Codes of the ways.
        first: Whether the town may bring a number of its own, or use one up.
    """
    found_as = pl.col("found_as")
    own = pl.when(found_as == _NOT_CHOME).then("chome_number").when(found_as == _CHOME_AS_NUMBER).then("unconfirmed_chome")
    t1 = pl.when(found_as != _NUMERIC_KOAZA).then("t1")
    numbers = [*(["first"] if first else []), *(name for name in TOKEN_NAMES if name in present)]
    parts = [name for name in ("name", *numbers, "room_number") if name in numbers or name in present]
    of_lot = [*(["series"] if "series" in present else []), *numbers]

    def head(count: int) -> pl.Expr:
        if parts == list(TOKEN_NAMES[: len(parts)]):
            return pl.concat_str(parts[:count], separator="-")
        return pl.concat_list(parts).list.drop_nulls().list.head(count).list.join("-")

    def key(letter: str, number: pl.Expr) -> pl.Expr:
        return pl.concat_str("machiaza_id", pl.lit(f"|{letter}|"), number)

    asked = {
        _RESIDENCE3: lambda: key("r", head(3)),
        _RESIDENCE2: lambda: key("r", head(2)),
        _OF_BLOCK: lambda: key("b", head(1)),
        _LOT_ROOM: lambda: key("l", pl.concat_str(*of_lot, "room_number", separator="-", ignore_nulls=True)),
        _OF_LOT: lambda: key("l", pl.concat_str(of_lot, separator="-", ignore_nulls=True)),
    }
    steps = [[own.alias("first"), t1.alias("t1")]] if first else []
    return *steps, [*(asked[way]().alias(f"asked{way}") for way in ways), _OF_LOTS]


_OF_LOTS = pl.concat_str(*JOINT_NAMES, ignore_nulls=True).str.contains("[のノ之]|^番$").fill_null(value=False).alias("of_lots")
_NOTHING = pl.DataFrame(schema={"place": pl.UInt32, **FOUND_SCHEMA})
_OPTIONAL = (*TOKEN_NAMES, "name", "series", "room_number")


def _those(values: pl.Series, which: Flags) -> pl.Series:
    return values if which.all() else values.filter(pl.Series(which))


def match_numbers(rows: pl.DataFrame, register: NumberRegister, kin: TownKin) -> pl.DataFrame:
    """Find the block, residence or lot of addresses whose town is known.

    Args:
        rows: What :func:`registries.address.matching.remainder.parse_remainders` gives, with ``place`` (row number), ``lg_code``,
            ``town_row`` (null where no town was found), ``equal_rows``, ``coarser_row``, ``chome_number`` (digits of the town's 丁目) and
            ``unconfirmed_chome`` (digits of a 丁目 behind it).
        register: The numbers of the registry.
        kin: The towns.

    Returns:
        ``place`` and the columns of :data:`FOUND_SCHEMA`; one row for each address with a match, none for the others.
    """
    town = optional(rows, "town_row")
    asking = (town >= 0) & (array(rows, "kept") > 0)
    municipality = np.full(len(town), -1)
    municipality[asking] = kin.municipality[town[asking]]
    codes = kin.municipalities
    known = [number for number in np.unique(municipality[asking]).tolist() if register.known([codes[number] or ""])]
    asking &= np.isin(municipality, known)
    if not asking.any():
        return _NOTHING
    open_rows = rows if asking.all() else rows.filter(asking)
    open_rows = open_rows.hstack([absent("name", pl.String, open_rows.height)])
    lettered = np.flatnonzero(array(open_rows, "lettered") | given_in(open_rows, "unverified"))
    if len(lettered):
        keyed = ran(taken(columns(open_rows, *_KEYED, "unverified"), lettered), *_lettered_plan())
        open_rows = with_rows(open_rows, lettered, columns(keyed, *_KEYED))
    asked = _asked(open_rows, kin)
    row, kind = asked.row, asked.found_as
    has_room, has_name = given_in(open_rows, "room_number")[row], given_in(open_rows, "name")[row]
    first = np.where(kind == _NOT_CHOME, given_in(open_rows, "chome_number")[row], kind == _CHOME_AS_NUMBER).astype(np.int32)
    tokens = array(open_rows, "kept")[row] - asked.skip + first
    own_length = tokens + has_name
    total = own_length + has_room
    wanted = np.stack([total > 2, own_length > 1, own_length > 0, (tokens > 0) & has_room, tokens > 0]) & kin.has_id[asked.town]
    texts = taken(columns(open_rows, *_KEYED, "chome_number", "unconfirmed_chome", "room_number", *JOINT_NAMES), row)
    texts = with_arrays(texts.hstack([picked(kin.machiaza_ids, asked.town)]), found_as=kind)
    present = tuple(name for name in _OPTIONAL if texts.get_column(name).null_count() < len(texts))
    ways = tuple(np.flatnonzero(wanted.any(axis=1)).tolist())
    keys = ran(texts, *_key_plan(present, ways, first=bool((kind != _TOWN).any() and (kind != _WITHOUT_NUMBERS).any())))
    way, alternative = np.nonzero(wanted)
    every = pl.concat([_those(keys.get_column(f"asked{one}").alias("key"), wanted[one]) for one in ways])
    which, found = register.find(every, kin.municipality[asked.town][alternative], codes)
    if not len(which):
        return _NOTHING
    way, alternative = way[which], alternative[which]
    row, kind, level = row[alternative], kind[alternative], _LEVEL[way]
    own_length, total = own_length[alternative], total[alternative]
    used = np.choose(way, [3, 2, 1, total, own_length])
    banchi, alone = equals(open_rows, "mark", "番地"), array(open_rows, "kept") == 1
    of_lots = (given_in(open_rows, "series") | given_in(open_rows, "qualifier") | (banchi & alone))[row] | array(keys, "of_lots")[
        alternative
    ]
    notation = np.where(equals(open_rows, "mark", "号")[row], _BY_RESIDENCE, np.where(of_lots, _BY_LOT, 0))
    # 舞浜2-11: a lone number can be a whole lot number as well as a block.
    coarse = (level == _BLOCK) & ~((own_length == 1) & ~banchi[row])
    against = np.where(notation == _BY_RESIDENCE, level == _LOT, (notation == _BY_LOT) & (level != _LOT))
    # 番地 behind what was written as 丁目 says nothing
    against &= kind != _CHOME_AS_NUMBER
    grade = coarse * 1000 + _RANK[kind] * 100 + np.clip(total - used, 0, 9) * 10 + against
    order = np.lexsort((_TURN[way], asked.town[alternative], level == _LOT, grade, row))
    written = array(open_rows, "kept")[row]
    not_tokens = (has_name + first - asked.skip)[alternative]
    answers = _Answers(
        found,
        order,
        open_rows.get_column("place"),
        row[order],
        asked.town[alternative][order],
        kind[order],
        level[order],
        grade[order],
        np.where(level == _LOT, written, np.minimum(used - not_tokens, written))[order].astype(np.int32),
        ((way == _LOT_ROOM) | ((way == _RESIDENCE3) & (own_length < 3)))[order],
    )
    return _settled(answers)


@dataclass(frozen=True)
class _Answers:
    """Answers of the register, best first within each row; ``found`` as they came, ``order`` the place of each there."""

    found: pl.DataFrame
    order: Rows
    places: pl.Series
    row: Rows
    town: Numbers
    found_as: Numbers
    level: Numbers
    grade: Numbers
    tokens_used: Numbers
    room_used: Flags


_NO_READINGS = pl.Series("number_candidates", [[]], pl.List(NUMBER_CANDIDATE))
_FOUND_NAMES, _LEVEL_NAMES = pl.Series(_FOUND_AS), pl.Series(_LEVELS)
_NUMBER_IDS = ("blk_id", "rsdt_id", "rsdt2_id", "prc_id")
_NUMBER_POSITION = ("latitude", "longitude", "epsg")


def _settled(answers: _Answers) -> pl.DataFrame:
    """One row for each address: its best answer, and those that are as good."""
    row = answers.row
    new = np.ones(len(row), np.bool_)
    new[1:] = row[1:] != row[:-1]
    first = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    top = answers.grade == answers.grade[first][group]
    best = taken(columns(answers.found, *_NUMBER_IDS, *_NUMBER_POSITION, "several"), answers.order[first])
    level = answers.level[first]
    located = _with_block_positions(answers, first, best)
    several = array(best, "several").copy()
    position = np.where(given_in(best, "latitude"), level, np.where(given_in(located, "latitude"), _BLOCK, _NO_LEVEL))
    candidates = _NO_READINGS.new_from_index(0, len(first))
    many = np.flatnonzero(np.bincount(group[top]) > 1)
    if len(many):
        best, candidates, equal = _equally_good(answers, best, group, top & np.isin(group, many))
        several |= equal
    made = columns(best, *_NUMBER_IDS).hstack([located.get_column(name).alias(f"number_{name}") for name in _NUMBER_POSITION])
    made = with_arrays(
        made,
        found_town_row=answers.town[first].astype(np.uint32),
        tokens_used=answers.tokens_used[first],
        room_used=answers.room_used[first],
        number_ambiguous=several,
    )
    texts = {
        "place": picked(answers.places, row[first]),
        "number_level": picked(_LEVEL_NAMES, level),
        "found_as": picked(_FOUND_NAMES, answers.found_as[first]),
    }
    return made.hstack(
        [*(text.alias(name) for name, text in texts.items()), picked(_LEVEL_NAMES, position).alias("position_level"), candidates]
    )


def _with_block_positions(answers: _Answers, first: Rows, best: pl.DataFrame) -> pl.DataFrame:
    """The positions, those of residences without one filled in from their block."""
    given = columns(best, *_NUMBER_POSITION)
    without = ~(given_in(best, "latitude") & given_in(best, "longitude") & given_in(best, "epsg"))
    need = np.flatnonzero(without & (answers.level[first] == _RESIDENCE))
    blocks = np.flatnonzero(answers.level == _BLOCK)
    if not len(need) or not len(blocks):
        return given
    size = np.int64(answers.town.max()) + 1
    keys, places = np.unique(answers.row[blocks] * size + answers.town[blocks], return_index=True)
    wanted = answers.row[first[need]] * size + answers.town[first[need]]
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    hit = keys[at] == wanted
    need, block = need[hit], columns(answers.found, *_NUMBER_POSITION)[answers.order[blocks[places[at[hit]]]]]
    located = given_in(block, "latitude")
    need, block = need[located], block.filter(located)
    filled = given[need].hstack(block.rename(lambda name: f"block_{name}"))
    return with_rows(given, need, filled.select(pl.coalesce(name, f"block_{name}").alias(name) for name in _NUMBER_POSITION))


def _equally_good(answers: _Answers, best: pl.DataFrame, group: Rows, tops: Flags) -> tuple[pl.DataFrame, pl.Series, Flags]:
    """Several best answers of an address: those that differ become its candidates, and the lot's id stands beside the residence's."""
    which = np.flatnonzero(tops)
    levels = _LEVEL_NAMES[answers.level[which]].alias("level")
    frame = columns(answers.found, "machiaza_id", *_NUMBER_IDS)[answers.order[which]].hstack([pl.Series("group", group[which]), levels])
    frame = frame.unique(["group", "machiaza_id", "level", *_NUMBER_IDS], keep="first", maintain_order=True)
    candidate = pl.struct(*(pl.col(name) for name in NUMBER_CANDIDATE.to_schema()))
    read = frame.group_by("group", maintain_order=True).agg(pl.len().alias("count"), candidate.alias("readings"), pl.col("prc_id").max())
    rows = array(read, "group")
    equal = np.zeros(best.height, np.bool_)
    equal[rows] = array(read, "count") > 1
    lots = best.select("prc_id")[rows].with_columns(read.get_column("prc_id").alias("other"))
    best = with_rows(best, rows, lots.select(pl.coalesce("prc_id", "other").alias("prc_id")))
    lists = read.select("group", pl.when(pl.col("count") > 1).then("readings").alias("number_candidates"))
    every = pl.DataFrame({"group": np.arange(best.height)}).join(lists, on="group", how="left", maintain_order="left")
    none = pl.lit([], dtype=pl.List(NUMBER_CANDIDATE))
    return best, every.select(pl.col("number_candidates").fill_null(none)).to_series(), equal
