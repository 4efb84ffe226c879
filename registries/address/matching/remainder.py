"""What stands behind the town in a written address: 丁目, 小字, 番地, 番, 号, branches, building, room, notes.

Sources of the rules: GIF 442 住所 (2026-03): 番地以下 in half-width digits joined by hyphens, 建物名等（方書） apart, rooms never among the
numbers, 番外地 and 地先 where the registry has no lot; 住居表示に関する法律 第2条 (街区符号, 住居番号); 不動産登記規則 第98条 (地番).

The text is folded one character to one character (:mod:`registries.address.matching.one_to_one`), so a place in the folded text is the same
place in the text as written. It is cut into segments that follow each other without a gap; every character belongs to one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from data_standards.rules.batch import only_where
from data_standards.rules.folding import kanji_numbers
from registries.address.matching.code_points import CodePoints, Positions
from registries.address.matching.number_groups import (
    JOINT_NAMES,
    KEPT_GROUPS,
    LAST,
    LAST_JOINT,
    LETTERED,
    MARK,
    NUMBER,
    PLACE_OF,
    TOKEN_NAMES,
    Looked,
    end_of_lead,
    looked,
    number_groups,
)
from registries.address.matching.one_to_one import HIRAGANA, MARKS_OF_TEN, SERIES
from registries.address.matching.plans import (
    Flags,
    Numbers,
    Rows,
    absent,
    array,
    as_text,
    columns,
    equals,
    ran,
    taken,
    with_arrays,
    with_rows,
)

SEGMENTS = ("chome", "unverified", "bracketed", "number", "room_number", "left_over", "building", "room", "note")
"""What the characters of a remainder are used for, in the order in which they follow each other.

