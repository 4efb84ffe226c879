"""The numbers at the beginning of what stands behind the town, taken apart into groups: series, numbers, joints, mark, qualifier.

The rules and their sources are those of :mod:`registries.address.matching.remainder`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from data_standards.rules.batch import only_where
from registries.address.matching.code_points import END, CodePoints, runs, texts_of
from registries.address.matching.one_to_one import MARKS_OF_TEN, SERIES, folded_characters, joined_numbers, numerals_marked
from registries.address.matching.plans import Flags, Numbers, Rows, absent, array, columns, picked, picked_where, ran, taken, with_arrays

TOKENS = 5
"""Most numbers a lot number has: the main number and four branches (支号)."""

NUMBER = f"[0-9{''.join(MARKS_OF_TEN)}]+"
_FIRST = r"[ ,、，.・/]*-? ?"
_JOIN = r" ?(?:番地の内|番地?|街区)[ ]?[-のノ之]? ?| ?号 ?[のノ之] ?| ?[-のノ之] ?|"
_TOKEN = f"{NUMBER}|{SERIES}{NUMBER}|内?{SERIES}"
_MARK = r" ?(?:番外地|番地|番|号|街区|画地|区画)"
_QUALIFIER = r"[のノ]?(?:地先|先(?:路上| |$)|番外地|地内|の?一部|外 ?[0-9]+筆|外(?: |$)|内(?: |$)|地(?: |$))"
_MORE = "".join(f"(?:({_JOIN})({_TOKEN})" for _ in range(TOKENS - 1)) + ")?" * (TOKENS - 1)
_NUMBERS = (
    rf"^({_FIRST})(?:({NUMBER}丁目?)( ?[-のノ之]? ?))?"
    rf"(?:((?:字?(?:{SERIES}|[A-Z]))?)( ?[-のノ之]? ?)({NUMBER}){_MORE}|(無番地|番外地|地先))?({_MARK})?({_QUALIFIER})?"
)
GROUPS = (
    "first",
    "chome",
    "joint",
    "series",
    "after_series",
    "t1",
    "j1",
    "t2",
    "j2",
    "t3",
    "j3",
    "t4",
    "j4",
    "t5",
    "bare",
    "mark",
    "qualifier",
)
PLACE_OF = {name: place for place, name in enumerate(GROUPS)}

# Most texts begin with plain numbers, and a search without groups is many times as fast as one with groups.
_PLAIN = rf"^{NUMBER}(?:(?:{_JOIN.removesuffix('|')}){NUMBER}){{0,{TOKENS - 1}}}(?:{_MARK})?"
_NOT_PLAIN = (
    rf"^[^0-9{''.join(MARKS_OF_TEN)}]|^{NUMBER}丁|^$|^[0-9{''.join(MARKS_OF_TEN)}番地街区号のノ之 -]+(?:内|番?地内|番地の内)?{SERIES}"
    rf"|^[0-9{''.join(MARKS_OF_TEN)}番地街区号のノ之 -]*(?:[0-9地号]{_QUALIFIER}|番[のノ]?(?:地先|番外地|地内|一部|外[ 0-9]|外$|内(?: |$)))"
)

_UNIT = rf"(?:(?:[東西南北上下]*第?{NUMBER}(?:地割|線|条|号線|部|坪|割)[東西南北]*)|(?:第{NUMBER}号)|(?:{NUMBER}号[東西南北]+))+"
_BUILDING = (
    r"[A-Za-z&]|[ァ-ヺー]{3}|ビル|館|庁|役所|役場|会社|学校|学園|病院|医院|支店|本店|工場|団地|住宅|荘|寮|センター|ホール|事務所|公園|階|私書箱"
    r"|[（(「『＃#]"
)
_STARTS_WITH_NUMBER = rf"^{_FIRST}(?:字?(?:{SERIES}|[A-Z]) ?[-のノ之]? ?)?(?:{NUMBER}|無番地|番外地|地先)"
_LEAD = (
    rf"^({_FIRST}(?:[^0-9]{{0,12}}?{_UNIT}(?:字[^0-9 ]{{1,12}}?)?|(?:大?字)?[^0-9 ]{{1,14}}?))"
    rf"(?:(?:字?{SERIES} ?[-のノ之]? ?)?{NUMBER}(?:[^0-9]|$)|無番地|番外地)"
)
_BRACKETED = rf"^({_FIRST}(?:大?字)?[^0-9 ()]{{0,14}}?)(\([^()]+\) ?)(?:字?{SERIES} ?[-のノ之]? ?)?{NUMBER}(?:[^0-9]|$)"
_WITHOUT_NUMBER = "(?:無番地|番外地|地先)$"
_PLACE_ONLY = r"^ ?(?:大?字)?[\p{Han}\p{Hiragana}ノケヶツッ]{1,10}$"

_TEXT = pl.col("text")
# kanji numerals, long marks, marks in kana, a leading の: the texts that are not read as they are
_SPECIAL_SIGNS = "[〇一二三四五六七八九十百千]|[0-9目番地号]ー|^ー|[0-9](?:バン|ゴウ)|ほか|^[のノ之]"
_SEEN = (
    _TEXT.str.contains(_SPECIAL_SIGNS).alias("signs"),
    _TEXT.str.contains(_NOT_PLAIN).alias("special"),
    _TEXT.str.extract(_PLAIN, 0).str.len_chars().alias("plain"),
)
# there is text before the number
_LED = (~_TEXT.str.contains(_STARTS_WITH_NUMBER) & (_TEXT != "")).alias("led")
TOKEN_NAMES = tuple(f"t{token}" for token in range(1, TOKENS + 1))
JOINT_NAMES = tuple(f"j{token}" for token in range(1, TOKENS))


def _read_aloud(text: pl.Expr) -> pl.Expr:
    """Write 番地, 番 and 号 that stand in kana behind a number, and ほか behind the last, in kanji; the length stays."""

    def read(value: pl.Expr) -> pl.Expr:
        for kana, kanji in (("バンチ", " 番地"), ("バン", " 番"), ("ゴウ", " 号")):
            value = value.str.replace(f"([0-9]){kana}((?: ?[のノ]? ?[0-9]| *$))", f"${{1}}{kanji}${{2}}")
        return value.str.replace("([0-9番号地])ほか($|[ 0-9])", "${1}外 ${2}").str.replace("^の([0-9])", "-${1}")

    return only_where(text, "[0-9](?:バン|ゴウ)|ほか|^の[0-9]", read)


def _signs_read(texts: pl.Series, behind_number: Flags) -> pl.DataFrame:
    """Fold what signs mean by their neighbours: columns ``text`` and ``numerals_read`` of texts with such signs."""
    frame = pl.DataFrame({"text": texts, "behind_number": behind_number}).with_row_index("place")
    joined = pl.when("behind_number").then(_TEXT.str.replace("^[のノ之]", "-")).otherwise(_TEXT)
    return numerals_marked(ran(frame, [_read_aloud(joined_numbers(_TEXT)).alias("text")], [joined.alias("text")]))


@dataclass(frozen=True)
class Looked:
    """Texts folded, and how each begins.

    Attributes:
        text: Texts folded, each as long in characters as it was.
        points: Their code points.
        numerals_read: Whether kanji numerals were read as numbers.
        special: Whether a text does not begin with plain numbers.
        plain: How many characters the plain numbers at the beginning take, with their marks.
    """

    text: pl.Series
    points: CodePoints
    numerals_read: Flags
    special: Flags
    plain: Numbers

    def texts(self, rows: Rows) -> pl.DataFrame:
        """The column ``text`` of some rows."""
        return picked(self.text, rows).to_frame()


def looked(written: CodePoints, behind_number: Flags) -> Looked:
    """Fold texts and see how each begins.

    Args:
        written: Texts.
        behind_number: Whether a number stands before the text: there a leading ノ or の joins.

    Returns:
        What is seen.
    """
    points = folded_characters(written)
    text = points.texts().alias("text")
    seen = ran(text.to_frame(), kept=_SEEN)
    special, plain, numerals_read = array(seen, "special"), _plain_lengths(seen), np.zeros(len(text), np.bool_)
    signs = np.flatnonzero(array(seen, "signs"))
    if len(signs):
        read = _signs_read(picked(text, signs), behind_number[signs])
        seen = ran(columns(read, "text"), kept=_SEEN)
        special, codes = special.copy(), points.codes.copy()
        special[signs], plain[signs], numerals_read[signs] = array(seen, "special"), _plain_lengths(seen), array(read, "numerals_read")
        length = points.length[signs] + 1
        codes[runs(points.begin[signs], length)] = CodePoints.of(read.get_column("text")).codes
        points = CodePoints(codes, points.begin, points.length)
        text = points.texts().alias("text")
    return Looked(text, points, numerals_read, special, plain)


def _plain_lengths(seen: pl.DataFrame) -> Numbers:
    plain = seen.get_column("plain")
    return (plain.fill_null(0) if plain.null_count() else plain).to_numpy().astype(np.int32)


@cache
def _lead_plan() -> tuple[list[pl.Expr], ...]:
    bracketed = pl.col("bracketed").struct
    length = pl.concat_str(bracketed.field("1"), bracketed.field("2")).str.len_chars()
    place_only = _TEXT.str.contains(_PLACE_ONLY) & ~_TEXT.str.contains(f"{_BUILDING}|{_WITHOUT_NUMBER}")
    lead = pl.col("lead")
    end = (
        pl.when(pl.col("whole").is_not_null())
        .then("whole")
        .when("place_only")
        .then(_TEXT.str.len_chars())
        .when(lead.str.contains(_BUILDING))
        .then(0)
        .otherwise(lead.str.len_chars())
    ).fill_null(0)
    return (
        [_TEXT.str.extract(_LEAD).alias("lead"), _TEXT.str.extract_groups(_BRACKETED).alias("bracketed")],
        [length.alias("whole"), place_only.alias("place_only")],
        [end.alias("end")],
        [pl.when(pl.col("end") > 0).then(bracketed.field("2").str.len_chars()).fill_null(0).alias("in_brackets")],
    )


def end_of_lead(seen: Looked) -> tuple[Numbers, Numbers]:
    """Find where text ends that stands before the number and is no building.

    Args:
        seen: What :func:`looked` gives.

    Returns:
        For each row the end, and how many characters before it are in brackets; 0 where there is no such text.
    """
    ends, in_brackets = (np.zeros(len(seen.text), np.int32) for _ in range(2))
    special = np.flatnonzero(seen.special)
    if not len(special):
        return ends, in_brackets
    texts = ran(seen.texts(special), [_LED])
    led = np.flatnonzero(array(texts, "led"))
    if len(led):
        found = ran(taken(columns(texts, "text"), led), *_lead_plan())
        ends[special[led]], in_brackets[special[led]] = array(found, "end"), array(found, "in_brackets")
    return ends, in_brackets


LETTERED = (
    pl.concat_str(*TOKEN_NAMES, "series", "chome", separator="-", ignore_nulls=True).str.contains("(?:^|-)0|[^0-9-]").alias("lettered")
)
"""Whether there is in the numbers what a key does not have: letters, signs of tens, leading zeros."""

LAST = pl.coalesce(*reversed(TOKEN_NAMES), pl.lit(""))
"""The last number."""

LAST_JOINT = pl.coalesce(*reversed(JOINT_NAMES), pl.lit(""))
"""What joins the last number to the one before it."""

MARK = pl.col("mark").str.strip_chars()
KEPT_GROUPS = (*TOKEN_NAMES, *JOINT_NAMES, "series", "chome", "bare", "mark", "qualifier")
"""Groups whose text counts."""

_OF_PIECES = np.array([PLACE_OF[name] for name in ("t1", "j1", "t2", "j2", "t3", "j3", "t4", "j4", "t5")])


@cache
def _number_signs() -> Flags:
    """Of each code point whether it is part of a number."""
    signs = np.zeros(0x110000, np.bool_)
    signs[[ord(sign) for sign in "0123456789" + "".join(MARKS_OF_TEN)]] = True
    return signs


def _plain_groups(points: CodePoints, length: Numbers) -> tuple[pl.DataFrame, Numbers]:
    """The groups of texts that begin with plain numbers: pieces that are numbers and pieces between them, by turns; a mark may be last.

    Args:
        points: Code points of the texts.
        length: How many characters of each the numbers take.

    Returns:
        As :func:`number_groups`.
    """
    codes = points.codes[runs(points.begin, length)]
    row = np.repeat(np.arange(len(length)), length)
    number = _number_signs()[codes]
    new = np.ones(len(codes), np.bool_)
    new[1:] = (number[1:] != number[:-1]) | (row[1:] != row[:-1])
    starts = np.flatnonzero(new)
    row_of = row[starts]
    count = np.bincount(row_of, minlength=len(length))
    first = np.cumsum(count) - count
    turn = np.arange(len(starts)) - first[row_of]
    marked = count % 2 == 0
    group = _OF_PIECES[np.minimum(turn, len(_OF_PIECES) - 1)]
    group[(first + count - 1)[marked]] = PLACE_OF["mark"]
    lengths = np.zeros((len(length), len(GROUPS)), np.int32)
    lengths[row_of, group] = np.diff(starts, append=len(codes))
    pieces = texts_of(np.append(np.insert(codes, starts[1:], END), np.uint32(END)))
    given = {name: (count > 2 * place, first + 2 * place) for place, name in enumerate(TOKEN_NAMES)}
    given |= {name: (count > 2 * place, first + 2 * place - 1) for place, name in enumerate(JOINT_NAMES, start=1)}
    given["mark"] = (marked, first + count - 1)
    texts = {name: picked_where(pieces, places, which) for name, (which, places) in given.items()}
    if (codes[starts[(first + count - 1)[marked]]] == ord(" ")).any():
        texts["mark"] = texts["mark"].str.strip_chars()
    lettered = np.zeros(len(length), np.bool_)
    lettered[row_of[codes[starts] == ord("0")]] = True
    lettered[row[number & (codes > ord("9"))]] = True
    nothing = absent("", pl.String, len(length))
    groups = pl.DataFrame([texts.get(name, nothing).alias(name) for name in KEPT_GROUPS])
    return with_arrays(groups, lettered=lettered), lengths


@cache
def _grouped_plan() -> tuple[list[pl.Expr], ...]:
    body = _TEXT.str.slice(pl.col("lead_end"))
    # one column first: every field by itself would run the search once more
    return (
        [body.str.extract_groups(_NUMBERS).struct.rename_fields(list(GROUPS)).alias("groups")],
        [pl.col("groups").struct.unnest()],
        [pl.col(GROUPS).str.len_chars().fill_null(0).name.prefix("n_"), MARK, LETTERED],
    )


def number_groups(seen: Looked, lead_end: Numbers) -> tuple[pl.DataFrame, Numbers]:
    """Take the numbers apart.

    Args:
        seen: What :func:`looked` gives.
        lead_end: Where they begin.

    Returns:
        :data:`KEPT_GROUPS` with ``lettered``, and the lengths of all :data:`GROUPS`.
    """
    plain, special = np.flatnonzero(~seen.special), np.flatnonzero(seen.special)
    if not len(special):
        return _plain_groups(seen.points, seen.plain)
    part = ran(with_arrays(seen.texts(special), lead_end=lead_end[special]), *_grouped_plan())
    lengths = np.zeros((len(seen.special), len(GROUPS)), np.int32)
    for place, name in enumerate(GROUPS):
        lengths[special, place] = array(part, f"n_{name}")
    groups = columns(part, *KEPT_GROUPS, "lettered")
    if not len(plain):
        return groups, lengths
    points = seen.points
    others, lengths[plain] = _plain_groups(CodePoints(points.codes, points.begin[plain], points.length[plain]), seen.plain[plain])
    return pl.concat([others, groups], rechunk=True)[np.argsort(np.concatenate([plain, special]))], lengths
