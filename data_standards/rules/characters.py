"""Characters: what is invisible, compatibility forms, width, and hyphen-like signs.

Sources of the rules: GIF 430 (文字: JIS X 0213, JIS X 0221, UTF-8), GIF 438-1, GIF 441 to 445 (codes in half width), the withdrawn
guidebook 461 (文字環境導入実践ガイドブック, history since 2026-01-08), 機械可読性ルール 2026-03-31 L1-08. Unicode normalisation
as a whole is not applied: NFC and NFKC replace CJK compatibility ideographs, and so names.
"""

import unicodedata
from functools import cache

import polars as pl

from data_standards.rules.batch import BLANK, only_where, replaced, rewritten
from data_standards.rules.repertoire import Reduction, reduction
from data_standards.rules.rule import CleansingRule

_LINE_BREAKS = r"[\t\n\x0B\f\r\x{85}\x{2028}\x{2029}]+"
_ODD_SPACES = r"[\x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3164}\x{FFA0}]"
_VARIATION_SELECTORS = r"[\x{180B}-\x{180D}\x{180F}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
_INVISIBLE = (
    r"[\x00-\x08\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}\x{AD}\x{61C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}"
    r"\x{FFF9}-\x{FFFB}\x{E0000}-\x{E007F}]"
)
_ENDS = r"^[ \x{3000}]+|[ \x{3000}]+$"
_VOICING_MARKS = r"[\x{3099}\x{309A}\x{309B}\x{309C}\x{FF9E}\x{FF9F}]"

_DASHES = r"\x{2D7}\x{2010}-\x{2015}\x{2043}\x{207B}\x{208B}\x{2212}\x{2500}\x{2501}\x{2796}\x{FE58}\x{FE63}\x{FF0D}"
_DASHES_BUT_HYPHEN = rf"[{_DASHES}\x{{FF70}}\x{{30FC}}]"
_DASHES_BUT_LONG_MARK = rf"[\x{{2D}}{_DASHES}]"
_DIGIT = r"[0-9０-９]"
_KATAKANA = r"[ァ-ヺ]"
# a dash that ends a word of katakana: センタ―前, スーパ― (before a letter or digit it may part: コーポ-A)
_ENDS_KATAKANA = rf"([ァ-ヺ]){_DASHES_BUT_LONG_MARK}($|[\p{{Han}}\p{{Hiragana}}（）()「」　・])"


@cache
def _voiced_pairs() -> dict[str, str]:
    """Kana with a voicing mark of its own, in each form of the mark, to the one composed character."""
    pairs = {}
    for code in range(0x3041, 0x30FF):
        for mark, forms in (("\u3099", "\u3099゛ﾞ"), ("\u309a", "\u309a゜ﾟ")):
            composed = unicodedata.normalize("NFC", chr(code) + mark)
            if len(composed) == 1:
                pairs.update({chr(code) + form: composed for form in forms})
    return pairs


@cache
def _half_kana() -> tuple[dict[str, str], dict[str, str]]:
    """Half-width kana to full width: pairs with a voicing mark, and single characters."""
    single = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFF9E)}
    single |= {"ﾞ": "゛", "ﾟ": "゜"}
    pairs = {}
    for half, full in single.items():
        for mark in "ﾞﾟ":
            composed = unicodedata.normalize("NFKC", half + mark)
            if len(composed) == 1 and composed != full:
                pairs[half + mark] = composed
    return pairs, single


@cache
def _compatibility_forms() -> dict[str, str]:
    """Signs that stand for plain characters: enclosed, squared, ligatures. Not units with a power (㎡), not Roman numerals."""
    forms = {}
    for first, last in ((0x2116, 0x2116), (0x2121, 0x2121), (0x2460, 0x24EA), (0x3200, 0x33FF), (0xFB00, 0xFB06), (0x1F100, 0x1F1FF)):
        for code in range(first, last + 1):
            sign = chr(code)
            plain = unicodedata.normalize("NFKC", sign)
            with_power = any(power in unicodedata.decomposition(sign).split() for power in ("00B2", "00B3", "2044", "2215"))
            if plain != sign and not with_power and all(reduction(character) is Reduction.INSIDE for character in plain):
                forms[sign] = plain
    return forms


def _any_of(characters: dict[str, str]) -> str:
    return "[" + "".join(f"\\x{{{ord(character):X}}}" for character in characters) + "]"


