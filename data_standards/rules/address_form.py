"""The form of a written address: prefecture, municipality, town, numbers and building, without an address master.

Source of the rules: GIF 442 住所 (2026-03-17): the form of three items (都道府県, 市区町村（郡）, 町字以下) and of four (町字 and 番地以下
apart), 方書 always apart; the names and codes of municipalities are those of :func:`data_standards.codes.municipalities`.

Choices where 442 leaves one, each by its name:

- ``drop_oaza``: 大字, and a leading 字, are dropped (442 allows both); 字 inside the text stays (高川字甲 keeps its 字).
- ``chome_digits`` / ``chome_kanji``: 丁目 is digits in three items (霞が関2-1-2), kanji in four (霞が関二丁目). So are 条 and 線 that stand
  before a number (北1条西1-3, 北一条西一丁目).
- ``series_before_number``: 甲乙丙, イロハ, 子丑寅 before the number belong to the 小字; behind it they are a branch (12-イ-2), as in
  :mod:`data_standards.rules.lot_number`.

What cannot be known without a master of towns: whether a town exists; whether the first of unmarked numbers is a 丁目 (霞が関2-1-2 may be
二丁目1-2 or 2番地1-2, so four items keep the numbers together and say ``chome_not_marked``); whether the last of unmarked numbers is a room
(1-2-3-405); where a town ends that itself ends in a numeral (麻布十番). A kanji numeral is a number only before 丁目, 番地, 条 or 線, and
before 番, 号, の or a hyphen where a number stands on the other side or before it; so 三軒茶屋, 一番町 and 二の丸 keep theirs.
"""

from collections.abc import Callable
from functools import cache, partial

import polars as pl

from data_standards import codes
from data_standards.rules.batch import staged
from data_standards.rules.folding import SERIES, half_width, kanji_numbers, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, with_fields
from data_standards.rules.rule import CleansingRule, Status

THREE_ITEMS = with_fields(
    prefecture=pl.String, city=pl.String, street_address=pl.String, lg_code=pl.String, building=pl.String, remainder=pl.String
)
"""Outcome in three items. ``value`` joins the first three; ``remainder`` is text that has no place in them."""

FOUR_ITEMS = with_fields(
    prefecture=pl.String,
    city=pl.String,
    town=pl.String,
    block=pl.String,
    lg_code=pl.String,
    building=pl.String,
    remainder=pl.String,
)
"""Outcome in four items: ``town`` (町字) with 丁目 in kanji, ``block`` (番地以下); ``value`` joins the first four."""

LOWER = with_fields(town=pl.String, chome=pl.String, block=pl.String, building=pl.String, remainder=pl.String)
"""Outcome of 町字以下 alone: ``town`` without 丁目, ``chome`` its number in digits, ``block`` 番地以下."""

_KANJI = "〇零一二三四五六七八九十百千"
_K = f"[{_KANJI}]+"
_LETTER = f"[{SERIES}]"
# Numbers in context: what stands before, the numeral, what stands behind. Later passes build on the digits of earlier ones.
_PASSES = (
    (r"^(.*?)", r"丁目.*"),
    (r"^(.*?)", r"番(?:地|外地).*"),
    (r"^(.*?丁目)", r"(?:番|号|[-のノ之 ]).*|"),
    (r"^(.*?)", rf"番(?:[-のノ之][0-9{_KANJI}].*|(?:[0-9]+|{_K})号.*)"),
    (r"^(.*?)", rf"[-のノ之][0-9{_KANJI}].*"),
    *((r"^(.*?[0-9](?:番地?[-のノ之]?|号[のノ之]|[-のノ之]))", r"(?:番|号|[-のノ之 ]).*|"),) * 4,
    (r"^(.*?)", r"(?:条|線)[東西南北]?[0-9].*"),
)
_NUMERAL_CONTEXT = rf"[{_KANJI}](?:丁目|番|号|[-のノ之]|条|線)|(?:丁目|番地?|[-のノ之])[{_KANJI}]"
# Digits before these are part of a name or of a building, not the start of 番地以下.
_NAME_UNIT = r"(?:条|線|地割|区|組|街区|号線|号地|番町|番丁|番街|番館|坪|階|号室|号棟|号館|棟|室)"
_ROOM = r"(?:[-のノ之 ]|(番地?|号))([0-9]+(?:号室|号棟|号館|階|棟|室|F(?:$|[^A-Za-z])))"
_OPEN, _CLOSE = "\x01", "\x02"
_TOWN = f"(?:[^0-9{_OPEN}{_CLOSE}]|{_OPEN}[0-9]+{_CLOSE})*?"
_CHAIN = (
    r"(?:無番地|[0-9]+(?:(?:番地?[-のノ之]?|号[のノ之]|[-のノ之])[0-9]+)*"
    r"(?:番外地|(?:番地?|号)?の?地先|番地?|号)?)"
)
_CHOME = f"^({_TOWN})([0-9]+)丁目 ?((?:大?字[^0-9 ]{{1,12}}?|{_LETTER})?)({_CHAIN})(.*)$"
_CHOME_ALONE = f"^({_TOWN})([0-9]+)丁目(.*)$"
_PLAIN = f"^({_TOWN})({_CHAIN})(.*)$"
_SERIES_TAIL = rf"^[-の]?({_LETTER})(?:[のノ之-]?([0-9]+))?(?:番地?|号)?(?: (.*))?$"
_SEPARATORS = " ,、，・/-"


