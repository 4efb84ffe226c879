"""Written addresses as arrays of folded characters, one code for one character, each remembering where it stood.

Every variant that does not tell two places apart folds onto one code, on the side of the input and of the dictionary alike:
width, kana kind and size, glyph variants (MJ縮退マップ, JIS X 0208 changes, 常用漢字表), ヶ/ケ/が/ガ, ノ/之/の, ニ/二, kanji digits,
dashes. Spaces, invisible characters, 大字 and 字 are left out. Because one character folds onto at most one code, what was matched
maps back to the input by position.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from data_standards.rules.glyphs import folding
from data_standards.rules.repertoire import MJ_MAP_IS_INSTALLED, candidates, jis_x_0213
from registries.address.matching.code_points import END, CodePoints, Codes, Positions, texts_of
from registries.address.matching.plans import as_text

Flags = npt.NDArray[np.bool_]

_DROPPED = 0
_VOICED, _SEMI_VOICED = 1, 2
_TEN = ord("十")
_BIG, _AZA = ord("大"), ord("字")
ARABIC, _KANJI_DIGIT = 1, 2
"""Kinds of digits as :attr:`FoldedText.kinds` tells them."""
_DASHES = "-‐‑‒–—―−─━ーｰ－﹣˗⁃─‾~〜～"
_KANJI_DIGITS = dict(zip("〇零一二三四五六七八九壱弐参壹貳參弌弍", "00123456789123123" + "12", strict=True))
# Characters that look or sound alike in place names.
_ALIKE = "ヅツ ニ二 ハ八 カ力 エ工 ロ口 タ夕 ト卜 ガケ ヵカ ヶケ 箇ケ 之ノ 乃ノ"
# Variants inside JIS X 0213 (changes of JIS X 0208 in 1983 and 1990, and those common in toponyms) beyond the table for names.
_VARIANTS = (
    "鯵鰺 鴬鶯 蛎蠣 撹攪 竃竈 潅灌 諌諫 頚頸 砿鉱 蕊蘂 靭靱 賎賤 壷壺 砺礪 梼檮 涛濤 迩邇 籠篭 麩麸 祇祗 碕崎 嵜崎 埼崎 舩船 冢塚 墫樽 "
    "隝島 莵菟 咒呪 廻回 疂畳 畧略 糀麹 膓腸 蕋蘂 蘓蘇 蠏蟹 裡裏 輙輒 逹達 邨村 鈎鉤 鎗鑓 鑵罐 隣鄰 頬頰 駈駆 騨驒 鵞鵝 麁粗 鼡鼠 杤栃 "
    "橡栃 櫟檪 穐秋 蔭陰 濶闊 凾函 厰廠 厩廐 廏廐 呑吞 喰飡 噛嚙 帋紙 昿曠 栢柏 溯遡 烟煙 珎珍 蓋盖 蠧蠹 訛譌 鷏鷆 釡釜 泻潟 坿附 嶐隆 "
    "桒桑 槗橋 椙杉 芦蘆 頴穎 曽曾 薗園 条條 竜龍 滝瀧 峰峯 富冨 野埜 嶋島 澤沢 麹麴 祢禰 己已 己巳 鉋飽 班斑 背脊 櫟擽 邇爾 庵菴 舟船 "
    "釜竈"
)


@cache
def _composed_with() -> tuple[Codes, Codes]:
    """For each kana as written the composed kana of it with the voiced and with the semi-voiced mark; 0 where there is none."""
    voiced, semi = np.zeros(0x10000, np.uint32), np.zeros(0x10000, np.uint32)
    for code in (*range(0x3041, 0x30FA), *range(0xFF66, 0xFF9E)):
        for mark, into in (("\u3099", voiced), ("\u309a", semi)):
            one = unicodedata.normalize("NFKC", chr(code) + mark)
            if len(one) == 1 and one != chr(code):
                into[code] = ord(one)
    return voiced, semi


def _unified(character: str) -> str:
    """One character for a character: compatibility form, katakana for hiragana, large kana for small."""
    plain = unicodedata.normalize("NFKC", character)
    character = plain if len(plain) == 1 else character
    if character < "\u0250":
        character = unicodedata.normalize("NFD", character)[0]
    if "\u3041" <= character <= "\u3096":
        character = chr(ord(character) + 0x60)
    return character.translate(_LARGE)


_LARGE = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


def _classes(pairs: Iterable[str]) -> dict[str, str]:
    """Join pairs of equal characters into classes; each character to the smallest of its class."""
    least: dict[str, str] = {}

    def root(character: str) -> str:
        while least.get(character, character) != character:
            character = least[character]
        return character

    for pair in pairs:
        small, large = sorted((root(pair[0]), root(pair[1])))
        least[large] = small
    return {character: root(character) for character in least}


@cache
def character_table() -> Codes:
    """Give the folded code of every code point; 0 means that the character is left out. Takes a second to make; dictionaries carry it."""
    inside = jis_x_0213() if MJ_MAP_IS_INSTALLED else frozenset()
    reduced: dict[str, str] = {}
    for code in (*range(0x21, 0x3400), *range(0x3400, 0xA000), *range(0xF900, 0x10000), *range(0x20000, 0x2A6E0)):
        character = _unified(chr(code))
        if inside and code >= 0x3400 and character not in inside and unicodedata.category(character) == "Lo":
            named = candidates(character)
            character = named[0] if len(named) == 1 else character
        reduced[chr(code)] = character
    equal = _classes([*(old + new for old, new in folding().items()), *_VARIANTS.split(), *_ALIKE.split()])
    digits = {equal.get(kanji, kanji): digit for kanji, digit in _KANJI_DIGITS.items()}
    table = np.arange(0x110000, dtype=np.uint32)
    for character, onto in reduced.items():
        upper = onto.upper() if len(onto.upper()) == 1 else onto
        folded = equal.get(upper, upper)
        table[ord(character)] = ord(digits.get(folded, folded))
    for dash in _DASHES:
        table[ord(dash)] = ord("-")
    table[[0x3099, 0x309B, 0xFF9E]] = _VOICED
    table[[0x309A, 0x309C, 0xFF9F]] = _SEMI_VOICED
    for first, last in _LEFT_OUT:
        table[first : last + 1] = _DROPPED
    return table


# spaces, control and format characters, variation selectors, 「, 、 stay as they are: they end a name
_LEFT_OUT = (
    (0x00, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x1680, 0x1680),
    (0x180B, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x3000, 0x3000),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xE0000, 0xE01EF),
)
# voicing marks apart from their kana, and variation selectors
_MARKS = ((0x3099, 0x309C), (0xFF9E, 0xFF9F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


@cache
def _digit_kinds() -> npt.NDArray[np.uint8]:
    kinds = np.zeros(0x110000, np.uint8)
    for character in _KANJI_DIGITS:
        kinds[ord(character)] = _KANJI_DIGIT
    kinds[0x30:0x3A] = kinds[0xFF10:0xFF1A] = ARABIC
    return kinds


@dataclass(frozen=True)
class FoldedText:
    """Texts folded, one after the other in flat arrays.

    Attributes:
        codes: Folded codes; each text is closed by :data:`END`.
        kinds: For each code 1 where an Arabic digit stood, 2 where a kanji digit stood, otherwise 0.
        start: Index of each text's first code.
        offset: For each code the position of its character in its text; at :data:`END` the length of the text.

    """

    codes: Codes
    kinds: npt.NDArray[np.uint8]
    start: Positions
    offset: npt.NDArray[np.int32]
    behind: npt.NDArray[np.int32]
    spaced: Flags

    @property
    def count(self) -> int:
        """Number of texts."""
        return len(self.start)


def fold(texts: CodePoints, table: Codes) -> FoldedText:
    """Fold texts. A dictionary entry that ends in :data:`END` matches only where a text ends.

    Args:
        texts: Code points of the texts.
        table: Folded code of every code point, from :func:`character_table`.

    Returns:
        The folded codes of all texts.
    """
    flat, begins, ends = texts.codes, texts.begin, texts.end
    codes = table[flat]
    kinds = _digit_kinds()[flat]
    codes[ends] = END
    _compose(codes, flat, table)
    space = codes == _DROPPED
    aza = codes == _AZA
    codes[:-1][(codes[:-1] == _BIG) & aza[1:]] = _DROPPED
    codes[aza] = _DROPPED
    _read_tens(codes, kinds)
    kept = np.flatnonzero(codes != _DROPPED)
    rank = np.zeros(len(flat) + 1, np.int64)
    np.cumsum(codes != _DROPPED, out=rank[1:])
    offset = (kept - np.repeat(begins, texts.length + 1)[kept]).astype(np.int32)
    spaced = np.zeros(len(kept), np.bool_)
    spaced[1:] = space[kept[1:] - 1]
    return FoldedText(codes[kept], kinds[kept], rank[begins], offset, offset + _width(flat, kept), spaced)


def _width(flat: Codes, kept: Positions) -> npt.NDArray[np.int32]:
    """Number of characters of each kept one together with the marks behind it."""
    mark = np.zeros(len(flat), np.bool_)
    for first, last in _MARKS:
        mark |= (flat >= first) & (flat <= last)
    if not mark.any():
        return np.ones(len(kept), np.int32)
    others = np.append(np.flatnonzero(~mark), len(flat))
    here = np.searchsorted(others, kept)
    return (others[here + 1] - kept).astype(np.int32)


def _compose(codes: Codes, flat: Codes, table: Codes) -> None:
    """Join kana with the voicing mark behind them, in place."""
    marks = np.flatnonzero((codes == _VOICED) | (codes == _SEMI_VOICED))
    if not len(marks):
        return
    voiced, semi = _composed_with()
    behind = marks[marks > 0]
    base = np.where(flat[behind - 1] < len(voiced), flat[behind - 1], 0)
    one = np.where(codes[behind] == _VOICED, voiced[base], semi[base])
    fits = one != 0
    codes[behind[fits] - 1] = table[one[fits]]
    codes[marks] = _DROPPED


def _read_tens(codes: Codes, kinds: npt.NDArray[np.uint8]) -> None:
    """Write 十 among kanji digits positionally, in place: 二十四 is 24, 二十 is 20, 十二 is 12. 十 alone stays."""
    tens = np.flatnonzero(codes == _TEN)
    if not len(tens):
        return
    before = np.where(tens > 0, kinds[tens - 1], 0) == _KANJI_DIGIT
    behind = kinds[np.minimum(tens + 1, len(kinds) - 1)] == _KANJI_DIGIT
    codes[tens] = np.select(
        [before & behind, before, behind], [np.uint32(_DROPPED), np.uint32(ord("0")), np.uint32(ord("1"))], np.uint32(_TEN)
    )
    kinds[tens[before | behind]] = _KANJI_DIGIT


def folded_strings(texts: pl.Series, table: Codes) -> pl.Series:
    """Give the folded form as text, for grouping equal names.

    Args:
        texts: Text column.
        table: Folded code of every code point.

    Returns:
        Text column without spaces and closing codes.
    """
    return texts_of(fold(CodePoints.of(as_text(texts)), table).codes).alias(texts.name)