def composed(value: pl.Expr) -> pl.Expr:
    """Join kana with the voicing mark that follows it (461: "スﾞ" is one character, "ズ").

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    return only_where(value, _VOICING_MARKS, lambda text: replaced(text, _voiced_pairs()))


def visible(value: pl.Expr) -> pl.Expr:
    """Take away what cannot be seen: control and format characters, variation selectors, spaces at the ends; compose voicing marks.

    Line breaks, tabs and spaces of unusual width become one half-width space.

    Args:
        value: Text column.

    Returns:
        Text column, possibly blank.
    """
    guard = f"{_LINE_BREAKS}|{_ODD_SPACES}|{_INVISIBLE}|{_VARIATION_SELECTORS}|{_ENDS}"

    def work(text: pl.Expr) -> pl.Expr:
        spaced = text.str.replace_all(_LINE_BREAKS, " ").str.replace_all(_ODD_SPACES, " ")
        seen = spaced.str.replace_all(_INVISIBLE, "").str.replace_all(_VARIATION_SELECTORS, "")
        return seen.str.strip_chars(" \u3000")

    return composed(only_where(value, guard, work))


def plain_forms(value: pl.Expr) -> pl.Expr:
    """Write compatibility forms with plain characters: ㈱ (株), ① 1, ㍻ 平成, ℡ TEL.

    Args:
        value: Text column.

    Returns:
        Text column. Ideographs, Roman numerals, superscripts and ㎡ stay.
    """
    return only_where(value, _any_of(_compatibility_forms()), lambda text: replaced(text, _compatibility_forms()))


def full_width_kana(value: pl.Expr) -> pl.Expr:
    """Bring half-width kana to full width, with voicing marks composed.

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    pairs, single = _half_kana()
    widened = only_where(value, r"[\x{FF61}-\x{FF9F}]", lambda text: replaced(replaced(replaced(text, pairs), _voiced_pairs()), single))
    return composed(widened)