def _kanji_number(number: int) -> str:
    digits = "〇一二三四五六七八九"
    text = ""
    for unit, size in (("百", 100), ("十", 10)):
        count, number = divmod(number, size)
        text += ("" if count == 1 else digits[count]) + unit if count else ""
    return text + (digits[number] if number else "")


_KANJI_NUMBERS = {str(number): _kanji_number(number) for number in range(1, 1000)}


def _folded(value: pl.Expr) -> pl.Expr:
    """Half width, one space for blanks and control characters, ``-`` for hyphen-like signs (the long mark only between numerals)."""
    text = half_width(value).str.replace_all(r"[\s\p{Cc}\p{Cf}]+", " ").str.replace_all("[‐‑‒–—―−─]", "-")
    for _ in range(2):
        text = text.str.replace_all(rf"([0-9{_KANJI}])[ーｰ]([0-9{_KANJI}])", "${1}-${2}")
    return text.str.replace_all(rf"([0-9{_KANJI}]) ?- ?([0-9{_KANJI}])", "${1}-${2}").str.strip_chars(" ")


def _numerals_read(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the kanji numerals of the column ``lower`` into digits where their context makes them numbers."""
    todo = frame.select("lower").filter(pl.col("lower").str.contains(_NUMERAL_CONTEXT)).unique().with_columns(read=pl.col("lower"))
    if todo.is_empty():
        return frame
    for before, behind in _PASSES:
        groups = pl.col("read").str.extract_groups(f"{before}({_K})({behind})$")
        todo = todo.with_columns(groups.struct.rename_fields(["_1", "_2", "_3"]).struct.unnest())
        todo = todo.with_columns(_2=kanji_numbers(pl.col("_2")))
        digits = pl.col("_2").str.contains("^[0-9]+$").fill_null(value=False)
        todo = todo.with_columns(read=pl.when(digits).then(pl.concat_str("_1", "_2", "_3")).otherwise("read"))
    read = frame.join(todo.select("lower", "read"), on="lower", how="left", maintain_order="left")
    return read.with_columns(lower=pl.coalesce("read", "lower")).drop("read")


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _read_lower(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the folded 町字以下 in column ``lower`` apart: town, chome, sub (小字 after 丁目), block, building, remainder, marked."""
    frame = _numerals_read(frame)
    lower = pl.col("lower")
    frame = frame.with_columns(
        lower=lower.str.replace_all(_ROOM, "${1} ${2}")
        .str.replace_all(r"(番地?) ([0-9]+号)($|[^室棟館])", "${1}${2}${3}")
        .str.replace_all(f"([0-9]+)({_NAME_UNIT}|F(?:$|[^A-Za-z]))", f"{_OPEN}${{1}}{_CLOSE}${{2}}")
        .str.replace_all("([0-9]+)(丁(?:$|[^目]))", f"{_OPEN}${{1}}{_CLOSE}${{2}}")
        .str.strip_chars(_SEPARATORS)
    )
    by_chome = lower.str.extract_groups(_CHOME).struct.rename_fields(["c_town", "c_chome", "c_sub", "c_chain", "c_tail"])
    alone = lower.str.extract_groups(_CHOME_ALONE).struct.rename_fields(["a_town", "a_chome", "a_tail"])
    plain = lower.str.extract_groups(_PLAIN).struct.rename_fields(["p_town", "p_chain", "p_tail"])
    frame = frame.with_columns(alone.struct.unnest()).with_columns(
        by_chome.struct.unnest(),
        plain.struct.unnest(),
        open_town=lower.str.extract("^([^ ]*)"),
        open_tail=lower.str.extract("^[^ ]* (.*)$"),
    )
    chome = pl.col("a_chome").is_not_null()
    numbered = pl.col("c_chain").is_not_null() | (~chome & pl.col("p_chain").is_not_null())
    frame = frame.select(
        pl.exclude("^(c|p|a|open)_.*$"),
        town=pl.when(chome).then("a_town").when(numbered).then("p_town").otherwise("open_town"),
        chome=pl.col("a_chome"),
        sub=pl.col("c_sub").fill_null(""),
        chain=pl.coalesce("c_chain", pl.when(~chome).then("p_chain")),
        tail=pl.coalesce("c_tail", pl.when(chome).then("a_tail").when(numbered).then("p_tail").otherwise("open_tail")).fill_null(""),
    )
    marks = f"[{_OPEN}{_CLOSE}]"
    chain = pl.col("chain")
    joined = (
        chain.str.replace_all(r"(?:番地?[-のノ之]?|号[のノ之]|[-のノ之])([0-9])", "-${1}")
        .str.replace(r"(?:番地?|号)?の?地先$", "地先")
        .str.replace(r"([0-9])(?:番地?|号)$", "${1}")
    )
    series = pl.col("tail").str.extract_groups(_SERIES_TAIL).struct.rename_fields(["letter", "branch", "behind"])
    frame = frame.with_columns(series.struct.unnest(), joined=joined, marked=chain.str.contains("[番号先]") | (pl.col("town") == ""))
    lettered = pl.col("letter").is_not_null() & pl.col("joined").str.contains("[0-9]$").fill_null(value=False)
    branched = pl.concat_str(
        "joined",
        pl.lit("-"),
        "letter",
        pl.when(pl.col("branch").is_not_null()).then(pl.concat_str(pl.lit("-"), "branch")).otherwise(pl.lit("")),
    )
    tail = pl.when(lettered).then(pl.col("behind").fill_null("")).otherwise("tail")
    tail = tail.str.replace_all(marks, "").str.strip_chars(_SEPARATORS)
    frame = frame.with_columns(
        town=pl.col("town").str.replace_all(f"{marks}| ", "").str.replace_all("(?:大字)+", "").str.replace("^字+(.)", "${1}"),
        sub=pl.col("sub").str.replace_all("大字", "字", literal=True),
        block=pl.when(lettered).then(branched).otherwise("joined"),
        tail=tail,
    )
    placed = (pl.col("chome").is_not_null() | pl.col("block").is_not_null()) & ~pl.col("tail").str.contains(
        r"^(?:\(|の?一部|(?:の?内|外|他|ほか)(?:$|[0-9]))"
    )
    return frame.with_columns(
        building=pl.when(placed).then(_or_null(pl.col("tail"))),
        remainder=pl.when(~placed).then(_or_null(pl.col("tail"))),
        town_in_doubt=pl.col("block").is_null() & pl.col("chome").is_null() & pl.col("town").str.contains(f".{_K}番?$"),
        marked=pl.col("marked").fill_null(value=True) | pl.col("chome").is_not_null(),
    ).with_columns(_texts())


def _texts() -> list[pl.Expr]:
    """Columns ``street_address`` (丁目 in digits) and ``town_kanji`` (町字 with 丁目 in kanji)."""
    chome, sub, block = pl.col("chome"), pl.col("sub"), pl.col("block").fill_null("")
    hyphen = pl.when(block.str.contains("^[0-9]")).then(pl.lit("-")).otherwise(pl.lit(""))
    # A 小字 between 丁目 and number: without the mark the digits would read as 番地.
    behind = pl.when(sub != "").then(pl.concat_str(chome, pl.lit("丁目"), sub, block)).otherwise(pl.concat_str(chome, hyphen, block))
    kanji = pl.concat_str(chome.replace(_KANJI_NUMBERS), pl.lit("丁目"), sub)
    lines: pl.Expr = pl.col("town")
    for _ in range(2):
        count = lines.str.extract(r"([0-9]+)(?:条|線)")
        lines = (
            pl.when(count.is_not_null())
            .then(lines.str.replace(r"[0-9]+(条|線)", pl.concat_str(count.replace(_KANJI_NUMBERS), pl.lit("${1}")).fill_null("")))
            .otherwise(lines)
        )
    return [
        pl.concat_str("town", pl.when(chome.is_not_null()).then(behind).otherwise(block)).alias("street_address"),
        pl.concat_str(lines, kanji.fill_null("")).alias("town_kanji"),
    ]


@cache
def _places() -> pl.DataFrame:
    """What an address may begin with (``key``), the place it means and what is to be said of it, longest first."""
    table = codes.municipalities().with_columns(current=pl.col("valid_to").is_null(), name=pl.col("name").str.replace_all("ヶ", "ケ"))
    prefectures = table.filter(pl.col("kind") == "prefecture").select(
        "prefecture", "lg_code", key=pl.col("prefecture"), city=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
    )
    official = codes.municipalities().get_column("name")
    places = table.with_columns(city=official).filter(pl.col("kind").is_in(["municipality", "ward"]))
    short = pl.col("name").str.replace("^.+?郡(.+[町村])$", "${1}").str.replace("^.+市(.+区)$", "${1}")
    places = places.with_columns(short=short)
    shortened = pl.col("short") != pl.col("name")
    written = [
        places.select(pl.exclude("short"), key=pl.concat_str("prefecture", "name"), said=pl.lit(None, pl.String)),
        places.filter(shortened).select(
            pl.exclude("short"), key=pl.concat_str("prefecture", "short"), said=pl.lit("municipality_completed")
        ),
        places.select(pl.exclude("short"), key=pl.col("name"), said=pl.lit("prefecture_supplied")),
        # Without prefecture and county the name of a former town is indistinguishable from that of a 町字.
        places.filter(shortened & pl.col("current")).select(
            pl.exclude("short"),
            key=pl.col("short"),
            said=pl.when(pl.col("short").str.contains("[町村]$"))
            .then(pl.lit("town_or_municipality"))
            .otherwise(pl.lit("prefecture_supplied")),
        ),
    ]
    every = pl.concat(written).filter(pl.col("current") | ~pl.col("current").any().over("key"))
    every = every.sort("key", pl.col("valid_to").fill_null(pl.date(9999, 1, 1)), "lg_code", "said", nulls_last=True)
    found = every.group_by("key", maintain_order=True).agg(
        pl.col("prefecture", "lg_code", "city", "current").last(),
        pl.col("said").first(),
        pl.col("prefecture").n_unique().alias("prefectures"),
        (pl.struct("prefecture", "city").n_unique() + pl.col("lg_code").filter("current").n_unique() - pl.col("current").any()).alias(
            "places"
        ),
    )
    several = pl.col("places") > 1
    begins = pl.col("key").str.starts_with(pl.col("prefecture"))
    found = found.select(
        pl.when(several & ~begins).then(None).otherwise("prefecture").alias("prefecture"),
        pl.when(~several).then("lg_code").alias("lg_code"),
        "key",
        pl.when(~several)
        .then("city")
        .when(begins)
        .then(pl.col("key").str.slice(pl.col("prefecture").str.len_chars()))
        .otherwise("key")
        .alias("city"),
        pl.when(several)
        .then(pl.lit("municipality_not_unique"))
        .when(~pl.col("current"))
        .then(pl.lit("former_municipality"))
        .otherwise("said")
        .alias("reason"),
    )
    return pl.concat([prefectures.select(found.columns), found]).sort(pl.col("key").str.len_chars(), "key", descending=[True, False])


@cache
def _countries() -> str:
    names = [code.label for code in codes.load_code_lists()["country"].codes.values() if code.label not in {"日本", "不明"}]
    every = sorted({*names, "アメリカ", "米国", "イギリス", "韓国", "中国", "海外", "国外"}, key=lambda name: (-len(name), name))
    return "^(?:" + "|".join(name.replace("（", r"[(（]").replace("）", "[)）]") for name in every) + r")(?:$|[^\p{Katakana}ー])"


def _read_head(frame: pl.DataFrame) -> pl.DataFrame:
    """Take postal code, prefecture and municipality off the column ``given``; the rest is ``lower``."""
    text = _folded(pl.col("given"))
    postal = r"^(〒 ?[0-9]{3}-?[0-9]{4}|[0-9]{3}-[0-9]{4}) ?([^0-9-].*)$"
    frame = frame.with_columns(text=text).with_columns(postal=pl.col("text").str.extract(postal))
    bare = pl.when(pl.col("postal").is_not_null()).then(pl.col("text").str.extract(postal, 2)).otherwise("text")
    joined = bare.str.replace(r"^([^ ]{2,3}[都道府県])[ ,、]+", "${1}").str.replace(
        r"^([^ 0-9]{1,12}[市郡])[ ,、]+([^ 0-9]{1,6}[区町村])", "${1}${2}"
    )
    # Hokkaido's counties and the names of two islands stand in addresses, but not in the official names of the municipalities.
    area = r"^(?:北海道(\p{Han}{2}郡)|東京都((?:三宅|八丈)島))[^島]"
    frame = frame.with_columns(bare=joined.str.strip_chars(_SEPARATORS))
    frame = frame.with_columns(area=pl.coalesce(pl.col("bare").str.extract(area, 1), pl.col("bare").str.extract(area, 2)).fill_null(""))
    inner = pl.when(pl.col("area") == "").then("bare").otherwise(pl.concat_str(pl.col("bare").str.head(3), pl.col("bare").str.slice(6)))
    frame = frame.with_columns(inner=inner)
    frame = frame.with_columns(begin=pl.col("inner").str.head(24).str.replace_all("[ヶｹ]", "ケ"))
    places = _places()
    key = pl.col("begin").str.extract_many(places.get_column("key").to_list(), leftmost=True).list.first()
    frame = frame.with_columns(key=key).with_columns(key=pl.when(pl.col("begin").str.starts_with(pl.col("key"))).then("key"))
    frame = frame.join(places, on="key", how="left", maintain_order="left").rename({"reason": "said"})
    area_read = (pl.col("area") != "") & pl.col("city").is_not_null()
    return frame.with_columns(
        lower=pl.when((pl.col("area") != "") & ~area_read)
        .then(pl.col("bare").str.slice(3))
        .otherwise(pl.col("inner").str.slice(pl.col("key").str.len_chars().fill_null(0)))
        .str.strip_chars(_SEPARATORS),
        city=pl.when(area_read).then(pl.concat_str("area", "city")).otherwise("city"),
    ).with_columns(below=pl.col("lower"))


def _first(*choices: tuple[pl.Expr, Status, str | pl.Expr]) -> pl.Expr:
    """The first choice that holds as a struct of status and reason; ``unchanged`` or ``changed`` where none does."""
    same = pl.col("value") == pl.col("given")
    status: pl.Expr = pl.when(same).then(pl.lit(Status.UNCHANGED.value)).otherwise(pl.lit(Status.CHANGED.value))
    reason: pl.Expr = pl.when(~same).then(pl.lit("notation"))
    for when, what, why in reversed(choices):
        holds = when.fill_null(value=False)
        status = pl.when(holds).then(pl.lit(what.value)).otherwise(status)
        reason = pl.when(holds).then(pl.lit(why) if isinstance(why, str) else why).otherwise(reason)
    return pl.struct(status=status, reason=reason).struct.unnest()


_UNKNOWN, _INVALID, _UNCERTAIN, _CHANGED = Status.UNKNOWN, Status.INVALID, Status.UNCERTAIN, Status.CHANGED


def _whole(frame: pl.DataFrame, *, four: bool) -> pl.DataFrame:
    frame = _read_lower(_read_head(frame))
    street = [pl.col("town_kanji"), pl.col("block")] if four else [pl.col("street_address")]
    parts = [pl.col("prefecture"), pl.col("city"), *street]
    said, text, bare = pl.col("said"), pl.col("text"), pl.col("bare")
    nowhere = pl.col("key").is_null()
    lost = nowhere | (pl.col("city").is_null() & (pl.col("below") != ""))
    behind_city = pl.concat_str(part.fill_null("") for part in parts[2:])
    # 区 and 字 aside, what stands behind a complete municipality cannot change how the head is read.
    safe = pl.when(pl.col("lg_code").is_not_null() & pl.col("city").is_not_null() & (pl.col("area") == "")).then(behind_city)
    frame = frame.with_columns(value=pl.concat_str(part.fill_null("") for part in parts), street=safe)
    frame = frame.with_columns(
        _first(
            (says_unknown(text), _UNKNOWN, "said_unknown"),
            (nowhere & bare.str.contains(_countries()), _UNKNOWN, "abroad"),
            (nowhere & ~bare.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}]"), _INVALID, "wrong_form"),
            (nowhere & bare.str.contains("^[^0-9 ]{1,3}[都道府県]"), _INVALID, "prefecture_unknown"),
            (lost, _INVALID, "municipality_unknown"),
            (said.is_in(["municipality_not_unique", "former_municipality", "town_or_municipality"]), _UNCERTAIN, said),
            (pl.col("remainder").is_not_null(), _UNCERTAIN, "left_over"),
            (pl.col("town_in_doubt"), _UNCERTAIN, "town_or_number"),
            (~pl.col("marked") if four else pl.lit(value=False), _UNCERTAIN, "chome_not_marked"),
            (said.is_not_null(), _CHANGED, said),
            (pl.col("building").is_not_null(), _CHANGED, "building_split"),
        )
    )
    kept = pl.col("status").is_in([_UNKNOWN.value, _INVALID.value]).not_()
    rest = pl.concat_str("postal", "remainder", separator=" ", ignore_nulls=True)
    behind = (
        pl.when(pl.col("prefecture").is_not_null())
        .then(pl.concat_str("postal", "below", separator=" ", ignore_nulls=True))
        .otherwise("text")
    )
    return frame.with_columns(
        value=pl.when(kept).then("value"),
        prefecture=pl.col("prefecture"),
        city=pl.when(kept).then("city"),
        lg_code=pl.when(kept).then("lg_code"),
        street_address=pl.when(kept).then(_or_null(pl.col("street_address"))),
        town=pl.when(kept).then(_or_null(pl.col("town_kanji"))),
        block=pl.when(kept).then("block"),
        building=pl.when(kept).then("building"),
        remainder=_or_null(pl.when(kept).then(rest).otherwise(behind)),
    )


