"""The repertoire of the data standard, JIS X 0213:2004: its check, the reduction of other characters to it, placeholders of gaiji.

GIF 430 asks for JIS X 0213 as the range of characters. The repertoire comes from the language's own codec of the standard.
Reduction follows the MJ縮退マップ (文字情報技術促進協議会, CC BY-SA 2.1 JP) as the package ``jntajis`` carries it, with all four schemes:
JIS包摂規準・UCS統合規則, 読み・字形による類推, 法務省告示582号別表第四, 法務省戸籍法関連通達・通知.
"""

import functools
import operator
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.util import find_spec

import polars as pl

from data_standards.rules.batch import BLANK, only_where, replaced, rewritten
from data_standards.rules.rule import CleansingRule, Status, outcome

# characters of the standard under the other code points that vendors and JIS X 0201 give them
_OTHER_CODE_POINTS = "＼～｟｠￠￡￢－∥¥‾"
# the package that carries the map has no wheel for the newest Pythons yet; there the one rule that needs it is left out
MJ_MAP_IS_INSTALLED = find_spec("jntajis") is not None

_JAPANESE = r"[\p{Han}\p{Hiragana}\p{Katakana}ー]"
_GAIJI_CODE = r"<[0-9A-Fa-f]{8}>"
_PRIVATE_USE = r"[\x{E000}-\x{F8FF}\x{F0000}-\x{FFFFD}\x{100000}-\x{10FFFD}]"
_VARIATION_SELECTORS = r"[\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
_CHARACTER_REFERENCE = r"&#(?:x[0-9A-Fa-f]{2,6}|[0-9]{2,7});|[<{]?U\+[0-9A-Fa-f]{4,6}"
_SUBSTITUTES = (
    rf"{_CHARACTER_REFERENCE}|{_JAPANESE}[■□]|[■□]{_JAPANESE}|〓|＿|\x{{FFFD}}|{_JAPANESE}[?？]{_JAPANESE}|^[?？]{_JAPANESE}|[?？]{{2}}"
)


class Reduction(StrEnum):
    """How a character stands to the repertoire.

    Attributes:
        INSIDE: It is in the repertoire.
        ONE: It is outside, and the map names exactly one character inside for it.
        SEVERAL: It is outside, and the map names more than one.
        NONE: It is outside, and the map names none.
    """

    INSIDE = "inside"
    ONE = "one"
    SEVERAL = "several"
    NONE = "none"


@cache
def jis_x_0213() -> frozenset[str]:
    """Give the characters of JIS X 0213:2004 (as of JIS X 0221 code points), without control characters and half-width kana.

    The 25 characters that take two code points (か゚, …) are there by their parts.
    """
    found = {chr(code) for code in range(0x20, 0x7F)} | set(_OTHER_CODE_POINTS)
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            found.update(bytes([lead, trail]).decode("shift_jis_2004", errors="ignore"))
    # two bytes that are no character of the standard may leave a half-width kana of JIS X 0201 behind
    return frozenset(found - {chr(code) for code in range(0xFF61, 0xFFA0)})


def character_class(characters: Iterable[str], *, negated: bool = False) -> str:
    r"""Write a set of characters as a class of a regular expression, in ranges.

    Args:
        characters: Single characters, in any order.
        negated: Whether the class is of all other characters.

    Returns:
        A class such as ``[\x{3041}-\x{3096}]``.
    """
    ranges: list[tuple[int, int]] = []
    for code in sorted({ord(character) for character in characters}):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    inner = "".join(f"\\x{{{first:X}}}" if first == last else f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in ranges)
    return f"[{'^' if negated else ''}{inner}]"


@cache
def outside_jis_x_0213() -> str:
    """Give the regular expression of one character outside the repertoire."""
    return character_class(jis_x_0213(), negated=True)


