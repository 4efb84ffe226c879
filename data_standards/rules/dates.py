"""Dates: every way Japanese registers write them, to ISO 8601, and back to the Japanese calendar.

Sources of the rules: GIF 441 日付及び時刻 (2026-03-17): ``YYYY-MM-DD`` after ISO 8601 and JIS X 0301, 和暦 converted on input (8.3),
9999 and 99 for what is not known (8.4). A year and month is ``YYYY-MM`` after ISO 8601, which 441 leaves open. Eras after 元号を改める政令
and the 太政官布告 of 1872: the Gregorian calendar from 明治6年1月1日 (1873-01-01) on; earlier days are of another calendar.
"""

from datetime import date

import polars as pl

from data_standards.rules.batch import staged
from data_standards.rules.characters import half_width, visible
from data_standards.rules.dates_plain import settle
from data_standards.rules.dates_written import ERA, written
from data_standards.rules.eras import ERAS, OLDER_ERAS, number_of
from data_standards.rules.folding import says_unknown
from data_standards.rules.rule import CleansingRule, Status

OUTCOME_WITH_PRECISION = pl.Struct({"value": pl.String, "status": pl.String, "reason": pl.String, "precision": pl.String})
"""Outcome of the date rules: ``precision`` is day, month or year, null without a value."""

CLEAN = (
    "^(?:187[3-9]|18[89][0-9]|19[0-9]{2}|20[0-9]{2})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))$"
)
"""Dates that need no second look: full, of the years 1873 to 2099, and possible (29 February is looked at)."""


_MONTH_DAY = r"(?:(?P<m>[0-9]{1,2})(?:(?:月|[-./])(?:(?P<d>[0-9]{1,2})日?)?)?)?"
_PATTERNS = (
    rf"^{ERA}(?P<n>[0-9]{{1,3}})(?:年度?|[-./]){_MONTH_DAY}$",
    rf"^{ERA}(?P<n>[0-9]{{1,2}})$",
    rf"^{ERA}(?P<n>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})$",
    rf"^(?:西暦)?(?P<y>[0-9]{{4}})(?:年度?|[-./]){_MONTH_DAY}$",
    "^(?:西暦)?(?P<y>[0-9]{4})$",
    "^(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})$",
    "^'?(?P<yy>[0-9]{2})[-./](?P<m>[0-9]{1,2})[-./](?P<d>[0-9]{1,2})$",
    "^(?P<a>[0-9]{1,2})[-./](?P<b>[0-9]{1,2})[-./](?P<y>[0-9]{4})$",
    "^(?P<y>(?:18|19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])$",
)
_SIX_DIGITS = _PATTERNS[-1]
_NO_YEAR = "^[0-9]{1,2}(?:月|[-./])[0-9]{1,2}日?$"
_NOT_KNOWN = (
    r"^(?:9999[-./年]?(?:[0-9?*]{1,2}[-./月]?)*日?|0000[-./年]?(?:[0?*]{1,2}[-./月]?)*日?|99|0|頃|推定|[-./]+"
    r"|(?:生|没|死亡|設立|建築)?(?:明治|大正|昭和|平成|令和|西暦)?年(?:月|日|月日)?(?:不詳|不明)?)$"
)


def _by_era(era: pl.Expr, values: dict[str, int]) -> pl.Expr:
    return era.replace_strict(values, default=None, return_dtype=pl.Int32)


def _names(number: dict[str, int]) -> dict[str, int]:
    """Key a table of the eras by every way to write them."""
    return {name: number[era.name] for era in ERAS for name in (era.name, era.name[0], era.letter)}


_OFFSETS = _names({era.name: era.offset for era in ERAS}) | {name: first - 1 for name, (first, _) in OLDER_ERAS.items()}
_FIRST_DAYS = _names({era.name: number_of(era.first) for era in ERAS}) | dict.fromkeys(OLDER_ERAS, 0)
_LAST_DAYS = _names({era.name: number_of(era.last) if era.last else 99999999 for era in ERAS}) | dict.fromkeys(OLDER_ERAS, 99999999)
# 大正 and 明治 ended long before machines carried an era on by mistake: more than a year over is rather the wrong era
_FAR_OVER = _names({era.name: era.last.year + 1 if era.last and era.name in {"明治", "大正"} else 9999 for era in ERAS}) | {
    name: last for name, (_, last) in OLDER_ERAS.items()
}


