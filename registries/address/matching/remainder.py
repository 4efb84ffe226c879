"""What stands behind the town in a written address: 丁目, 小字, 番地, 番, 号, branches, building, room, notes.

Sources of the rules: GIF 442 住所 (2026-03): 番地以下 in half-width digits joined by hyphens, 建物名等（方書） apart, rooms never among the
numbers, 番外地 and 地先 where the registry has no lot; 住居表示に関する法律 第2条 (街区符号, 住居番号); 不動産登記規則 第98条 (地番).

The text is folded one character to one character (:mod:`registries.address.matching.one_to_one`), so a place in the folded text is the same
place in the text as written. It is cut into segments that follow each other without a gap; every character belongs to one of them.
"""

import polars as pl

from data_standards.rules.batch import only_where
from data_standards.rules.folding import kanji_numbers
from registries.address.matching.one_to_one import HIRAGANA, MARKS_OF_TEN, SERIES, folded, numerals_marked

TOKENS = 5
"""Most numbers a lot number has: the main number and four branches (支号)."""

SEGMENTS = ("chome", "unverified", "bracketed", "number", "room_number", "left_over", "building", "room", "note")
"""What the characters of a remainder are used for, in the order in which they follow each other.

``chome``: a 丁目 the town did not use up; ``unverified``: text before the number that the master of towns did not confirm, such as a 小字;
``bracketed``: text in brackets right before the number;
``number``: series (甲, イ), numbers, branches, their marks and qualifiers; ``room_number``: a last number that is a room; ``left_over``:
numbers and signs that are none of these; ``building`` and ``room``: 方書; ``note``: text in brackets at the end, P.O. boxes, addressees
(様, 御中, 宛), telephone numbers named as such. Separators go with the segment before them, at the beginning
with the first.
"""