def _lower(frame: pl.DataFrame) -> pl.DataFrame:
    text = _folded(pl.col("given"))
    frame = _read_lower(frame.with_columns(text=text, lower=text.str.strip_chars(_SEPARATORS)))
    frame = frame.with_columns(value=pl.col("street_address"), street=pl.col("street_address")).with_columns(
        _first(
            (says_unknown(pl.col("text")), _UNKNOWN, "said_unknown"),
            (pl.col("value") == "", _INVALID, "wrong_form"),
            (pl.col("remainder").is_not_null(), _UNCERTAIN, "left_over"),
            (pl.col("town_in_doubt"), _UNCERTAIN, "town_or_number"),
            (pl.col("building").is_not_null(), _CHANGED, "building_split"),
        )
    )
    kept = pl.col("status").is_in([_UNKNOWN.value, _INVALID.value]).not_()
    fields = {
        "town": _or_null(pl.concat_str("town", "sub")),
        "chome": pl.col("chome"),
        "block": pl.col("block"),
        "building": pl.col("building"),
    }
    return frame.with_columns(
        **{name: pl.when(kept).then(field) for name, field in fields.items()},
        value=pl.when(kept).then("value"),
        remainder=_or_null(pl.when(kept).then("remainder").otherwise("text")),
    )