@cache
def candidates(character: str) -> tuple[str, ...]:
    """Name the characters inside the repertoire that the MJ reduction map gives for one character.

    Args:
        character: One character.

    Returns:
        Candidates in code point order, without the character itself.
    """
    from jntajis import MJShrinkSchemeCombo, mj_shrink_candidates

    named = mj_shrink_candidates(character, int(functools.reduce(operator.or_, MJShrinkSchemeCombo)))
    return tuple(sorted({name for name in named if name in jis_x_0213() and name != character}))


def reduction(character: str) -> Reduction:
    """Tell how one character stands to the repertoire.

    Args:
        character: One character.

    Returns:
        One of the four states.
    """
    if character in jis_x_0213():
        return Reduction.INSIDE
    named = candidates(character)
    if not named:
        return Reduction.NONE
    return Reduction.ONE if len(named) == 1 else Reduction.SEVERAL


def gaiji_decoded(value: pl.Expr) -> pl.Expr:
    """Write out the codes that registers put for gaiji (``<00008328>``: UTF-16 in hexadecimal), where they stand for an assigned character.

    Args:
        value: Text column.

    Returns:
        Text column; codes of private use and codes of no character stay.
    """

    def write_out(series: pl.Series) -> pl.Series:
        # the table is of the distinct codes that the batch holds; an expression cannot decode UTF-16
        codes = series.str.extract_all(_GAIJI_CODE).explode().drop_nulls().unique().sort().to_list()
        table = {code: decoded for code in codes if (decoded := _gaiji_character(code)) is not None}
        return series.to_frame("given").select(replaced(pl.col("given"), table)).to_series() if table else series

    return only_where(value, _GAIJI_CODE, lambda text: text.map_batches(write_out, return_dtype=pl.String, is_elementwise=True))


def _gaiji_character(code: str) -> str | None:
    """Decode one code such as ``<00008328>`` or ``<D842DFB7>``; None where it is no assigned, printable ideograph or letter."""
    text = bytes.fromhex(code[1:-1]).removeprefix(b"\x00\x00").decode("utf-16-be", errors="replace")
    if len(text) != 1 or unicodedata.category(text) not in {"Lo", "Lm", "Nl", "So", "Ll", "Lu"}:
        return None
    return text


def reduced(value: pl.Expr) -> pl.Expr:
    """Replace characters outside JIS X 0213 for which the MJ reduction map names exactly one inside.

    Args:
        value: Text column.

    Returns:
        Text column; characters with several candidates or none stay.
    """

    def replace(series: pl.Series) -> pl.Series:
        # the map is a package's function of one character: asked once for each distinct outside character of the batch
        outside = series.str.extract_all(outside_jis_x_0213()).explode().drop_nulls().unique().sort().to_list()
        table = {character: candidates(character)[0] for character in outside if reduction(character) is Reduction.ONE}
        return series.to_frame("given").select(replaced(pl.col("given"), table)).to_series() if table else series

    return only_where(value, outside_jis_x_0213(), lambda text: text.map_batches(replace, return_dtype=pl.String, is_elementwise=True))


def outside(value: pl.Expr) -> pl.Expr:
    """Name the characters of each value that are outside JIS X 0213.

    Args:
        value: Text column.

    Returns:
        Text column of the characters in their order, null where there is none.
    """
    return only_where(
        pl.when(value.str.contains(outside_jis_x_0213())).then(value),
        "",
        lambda text: text.str.extract_all(outside_jis_x_0213()).list.unique(maintain_order=True).list.join(""),
    )


def _apply_gaiji(value: pl.Expr) -> pl.Expr:
    written = gaiji_decoded(value)
    doubt = (
        pl.when(written.str.contains(_GAIJI_CODE))
        .then(pl.lit("gaiji_code_unreadable"))
        .when(written.str.contains(_PRIVATE_USE))
        .then(pl.lit("private_use_character"))
        .when(written.str.contains(_SUBSTITUTES))
        .then(pl.lit("gaiji_placeholder"))
    )
    status = (
        pl.when(doubt.is_not_null())
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(written == value)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.REPAIRED.value))
    )
    reason = pl.when(doubt.is_not_null()).then(doubt).when(written != value).then(pl.lit("gaiji_code_decoded"))
    return outcome(value, written, status, reason)


