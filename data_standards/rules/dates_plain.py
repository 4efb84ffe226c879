"""Dates that are written plainly: one of the common forms, possible, and within their era. They are most of any column.

A regular expression over the text as it stands tells whether it is of a common form; one replacement then brings every such text to
numbers. Whatever is not settled here (other forms, impossible days, other eras' days, doubts) is for :mod:`data_standards.rules.dates`,
which reads every date, and of which this module must not differ in any outcome.
"""

import polars as pl

from data_standards.rules.eras import ERAS, number_of
from data_standards.rules.rule import Status

_DIGIT = "[0-9０-９]"
_KANJI = "一二三四五六七八九"
_TWO = f"(?:{_DIGIT}{{1,2}}|[{_KANJI}]?十[{_KANJI}]?|[〇零{_KANJI}]{{1,2}})"
_YEAR = f"(?:[12１２]{_DIGIT}{{3}}|[一二][〇零{_KANJI}]{{3}})"
_POINTS, _DASHES = ".．・･、,，/／", "－‐‑‒–—―−ー─ｰ-"
_BLANK = "[ 　]*"
_FIRST_LETTERS = "".join(letter for era in ERAS for letter in (era.letter, era.letter.lower()))
_WIDE_LETTERS = "".join(chr(ord(letter) + 0xFEE0) for letter in _FIRST_LETTERS)
_ERA = (
    "(?:"
    + "|".join(era.name for era in ERAS)
    + f"|[{''.join(era.name[0] + era.sign for era in ERAS)}{_FIRST_LETTERS}{_WIDE_LETTERS}]"
    + ")"
)
_AFTER_YEAR, _AFTER_MONTH = (f"{_BLANK}[{unit}{_POINTS}{_DASHES}]{_BLANK}" for unit in "年月")
_PLAIN = (
    f"^{_BLANK}(?:"
    f"(?:(?:西暦)?{_BLANK}{_YEAR}|{_ERA}{_BLANK}(?:元|{_TWO}))"
    f"(?:{_AFTER_YEAR}{_TWO}(?:{_AFTER_MONTH}{_TWO}{_BLANK}日?|{_BLANK}月)?|{_BLANK}年)"
    f"|[12１２]{_DIGIT}{{7}}|{_ERA}{_DIGIT}{{6}}"
    f"){_BLANK}$"
)
_TIME = (
    f"(?:[T 　]+|日{_BLANK})(?:{_DIGIT}{{1,2}}[:：]{_DIGIT}{{2}}(?:[:：]{_DIGIT}{{2}}(?:[.．]{_DIGIT}+)?)?"
    f"|{_DIGIT}{{1,2}}時(?:{_DIGIT}{{1,2}}分)?(?:{_DIGIT}{{1,2}}秒)?)$"
)
_TAIL = f"(?:{_DIGIT}|[時分秒)）])$"
_WEEKDAY = "[(（][月火水木金土日](?:曜日?)?[)）]$"
_RUN_TOGETHER = r"^((?:[0-9]{4}\+[0-9]{2})|[0-9]{4})([0-9]{2})([0-9]{2})$"


def _numbers() -> dict[str, str]:
    """What every sign of a plain date becomes: eras ``1925+``, separators ``-``, digits; longest texts first."""
    digits = dict(zip(_KANJI, "123456789", strict=True))
    table = {"西暦": "", "日": "", " ": "", "　": "", "元": "1", "〇": "0", "零": "0", "十": "10"}
    table |= dict.fromkeys(["年", "月", *_POINTS, *_DASHES], "-") | digits
    table |= {chr(ord(digit) + 0xFEE0): digit for digit in "0123456789"}
    for tens in ("", *_KANJI):
        for ones in ("", *_KANJI):
            table[f"{tens}十{ones}"] = digits.get(tens, "1") + digits.get(ones, "0")
    for era in ERAS:
        letters = [era.letter, era.letter.lower()]
        written = [era.name, era.name[0], era.sign, *letters, *(chr(ord(letter) + 0xFEE0) for letter in letters)]
        table |= dict.fromkeys(written, f"{era.offset}+")
    return dict(sorted(table.items(), key=lambda item: (-len(item[0]), item[0])))