def _regular() -> pl.Expr:
    """Tell the texts whose shape alone assures that they read the same a second time, so that most rows are read once."""
    street = pl.col("street")
    name = street.str.replace(f"(?:{_K}丁目)?[-0-9]*$", "")
    plain = name.str.contains(r"^[\p{Han}\p{Hiragana}\p{Katakana}ー]+$") & ~name.str.contains(
        rf"{_NUMERAL_CONTEXT}|[区字{_KANJI}-]$|[区大]|^字"
    )
    return (plain & street.str.contains("[^-]$")).fill_null(value=False)


def _rule_over(work: Callable[[pl.DataFrame], pl.DataFrame], dtype: pl.Struct) -> Callable[[pl.Expr], pl.Expr]:
    """Make the column function of a rule; a value that would read differently a second time is not given out."""

    def read(frame: pl.DataFrame) -> pl.DataFrame:
        first = work(frame)
        changed = first.filter((pl.col("value") != pl.col("given")) & ~_regular()).select(given="value").unique()
        again = work(changed).select(pl.col("given").alias("value"), again="value")
        first = first.join(again, on="value", how="left", maintain_order="left")
        steady = pl.col("value").is_null() | (pl.col("value") == pl.col("given")) | _regular() | pl.col("value").eq_missing(pl.col("again"))
        parts = {name: pl.when(steady).then(name) for name in dtype.to_schema() if name not in {"status", "reason", "remainder"}}
        return first.with_columns(
            **parts,
            status=pl.when(steady).then("status").otherwise(pl.lit(Status.INVALID.value)),
            reason=pl.when(steady).then("reason").otherwise(pl.lit("unreadable")),
            remainder=pl.when(steady).then("remainder").otherwise("text"),
        )

    def apply(value: pl.Expr) -> pl.Expr:
        return staged(value, read, dtype)

    return apply


