"""The writing of dates folded: signs, times, weekdays and words taken off, until digits with separators are left to be read.

What is taken off is told beside the text, for it decides what is said of the date.
"""

import polars as pl

from data_standards.rules.batch import only_where, replaced
from data_standards.rules.characters import half_width, visible
from data_standards.rules.eras import ERAS, OLDER_ERAS
from data_standards.rules.folding import HYPHENS, kanji_numbers

ERA = "(?P<era>" + "|".join([*(f"{era.name}|{era.name[0]}|{era.letter}" for era in ERAS), *OLDER_ERAS]) + ")"
"""Pattern of an era, in the group ``era``."""

_ANY_ERA = ERA.replace("?P<era>", "?:")
_KANJI_NUMERAL = "[〇零一二三四五六七八九十百千壱弐参]"
_SIGNS = {
    **{era.sign: era.name for era in ERAS},
    **dict.fromkeys("・･、,", "."),
    **dict.fromkeys(HYPHENS[1:], "-"),
    "\uf9a8": "令",
    "應": "応",
    "’": "'",
    "廿": "二十",
    "卅": "三十",
    "拾": "十",
    "ねん": "年",
    "がつ": "月",
    "にち": "日",
}
_TIME = (
    r"[T ]*(?:午[前後] ?)?(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?|[0-9]{1,2}時(?:[0-9]{1,2}分)?(?:[0-9]{1,2}秒)?)"
    r"(?: ?[AP]M)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_WEEKDAY = r"\([月火水木金土日](?:曜日?)?\)$|[月火水木金土日]曜日?$"
_APPROXIMATE = r"^約|(?:頃|ごろ|ころ|[上中下初]旬|末日?|\(?推定\)?)+$"
_STANDS_AFTER = "([0-9][年月日]?)(?:付け?|現在|時点|生(?:まれ)?)$"
_PERIOD = (
    r"(?:[0-9][年月日]?(?:から|より|まで|以[前後降]|代)$)|[0-9][年月日]? ?(?:~|〜|から|より|至|-{2,}) ?[^0-9]{0,5}[0-9]|[0-9]-[0-9]+/[0-9]"
)
_SPACED = rf"^((?:{_ANY_ERA} *)?[0-9元]{{1,4}}) +([0-9]{{1,2}})(?: +([0-9]{{1,2}}))?$"
_CODED = r"^[1-5](?:[0-9]{6}|(?:[-./][0-9]{1,2}){3})$"
_NAMES = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_MONTHS = {_NAMES[3 * month - 3 : 3 * month]: str(month) for month in range(1, 13)}
_MONTH = f"({'|'.join(_MONTHS)})[A-Z]*"
_MONTH_FIRST = rf"^{_MONTH}[-.]*([0-9]{{1,2}})(?:ST|ND|RD|TH)?[-.]*([0-9]{{4}})$"
_DAY_FIRST = rf"^([0-9]{{1,2}})(?:ST|ND|RD|TH)?[-.]*{_MONTH}[-.]*([0-9]{{4}})$"
_BOTH_YEARS = rf"^(.*[0-9])年?\((?:西暦)?([0-9]{{4}}|{_ANY_ERA}[0-9]{{1,2}})年?\)年?(.*)$"


def _blanks_left_out(text: pl.Expr) -> pl.Expr:
    """Take off the units of what a form left blank or says is not known: 2020年4月日, 昭和20年月日不詳."""
    return (
        text.str.replace(r"([0-9]月)[?*]{0,2}日?(?:不詳|不明)$", "${1}")
        .str.replace(r"年[?*]{0,2}月?[?*]{0,2}日?(?:不詳|不明)$", "年")
        .str.replace("([0-9]月)日$", "${1}")
        .str.replace("([0-9]年)(?:月日?|日)$", "${1}")
    )


def _coded_eras(text: pl.Expr) -> pl.Expr:
    """Turn the digit of an era into its letter."""
    for number, era in enumerate(ERAS, 1):
        text = text.str.replace(f"^{number}[-./]?", era.letter)
    return text


def written(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold the column ``given``.

    Args:
        frame: Table with a text column ``given``.

    Returns:
        The table with ``text`` (era or year, month and day, with separators), ``timed``, ``zone`` (offset from UTC), ``approximate``,
        ``worded`` (a word such as 現在 was taken off), ``period``, ``coded`` (the era was a digit) and ``other`` (second year).
    """
    text = pl.col("text")
    frame = frame.with_columns(text=half_width(visible(pl.col("given"))))
    frame = frame.with_columns(text=replaced(text, _SIGNS).str.to_uppercase().str.replace_all(r"([0-9])\.$", "${1}"))
    frame = frame.with_columns(text=text.str.replace(_TIME, ""), timed=text.str.contains(_TIME), zone=text.str.extract(_TIME, 1))
    spaced = text.str.replace(_SPACED, "${1}.${2}.${3}")
    frame = frame.with_columns(text=spaced.str.replace_all(" ", "", literal=True).str.replace(_WEEKDAY, ""))
    first_year = text.str.replace(rf"^{ERA}\.([0-9元])", "${1}${2}").str.replace(f"^{ERA}元", "${1}1")
    frame = frame.with_columns(text=only_where(first_year, _KANJI_NUMERAL, kanji_numbers))
    frame = frame.with_columns(
        period=text.str.contains(_PERIOD),
        worded=text.str.contains(_STANDS_AFTER),
        text=text.str.replace(_STANDS_AFTER, "${1}"),
    )
    frame = frame.with_columns(text=text.str.replace_all(_APPROXIMATE, ""), approximate=text.str.contains(_APPROXIMATE))
    frame = frame.with_columns(text=_blanks_left_out(text).str.replace_all("[*?]", "9"), other=text.str.extract(_BOTH_YEARS, 2))
    frame = frame.with_columns(text=text.str.replace(_BOTH_YEARS, "${1}年${3}"), coded=text.str.contains(_CODED))
    frame = frame.with_columns(text=pl.when("coded").then(_coded_eras(text)).otherwise(text))
    return frame.with_columns(text=only_where(text, "[A-Z]{3}", _english))


def _english(text: pl.Expr) -> pl.Expr:
    """Bring dates with an English month to year, month and day."""
    ordered = text.str.replace(_MONTH_FIRST, "${3}-${1}-${2}").str.replace(_DAY_FIRST, "${3}-${2}-${1}")
    return pl.when(ordered == text).then(text).otherwise(replaced(ordered, _MONTHS))
