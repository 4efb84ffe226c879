"""Kana: the form of reading columns, and Hepburn romanisation.

Sources of the rules: GIF 438-1 (2026-03-17; kana items are full-width katakana), the withdrawn guidebook 461 (ヨミガナ: voicing marks
composed), GIF 442 (2026-03-17; romaji of places after 地理院地図等の英語表記規程: ん is always n, long vowels are dropped), the passport's
Hepburn (旅券法施行規則 別表: m before b, m and p) and 文化審議会答申 2025-08-20 (ローマ字のつづり方: ん is n, long vowels with a macron).
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

import polars as pl

from data_standards.rules.batch import BLANK, only_where, replaced, rewritten, staged
from data_standards.rules.characters import full_width_kana, visible
from data_standards.rules.rule import OUTCOME, CleansingRule, Status

VALID = r"^[ァ-ヺー・　 ]*$"
"""Full-width katakana, the long mark, the middle dot and separating spaces."""

_HIRAGANA = r"[\x{3041}-\x{3096}\x{309D}\x{309E}]"
SMALL_KANA = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
"""Large katakana by small katakana."""
_LATIN = r"^[A-Za-zāīūēōĀĪŪĒŌ' -]*[A-Za-zāīūēōĀĪŪĒŌ][A-Za-zāīūēōĀĪŪĒŌ' -]*$"
_DASH_AFTER_KANA = r"([ァ-ヺー])[\x{2D}\x{2D7}\x{2010}-\x{2015}\x{2043}\x{2212}\x{2500}\x{2501}\x{FE58}\x{FE63}\x{FF0D}]"

_LONG_VOWEL = "[オコソトノホモヨロゴゾドボポョォ][ウオ]|[ウクスツヌフムユルグズヅブプュゥ]ウ"
_MACRONS = {"aー": "ā", "iー": "ī", "uー": "ū", "eー": "ē", "oー": "ō", "aa": "ā", "uu": "ū", "ou": "ō", "oo": "ō"}

_ROWS = {
    "": "アa イi ウu エe オo",
    "k": "カa キi クu ケe コo",
    "s": "サa スu セe ソo",
    "t": "タa テe トo",
    "n": "ナa ニi ヌu ネe ノo",
    "h": "ハa ヒi ヘe ホo",
    "m": "マa ミi ムu メe モo",
    "y": "ヤa ユu ヨo",
    "r": "ラa リi ルu レe ロo",
    "w": "ワa",
    "g": "ガa ギi グu ゲe ゴo",
    "z": "ザa ズu ゼe ゾo",
    "d": "ダa デe ドo",
    "b": "バa ビi ブu ベe ボo",
    "p": "パa ピi プu ペe ポo",
    "v": "ヴu",
}
_OF_THEIR_OWN = {"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu", "ヰ": "i", "ヱ": "e", "ヲ": "o"}
_CONTRACTED = {"キ": "ky", "ニ": "ny", "ヒ": "hy", "ミ": "my", "リ": "ry", "ギ": "gy", "ビ": "by", "ピ": "py"}
_CONTRACTED_SIBILANT = {"シ": "sh", "チ": "ch", "ジ": "j", "ヂ": "j"}
_FOREIGN = {
    "シェ": "she",
    "ジェ": "je",
    "チェ": "che",
    "ティ": "ti",
    "ディ": "di",
    "デュ": "dyu",
    "テュ": "tyu",
    "トゥ": "tu",
    "ドゥ": "du",
    "ファ": "fa",
    "フィ": "fi",
    "フェ": "fe",
    "フォ": "fo",
    "フュ": "fyu",
    "ツァ": "tsa",
    "ツェ": "tse",
    "ツォ": "tso",
    "ウィ": "wi",
    "ウェ": "we",
    "ウォ": "wo",
    "ヷ": "va",
    "ヸ": "vi",
    "ヹ": "ve",
    "ヺ": "vo",
    "ヴァ": "va",
    "ヴィ": "vi",
    "ヴェ": "ve",
    "ヴォ": "vo",
    "イェ": "ye",
    "クァ": "kwa",
    "グァ": "gwa",
}


@cache
def hepburn_table() -> dict[str, str]:
    """Give the Hepburn spelling of each katakana syllable, of one or two characters, without ン, ッ and ー."""
    table = dict(_OF_THEIR_OWN)
    for consonant, row in _ROWS.items():
        table.update({cell[0]: consonant + cell[1] for cell in row.split()})
    for kana, consonant in (_CONTRACTED | _CONTRACTED_SIBILANT).items():
        table.update({kana + small: consonant + vowel for small, vowel in zip("ャュョ", "auo", strict=True)})
    table.update(_FOREIGN)
    table.update({small: table[large] for small, large in SMALL_KANA.items() if small != "ッ"})
    return table


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """Where the standards of Hepburn differ.

    Attributes:
        labial_n: How ン is written before b, m and p.
        apart: What parts ン from a vowel or y after it.
        macron: Whether long vowels carry a macron; else they are written short, イイ and エイ excepted.
        final_oo: Whether オオ at the end of a word keeps both letters (passport: 妹尾 senoo).
    """

    labial_n: str
    apart: str
    macron: bool
    final_oo: bool


GIF_442 = Spelling(labial_n="n", apart="-", macron=False, final_oo=False)
"""Places: GIF 442 after the rule of the Geospatial Information Authority."""

PASSPORT = Spelling(labial_n="m", apart="", macron=False, final_oo=True)
"""Persons: the passport's table."""

