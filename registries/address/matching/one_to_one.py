"""Folding of written addresses that gives exactly one character for each, so that places in the text stay what they are."""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from data_standards.rules.batch import only_where
from data_standards.rules.folding import HYPHENS
from registries.address.matching.code_points import END, CodePoints

HIRAGANA = {chr(code - 0x60): chr(code) for code in range(0x30A1, 0x30F7)}
"""Katakana by hiragana."""

MARKS_OF_TEN = dict(zip("\ue00a\ue00b\ue00c", "十百千", strict=True))
"""Signs that stand for 十, 百 and 千 where they are part of a number and not of a name."""

LETTERS = (
    "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰオクヤマケフコエテアサキユメミシヱヒモセス"
)
"""Letters that tell series of lots apart; ノ is not among them, for it joins numbers."""

SERIES = f"[{LETTERS}{''.join(hiragana for hiragana, katakana in HIRAGANA.items() if katakana in LETTERS)}]"
"""Pattern of one such letter, in katakana or hiragana."""

_KANJI_DIGITS = "〇一二三四五六七八九"
_KANJI = f"{_KANJI_DIGITS}十百千"
_HALF_KANA = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_D = f"[0-9{_KANJI}]+"
_JOIN = r"(?: ?(?:番地の内|番地?|街区) ?[-のノ之]? ?| ?号 ?[のノ之] ?| ?[-のノ之] ?)"
_MARK = r"(?:番外地|番地|番|号|街区|画地)"
_HEAD = (
    rf"^([ ,、・]*[-のノ之]? ?(?:字?{SERIES} ?[-の]? ?)?(?:{_D}丁目? ?[-のノ之]? ?)?)"
    rf"({_D}(?:{_JOIN}{SERIES}?{_D})*)( ?{_MARK})?(.*)$"
)
_MALFORMED = rf"[0-9{_KANJI_DIGITS}]{{2}}[十百千]|十[十百千]|百[百千]|千千|[十百千][0-9{_KANJI_DIGITS}]{{2}}"
# 西三1: a 丁目 in kanji and the number behind it are two numbers
_MALFORMED += rf"|[{_KANJI_DIGITS}][0-9]|[0-9][{_KANJI_DIGITS}]"
_NAME_GOES_ON = r"^(?:[\p{Han}\p{Hiragana}ノケヶツ]|[ァ-ヺ](?:[^ァ-ヺー]|$))"
_NAME_AFTER_MARK = r"^(?:[町丁街館通]|[のノ之]\p{Han})"