_LOWER_REASONS = (
    NOTATION
    | SAID_UNKNOWN
    | WRONG_FORM
    | {
        "building_split": ("建物名等（方書）を分けた。", "The building (方書) was taken off."),
        "left_over": ("置き場所の決まらない文字が残った。", "Text is left over that has no certain place."),
        "town_or_number": (
            "末尾の漢数字が町字名か番地かは町字マスターなしには分からない。",
            "Whether the numeral at the end belongs to the town's name cannot be known without a master.",
        ),
        "unreadable": ("住所として一通りに読めない。", "The text cannot be read as an address in one way."),
    }
)
_WHOLE_REASONS = _LOWER_REASONS | {
    "prefecture_supplied": ("省かれた都道府県等を補った。", "The prefecture that was left out was supplied; the name is unique."),
    "municipality_completed": (
        "省かれた郡又は政令市の名を補った。",
        "The county or city that was left out was supplied; the name is unique.",
    ),
    "municipality_not_unique": ("同じ名の市区町村が複数ある。", "Several municipalities bear this name."),
    "former_municipality": ("今はない市区町村である。コードは当時のもの。", "The municipality is no more; the code is that of its time."),
    "town_or_municipality": (
        "町村名と読んだが、都道府県も郡もなく町字名かもしれない。",
        "Read as a municipality; without prefecture and county it may be the name of a town area.",
    ),
    "prefecture_unknown": ("都道府県名が誤っている。", "There is no prefecture of this name."),
    "municipality_unknown": ("市区町村名が見つからない。", "No municipality of this name was found."),
    "abroad": ("国外の住所である。", "The address is abroad."),
}
_STANDARD = "GIF 442 住所"
_TAKES = "都道府県からの住所（都道府県、郡の省略を含む）"