REPORT_2025 = Spelling(labial_n="n", apart="'", macron=True, final_oo=False)
"""文化審議会答申 of 2025-08-20."""


def katakana(value: pl.Expr) -> pl.Expr:
    """Bring kana to full-width katakana: half width and hiragana converted, voicing marks composed, dashes after kana to the long mark.

    Args:
        value: Text column.

    Returns:
        Text column; what is no kana stays.
    """
    to_katakana = {chr(code): chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
    wide = full_width_kana(visible(value))
    converted = only_where(wide, _HIRAGANA, lambda text: replaced(text, to_katakana))
    converted = only_where(converted, "[ァ-ヺ][ヽヾ]", lambda text: replaced(text, _iterations()))
    return only_where(converted, _DASH_AFTER_KANA, _with_long_marks)


@cache
def _iterations() -> dict[str, str]:
    """Kana with a mark of iteration, written out: スヽ スス, スヾ スズ, ズヽ ズス."""
    table = {}
    for code in range(0x30A1, 0x30FB):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        voiced = unicodedata.normalize("NFC", plain + "\u3099")
        table[chr(code) + "ヽ"] = chr(code) + plain
        if len(voiced) == 1:
            table[chr(code) + "ヾ"] = chr(code) + voiced
    return table


def _with_long_marks(text: pl.Expr) -> pl.Expr:
    # twice, for in a row of dashes each match uses up the kana before it
    return text.str.replace_all(_DASH_AFTER_KANA, "${1}ー").str.replace_all(_DASH_AFTER_KANA, "${1}ー")


def large_kana(value: pl.Expr) -> pl.Expr:
    """Replace small katakana by large ones, as old registers and bank files write them and as search keys need.

    Args:
        value: Text column of katakana.

    Returns:
        Text column.
    """
    return only_where(value, r"[ァィゥェォッャュョヮヵヶ]", lambda text: replaced(text, SMALL_KANA))


def _katakana(frame: pl.DataFrame) -> pl.DataFrame:
    given, kana = pl.col("given"), pl.col("kana")
    frame = frame.with_columns(kana=katakana(given))
    frame = frame.with_columns(kana=only_where(kana, "　|  ", lambda text: text.str.replace_all("[ 　]+", " ")))
    frame = frame.with_columns(blank=kana.str.strip_chars() == "", valid=kana.str.contains(VALID))
    unusual = kana.str.contains("ーー|^[ーン]|^[ァィゥェォッャュョヮ]")
    return _judged(frame, kana, unusual, "unusual_kana", "kana_form").with_columns(
        # a form that is right and unusual is uncertain even where nothing changed; one that is right and usual is not changed
        status=pl.when(kana == given, ~unusual, "valid", ~pl.col("blank")).then(pl.lit(Status.UNCHANGED.value)).otherwise("status"),
        reason=pl.when(kana == given, ~unusual, "valid", ~pl.col("blank")).then(pl.lit(None, pl.String)).otherwise("reason"),
    )


def _judged(frame: pl.DataFrame, value: pl.Expr, doubt: pl.Expr, doubt_reason: str, reason: str) -> pl.DataFrame:
    """Give value, status and reason from the columns ``blank`` and ``valid``."""
    return frame.with_columns(
        value=pl.when("valid", ~pl.col("blank")).then(value),
        status=pl.when("blank")
        .then(pl.lit(Status.UNKNOWN.value))
        .when(~pl.col("valid"))
        .then(pl.lit(Status.INVALID.value))
        .when(doubt)
        .then(pl.lit(Status.UNCERTAIN.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when("blank")
        .then(pl.lit("blank"))
        .when(~pl.col("valid"))
        .then(pl.lit("not_kana"))
        .when(doubt)
        .then(pl.lit(doubt_reason))
        .otherwise(pl.lit(reason)),
    )


def _apply_large(value: pl.Expr) -> pl.Expr:
    return rewritten(value, large_kana(value), pl.lit("small_kana_made_large"))


def romanised(value: pl.Expr, spelling: Spelling) -> pl.Expr:
    """Write full-width katakana in Hepburn, in lower case.

    Args:
        value: Text column of full-width katakana.
        spelling: What the standard in force says where standards differ.

    Returns:
        Text column; what is no kana stays.
    """
    table = hepburn_table()
    digraphs = {kana: romaji for kana, romaji in table.items() if len(kana) == 2}
    single = {kana: romaji for kana, romaji in table.items() if len(kana) == 1}
    text = replaced(replaced(value, digraphs), single)
    # ッ doubles the consonant that follows, t before ch; at the end of a word it has no sound
    text = text.str.replace_all("ッ+ch", "tch")
    text = replaced(text, {f"ッ{consonant}": consonant * 2 for consonant in "kstnhmyrwgzdbpvfj"}).str.replace_all("ッ", "")
    text = text.str.replace_all("ン([bmp])", spelling.labial_n + "${1}")
    text = text.str.replace_all("ン([aiueoy])", f"n{spelling.apart}${{1}}").str.replace_all("ン", "n")
    if spelling.macron:
        return replaced(text, _MACRONS).str.replace_all("ー", "")
    if spelling.final_oo:
        # a capital keeps the pair from being shortened
        text = text.str.replace_all("oo( |$)", "oO${1}")
    text = replaced(text, {"uu": "u", "ou": "o", "oo": "o"}).str.to_lowercase()
    return text.str.replace_all("ー", "")


def _romaji(frame: pl.DataFrame, spelling: Spelling) -> pl.DataFrame:
    given, kana, romaji = pl.col("given"), pl.col("kana"), pl.col("romaji")
    frame = frame.with_columns(kana=katakana(given), latin=given.str.contains(_LATIN))
    frame = frame.with_columns(romaji=romanised(kana, spelling).str.replace_all("[ 　・]+", " ").str.strip_chars())
    # a reading of signs alone, such as ッ, leaves nothing
    frame = frame.with_columns(blank=kana.str.strip_chars() == "", valid=kana.str.contains(VALID) & (romaji != ""))
    # whether オウ is one long vowel or two syllables (コウシ 子牛, 講師) the kana do not tell
    judged = _judged(frame, romaji, kana.str.contains(_LONG_VOWEL), "long_vowel_unsure", "romanised")
    return judged.with_columns(
        value=pl.when("latin").then(given).otherwise("value"),
        status=pl.when("latin").then(pl.lit(Status.UNCHANGED.value)).otherwise("status"),
        reason=pl.when("latin").then(pl.lit(None, pl.String)).otherwise("reason"),
    )


def _apply_romaji(value: pl.Expr, spelling: Spelling) -> pl.Expr:
    return staged(value, lambda frame: _romaji(frame, spelling), OUTCOME)


_ROMAJI_REASONS = BLANK | {
    "romanised": ("ヘボン式で書きました。", "Written in Hepburn."),
    "long_vowel_unsure": (
        "長音として扱いましたが、二つの音かもしれません。",
        "Taken for a long vowel; it may be two syllables.",
    ),
    "not_kana": ("カナとして読めない文字があります。", "The value holds what is no kana."),
}

RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="kana_katakana",
        label="全角カタカナ",
        label_en="Full-width katakana",
        takes="フリガナ・読み仮名の列 / a column of readings",
        gives="全角カタカナ、長音、中点、半角空白だけの文字列 / full-width katakana, long mark, middle dot and single spaces",
        standard="GIF 438-1 データ項目定義 (2026-03-17)",
        clause="文字列（全角カナ）; 461 ヨミガナ (2026-01-08 廃止)",
        apply=lambda value: staged(value, _katakana, OUTCOME),
        reasons=BLANK
        | {
            "kana_form": ("全角カタカナの書き方に直しました。", "Brought to full-width katakana."),
            "unusual_kana": (
                "長音の連続や、語頭に来ない文字があります。",
                "Repeated long marks, or a sign that begins no word.",
            ),
            "not_kana": ("カナでない文字があります。", "The value holds what is no kana."),
        },
    ),
    CleansingRule(
        id="kana_large",
        label="小書きカナを大書きに",
        label_en="Small kana made large",
        takes="全角カタカナの列 / a column of full-width katakana",
        gives="拗音・促音も大きく書いたカナ (照合用) / katakana without small signs, for comparison",
        standard="日本郵便 郵便番号データの説明 (大口事業所)",
        clause="カナ名称: 拗音・促音は大書き",
        apply=_apply_large,
        reasons=BLANK | {"small_kana_made_large": ("小書きのカナを大書きにしました。", "Small kana were made large.")},
    ),
    CleansingRule(
        id="romaji_place",
        label="ローマ字 (地名)",
        label_en="Romaji of places",
        takes="地名の読み仮名 / readings of places",
        gives="小文字のヘボン式。ん は常に n、長音は書かない / Hepburn in lower case, n throughout, long vowels dropped",
        standard="GIF 442 住所 (2026-03-17)",
        clause="英語表記 (国土地理院 地名等の英語表記規程)",
        apply=lambda value: _apply_romaji(value, GIF_442),
        reasons=_ROMAJI_REASONS,
    ),
    CleansingRule(
        id="romaji_passport",
        label="ローマ字 (旅券)",
        label_en="Romaji of the passport",
        takes="人名の読み仮名 / readings of personal names",
        gives="小文字のヘボン式。b m p の前の ん は m、長音は書かない / Hepburn in lower case, m before b, m, p",
        standard="旅券法施行規則 別表第一; 461 (2026-01-08 廃止)",
        clause="ヘボン式ローマ字",
        apply=lambda value: _apply_romaji(value, PASSPORT),
        reasons=_ROMAJI_REASONS,
    ),
    CleansingRule(
        id="romaji_2025",
        label="ローマ字 (答申2025)",
        label_en="Romaji of the 2025 report",
        takes="読み仮名 / readings",
        gives="小文字のヘボン式。ん は常に n、長音は符号付き / Hepburn in lower case, n throughout, long vowels with a macron",
        standard="文化審議会答申「改定ローマ字のつづり方」(2025-08-20)",
        clause="撥音・長音",
        apply=lambda value: _apply_romaji(value, REPORT_2025),
        reasons=_ROMAJI_REASONS,
    ),
)