_TABLE = _numbers()
_FIRST_DAYS = {era.offset: max(number_of(era.first), 18730101) for era in ERAS}
_LAST_DAYS = {era.offset: number_of(era.last) if era.last else 99999999 for era in ERAS}


def settle(frame: pl.DataFrame) -> pl.DataFrame:
    """Read the dates that are written plainly.

    Args:
        frame: Table with a text column ``given``.

    Returns:
        The rows that are settled: ``place`` (row of the frame), ``value``, ``status``, ``reason`` and ``precision``.
    """
    text, given = pl.col("text"), pl.col("given")
    places = frame.select("given").with_row_index("place").with_columns(plain=given.str.contains(_PLAIN))
    bare = given.str.replace(_TIME, "").str.replace(_WEEKDAY, "")
    tailed = places.filter(~pl.col("plain") & given.str.contains(_TAIL)).with_columns(text=bare, timed=given.str.contains("[:：時]"))
    whole = places.filter("plain").with_columns(text=given, timed=pl.lit(value=False))
    plain = pl.concat([whole, tailed.filter(text.str.contains(_PLAIN))])
    numbers = text.str.replace_many(list(_TABLE), list(_TABLE.values()), leftmost=True)
    plain = plain.with_columns(text=numbers)
    apart = text.str.contains("-", literal=True)
    together = plain.filter(~apart).with_columns(text.str.replace(_RUN_TOGETHER, "${1}-${2}-${3}"))
    plain = pl.concat([plain.filter(apart), together])
    fields = text.str.strip_chars_end("-").str.split_exact("-", 2).struct.rename_fields(["year", "month", "day"])
    plain = plain.with_columns(fields).unnest("text")
    years = pl.col("year").str.split_exact("+", 1).struct.rename_fields(["base", "count"])
    plain = plain.with_columns(years.alias("years")).unnest("years").drop("year")
    plain = plain.with_columns(pl.col("base", "count", "month", "day").cast(pl.Int32))
    era = pl.when(pl.col("count").is_not_null()).then("base")
    plain = plain.with_columns(era=era, year=pl.col("base") + pl.col("count").fill_null(0))
    settled = plain.filter(_possible()).select("place", "given", "timed", "era", **_iso())
    same = pl.col("value") == given
    why = pl.when("timed").then(pl.lit("time_taken_off")).when(pl.col("era").is_not_null()).then(pl.lit("era_converted"))
    return settled.select(
        "place",
        "value",
        "precision",
        status=pl.when(same).then(pl.lit(Status.UNCHANGED.value)).otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when(~same).then(why.otherwise(pl.lit("date_form"))),
    )


def _possible() -> pl.Expr:
    """Whether the numbers are a date of its era."""
    year, month, day, era = (pl.col(name) for name in ("year", "month", "day", "era"))
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = pl.when(month == 2).then(28 + leap.cast(pl.Int32)).otherwise(30 + (month + month // 8) % 2)
    starts = year * 10000 + month.fill_null(1) * 100 + day.fill_null(1)
    ends = year * 10000 + month.fill_null(12) * 100 + day.fill_null(31)
    first = era.replace_strict(_FIRST_DAYS, default=10000101, return_dtype=pl.Int32)
    last = era.replace_strict(_LAST_DAYS, default=29991231, return_dtype=pl.Int32)
    calendar = month.is_null() | (month.is_between(1, 12) & (day.is_null() | day.is_between(1, days)))
    return calendar & (ends >= first) & (starts <= last) & (pl.col("count").is_null() | (pl.col("count") > 0)) & year.is_between(1000, 2999)


def _iso() -> dict[str, pl.Expr]:
    """The date, and how precise it is."""
    month, day = pl.col("month"), pl.col("day")
    length = pl.when(day.is_not_null()).then(10).when(month.is_not_null()).then(7).otherwise(4)
    digits = (pl.col("year") * 10000 + month.fill_null(1) * 100 + day.fill_null(1)).cast(pl.String)
    whole = pl.concat_str(digits.str.head(4), pl.lit("-"), digits.str.slice(4, 2), pl.lit("-"), digits.str.tail(2))
    precision = pl.when(day.is_not_null()).then(pl.lit("day")).when(month.is_not_null()).then(pl.lit("month")).otherwise(pl.lit("year"))
    return {"value": whole.str.head(length), "precision": precision}