_N = f"[0-9{''.join(MARKS_OF_TEN)}]+"
_FIRST = r"[ ,、，.・/]*-? ?"
_JOIN = r" ?(?:番地の内|番地?|街区)[ ]?[-のノ之]? ?| ?号 ?[のノ之] ?| ?[-のノ之] ?|"
_TOKEN = f"{_N}|{SERIES}{_N}|内?{SERIES}"
_MARK = r" ?(?:番外地|番地|番|号|街区|画地|区画)"
_QUALIFIER = r"[のノ]?(?:地先|先(?:路上| |$)|番外地|地内|の?一部|外 ?[0-9]+筆|外(?: |$)|内(?: |$)|地(?: |$))"
_MORE = "".join(f"(?:({_JOIN})({_TOKEN})" for _ in range(TOKENS - 1)) + ")?" * (TOKENS - 1)
_NUMBERS = (
    rf"^({_FIRST})(?:({_N}丁目?)( ?[-のノ之]? ?))?"
    rf"(?:((?:字?(?:{SERIES}|[A-Z]))?)( ?[-のノ之]? ?)({_N}){_MORE}|(無番地|番外地|地先))?({_MARK})?({_QUALIFIER})?"
)
_GROUPS = (
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
_PLAIN = rf"^{_N}(?:(?:{_JOIN.removesuffix('|')}){_N}){{0,{TOKENS - 1}}}(?:{_MARK})?"
_PIECE = rf"{_N}|[^0-9{''.join(MARKS_OF_TEN)}]+"
_NOT_PLAIN = (
    rf"^[^0-9{''.join(MARKS_OF_TEN)}]|^{_N}丁|^$|^[0-9{''.join(MARKS_OF_TEN)}番地街区号のノ之 -]+(?:内|番?地内|番地の内)?{SERIES}"
    rf"|^[0-9{''.join(MARKS_OF_TEN)}番地街区号のノ之 -]*(?:[0-9地号]{_QUALIFIER}|番[のノ]?(?:地先|番外地|地内|一部|外[ 0-9]|外$|内(?: |$)))"
)

_UNIT = rf"(?:(?:[東西南北上下]*第?{_N}(?:地割|線|条|号線|部|坪|割)[東西南北]*)|(?:第{_N}号)|(?:{_N}号[東西南北]+))+"
_BUILDING = (
    r"[A-Za-z&]|[ァ-ヺー]{3}|ビル|館|庁|役所|役場|会社|学校|学園|病院|医院|支店|本店|工場|団地|住宅|荘|寮|センター|ホール|事務所|公園|階|私書箱"
    r"|[（(「『＃#]"
)
_STARTS_WITH_NUMBER = rf"^{_FIRST}(?:字?(?:{SERIES}|[A-Z]) ?[-のノ之]? ?)?(?:{_N}|無番地|番外地|地先)"
_LEAD = (
    rf"^({_FIRST}(?:[^0-9]{{0,12}}?{_UNIT}(?:字[^0-9 ]{{1,12}}?)?|(?:大?字)?[^0-9 ]{{1,14}}?))"
    rf"(?:(?:字?{SERIES} ?[-のノ之]? ?)?{_N}(?:[^0-9]|$)|無番地|番外地)"
)
_BRACKETED = rf"^({_FIRST}(?:大?字)?[^0-9 ()]{{0,14}}?)(\([^()]+\) ?)(?:字?{SERIES} ?[-のノ之]? ?)?{_N}(?:[^0-9]|$)"
_WITHOUT_NUMBER = "(?:無番地|番外地|地先)$"
_PLACE_ONLY = r"^ ?(?:大?字)?[\p{Han}\p{Hiragana}ノケヶツッ]{1,10}$"
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


def _length(name: str) -> pl.Expr:
    return pl.col(name).str.len_chars().fill_null(0).cast(pl.Int32)


def _end_of_lead(frame: pl.DataFrame) -> pl.DataFrame:
    """Find where text ends that stands before the number and is no building: ``lead_end``, of it ``bracket_length`` in brackets."""
    text = pl.col("text")
    other = frame.select("place", "text").filter(~text.str.contains(_STARTS_WITH_NUMBER) & (text != ""))
    if other.is_empty():
        return frame.with_columns(lead_end=pl.lit(0, pl.Int32), bracket_length=pl.lit(0, pl.Int32))
    bracketed = text.str.extract_groups(_BRACKETED).struct
    length = pl.concat_str(bracketed.field("1"), bracketed.field("2")).str.len_chars()
    lead = text.str.extract(_LEAD)
    place_only = text.str.contains(_PLACE_ONLY) & ~text.str.contains(f"{_BUILDING}|{_WITHOUT_NUMBER}")
    other = other.with_columns(lead=lead, whole=length, bracket_length=bracketed.field("2").str.len_chars()).select(
        "place",
        "bracket_length",
        lead_end=pl.when(pl.col("whole").is_not_null())
        .then("whole")
        .when(place_only)
        .then(text.str.len_chars())
        .when(pl.col("lead").str.contains(_BUILDING))
        .then(0)
        .otherwise(pl.col("lead").str.len_chars()),
    )
    joined = frame.join(other.filter(pl.col("lead_end") > 0), on="place", how="left", maintain_order="left")
    return joined.with_columns(pl.col("lead_end", "bracket_length").cast(pl.Int32).fill_null(0))


def _plain_read(frame: pl.DataFrame) -> pl.DataFrame:
    """The groups of texts that begin with plain numbers."""
    pieces = pl.col("body").str.extract_all(_PLAIN).list.first().str.extract_all(_PIECE)
    frame = frame.with_columns(pieces=pieces).with_columns(length=pl.col("pieces").list.len())
    ends_with_mark = pl.col("length") % 2 == 0
    absent = [name for name in _GROUPS if not name[1:].isdigit() and name != "mark"]
    return frame.select(
        pl.exclude("pieces", "length"),
        *(pl.col("pieces").list.get(2 * token, null_on_oob=True).alias(f"t{token + 1}") for token in range(TOKENS)),
        *(
            pl.when(pl.col("length") > 2 * token).then(pl.col("pieces").list.get(2 * token - 1, null_on_oob=True)).alias(f"j{token}")
            for token in range(1, TOKENS)
        ),
        *(pl.lit(None, pl.String).alias(name) for name in absent),
        mark=pl.when(ends_with_mark).then(pl.col("pieces").list.last()),
    )


def _numbers_read(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the numbers apart: the groups, ``kept`` (how many tokens hold) and the ends of the segments down to the tail."""
    frame = frame.with_columns(body=pl.col("text").str.slice(pl.col("lead_end")))
    special = pl.col("body").str.contains(_NOT_PLAIN) | (pl.col("lead_end") > 0)
    groups = pl.col("body").str.extract_groups(_NUMBERS).struct.rename_fields(list(_GROUPS)).struct.unnest()
    frame = frame.with_columns(special=special)
    if not frame["special"].any():
        frame = _plain_read(frame)
    elif frame["special"].all():
        frame = frame.with_columns(groups)
    else:
        plain, others = frame.filter(~pl.col("special")), frame.filter("special").with_columns(groups)
        frame = pl.concat([_plain_read(plain), others], how="diagonal", rechunk=True).sort("place")
    frame = frame.with_columns(_length(name).alias(f"n_{name}") for name in _GROUPS)
    start = pl.col("lead_end") + pl.sum_horizontal("n_first", "n_chome", "n_joint")
    frame = frame.with_columns(chome_end=start, e1=start + pl.sum_horizontal("n_series", "n_after_series", "n_t1"))
    for token in range(2, TOKENS + 1):
        frame = frame.with_columns((pl.col(f"e{token - 1}") + pl.col(f"n_j{token - 1}") + pl.col(f"n_t{token}")).alias(f"e{token}"))
    count = pl.sum_horizontal(pl.col(f"t{token}").is_not_null() for token in range(1, TOKENS + 1)).cast(pl.Int32)
    marked = pl.col(f"e{TOKENS}") + pl.sum_horizontal("n_bare", "n_mark", "n_qualifier")
    frame = frame.with_columns(count=count, marked=marked, mark=pl.col("mark").str.strip_chars())
    frame = frame.with_columns(
        tail=pl.col("text").str.slice(pl.col("marked")),
        last=_of_token("t", pl.col("count"), 0),
        last_join=_of_token("j", pl.col("count"), -1),
    )
    tail, unmarked = pl.col("tail"), pl.col("mark").is_null()
    # 405号室, 3階, 2番館: the last number counts something else; 1号イオンビル: the letter belongs to a word.
    counts_other = tail.str.contains(_NUMBER_OF_A_ROOM) & (unmarked | pl.col("mark").is_in(["号", "番"])) & pl.col("qualifier").is_null()
    in_a_word = unmarked & pl.col("last").str.contains(f"{SERIES}$") & tail.str.contains(_WORD)
    dropped = (counts_other | in_a_word).fill_null(value=False) & (pl.col("count") > 0)
    frame = frame.with_columns(dropped=dropped, kept=pl.col("count") - dropped.cast(pl.Int32))
    dropped, kept = pl.col("dropped"), pl.col("kept")
    # 518番地フォルトゥーナ: the mark stays with the number when the letter goes to the word.
    frame = frame.with_columns(own_mark=pl.when("dropped").then(pl.col("last_join").str.extract("^( ?(?:番地|番|街区|号))")))
    end_of_kept = pl.coalesce(pl.when(kept > 0).then(_of_token("e", kept, 0) + _length("own_mark")), "chome_end")
    own_chome = pl.col("chome").is_not_null() & (pl.col("lead_end") == 0)
    bracketed_end = pl.when(pl.col("chome").is_not_null()).then("chome_end").otherwise("lead_end")
    unverified_end = pl.when(pl.col("chome").is_not_null()).then("chome_end").otherwise(pl.col("lead_end") - pl.col("bracket_length"))
    return frame.with_columns(
        number_end=pl.when((kept == 0) & pl.col("bare").is_null())
        .then(bracketed_end)
        .otherwise(pl.when(dropped).then(end_of_kept).otherwise("marked")),
        unverified_end=unverified_end,
        bracketed_end=bracketed_end,
        chome_end=pl.when(own_chome).then("chome_end").otherwise(0),
        mark=pl.when(dropped).then(pl.col("own_mark").str.strip_chars()).otherwise("mark"),
        qualifier=pl.when(~dropped).then("qualifier"),
        series=pl.when(kept > 0).then("series"),
    )


def _of_token(name: str, count: pl.Expr, shift: int) -> pl.Expr:
    """The column of a numbered group that belongs to the last of ``count`` tokens."""
    places = [place for place in range(1, TOKENS + 1) if 1 <= place + shift <= TOKENS]
    return pl.coalesce(pl.when(count == place).then(f"{name}{place + shift}") for place in places)


def _room_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Tell a last number that is a room (6番8-1203号, 5-15-511): ``room_end`` is the end of the numbers with it."""
    kept = pl.col("kept")
    frame = frame.with_columns(last=_of_token("t", kept, 0), last_join=_of_token("j", kept, -1), before=_of_token("e", kept, -1))
    last, hyphened = pl.col("last"), (kept > 2) & (pl.col("last_join").str.strip_chars() == "-")
    room = (hyphened & last.str.contains("^[0-9]{3,4}$") & (pl.col("mark").is_null() | (pl.col("mark") == "号"))).fill_null(value=False)
    room &= pl.col("qualifier").is_null()
    return frame.with_columns(
        room_end=pl.col("number_end"),
        number_end=pl.when(room).then("before").otherwise("number_end"),
        kept=pl.when(room).then(kept - 1).otherwise(kept),
        mark=pl.when(~room).then("mark"),
    )


def _tail_read(frame: pl.DataFrame) -> pl.DataFrame:
    """Cut what follows the numbers: left over, building, room, note."""
    tail = pl.col("text").str.slice(pl.col("room_end"))
    frame = frame.with_columns(tail=tail)
    note = pl.when(pl.col("tail").str.contains(_MAY_BE_NOTE)).then(pl.col("tail").str.extract(f"({_NOTE})"))
    frame = frame.with_columns(note_length=note.str.len_chars().fill_null(0).cast(pl.Int32))
    body = pl.col("tail").str.slice(0, pl.col("tail").str.len_chars() - pl.col("note_length"))
    frame = frame.with_columns(body=body)
    plain = pl.col("body").str.contains(r"^[^\p{L}]*$")
    closed = (pl.col("mark") == "号") | (pl.col("room_end") > pl.col("number_end"))
    room_alone = (closed & pl.col("body").str.contains("[0-9]")) | pl.col("body").str.contains("^[ ,、・.]+[0-9]{3,4}$")
    loose = plain & ~room_alone.fill_null(value=False)
    room = pl.when(plain).then(pl.col("body")).otherwise(pl.col("body").str.extract(f"({_ROOM})"))
    left = pl.when(loose).then(_length("body")).otherwise(0)
    frame = frame.with_columns(
        left_end=pl.col("room_end") + left.cast(pl.Int32),
        room_length=pl.when(loose).then(0).otherwise(room.str.len_chars().fill_null(0)).cast(pl.Int32),
    )
    body_end = pl.col("room_end") + _length("body")
    return frame.with_columns(body_end=body_end, building_end=pl.max_horizontal(body_end - pl.col("room_length"), "left_end"))


def _cut(start: pl.Expr, end: pl.Expr, edges: str) -> pl.Expr:
    """A piece of the text as written, without separators at its ends; null where nothing is left."""
    piece = pl.col("written").str.slice(start, end - start).str.strip_chars(edges)
    return pl.when((end > start) & (piece != "")).then(piece)


def _read_aloud(text: pl.Expr) -> pl.Expr:
    """Write 番地, 番 and 号 that stand in kana behind a number, and ほか behind the last, in kanji; the length stays."""

    def read(value: pl.Expr) -> pl.Expr:
        for kana, kanji in (("バンチ", " 番地"), ("バン", " 番"), ("ゴウ", " 号")):
            value = value.str.replace(f"([0-9]){kana}((?: ?[のノ]? ?[0-9]| *$))", f"${{1}}{kanji}${{2}}")
        return value.str.replace("([0-9番号地])ほか($|[ 0-9])", "${1}外 ${2}").str.replace("^の([0-9])", "-${1}")

    return only_where(text, "[0-9](?:バン|ゴウ)|ほか|^の[0-9]", read)


def parse_remainders(remainder: pl.Series, before: pl.Series | None = None) -> pl.DataFrame:
    """Take remainders of addresses apart.

    Args:
        remainder: Text behind the town, as written; null counts as empty.
        before: Last character of what stands before each; behind a number a leading ノ or の joins (二ノ八ノ一), elsewhere it is a series.

    Returns:
        One row for each, in order, with

        - ``chome`` (digits), ``series``, ``t1`` … ``t5`` (numbers in digits and letters in katakana, as the registry's numbers are folded),
          ``kept`` (how many of them are numbers of the address), ``mark`` (番地, 番, 号, … behind the last), ``joints`` (the marks between
          them), ``bare`` (無番地, 番外地), ``qualifier`` (地先, 内, …), ``room_number`` (digits of a last number that is a room);
        - ``unverified``, ``building`` (with floor and room), ``note``, ``left_over``: text as written; ``bracketed``: text in brackets
          before the number where ``note`` is another;
        - ``end_<segment>`` for each of :data:`SEGMENTS`: where the segment ends, in characters; it begins where the one before ends.
        - ``end_t1`` … ``end_t5``: where each number ends, without the mark behind it;
        - ``numerals_read``: kanji numerals were read as numbers.
    """
    written = remainder.fill_null("").cast(pl.String).alias("written")
    frame = pl.DataFrame({"written": written}).with_row_index("place").with_columns(text=_read_aloud(folded(pl.col("written"))))
    if before is not None:
        number = before.fill_null("").str.contains("[0-9０-９〇一二三四五六七八九十]$").alias("behind_number")
        frame = frame.with_columns(number).with_columns(
            text=pl.when("behind_number").then(pl.col("text").str.replace("^[のノ之]", "-")).otherwise("text")
        )
    frame = _tail_read(_room_numbers(_numbers_read(_end_of_lead(numerals_marked(frame)))))
    edges = " \u3000\u00a0\t,、，.．・/／"
    ends = {
        "chome": pl.col("chome_end"),
        "unverified": pl.col("unverified_end"),
        "bracketed": pl.col("bracketed_end"),
        "number": pl.col("number_end"),
        "room_number": pl.col("room_end"),
        "left_over": pl.col("left_end"),
        "building": pl.col("building_end"),
        "room": pl.col("body_end"),
        "note": pl.col("written").str.len_chars().cast(pl.Int32),
    }
    bracketed = _cut(pl.col("unverified_end"), pl.col("bracketed_end"), edges)
    note = _cut(pl.col("body_end"), pl.col("written").str.len_chars().cast(pl.Int32), edges)
    room_number = pl.col("text").str.slice(pl.col("number_end"), pl.col("room_end") - pl.col("number_end")).str.extract("([0-9]+)")
    tokens = [
        pl.when(pl.col("kept") >= token).then(_as_registered(pl.col(f"t{token}"))).alias(f"t{token}") for token in range(1, TOKENS + 1)
    ]
    return frame.select(
        *(end.alias(f"end_{name}") for name, end in ends.items()),
        *tokens,
        "kept",
        *(pl.when(pl.col("kept") >= token).then(f"e{token}").alias(f"end_t{token}") for token in range(1, TOKENS + 1)),
        "bare",
        "mark",
        pl.col("qualifier").str.strip_chars(),
        pl.col("numerals_read"),
        chome=pl.when(pl.col("chome_end") > 0).then(_as_registered(pl.col("chome").str.extract(f"({_N})"))),
        series=_as_registered(pl.col("series").str.strip_chars_start("字").replace("", None)),
        joints=pl.concat_str(pl.when(pl.col("kept") > token).then(f"j{token}").fill_null("") for token in range(1, TOKENS)),
        room_number=room_number,
        unverified=_cut(pl.col("chome_end"), pl.col("unverified_end"), edges),
        left_over=_cut(pl.col("room_end"), pl.col("left_end"), edges),
        building=_cut(
            pl.when(pl.col("left_end") > pl.col("room_end")).then("left_end").otherwise("number_end"),
            pl.col("body_end"),
            edges + "-−－‐–—ー",
        ),
        note=pl.coalesce(note, bracketed),
        bracketed=pl.when(note.is_not_null()).then(bracketed),
    )


def _as_registered(number: pl.Expr) -> pl.Expr:
    """A number or letter as keys have it: digits without leading zeros, katakana."""

    def read(value: pl.Expr) -> pl.Expr:
        kanji = value.str.replace_many(list(MARKS_OF_TEN), list(MARKS_OF_TEN.values()))
        digits = pl.when(kanji != value).then(kanji_numbers(kanji)).otherwise(value)
        return digits.str.replace_many(list(HIRAGANA), list(HIRAGANA.values())).str.replace("^0+([0-9])", "${1}").str.strip_prefix("内")

    return only_where(number, "^0|[^0-9]", read)