RULES = (
    CleansingRule(
        id="address_three_items",
        label="住所（3項目）",
        label_en="Address in three items",
        takes=_TAKES,
        gives="都道府県、市区町村（郡）、町字以下（霞が関2-1-2）。方書は別",
        standard=_STANDARD,
        clause="3項目の形; drop_oaza; chome_digits; series_before_number (2026-03-17)",
        apply=_rule_over(partial(_whole, four=False), THREE_ITEMS),
        reasons=_WHOLE_REASONS,
    ),
    CleansingRule(
        id="address_four_items",
        label="住所（4項目）",
        label_en="Address in four items",
        takes=_TAKES,
        gives="都道府県、市区町村（郡）、町字（霞が関二丁目）、番地以下（1-2）。方書は別",
        standard=_STANDARD,
        clause="4項目の形; drop_oaza; chome_kanji; series_before_number (2026-03-17)",
        apply=_rule_over(partial(_whole, four=True), FOUR_ITEMS),
        reasons=_WHOLE_REASONS
        | {
            "chome_not_marked": (
                "最初の数字が丁目か番地かは町字マスターなしには分からない。",
                "Whether the first number is a 丁目 cannot be known without a master.",
            )
        },
    ),
    CleansingRule(
        id="address_lower",
        label="町字以下",
        label_en="Address below the municipality",
        takes="町字以下（都道府県、市区町村を含まない）",
        gives="丁目、番地、号を半角数字とハイフンにした町字以下。方書は別",
        standard=_STANDARD,
        clause="町字以下; drop_oaza; chome_digits; series_before_number (2026-03-17)",
        apply=_rule_over(_lower, LOWER),
        reasons=_LOWER_REASONS,
    ),
)