``chome``: a 丁目 the town did not use up; ``unverified``: text before the number that the master of towns did not confirm, such as a 小字;
``bracketed``: text in brackets right before the number;
``number``: series (甲, イ), numbers, branches, their marks and qualifiers; ``room_number``: a last number that is a room; ``left_over``:
numbers and signs that are none of these; ``building`` and ``room``: 方書; ``note``: text in brackets at the end, P.O. boxes, addressees
(様, 御中, 宛), telephone numbers named as such. Separators go with the segment before them, at the beginning
with the first.
"""

_NUMBER_OF_A_ROOM = r"^(?:号?室|棟|番?館(?:[^\p{Han}]|$)|階|[Ff](?:[^A-Za-z]|$))"
_WORD = r"^[\p{L}ー々]"
_ADDRESSEE = r"(?:^[\p{Han}\p{Hiragana}]{2,10}| [^ 0-9()]{1,20}) ?(?:様|御中|宛)"
_TELEPHONE = r"[ ,、]*(?:TEL|Tel|tel|FAX|Fax|fax|電話(?:番号)?|携帯(?:電話)?|☎|℡)[ .:]*[0-9+(][-0-9()+ ]{6,}"
_NOTE = rf"(?:(?: ?\([^()]*\)| ?[^ ()0-9]*(?:郵便局)? ?私書箱.*|{_ADDRESSEE})(?:{_ADDRESSEE})?(?:{_TELEPHONE})*|(?:{_TELEPHONE})+) ?$"
_MAY_BE_NOTE = r"\)|私書箱|様|御中|宛|[0-9]{3} ?$"
_ROOM = (
    r"(?: ?(?:地下|B)?[0-9]+(?:階|F)[^ ]{0,12}| ?[A-Z]?-?[0-9]+(?:-[0-9A-Z]+)*(?:号室|号|室)| ?[A-Z]?-?[0-9]{2,5}(?:-[0-9A-Z]{1,4})?"
    r"| ?[0-9]+-?[A-Z]) ?$"
)


_TEXT = pl.col("text")
_EDGES = " \u3000\u00a0\t,、，.．・/／"
_TOKEN_PLACES = [PLACE_OF[name] for name in TOKEN_NAMES]


def _as_registered(number: pl.Expr) -> pl.Expr:
    """A number or letter as keys have it: digits without leading zeros, katakana."""

    def read(value: pl.Expr) -> pl.Expr:
        kanji = value.str.replace_many(list(MARKS_OF_TEN), list(MARKS_OF_TEN.values()))
        digits = pl.when(kanji != value).then(kanji_numbers(kanji)).otherwise(value)
        return digits.str.replace_many(list(HIRAGANA), list(HIRAGANA.values())).str.replace("^0+([0-9])", "${1}").str.strip_prefix("内")

    return only_where(number, "^0|[^0-9]", read)


_REGISTERED = (*TOKEN_NAMES, "series", "chome")


@cache
def _kept_tokens() -> list[pl.Expr]:
    """The tokens and their joints up to the one that is kept last."""
    kept = pl.col("kept")
    tokens = [pl.when(kept >= place).then(name).alias(name) for place, name in enumerate(TOKEN_NAMES, start=1)]
    return tokens + [pl.when(kept > place).then(name).alias(name) for place, name in enumerate(JOINT_NAMES, start=1)]


@cache
def _dropping_plan() -> tuple[Sequence[pl.Expr], ...]:
    """Leave the last token out: of 518番地フォルトゥーナ the mark stays with the number when the letter goes to the word."""
    mark = LAST_JOINT.str.extract("^( ?(?:番地|番|街区|号))").alias("mark")
    gone = [pl.when(pl.col("kept") > 0).then("series").alias("series"), pl.lit(None, pl.String).alias("qualifier")]
    return [mark], [_LENGTH_OF_MARK, *_kept_tokens(), *gone], [MARK, LETTERED]


@cache
def _registered_plan() -> list[pl.Expr]:
    series, chome = pl.col("series").str.strip_chars_start("字").replace("", None), pl.col("chome").str.extract(f"({NUMBER})")
    return [_as_registered(text) for text in (*(pl.col(name) for name in TOKEN_NAMES), series, chome)]


_LENGTH_OF_MARK = pl.col("mark").str.len_chars().fill_null(0).alias("n_mark")


_ENDS_IN_LETTER = LAST.str.contains(f"{SERIES}$")
_LIKE_A_ROOM = (LAST_JOINT.str.strip_chars() == "-") & LAST.str.contains("^[0-9]{3,4}$")


def _told(groups: pl.DataFrame, rows: Rows, test: pl.Expr) -> Flags:
    """What a test tells of some rows."""
    if not len(rows):
        return np.zeros(0, np.bool_)
    told: Flags = ran(taken(columns(groups, *TOKEN_NAMES, *JOINT_NAMES), rows), kept=[test]).to_series().to_numpy()
    return told


@dataclass
class _Numbers:
    """What :func:`_numbers` tells: the groups, and of each text where the segments down to the tail end."""

    groups: pl.DataFrame
    kept: Numbers
    token_ends: Numbers
    chome_end: Numbers
    unverified_end: Numbers
    bracketed_end: Numbers
    number_end: Numbers
    room_end: Numbers
    closed: Flags
    tails: dict[str, Numbers]


def _numbers(seen: Looked) -> _Numbers:
    """Take the numbers apart, tell a last number that is none of the address, and look at what stands behind them."""
    lead_end, in_brackets = end_of_lead(seen)
    (groups, lengths), length = number_groups(seen, lead_end), seen.points.length
    ends = lead_end[:, None] + np.cumsum(lengths, axis=1, dtype=np.int32)
    given = lengths > 0
    token_ends, marked, chome_end = ends[:, _TOKEN_PLACES], ends[:, -1], ends[:, PLACE_OF["joint"]]
    kept = given[:, _TOKEN_PLACES].sum(axis=1, dtype=np.int32)
    unmarked, unqualified = ~given[:, PLACE_OF["mark"]], ~given[:, PLACE_OF["qualifier"]]
    tails = _tails(seen, np.flatnonzero(marked < length), marked)
    # 405号室, 3階, 2番館: the last number counts something else; 1号イオンビル: the letter belongs to a word.
    counts_other = (tails["counts_other"] > 0) & (unmarked | equals(groups, "mark", "号") | equals(groups, "mark", "番")) & unqualified
    in_a_word = unmarked & (tails["word"] > 0)
    in_a_word[in_a_word] = _told(groups, np.flatnonzero(in_a_word), _ENDS_IN_LETTER)
    dropped = (counts_other | in_a_word) & (kept > 0)
    kept -= dropped
    own_mark = np.zeros(len(kept), np.int32)
    rows = np.flatnonzero(dropped)
    if len(rows):
        changed = ran(with_arrays(taken(groups, rows), kept=kept[rows]), *_dropping_plan())
        own_mark[rows] = array(changed, "n_mark")
        unmarked[rows], unqualified[rows] = own_mark[rows] == 0, True
        groups = with_rows(groups, rows, columns(changed, *KEPT_GROUPS, "lettered"))
    every = np.arange(len(kept))
    end_of_kept = np.where(kept > 0, token_ends[every, kept - 1] + own_mark, chome_end)
    has_chome = given[:, PLACE_OF["chome"]]
    bracketed_end = np.where(has_chome, chome_end, lead_end)
    unverified_end = np.where(has_chome, chome_end, lead_end - in_brackets)
    none = (kept == 0) & ~given[:, PLACE_OF["bare"]]
    room_end = np.where(none, bracketed_end, np.where(dropped, end_of_kept, marked))
    # 6番8-1203号, 5-15-511: the last number is a room
    go = equals(groups, "mark", "号")
    room = (kept > 2) & (unmarked | go) & unqualified
    room[room] = _told(groups, np.flatnonzero(room), _LIKE_A_ROOM)
    number_end = np.where(room, token_ends[every, kept - 2], room_end)
    kept -= room
    rows = np.flatnonzero(room)
    if len(rows):
        changed = ran(with_arrays(taken(groups, rows), kept=kept[rows]), [*_kept_tokens(), pl.lit(None, pl.String).alias("mark")])
        groups = with_rows(groups, rows, columns(changed, *TOKEN_NAMES, *JOINT_NAMES, "mark"))
    stale = room_end != marked
    if stale.any():
        again = _tails(seen, np.flatnonzero(stale & (room_end < length)), room_end)
        tails = {name: np.where(stale, again[name], values) for name, values in tails.items()}
    chome_end = np.where(has_chome & (lead_end == 0), chome_end, 0)
    closed = go | room
    return _Numbers(groups, kept, token_ends, chome_end, unverified_end, bracketed_end, number_end, room_end, closed, tails)


def _body_tests(body: pl.Expr) -> list[pl.Expr]:
    return [
        (~body.str.contains(r"\p{L}")).alias("plain"),
        body.str.contains("[0-9]").alias("digits"),
        body.str.contains("^[ ,、・.]+[0-9]{3,4}$").alias("room_alone"),
        body.str.extract(f"({_ROOM})").str.len_chars().fill_null(0).alias("n_room"),
    ]


_BODY = ("plain", "digits", "room_alone", "n_room")
_TAIL = pl.col("tail")
_BEHIND = _TEXT.str.slice(pl.col("start")).alias("tail")
_TAIL_TESTS = (
    _TAIL.str.contains(_NUMBER_OF_A_ROOM).alias("counts_other"),
    _TAIL.str.contains(_WORD).alias("word"),
    _TAIL.str.contains(_MAY_BE_NOTE).alias("may_be_note"),
    *_body_tests(_TAIL),
)
_NOTE_LENGTH = _TAIL.str.extract(f"({_NOTE})").str.len_chars().fill_null(0).cast(pl.Int32).alias("note")
_BEFORE_NOTE = _TAIL.str.slice(0, _TAIL.str.len_chars() - pl.col("note")).alias("body")


def _tails(seen: Looked, rows: Rows, start: Numbers) -> dict[str, Numbers]:
    """Look at what begins at ``start`` in some rows: the results of :data:`_TAIL_TESTS`; 0 for the other rows."""
    read = {name: np.zeros(len(start), np.int32) for name in ("counts_other", "word", "may_be_note", *_BODY)}
    if len(rows):
        found = ran(with_arrays(seen.texts(rows), start=start[rows]), [_BEHIND], _TAIL_TESTS)
        for name, values in read.items():
            values[rows] = array(found, name)
    return read


def _tail_ends(seen: Looked, numbers: _Numbers) -> dict[str, Numbers]:
    """Cut what follows the numbers: the ends of left over, building and room."""
    start, tails = numbers.room_end, numbers.tails
    body_end = seen.points.length.astype(np.int32)
    rows = np.flatnonzero(tails["may_be_note"])
    if len(rows):
        asked = with_arrays(seen.texts(rows), start=start[rows])
        found = ran(asked, [_BEHIND], [_NOTE_LENGTH], [_BEFORE_NOTE], _body_tests(pl.col("body")))
        body_end[rows] -= array(found, "note")
        for name in _BODY:
            tails[name][rows] = array(found, name)
    plain = tails["plain"] > 0
    loose = plain & ~((numbers.closed & (tails["digits"] > 0)) | (tails["room_alone"] > 0))
    left_end = np.where(loose, body_end, start)
    room = np.where(loose, 0, np.where(plain, body_end - start, tails["n_room"]))
    return {"left_over": left_end, "building": np.maximum(body_end - room, left_end), "room": body_end}


def _cut(name: str, start: str, end: str, edges: str = _EDGES) -> pl.Expr:
    """A piece of the text as written, without separators at its ends; null where nothing is left."""
    piece = pl.col("written").str.slice(pl.col("base") + pl.col(start), pl.col(end) - pl.col(start)).str.strip_chars(edges)
    return pl.when(piece != "").then(piece).alias(name)


_PIECES = {
    "unverified": ("end_chome", "end_unverified"),
    "left_over": ("end_room_number", "end_left_over"),
    "building": ("building_start", "end_room"),
    "bracketed": ("end_unverified", "end_bracketed"),
    "note": ("end_room", "end_note"),
}
_CUT = {name: _cut(name, *places, _EDGES + "-−－‐–—ー" if name == "building" else _EDGES) for name, places in _PIECES.items()}
_ROOM_NUMBER = (
    _TEXT.str.slice(pl.col("end_number"), pl.col("end_room_number") - pl.col("end_number")).str.extract("([0-9]+)").alias("room_number")
)
_QUALIFIED = pl.col("qualifier").str.strip_chars()
_LETTERED = {
    "series": pl.when(pl.col("series") != "").then("series").alias("series"),
    "chome": pl.when(pl.col("end_chome") > 0).then("chome").alias("chome"),
}
_PLACES_OF = {**_PIECES, "chome": ("end_chome",), "room_number": ("end_number", "end_room_number")}
_TEXTS = ("series", "chome", "qualifier", "room_number", *_CUT)
_NOTES = (pl.coalesce("note", "bracketed").alias("note"), pl.when(pl.col("note").is_not_null()).then("bracketed").alias("bracketed"))


@dataclass(frozen=True)
class Remainders:
    """Remainders taken apart, one row for each.

    Attributes:
        texts: ``chome`` (digits), ``series``, ``t1`` … ``t5`` (numbers in digits and letters in katakana, as the registry's numbers are
            folded), ``kept`` (how many of them are numbers of the address), ``mark`` (番地, 番, 号, … behind the last), ``j1`` … ``j4``
            (the marks between them), ``bare`` (無番地, 番外地), ``qualifier`` (地先, 内, …), ``room_number`` (digits of a last number that
            is a room); ``unverified``, ``building`` (with floor and room), ``note``, ``left_over``: text as written; ``bracketed``: text
            in brackets before the number where ``note`` is another; ``lettered``: there may be more than digits in the numbers;
            ``numerals_read``: kanji numerals were read as numbers.
        ends: ``end_<segment>`` for each of :data:`SEGMENTS`: where the segment ends, in characters; it begins where the one before ends;
            ``end_t1`` … ``end_t5``: where each number that is kept ends, without the mark behind it.
    """

    texts: pl.DataFrame
    ends: dict[str, Numbers]


def parse_remainders(written: pl.Series, points: CodePoints | None = None, start: Positions | None = None) -> Remainders:
    """Take remainders of addresses apart.

    Args:
        written: Addresses as written; null counts as empty.
        points: Their code points, where they are there already.
        start: Where the remainder of each begins; whole texts are remainders where not given. Behind a number a leading ノ or の joins
            (二ノ八ノ一), elsewhere it is a series.

    Returns:
        What they are made of, in order.
    """
    written = as_text(written).alias("written")
    points = points or CodePoints.of(written)
    start = np.zeros(len(written), np.int64) if start is None else start
    behind_number = (start > 0) & _digits()[points.codes[points.begin + np.maximum(start - 1, 0)]]
    seen = looked(points.behind(start), behind_number)
    numbers = _numbers(seen)
    groups = numbers.groups
    lettered = np.flatnonzero(array(groups, "lettered"))
    if len(lettered):
        groups = with_rows(groups, lettered, ran(taken(columns(groups, *_REGISTERED), lettered), _registered_plan()))
    ends = {
        "end_chome": numbers.chome_end,
        "end_unverified": numbers.unverified_end,
        "end_bracketed": numbers.bracketed_end,
        "end_number": numbers.number_end,
        "end_room_number": numbers.room_end,
        **{f"end_{name}": end for name, end in _tail_ends(seen, numbers).items()},
        "end_note": seen.points.length.astype(np.int32),
    }
    left = ends["end_left_over"] > ends["end_room_number"]
    places = {**ends, "building_start": np.where(left, ends["end_left_over"], ends["end_number"])}
    chosen = {name: _CUT[name] for name, (begin, end) in _PIECES.items() if (places[end] > places[begin]).any()}
    if len(lettered):
        chosen |= _LETTERED
    if groups.get_column("qualifier").null_count() < len(groups):
        chosen["qualifier"] = _QUALIFIED
    if (ends["end_room_number"] > ends["end_number"]).any():
        chosen["room_number"] = _ROOM_NUMBER
    parsed = columns(groups, *TOKEN_NAMES, *JOINT_NAMES, "bare", "mark", "lettered")
    parsed = with_arrays(parsed, kept=numbers.kept, numerals_read=seen.numerals_read)
    if chosen:
        used = {place for name in chosen for place in _PLACES_OF.get(name, ())}
        texts = columns(groups, "series", "chome", "qualifier").hstack([written, seen.text])
        texts = with_arrays(texts, base=start, **{name: end for name, end in places.items() if name in used})
        parsed = parsed.hstack(ran(texts, kept=list(chosen.values())))
    parsed = parsed.hstack([absent(name, pl.String, parsed.height) for name in _TEXTS if name not in chosen])
    if "bracketed" in chosen:
        parsed = ran(parsed, _NOTES)
    tokens = {f"end_{name}": numbers.token_ends[:, place] for place, name in enumerate(TOKEN_NAMES)}
    return Remainders(parsed, ends | tokens)


@cache
def _digits() -> Flags:
    """Of each code point whether it is a digit."""
    digits = np.zeros(0x110000, np.bool_)
    digits[[ord(sign) for sign in "0123456789０１２３４５６７８９〇一二三四五六七八九十"]] = True
    return digits
