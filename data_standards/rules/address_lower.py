"""町字以下: the part of an address below the municipality taken apart into town, 丁目, numbers and building.

The choices are those of :mod:`data_standards.rules.address_form`. A kanji numeral is a number only before 丁目, 番地, 条 or 線, and before
番, 号, の or a hyphen where a number stands on the other side or before it; so 三軒茶屋, 一番町 and 二の丸 keep theirs.
"""

import polars as pl

from data_standards.rules.batch import only_where
from data_standards.rules.folding import SERIES, half_width, kanji_numbers

KANJI = "〇零一二三四五六七八九十百千"
K = f"[{KANJI}]+"
_LETTER = f"[{SERIES}]"
# Numbers in context: what stands before, the numeral, what stands behind. Later passes build on the digits of earlier ones.
_PASSES = (
    (r"^(.*?)", r"丁目.*"),
    (r"^(.*?)", r"番(?:地|外地).*"),
    (r"^(.*?丁目)", r"(?:番|号|[-のノ之 ]).*|"),
    (r"^(.*?)", rf"番(?:[-のノ之][0-9{KANJI}].*|(?:[0-9]+|{K})号.*)"),
    (r"^(.*?)", rf"[-のノ之][0-9{KANJI}].*"),
    *((r"^(.*?[0-9](?:番地?[-のノ之]?|号[のノ之]|[-のノ之]))", r"(?:番|号|[-のノ之 ]).*|"),) * 4,
)
_LINE_PASS = (r"^(.*?)", r"(?:条|線)[東西南北]?[0-9].*")
NUMERAL_CONTEXT = rf"[{KANJI}](?:丁目|番|号|[-のノ之]|条|線)|(?:丁目|番地?|[-のノ之])[{KANJI}]"
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
_NO_NUMBER = f"^{_TOWN}無番地"
_SERIES_TAIL = rf"^[-の]?({_LETTER})(?:[のノ之-]?([0-9]+))?(?:番地?|号)?(?: (.*))?$"
SEPARATORS = " ,、，・/-"


def _kanji_number(number: int) -> str:
    digits = "〇一二三四五六七八九"
    text = ""
    for unit, size in (("百", 100), ("十", 10)):
        count, number = divmod(number, size)
        text += ("" if count == 1 else digits[count]) + unit if count else ""
    return text + (digits[number] if number else "")


_KANJI_NUMBERS = {str(number): _kanji_number(number) for number in range(1, 1000)}


def folded(value: pl.Expr) -> pl.Expr:
    """Half width, one space for blanks and control characters, ``-`` for hyphen-like signs (the long mark only between numerals)."""
    text = half_width(value).str.replace_all(r"[\s\p{Cc}\p{Cf}]+", " ").str.replace_all("[‐‑‒–—―−─]", "-")
    for _ in range(2):
        text = text.str.replace_all(rf"([0-9{KANJI}])[ーｰ]([0-9{KANJI}])", "${1}-${2}")
    return text.str.replace_all(rf"([0-9{KANJI}]) ?- ?([0-9{KANJI}])", "${1}-${2}").str.strip_chars(" ")


