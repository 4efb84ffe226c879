"""The numbers at the beginning of what stands behind the town, taken apart into groups: series, numbers, joints, mark, qualifier.

The rules and their sources are those of :mod:`registries.address.matching.remainder`.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from data_standards.rules.batch import only_where
from registries.address.matching.one_to_one import MARKS_OF_TEN, SERIES, folded_characters, joined_numbers, numerals_marked
from registries.address.matching.plans import Numbers, array, as_text, columns, ran, taken, with_arrays, with_rows

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

# Most texts begin with plain numbers, and a search without groups is many times as fast as one with groups.
_PLAIN = rf"^{NUMBER}(?:(?:{_JOIN.removesuffix('|')}){NUMBER}){{0,{TOKENS - 1}}}(?:{_MARK})?"
_PIECE = rf"{NUMBER}|[^0-9{''.join(MARKS_OF_TEN)}]+"
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
_SPECIAL = _TEXT.str.contains(_NOT_PLAIN).alias("special")
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


def _signs_read(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold what signs mean by their neighbours: columns ``text`` and ``numerals_read`` of texts with such signs."""
    frame = ran(frame.with_row_index("place"), [_read_aloud(joined_numbers(_TEXT)).alias("text")])
    if "before" in frame.columns:
        behind_number = pl.col("before").str.contains("[0-9０-９〇一二三四五六七八九十]$")
        frame = ran(frame, [pl.when(behind_number).then(_TEXT.str.replace("^[のノ之]", "-")).otherwise(_TEXT).alias("text")])
    return numerals_marked(frame).select("text", "numerals_read")


def looked(written: pl.Series, before: pl.Series | None) -> pl.DataFrame:
    """Fold texts and see how each begins.

    Args:
        written: Texts, without nulls.
        before: Last character of what stands before each, where known.

    Returns:
        ``written``, ``text`` (folded, as long in characters), ``length``, ``numerals_read``, ``special`` (it does not begin with plain
        numbers).
    """
    frame = written.to_frame().hstack([folded_characters(written).alias("text")])
    if before is not None:
        frame = frame.hstack([as_text(before).alias("before")])
    frame = ran(frame, [_TEXT.str.contains(_SPECIAL_SIGNS).alias("signs"), _TEXT.str.len_chars().alias("length"), _NOT_READ, _SPECIAL])
    signs = np.flatnonzero(array(frame, "signs"))
    texts = ("written", "text") if before is None else ("written", "text", "before")
    if len(signs):
        read = _signs_read(taken(columns(frame, *texts), signs))
        frame = with_rows(frame, signs, ran(read, [_SPECIAL]))
    return frame


_NOT_READ = pl.lit(value=False).alias("numerals_read")


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


def end_of_lead(frame: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """Find where text ends that stands before the number and is no building.

    Args:
        frame: What :func:`looked` gives.

    Returns:
        For each row the end, and how many characters before it are in brackets; 0 where there is no such text.
    """
    ends, in_brackets = np.zeros(frame.height, np.int32), np.zeros(frame.height, np.int32)
    special = np.flatnonzero(array(frame, "special"))
    if not len(special):
        return ends, in_brackets
    texts = ran(taken(columns(frame, "text"), special), [_LED])
    led = np.flatnonzero(array(texts, "led"))
    if len(led):
        found = ran(taken(columns(texts, "text"), led), *_lead_plan())
        ends[special[led]], in_brackets[special[led]] = array(found, "end"), array(found, "in_brackets")
    return ends, in_brackets


JOINTS = pl.concat_str(*JOINT_NAMES, ignore_nulls=True).alias("joints")
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

_PLAIN_GROUPS = (*TOKEN_NAMES, *JOINT_NAMES, "mark")


def _measured(groups: Sequence[str]) -> list[pl.Expr]:
    lengths = pl.col(groups).str.len_chars().fill_null(0).name.prefix("n_")
    return [lengths, MARK, JOINTS, LETTERED]


@cache
def _plain_plan() -> tuple[list[pl.Expr], ...]:
    """The groups of texts that begin with plain numbers."""
    pieces = pl.col("pieces").list
    tokens = [pieces.get(2 * place, null_on_oob=True).alias(name) for place, name in enumerate(TOKEN_NAMES)]
    joints = [
        pl.when(pl.col("length") > 2 * place).then(pieces.get(2 * place - 1, null_on_oob=True)).alias(name)
        for place, name in enumerate(JOINT_NAMES, start=1)
    ]
    absent = [pl.lit(None, pl.String).alias(name) for name in ("series", "chome", "bare", "qualifier")]
    mark = pl.when(pl.col("length") % 2 == 0).then(pieces.last()).alias("mark")
    return (
        [_TEXT.str.extract(_PLAIN, 0).str.extract_all(_PIECE).alias("pieces")],
        [pieces.len().alias("length")],
        [*tokens, *joints, mark, *absent],
        _measured(_PLAIN_GROUPS),
    )


@cache
def _grouped_plan() -> tuple[list[pl.Expr], ...]:
    body = _TEXT.str.slice(pl.col("lead_end"))
    # one column first: every field by itself would run the search once more
    return (
        [body.str.extract_groups(_NUMBERS).struct.rename_fields(list(GROUPS)).alias("groups")],
        [pl.col("groups").struct.unnest()],
        _measured(GROUPS),
    )


def number_groups(frame: pl.DataFrame, lead_end: Numbers) -> tuple[pl.DataFrame, Numbers]:
    """Take the numbers apart.

    Args:
        frame: What :func:`looked` gives.
        lead_end: Where they begin.

    Returns:
        :data:`KEPT_GROUPS` with ``joints`` and ``lettered``, and the lengths of all :data:`GROUPS`.
    """
    special = array(frame, "special") | (lead_end > 0)
    parts, order = [], []
    lengths = np.zeros((frame.height, len(GROUPS)), np.int32)
    for which, plan, measured in ((~special, _plain_plan, _PLAIN_GROUPS), (special, _grouped_plan, GROUPS)):
        rows = np.flatnonzero(which)
        if len(rows) or not frame.height:
            part = with_arrays(columns(frame, "text"), lead_end=lead_end)
            part = ran(part if len(rows) == frame.height else part[rows], *plan())
            for name in measured:
                lengths[rows, GROUPS.index(name)] = array(part, f"n_{name}")
            parts.append(columns(part, *KEPT_GROUPS, "joints", "lettered"))
            order.append(rows)
    if len(parts) == 1:
        return parts[0], lengths
    return pl.concat(parts, rechunk=True)[np.argsort(np.concatenate(order))], lengths
