"""Folding of notation inside codes and numbers: width, hyphen-like signs, kanji numerals.

Only for columns whose whole value is a code or a number. Names and addresses need rules that look at the context.
"""

import polars as pl

HYPHENS = "-‐‑‒–—―−－ｰー─━˗⁃⁻₋﹘﹣➖"
"""Signs that stand for a hyphen between digits (GIF 461 lists them among the confusable characters)."""

UNKNOWN_PATTERN = (
    r"^(?:-+|\?+|\*+|不明|不詳|未詳|不明確|未定|未設定|未登録|未登記|未入力|なし|無し|無|該当なし|非公開"
    r"|null|none|n/a|na|nan|unknown|#n/a)$"
)
"""Texts, folded and in lower case, by which people say that a value is not known or not given."""

SERIES = (
    "甲乙丙丁戊己庚辛壬癸"
    "子丑寅卯辰巳午未申酉戌亥"
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
)
"""Letters that tell series of lots apart: 甲乙丙, イロハ and 子丑寅."""

_FULL_WIDTH = [chr(code) for code in range(0xFF01, 0xFF5F)] + ["\u3000", "\u00a0"]
_HALF_WIDTH = [chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)] + [" ", " "]
_KANJI_DIGITS = dict(zip("〇零一二三四五六七八九壱弐参", "00123456789123", strict=True))


def half_width(value: pl.Expr) -> pl.Expr:
    """Bring full-width letters, digits, signs and spaces to half width; everything else stays.

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    return value.str.replace_many(_FULL_WIDTH, _HALF_WIDTH)


def hyphens(value: pl.Expr) -> pl.Expr:
    """Bring every hyphen-like sign to ``-``.

    Args:
        value: Text column of codes or numbers; in katakana words the long mark would be lost.

    Returns:
        Text column.
    """
    return value.str.replace_many(list(HYPHENS[1:]), ["-"] * (len(HYPHENS) - 1))


def code_text(value: pl.Expr) -> pl.Expr:
    """Fold a code: half width, one kind of hyphen, no spaces or control characters at all.

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    return hyphens(half_width(value)).str.replace_all(r"[\s\p{Cc}\p{Cf}]", "")


def says_unknown(folded: pl.Expr) -> pl.Expr:
    """Tell whether a folded value is blank or says that it is not known.

    Args:
        folded: Text column, already at half width.

    Returns:
        Boolean column.
    """
    text = folded.str.strip_chars().str.to_lowercase()
    return (text == "") | text.str.contains(UNKNOWN_PATTERN)


def without_float_zero(folded: pl.Expr) -> pl.Expr:
    """Take off the ``.0`` that spreadsheets add to codes kept as numbers.

    Args:
        folded: Text column.

    Returns:
        Text column.
    """
    return folded.str.replace(r"^([0-9]+)\.0+$", "${1}")


def kanji_digits(value: pl.Expr) -> pl.Expr:
    """Replace kanji digits one by one: 〇三 is 03.

    Args:
        value: Text column that holds numbers only.

    Returns:
        Text column.
    """
    return value.str.replace_many(list(_KANJI_DIGITS), list(_KANJI_DIGITS.values()))


def kanji_numbers(value: pl.Expr) -> pl.Expr:
    """Replace kanji numbers below ten thousand by digits: 千三百二十四 is 1324, 二〇 is 20.

    Args:
        value: Text column without place names; numerals inside a name would be replaced as well.

    Returns:
        Text column.
    """
    text = kanji_digits(value)
    for unit in "千百十":
        text = text.str.replace_all(rf"(^|[^0-9]){unit}", f"${{1}}1{unit}")
    for units in ("千百十", "千百", "千十", "百十", "千", "百", "十"):
        pattern = "".join(f"([0-9]){unit}" for unit in units)
        digits = "".join(f"${{{units.index(unit) + 1}}}" if unit in units else "0" for unit in "千百十"["千百十".index(units[0]) :])
        text = text.str.replace_all(f"{pattern}([0-9])", f"{digits}${{{len(units) + 1}}}")
        text = text.str.replace_all(pattern, f"{digits}0")
    return text