def _numerals_read(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the kanji numerals of the column ``lower`` into digits where their context makes them numbers.

    条 and 線 are counted in 北海道; where the column ``prefecture`` names another, they are part of a name (東京都北区東十条).
    """
    elsewhere = pl.lit(value=False)
    if "prefecture" in frame.columns:
        elsewhere = pl.col("prefecture").is_not_null() & (pl.col("prefecture") != "北海道")
    frame = frame.with_columns(no_lines=elsewhere)
    todo = frame.select("lower", "no_lines").filter(pl.col("lower").str.contains(NUMERAL_CONTEXT)).unique()
    todo = todo.with_columns(read=pl.col("lower"))
    if todo.is_empty():
        return frame.drop("no_lines")
    for before, behind in (*_PASSES, _LINE_PASS):
        groups = pl.col("read").str.extract_groups(f"{before}({K})({behind})$")
        todo = todo.with_columns(groups.struct.rename_fields(["_1", "_2", "_3"]).struct.unnest())
        todo = todo.with_columns(_2=kanji_numbers(pl.col("_2")))
        digits = pl.col("_2").str.contains("^[0-9]+$").fill_null(value=False)
        if behind == _LINE_PASS[1]:
            digits &= ~pl.col("no_lines")
        todo = todo.with_columns(read=pl.when(digits).then(pl.concat_str("_1", "_2", "_3")).otherwise("read"))
    read = frame.join(todo.select("lower", "no_lines", "read"), on=["lower", "no_lines"], how="left", maintain_order="left")
    return read.with_columns(lower=pl.coalesce("read", "lower")).drop("read", "no_lines")


def or_null(text: pl.Expr) -> pl.Expr:
    """The text, null where it is empty."""
    return pl.when(text != "").then(text)


def read_lower(frame: pl.DataFrame, *, in_kanji: bool = False) -> pl.DataFrame:
    """Take 町字以下 apart.

    Args:
        frame: Table with the folded text column ``lower``.
        in_kanji: Whether 町字 with 丁目 in kanji is wanted too.

    Returns:
        The table with ``town``, ``chome``, ``sub`` (小字 after 丁目), ``block``, ``building``, ``remainder``, ``marked`` (the first number
        says what it is), ``town_in_doubt``, ``street_address`` (丁目 in digits) and, where asked for, ``town_kanji``.
    """
    frame = _numerals_read(frame)
    lower = pl.col("lower")
    frame = frame.with_columns(
        lower=lower.str.replace_all(_ROOM, "${1} ${2}")
        .str.replace_all(r"(番地?) ([0-9]+号)($|[^室棟館])", "${1}${2}${3}")
        .str.replace_all(f"([0-9]+)({_NAME_UNIT}|F(?:$|[^A-Za-z]))", f"{_OPEN}${{1}}{_CLOSE}${{2}}")
        .str.replace_all("([0-9]+)(丁(?:$|[^目]))", f"{_OPEN}${{1}}{_CLOSE}${{2}}")
        .str.strip_chars(SEPARATORS)
    )
    # no town has 無番地 in its name: what stands behind it is no 丁目
    of_town = pl.when(~lower.str.contains(_NO_NUMBER)).then(lower)
    by_chome = of_town.str.extract_groups(_CHOME).struct.rename_fields(["c_town", "c_chome", "c_sub", "c_chain", "c_tail"])
    alone = of_town.str.extract_groups(_CHOME_ALONE).struct.rename_fields(["a_town", "a_chome", "a_tail"])
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
    tail = tail.str.replace_all(marks, "").str.strip_chars(SEPARATORS)
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
        building=pl.when(placed).then(or_null(pl.col("tail"))),
        remainder=pl.when(~placed).then(or_null(pl.col("tail"))),
        town_in_doubt=pl.col("block").is_null() & pl.col("chome").is_null() & pl.col("town").str.contains(f".{K}番?$"),
        marked=pl.col("marked").fill_null(value=True) | pl.col("chome").is_not_null(),
    ).with_columns(_street_address(), *([_town_in_kanji()] if in_kanji else []))


def _street_address() -> pl.Expr:
    """町字以下 with 丁目 in digits."""
    chome, sub, block = pl.col("chome"), pl.col("sub"), pl.col("block").fill_null("")
    hyphen = pl.when(block.str.contains("^[0-9]")).then(pl.lit("-")).otherwise(pl.lit(""))
    # A 小字 between 丁目 and number: without the mark the digits would read as 番地.
    behind = pl.when(sub != "").then(pl.concat_str(chome, pl.lit("丁目"), sub, block)).otherwise(pl.concat_str(chome, hyphen, block))
    return pl.concat_str("town", pl.when(chome.is_not_null()).then(behind).otherwise(block)).alias("street_address")


def _town_in_kanji() -> pl.Expr:
    """町字 with 丁目, 条 and 線 in kanji."""
    kanji = pl.concat_str(pl.col("chome").replace(_KANJI_NUMBERS), pl.lit("丁目"), "sub")

    def counted(lines: pl.Expr) -> pl.Expr:
        for _ in range(2):
            count = lines.str.extract(r"([0-9]+)(?:条|線)")
            written = pl.concat_str(count.replace(_KANJI_NUMBERS), pl.lit("${1}")).fill_null("")
            lines = pl.when(count.is_not_null()).then(lines.str.replace(r"[0-9]+(条|線)", written)).otherwise(lines)
        return lines

    return pl.concat_str(only_where(pl.col("town"), "[0-9](?:条|線)", counted), kanji.fill_null("")).alias("town_kanji")