@cache
def _table() -> npt.NDArray[np.uint32]:
    """For each code point that of the character it is read as."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "\u00a0": " ", "\t": " "}
    table |= {chr(0xFF66 + place): kana for place, kana in enumerate(_HALF_KANA)}
    table |= {sign: "-" for sign in HYPHENS if sign not in "-ーｰ"} | dict.fromkeys("━˗⁃➖﹘﹣－", "-")
    table |= {"〜": "~", "零": "〇"} | dict(zip("壱壹弐貳参參拾", "一一二二三三十", strict=True))
    # the input may hold these signs itself
    table |= dict.fromkeys([*MARKS_OF_TEN, chr(END)], "\ufffd")
    table |= {chr(0x2460 + place): str(place + 1) for place in range(9)}
    codes = np.arange(0x110000, dtype=np.uint32)
    codes[[ord(sign) for sign in table]] = [ord(plain) for plain in table.values()]
    return codes


def folded_characters(texts: CodePoints) -> CodePoints:
    """Fold width and signs, each character by itself.

    Full width becomes half width, half-width kana full width (voicing marks stay apart), hyphen-like signs ``-``.

    Args:
        texts: Code points of texts.

    Returns:
        As many code points.
    """
    codes = _table()[texts.codes]
    codes[texts.end] = END
    return CodePoints(codes, texts.begin, texts.length)


def joined_numbers(text: pl.Expr) -> pl.Expr:
    """Read the long mark and 一 between numbers, and the long mark between a number and a letter of a series, as hyphens.

    Args:
        text: Text column of folded characters.

    Returns:
        Text column, each value as long in characters as it was.
    """

    def between_numbers(value: pl.Expr) -> pl.Expr:
        # twice, for in "1ー2ー3" a match uses up the digit that the next would begin with
        for _ in range(2):
            value = value.str.replace_all(f"([0-9{_KANJI}目番地号])ー([0-9{_KANJI}]|[イロハニホヘト甲乙丙A-Z][0-9{_KANJI}])", "${1}-${2}")
        return value.str.replace_all("([0-9])一([0-9])", "${1}-${2}").str.replace("^ー([0-9])", "-${1}")

    return only_where(text, "[0-9目番地号十百千〇一二三四五六七八九]ー|[0-9]一[0-9]|^ー", between_numbers)


def folded(text: pl.Expr) -> pl.Expr:
    """Fold width and signs, as :func:`folded_characters` and :func:`joined_numbers` do.

    Args:
        text: Text column.

    Returns:
        Text column, each value as long in characters as it was.
    """

    def characters(values: pl.Series) -> pl.Series:
        return folded_characters(CodePoints.of(values.fill_null(""))).texts().alias(values.name)

    plain = text.map_batches(characters, return_dtype=pl.String, is_elementwise=True)
    return joined_numbers(pl.when(text.is_not_null()).then(plain))


def _digits(text: pl.Expr) -> pl.Expr:
    """Replace kanji numerals one by one: digits by digits, 十, 百 and 千 by :data:`MARKS_OF_TEN`."""
    table = {sign: str(digit) for digit, sign in enumerate(_KANJI_DIGITS)} | {sign: mark for mark, sign in MARKS_OF_TEN.items()}
    return text.str.replace_many(list(table), list(table.values()))


def numerals_marked(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace kanji numerals that are numbers by digits, in the column ``text`` of what stands behind a town, one for one.

    A kanji numeral is a number at the beginning, where numbers, marks (番地, 番, 号) or joints follow it, or nothing; not where a name goes
    on behind it (一ノ瀬ビル, 三番町, 千代). 十, 百 and 千 become :data:`MARKS_OF_TEN`.

    Args:
        frame: Frame with the columns ``place`` (row number) and ``text`` (folded).

    Returns:
        The frame with the new ``text``, and ``numerals_read`` (boolean).
    """
    text = pl.col("text")
    some = frame.select("place", "text").filter(text.str.contains(f"[{_KANJI}]"))
    if some.is_empty():
        return frame.with_columns(numerals_read=pl.lit(value=False))
    # 字西三百二十番地: without any digit a numeral before 番地 ends the name before it.
    bare = ~text.str.contains("[0-9]") & text.str.contains(f"[{_KANJI}]番地")
    lead = pl.when(bare).then(text.str.extract(rf"^([^{_KANJI}]{{1,14}}?){_D}番地")).fill_null("")
    some = some.with_columns(lead=lead)
    groups = text.str.slice(pl.col("lead").str.len_chars()).str.extract_groups(_HEAD)
    some = some.with_columns(groups.struct.rename_fields(["head", "chain", "mark", "rest"]).struct.unnest()).filter(
        pl.col("chain").is_not_null()
    )
    rest, chain = pl.col("rest"), pl.col("chain")
    goes_on = pl.col("mark").is_null() & chain.str.contains(f"[{_KANJI}]$") & rest.str.contains(_NAME_GOES_ON)
    goes_on |= (
        pl.col("mark").str.contains("番$|号$").fill_null(value=False)
        & rest.str.contains(_NAME_AFTER_MARK)
        & chain.str.contains(f"[{_KANJI}]$")
    )
    shorter = chain.str.extract(f"^(.*[0-9{_KANJI}]){_JOIN}[^-のノ之番街号]*$")
    marked = pl.concat_str(chain, pl.col("mark").fill_null(""))
    number = pl.when(goes_on).then(shorter.fill_null("")).otherwise(marked)
    behind = pl.concat_str(marked, rest).str.slice(number.str.len_chars())
    sound = ~pl.concat_str("head", number).str.contains(_MALFORMED)
    read = some.select("place", read=pl.when(sound).then(pl.concat_str("lead", _digits(pl.concat_str("head", number)), behind)))
    joined = frame.join(read, on="place", how="left", maintain_order="left")
    return joined.with_columns(
        text=pl.coalesce("read", "text"), numerals_read=(pl.col("read") != pl.col("text")).fill_null(value=False)
    ).drop("read")
