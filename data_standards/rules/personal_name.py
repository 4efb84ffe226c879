"""Names of natural persons. For internal columns only: no name of a person is ever published.

Sources of the rules: GIF 438-1 データ項目定義 (2026-03-17; 氏名: separated by a half-width space, 氏名(英字): ``Yamada Hanako``) and the
withdrawn guidebook 461 (氏名: separated by a full-width space, romaji in capitals). The two contradict each other: each has its own
rules, and 438 is in force. Glyphs of a name are never replaced here: the form of the family register belongs to the person.
"""

import polars as pl

from data_standards.rules import folding
from data_standards.rules.batch import BLANK, only_where, staged
from data_standards.rules.characters import full_width_kana, half_width, visible
from data_standards.rules.folding import says_unknown
from data_standards.rules.kana import VALID, katakana
from data_standards.rules.rule import OUTCOME, CleansingRule, Status

_LATIN = r"^[A-Za-zÀ-ÖØ-öø-ſ][A-Za-zÀ-ÖØ-öø-ſ' -]*$"


def _separated(text: pl.Expr, separator: str) -> pl.Expr:
    return only_where(text, "[ \u3000]", lambda spaced: spaced.str.replace_all("[ \u3000]+", separator))


def _judged(frame: pl.DataFrame, separator: str, wrong: pl.Expr, wrong_reason: str) -> pl.DataFrame:
    """Give value, status and reason from the column ``text``; a name in one piece or in more than two is uncertain."""
    text, given = pl.col("text"), pl.col("given")
    blank = text.str.strip_chars() == ""
    unsaid = says_unknown(folding.half_width(text)) & ~blank
    pieces = text.str.count_matches(separator, literal=True) + 1
    return frame.with_columns(
        value=pl.when(~blank & ~unsaid & ~wrong).then(text),
        status=pl.when(blank | unsaid)
        .then(pl.lit(Status.UNKNOWN.value))
        .when(wrong)
        .then(pl.lit(Status.INVALID.value))
        .when(pieces != 2)
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(text == given)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when(blank)
        .then(pl.lit("blank"))
        .when(unsaid)
        .then(pl.lit("says_unknown"))
        .when(wrong)
        .then(pl.lit(wrong_reason))
        .when(pieces == 1)
        .then(pl.lit("not_separated"))
        .when(pieces > 2)
        .then(pl.lit("several_separators"))
        .when(text == given)
        .then(pl.lit(None, pl.String))
        .otherwise(pl.lit("name_form")),
    )


def _name(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    frame = frame.with_columns(text=_separated(full_width_kana(visible(pl.col("given"))), separator))
    return _judged(frame, separator, pl.lit(value=False), "")


def _kana(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    frame = frame.with_columns(text=_separated(katakana(pl.col("given")), separator))
    return _judged(frame, separator, ~pl.col("text").str.contains(VALID), "not_kana")


def _romaji(frame: pl.DataFrame, *, capitals: bool) -> pl.DataFrame:
    frame = frame.with_columns(text=half_width(visible(pl.col("given"))).str.replace_all("[ ,]+", " ").str.strip_chars(" "))
    text = pl.col("text")
    # McDonald and DeSoto have their capitals where they belong
    cased = text.str.contains("[a-z]") & text.str.contains("^[A-Z]") & ~text.str.contains(" [a-z]")
    titled = pl.when(cased).then(text).otherwise(text.str.to_lowercase().str.to_titlecase())
    frame = frame.with_columns(text=text.str.to_uppercase() if capitals else titled)
    return _judged(frame, " ", ~text.str.contains(_LATIN), "not_latin")


_GIF_438 = "GIF 438-1 データ項目定義 (2026-03-17)"
_461 = "461 文字環境導入実践ガイドブック (2026-01-08 廃止)"
_REASONS = BLANK | {
    "says_unknown": ("不明を表す値です。", "The value says that the name is not known."),
    "name_form": ("区切り・文字の幅を整えました。", "Separator and width were brought to the standard."),
    "not_separated": ("氏と名が区切られていません。", "Family and given name are not separated."),
    "several_separators": ("区切りが二つ以上あります。", "There is more than one separator."),
}
_NOT_KANA = {"not_kana": ("カナでない文字があります。", "The value holds what is no kana.")}
_NOT_LATIN = {"not_latin": ("英字でない文字があります。", "The value holds what is no Latin letter.")}

RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="person_name_438",
        label="氏名 (438)",
        label_en="Names of persons (438)",
        takes="氏名の列 (内部用) / names of persons, internal",
        gives="氏と名を半角空白で区切った文字列 / family and given name with a half-width space between",
        standard=_GIF_438,
        clause="氏名: 区切り文字は半角空白",
        apply=lambda value: staged(value, lambda frame: _name(frame, " "), OUTCOME),
        reasons=_REASONS,
    ),
    CleansingRule(
        id="person_name_461",
        label="氏名 (461)",
        label_en="Names of persons (461)",
        takes="氏名の列 (内部用) / names of persons, internal",
        gives="氏と名を全角空白で区切った文字列 / family and given name with a full-width space between",
        standard=_461,
        clause="氏名: 氏と名の間は全角空白",
        apply=lambda value: staged(value, lambda frame: _name(frame, "\u3000"), OUTCOME),
        reasons=_REASONS,
    ),
    CleansingRule(
        id="person_kana_438",
        label="氏名カナ (438)",
        label_en="Readings of persons (438)",
        takes="氏名の読み (内部用) / readings of persons, internal",
        gives="全角カタカナ、区切りは半角空白 / full-width katakana with a half-width space between",
        standard=_GIF_438,
        clause="氏名(カナ): 全角カナ＋区切り文字 半角空白",
        apply=lambda value: staged(value, lambda frame: _kana(frame, " "), OUTCOME),
        reasons=_REASONS | _NOT_KANA,
    ),
    CleansingRule(
        id="person_romaji_438",
        label="氏名英字 (438)",
        label_en="Romaji of persons (438)",
        takes="氏名の英字 (内部用) / names of persons in Latin letters, internal",
        gives="語頭だけ大文字の半角英字 (Yamada Hanako) / half-width letters, capitals at the start",
        standard=_GIF_438,
        clause="氏名(英字)",
        apply=lambda value: staged(value, lambda frame: _romaji(frame, capitals=False), OUTCOME),
        reasons=_REASONS | _NOT_LATIN,
    ),
    CleansingRule(
        id="person_romaji_461",
        label="氏名英字 (461)",
        label_en="Romaji of persons (461)",
        takes="氏名の英字 (内部用) / names of persons in Latin letters, internal",
        gives="半角の大文字 (YAMADA HANAKO) / half-width capitals",
        standard=_461,
        clause="ローマ字: 半角大文字",
        apply=lambda value: staged(value, lambda frame: _romaji(frame, capitals=True), OUTCOME),
        reasons=_REASONS | _NOT_LATIN,
    ),
)