def _apply_repertoire(value: pl.Expr) -> pl.Expr:
    found = outside(value)
    status = pl.when(found.is_null()).then(pl.lit(Status.UNCHANGED.value)).otherwise(pl.lit(Status.INVALID.value))
    reason = pl.when(found.is_not_null()).then(pl.lit("outside_repertoire"))
    return outcome(value, pl.when(found.is_null()).then(value), status, reason, outside=found)


def _apply_reduction(value: pl.Expr) -> pl.Expr:
    # a variation selector chooses among glyphs of one character, of which the repertoire has but one
    mended = reduced(value.str.replace_all(_VARIATION_SELECTORS, ""))
    left = outside(mended)
    # what is still outside after the reduction has several candidates or none; the state of the values decides the reason
    several = left.map_batches(
        # asked once per distinct outside text, which are few; the map is a package's function of one character
        lambda series: series.replace_strict(
            {text: any(reduction(character) is Reduction.SEVERAL for character in text) for text in series.drop_nulls().unique()},
            return_dtype=pl.Boolean,
            default=None,
        ),
        return_dtype=pl.Boolean,
        is_elementwise=True,
    )
    doubt = pl.when(several).then(pl.lit("several_candidates")).when(left.is_not_null()).then(pl.lit("no_candidate"))
    return rewritten(value, mended, pl.lit("reduced_to_jis_x_0213"), doubt, outside=left)


_GIF_430 = "GIF 430 コアデータモデル解説書 2026-03, 文字"

RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="gaiji_placeholder",
        label="外字の代わりの記号",
        label_en="Placeholders of gaiji",
        takes="任意の文字列 / any text",
        gives="外字コードを文字にした文字列。〓 ＿ ? 等は残して知らせる / gaiji codes decoded, others reported",
        standard="461 (2026-01-08 廃止)",
        clause="2.2 外字",
        apply=_apply_gaiji,
        reasons={
            "gaiji_code_decoded": ("外字コードを文字にしました。", "A gaiji code was decoded to its character."),
            "gaiji_code_unreadable": ("外字コードが文字を指していません。", "A gaiji code stands for no assigned character."),
            "private_use_character": ("私用領域の文字があります。", "The value holds a private-use character."),
            "gaiji_placeholder": ("外字の代わりと見られる記号があります。", "The value holds a sign that seems to stand for a gaiji."),
        },
    ),
    CleansingRule(
        id="jis_x_0213",
        label="JIS X 0213 の範囲",
        label_en="Repertoire of JIS X 0213",
        takes="任意の文字列 / any text",
        gives="範囲内の文字列。範囲外の文字は outside に示す / text inside the repertoire; field outside names other characters",
        standard=_GIF_430,
        clause="文字集合 JIS X 0213:2004",
        apply=_apply_repertoire,
        reasons={"outside_repertoire": ("JIS X 0213 にない文字があります。", "The value holds characters outside JIS X 0213.")},
    ),
)

if MJ_MAP_IS_INSTALLED:
    RULES = (
        *RULES,
        CleansingRule(
            id="mj_reduction",
            label="MJ縮退",
            label_en="Reduction to JIS X 0213",
            takes="任意の文字列 / any text",
            gives="縮退先が一つの文字を置き換えた文字列 / characters with one candidate replaced, others kept",
            standard=_GIF_430 + "; MJ縮退マップ 1.2.0",
            clause="四つの縮退方式のすべて",
            apply=_apply_reduction,
            reasons=BLANK
            | {
                "reduced_to_jis_x_0213": (
                    "MJ縮退マップの一つだけの縮退先に置き換えました。",
                    "Replaced by the only candidate of the reduction map.",
                ),
                "several_candidates": (
                    "縮退先が複数あるため、元の文字を残しました。",
                    "The map names several candidates; the character was kept.",
                ),
                "no_candidate": ("縮退先がないため、元の文字を残しました。", "The map names no candidate; the character was kept."),
            },
        ),
    )