def _read(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the texts apart: era, year, month and day as numbers, and what stood around them."""
    text = pl.col("text")
    frame = written(frame)
    names = ("era", "n", "y", "yy", "a", "b", "m", "d")
    groups = [text.str.extract_groups(pattern) for pattern in _PATTERNS]
    found = {
        name: pl.coalesce([group.struct.field(name) for group, pattern in zip(groups, _PATTERNS, strict=True) if f"<{name}>" in pattern])
        for name in names
    }
    frame = frame.with_columns(**found).with_columns(*[pl.col(name).cast(pl.Int32, strict=False) for name in names[1:]])
    a, b = pl.col("a"), pl.col("b")
    return frame.with_columns(
        year=pl.coalesce(
            "y", pl.col("n") + _by_era(pl.col("era"), _OFFSETS), pl.col("yy") + pl.when(pl.col("yy") < 50).then(2000).otherwise(1900)
        ),
        m=pl.coalesce("m", pl.when(a > 12).then(b).otherwise(a)),
        d=pl.coalesce("d", pl.when(a > 12).then(a).otherwise(b)),
        other_year=pl.coalesce(
            pl.col("other").cast(pl.Int32, strict=False),
            pl.col("other").str.extract("([0-9]+)$").cast(pl.Int32, strict=False)
            + _by_era(pl.col("other").str.replace("[0-9]+$", ""), _OFFSETS),
        ),
    )


def _judge(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the numbers into a date of the precision that they allow, and find what is wrong with it."""
    frame = _read(frame)
    era, year = pl.col("era"), pl.col("year")
    missing = (0, 99)
    frame = frame.with_columns(
        m=pl.when(~pl.col("m").is_in(missing)).then("m"),
        d=pl.when(~pl.col("d").is_in(missing) & ~pl.col("m").is_in(missing)).then("d"),
        unknown=says_unknown(pl.col("text"))
        | pl.col("text").str.contains(_NOT_KNOWN)
        | year.is_in([0, 9999])
        | ((pl.col("n") == 99) & (pl.col("m") == 99)),
        lunar=era.is_in(["明治", "明", "M", *OLDER_ERAS]).fill_null(value=False) & (year < 1873),
    )
    # days before 1873 are of the old calendar: only the year is taken over
    frame = frame.with_columns(m=pl.when(~pl.col("lunar")).then("m"), d=pl.when(~pl.col("lunar")).then("d"))
    digits = [year.cast(pl.String).str.zfill(4), pl.col("m").cast(pl.String).str.zfill(2), pl.col("d").cast(pl.String).str.zfill(2)]
    frame = frame.with_columns(
        precision=pl.when(pl.col("d").is_not_null())
        .then(pl.lit("day"))
        .when(pl.col("m").is_not_null())
        .then(pl.lit("month"))
        .otherwise(pl.lit("year")),
        iso=pl.concat_str(digits, separator="-", ignore_nulls=True),
    )
    possible = (
        pl.when(pl.col("precision") == "day")
        .then(pl.col("iso").str.to_date("%Y-%m-%d", strict=False).is_not_null())
        .otherwise(pl.col("m").is_null() | pl.col("m").is_between(1, 12))
    )
    # the period that a partial date covers is before the era only if its end is, and after it only if its start is
    frame = frame.with_columns(
        possible=possible & year.is_between(1000, 2999) & (pl.col("n").is_null() | (pl.col("n") > 0)),
        starts=year * 10000 + pl.col("m").fill_null(1) * 100 + pl.col("d").fill_null(1),
        ends=year * 10000 + pl.col("m").fill_null(12) * 100 + pl.col("d").fill_null(31),
    )
    return frame.with_columns(
        before=pl.col("ends") < _by_era(era, _FIRST_DAYS),
        over=pl.col("starts") > _by_era(era, _LAST_DAYS),
        far_over=year > _by_era(era, _FAR_OVER),
    )


def _ladder(*steps: tuple[pl.Expr, Status, str | None]) -> dict[str, pl.Expr]:
    """Status and reason of the first step that holds; changed, with the reason of the form, where none does."""
    status, reason = pl.lit(Status.CHANGED.value), pl.lit("date_form")
    for holds, step_status, step_reason in reversed(steps):
        status = pl.when(holds).then(pl.lit(step_status.value)).otherwise(status)
        reason = pl.when(holds).then(pl.lit(step_reason, pl.String)).otherwise(reason)
    return {"status": status, "reason": reason}


def _zone_moves_the_day() -> pl.Expr:
    return pl.col("zone").is_not_null() & ~pl.col("zone").is_in(["", "+09:00", "+0900"])


def _parse(frame: pl.DataFrame) -> pl.DataFrame:
    frame = _judge(frame)
    given, text, iso, era = pl.col("given"), pl.col("text"), pl.col("iso"), pl.col("era")
    no_date = pl.col("year").is_null()
    frame = frame.with_columns(
        **_ladder(
            (pl.col("unknown"), Status.UNKNOWN, "says_unknown"),
            (no_date & text.str.contains(_NO_YEAR), Status.INVALID, "no_year"),
            (no_date & pl.col("period"), Status.INVALID, "period"),
            (no_date & text.str.contains(r"^[0-9]{5}(?:\.[0-9]+)?$"), Status.INVALID, "maybe_serial"),
            (no_date, Status.INVALID, "not_a_date"),
            (~pl.col("possible"), Status.INVALID, "impossible_date"),
            (pl.col("far_over") & era.is_in(list(OLDER_ERAS)), Status.UNCERTAIN, "era_overrun_far"),
            (pl.col("lunar"), Status.UNCERTAIN, "lunar_calendar"),
            (pl.col("before"), Status.INVALID, "before_era"),
            (pl.col("far_over"), Status.UNCERTAIN, "era_overrun_far"),
            (pl.col("other_year") != pl.col("year"), Status.UNCERTAIN, "years_disagree"),
            (pl.col("yy").is_not_null(), Status.UNCERTAIN, "two_digit_year"),
            (text.str.contains(_SIX_DIGITS), Status.UNCERTAIN, "six_digits"),
            (pl.col("coded"), Status.UNCERTAIN, "era_code"),
            (pl.col("a").is_not_null() & (pl.col("a") <= 12) & (pl.col("b") <= 12), Status.UNCERTAIN, "day_month_order"),
            (text.str.contains("年度"), Status.UNCERTAIN, "fiscal_year"),
            (pl.col("approximate"), Status.UNCERTAIN, "approximate"),
            (_zone_moves_the_day(), Status.UNCERTAIN, "time_zone"),
            (pl.col("over"), Status.REPAIRED, "era_overrun"),
            (iso == given, Status.UNCHANGED, None),
            (pl.col("timed"), Status.CHANGED, "time_taken_off"),
            (pl.col("worded"), Status.CHANGED, "word_taken_off"),
            (pl.col("era").is_not_null(), Status.CHANGED, "era_converted"),
        )
    )
    return _with_value(frame, iso)


def _parse_plain_first(frame: pl.DataFrame) -> pl.DataFrame:
    """Settle what is written plainly, and look closely at the rest."""
    fields = list(OUTCOME_WITH_PRECISION.to_schema())
    settled = settle(frame)
    rows = pl.select(pl.int_range(frame.height, dtype=pl.UInt32)).to_series()
    left = rows.clone().scatter(settled["place"], None).drop_nulls()  # scatter works in place
    rest = _parse(frame.select(pl.col("given").gather(left)))
    outcomes = pl.concat([settled.select(fields), rest.select(fields)])
    order = rows.clone().scatter(pl.concat([settled["place"], left]), rows)
    return pl.concat([frame.select("given"), outcomes.select(pl.all().gather(order))], how="horizontal")


def _with_value(frame: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    gives = ~pl.col("status").is_in([Status.INVALID.value, Status.UNKNOWN.value])
    return frame.with_columns(value=pl.when(gives).then(value), precision=pl.when(gives).then("precision"))


def _parse_serial(frame: pl.DataFrame) -> pl.DataFrame:
    """Read serials of the 1900 date system, whose day 60 (1900-02-29) never was."""
    frame = frame.with_columns(text=half_width(visible(pl.col("given"))).str.strip_chars(), precision=pl.lit("day"))
    is_date = (
        pl.col("text").str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & pl.col("text").str.to_date("%Y-%m-%d", strict=False).is_not_null()
    )
    number = pl.col("text").str.extract(r"^([0-9]{1,6})(?:\.[0-9]+)?$").cast(pl.Int64, strict=False)
    frame = frame.with_columns(number=number)
    days = pl.col("number") + pl.when(pl.col("number") < 60).then(1).otherwise(0)
    frame = frame.with_columns(iso=(pl.lit(date(1899, 12, 30)) + pl.duration(days=days)).dt.strftime("%Y-%m-%d"))
    within = pl.col("number").is_between(1, 109574) & (pl.col("number") != 60)
    frame = frame.with_columns(iso=pl.when(is_date).then("text").otherwise("iso"))
    return _with_value(
        frame.with_columns(
            **_ladder(
                (says_unknown(pl.col("text")), Status.UNKNOWN, "says_unknown"),
                (is_date & (pl.col("text") == pl.col("given")), Status.UNCHANGED, None),
                (~is_date & ~within.fill_null(value=False), Status.INVALID, "not_a_serial"),
                (pl.lit(value=True), Status.CHANGED, "serial_read"),
            )
        ),
        pl.col("iso"),
    )


def _to_wareki(frame: pl.DataFrame) -> pl.DataFrame:
    """Write what the date rule reads in the Japanese calendar."""
    frame = _parse(frame)
    starts, ends = pl.col("starts"), pl.col("ends")
    name, offset, first_era = pl.lit(None, pl.String), pl.lit(None, pl.Int32), pl.lit(None, pl.String)
    for era in ERAS:
        begun = number_of(era.first)
        name = pl.when(ends >= begun).then(pl.lit(era.name)).otherwise(name)
        offset = pl.when(ends >= begun).then(pl.lit(era.offset, pl.Int32)).otherwise(offset)
        first_era = pl.when(starts >= begun).then(pl.lit(era.name)).otherwise(first_era)
    year_of_era = pl.col("year") - offset
    written = pl.concat_str(
        name,
        pl.when(year_of_era == 1).then(pl.lit("元")).otherwise(year_of_era.cast(pl.String)),
        pl.lit("年"),
        pl.concat_str(pl.col("m").cast(pl.String), pl.lit("月")).fill_null(""),
        pl.concat_str(pl.col("d").cast(pl.String), pl.lit("日")).fill_null(""),
    )
    frame = frame.with_columns(written=written, split=name != first_era, read=pl.col("status"))
    no_value = pl.col("value").is_null()
    older = ~no_value & (starts < 18730101)
    outcome_of_split = pl.when(no_value | (pl.col("read") == Status.UNCERTAIN.value)).then("reason")
    frame = frame.with_columns(kept=outcome_of_split)
    judged = frame.with_columns(
        **_ladder(
            (pl.col("read") == Status.UNKNOWN.value, Status.UNKNOWN, "says_unknown"),
            (no_value, Status.INVALID, "not_a_date"),
            (older, Status.INVALID, "lunar_calendar"),
            (pl.col("kept").is_not_null(), Status.UNCERTAIN, "read_uncertain"),
            (pl.col("split"), Status.UNCERTAIN, "two_eras"),
            (pl.col("written") == pl.col("given"), Status.UNCHANGED, None),
        )
    )
    return _with_value(judged, pl.col("written"))


_SAYS_UNKNOWN = ("不明又は空です。", "The value is blank or says that it is not known.")
_LUNAR = ("明治5年以前は旧暦のため、日を換算しません。", "Days before 1873 are of the old calendar and are not converted.")
_GIF_441 = "GIF 441 日付及び時刻 (2026-03-17)"

RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="date_iso",
        label="日付",
        label_en="Dates",
        takes="日付の列 (和暦、西暦、漢数字、8桁、年・年月だけも) / dates as registers write them",
        gives="YYYY-MM-DD、YYYY-MM 又は YYYY。precision に精度 / ISO 8601 date; field precision",
        standard=_GIF_441,
        clause="日付; 8.3 和暦; 8.4 不明",
        apply=lambda value: staged(value, _parse_plain_first, OUTCOME_WITH_PRECISION, CLEAN, precision="day"),
        reasons={
            "date_form": ("ISO 8601 の形に直しました。", "Brought to the form of ISO 8601."),
            "era_converted": ("和暦を西暦に換算しました。", "Converted from the Japanese calendar."),
            "time_taken_off": ("時刻を除きました。", "The time of day was taken off."),
            "word_taken_off": ("「現在」「生」等の語を除きました。", "A word such as 現在 (as of) was taken off."),
            "era_overrun": ("改元後の日付が前の元号で書かれていました。", "The date lies after the end of the era it names."),
            "era_overrun_far": ("元号の期間を大きく過ぎています。", "The date lies long after the end of the era it names."),
            "before_era": ("その元号が始まる前の日付です。", "The date lies before the era it names began."),
            "lunar_calendar": _LUNAR,
            "impossible_date": ("暦にない日付です。", "There is no such day."),
            "years_disagree": ("併記された年が一致しません。", "The two years given do not agree."),
            "two_digit_year": ("年が2桁です。西暦と読みました。", "The year has two digits; it was read as of the common era."),
            "six_digits": ("6桁を年月と読みました。", "Six digits were read as year and month."),
            "era_code": ("1 から 5 の元号の番号と読みました。", "The first digit was read as the number of an era."),
            "day_month_order": ("月・日の順で読みました。", "Read as month, then day."),
            "fiscal_year": ("年度です。暦年ではありません。", "This is a fiscal year, not a year of the calendar."),
            "approximate": ("頃・推定とあります。", "The text says that the date is approximate."),
            "time_zone": ("日本時間でない時刻があり、日がずれるかもしれません。", "The time is not of Japan; the day may differ."),
            "no_year": ("年がありません。", "There is no year."),
            "period": (
                "期間を表しています。開始日と終了日の項目に分けてください。",
                "The value tells a period; it belongs into items for its start and its end.",
            ),
            "maybe_serial": ("表計算の通し日かもしれません。", "This may be the serial of a spreadsheet."),
            "not_a_date": ("日付として読めません。", "The value cannot be read as a date."),
            "says_unknown": _SAYS_UNKNOWN,
        },
    ),
    CleansingRule(
        id="date_excel_serial",
        label="表計算の通し日",
        label_en="Spreadsheet serials",
        takes="1900年方式の通し日の列 / serials of the 1900 date system",
        gives="YYYY-MM-DD",
        standard="ISO/IEC 29500-1 (Office Open XML)",
        clause="18.17.4.1 1900 date system",
        apply=lambda value: staged(value, _parse_serial, OUTCOME_WITH_PRECISION, CLEAN, precision="day"),
        reasons={
            "serial_read": ("通し日を日付にしました。", "The serial was read as a date."),
            "not_a_serial": ("通し日ではありません。", "The value is no serial."),
            "says_unknown": _SAYS_UNKNOWN,
        },
    ),
    CleansingRule(
        id="date_wareki",
        label="和暦で出力",
        label_en="Japanese calendar on output",
        takes="日付の列 / dates",
        gives="令和2年4月1日 の形。1年は元年 / date of the Japanese calendar, first year 元年",
        standard=_GIF_441,
        clause="8.3 和暦 (出力時に変換)",
        apply=lambda value: staged(value, _to_wareki, OUTCOME_WITH_PRECISION),
        reasons={
            "date_form": ("和暦で書きました。", "Written in the Japanese calendar."),
            "two_eras": ("改元の年又は月で、元号が二つあります。", "The period lies in two eras."),
            "read_uncertain": ("日付の読みが不確かです。", "The reading of the date is uncertain."),
            "lunar_calendar": _LUNAR,
            "not_a_date": ("日付として読めません。", "The value cannot be read as a date."),
            "says_unknown": _SAYS_UNKNOWN,
        },
    ),
)