def full_width(value: pl.Expr) -> pl.Expr:
    """Bring letters, digits, signs, spaces and kana to full width, as columns of names have them.

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    table = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000", "¥": "￥"}
    return full_width_kana(only_where(value, r"[\x20-\x7E¥]", lambda text: replaced(text, table)))


def half_width(value: pl.Expr) -> pl.Expr:
    """Bring letters, digits, signs and spaces to half width and kana to full width, as columns of codes and numbers have them.

    Args:
        value: Text column.

    Returns:
        Text column.
    """
    table = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u3000": " ", "￥": "¥"}
    return full_width_kana(only_where(value, r"[！-～\x{3000}￥]", lambda text: replaced(text, table)))


def hyphens(value: pl.Expr) -> pl.Expr:
    """Unify hyphen-like signs by what stands on both sides: between digits ``-``, between katakana the long mark ー; others stay.

    Args:
        value: Text column.

    Returns:
        Text column.
    """

    def work(text: pl.Expr) -> pl.Expr:
        # twice, for in "1ー2ー3" a match uses up the digit that the next would begin with
        for _ in range(2):
            text = text.str.replace_all(f"({_DIGIT}){_DASHES_BUT_HYPHEN}({_DIGIT})", "${1}-${2}")
        for _ in range(2):
            text = text.str.replace_all(f"({_KATAKANA}){_DASHES_BUT_LONG_MARK}({_KATAKANA})", "${1}ー${2}")
        return text.str.replace_all(_ENDS_KATAKANA, "${1}ー${2}")

    guard = f"{_DIGIT}{_DASHES_BUT_HYPHEN}{_DIGIT}|{_KATAKANA}{_DASHES_BUT_LONG_MARK}{_KATAKANA}|{_ENDS_KATAKANA}"
    return only_where(value, guard, work)


def _apply_visible(value: pl.Expr) -> pl.Expr:
    reason = (
        pl.when(value.str.contains(_INVISIBLE))
        .then(pl.lit("invisible_removed"))
        .when(value.str.contains(_VARIATION_SELECTORS))
        .then(pl.lit("variation_selector_removed"))
        .when(value.str.contains(f"{_LINE_BREAKS}|{_ODD_SPACES}|{_ENDS}"))
        .then(pl.lit("space_tidied"))
        .otherwise(pl.lit("voicing_mark_composed"))
    )
    return rewritten(value, visible(value), reason)


def _apply_hyphens(value: pl.Expr) -> pl.Expr:
    doubt = (
        pl.when(value.str.contains(f"{_DIGIT}一{_DIGIT}"))
        .then(pl.lit("kanji_one_between_digits"))
        .when(value.str.contains("[ァ-ヺ]一[ァ-ヺ]"))
        .then(pl.lit("kanji_one_in_katakana"))
        .when(value.str.contains(f"{_KATAKANA}{_DASHES_BUT_LONG_MARK}{_KATAKANA}|{_ENDS_KATAKANA}"))
        .then(pl.lit("hyphen_in_katakana"))
    )
    return rewritten(value, hyphens(value), pl.lit("hyphen_unified"), doubt)


RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="characters_visible",
        label="見えない文字の除去",
        label_en="Invisible characters removed",
        takes="任意の文字列 / any text",
        gives="見えない文字と両端の空白がなく、濁点が合成された文字列 / text that shows all it holds",
        standard="461 文字環境導入実践ガイドブック (2026-01-08 廃止); JIS X 0221",
        clause="2.2 (異体字セレクタ、濁点・半濁点の合成)",
        apply=_apply_visible,
        reasons=BLANK
        | {
            "invisible_removed": ("制御文字又は書式文字を除きました。", "Control or format characters were removed."),
            "variation_selector_removed": ("異体字セレクタを除きました。", "Variation selectors were removed."),
            "space_tidied": ("空白・改行を整えました。", "Spaces and line breaks were tidied."),
            "voicing_mark_composed": ("濁点・半濁点を1文字に合成しました。", "A voicing mark was joined to its kana."),
        },
    ),
    CleansingRule(
        id="characters_compatibility",
        label="互換文字の展開",
        label_en="Compatibility forms written out",
        takes="任意の文字列 / any text",
        gives="丸数字・組文字を普通の文字で書いた文字列。漢字・ローマ数字・㎡は変えない / enclosed and squared forms in plain characters",
        standard="461 (2026-01-08 廃止); 機械可読性ルール 2026-03-31",
        clause="461 2.2 環境依存文字; L1-08",
        apply=lambda value: rewritten(value, plain_forms(value), pl.lit("compatibility_form")),
        reasons=BLANK
        | {
            "compatibility_form": (
                "組文字・囲み文字を普通の文字に書き換えました。",
                "A compatibility form was written with plain characters.",
            )
        },
    ),
    CleansingRule(
        id="width_name",
        label="名称の全角化",
        label_en="Full width for names",
        takes="名称の列 / a column of names",
        gives="英数字・記号・空白・カナが全角の文字列 / text in full width",
        standard="GIF 438-1 データ項目定義 (2026-03-17)",
        clause="商号または名称: 英字は全角英字",
        apply=lambda value: rewritten(value, full_width(value), pl.lit("made_full_width")),
        reasons=BLANK | {"made_full_width": ("全角にしました。", "Brought to full width.")},
    ),
    CleansingRule(
        id="width_code",
        label="コード・数値の半角化",
        label_en="Half width for codes and numbers",
        takes="コード・番号・日付・数値の列 / a column of codes, dates or numbers",
        gives="英数字・記号・空白が半角、カナが全角の文字列 / text in half width, kana in full width",
        standard="GIF 441 (2026-03-17), 442 (2026-03-17), 443, 445 (2022)",
        clause="半角数字・半角ハイフン",
        apply=lambda value: rewritten(value, half_width(value), pl.lit("made_half_width")),
        reasons=BLANK
        | {"made_half_width": ("英数字を半角、カナを全角にしました。", "Letters and digits brought to half width, kana to full width.")},
    ),
    CleansingRule(
        id="hyphen_by_context",
        label="ハイフン類の統一",
        label_en="Hyphen-like signs by context",
        takes="任意の文字列 / any text",
        gives="数字の間は半角ハイフン、カタカナの間は長音。ほかは変えない / hyphen between digits, long mark between katakana",
        standard="GIF 442 住所 (2026-03-17)",
        clause="番地以下: 半角ハイフン",
        apply=_apply_hyphens,
        reasons=BLANK
        | {
            "hyphen_unified": ("数字の間の横線を半角ハイフンにしました。", "A dash between digits became a hyphen."),
            "hyphen_in_katakana": (
                "カタカナの間の横線を長音と読みました。区切りかもしれません。",
                "A dash between katakana was read as the long mark.",
            ),
            "kanji_one_in_katakana": (
                "カタカナの間の「一」は漢数字か長音の誤りか決められません。",
                "一 between katakana may be the kanji one or the long mark.",
            ),
            "kanji_one_between_digits": (
                "数字の間の「一」は漢数字かハイフンの誤りか決められません。",
                "一 between digits may be the kanji one or a hyphen.",
            ),
        },
    ),
)
