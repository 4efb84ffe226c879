"""The standard forms of a matched address: three items, four items, joined, kana and romaji.

Source of the rules: GIF 442 住所 (2026-03-17): 町字以下 with 丁目・番地・号 in half-width digits and hyphens, 大字 and a leading 字
dropped, 町字 with 丁目 in kanji, Kyoto's streets kept, rooms and buildings apart; the English form ``2-1-2 Kasumigaseki, Chiyoda-ku, Tokyo
1008926, Japan``; 町字以下(カナ) カスミガセキニチョウメ1-2. The choices 442 leaves are those of
:mod:`data_standards.rules.address_form` (drop_oaza, chome_digits, series_before_number).
"""

from functools import cache

import polars as pl

from data_standards.rules.folding import kanji_numbers

_KANJI = "〇一二三四五六七八九十百"
_READINGS = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_BEFORE_CH = (("イチ$", "イッ"), ("ハチ$", "ハッ"), ("ジュウ$", "ジュッ"))
_LINES = ("条", "線")

TOWN_PARTS = (
    "oaza_cho",
    "chome",
    "koaza",
    "county",
    "city",
    "ward",
    "pref_kana",
    "county_kana",
    "city_kana",
    "ward_kana",
    "oaza_cho_kana",
    "chome_kana",
    "koaza_kana",
    "pref_roma",
    "county_roma",
    "city_roma",
    "ward_roma",
    "oaza_cho_roma",
    "koaza_roma",
)
"""Columns of the town table that the forms are made of; absent ones count as unknown."""


def chome_digits(chome: pl.Expr) -> pl.Expr:
    """The number of a 丁目 in digits: ``二丁目``, ``2丁目`` and ``２丁目`` are 2.

    Args:
        chome: Text column.

    Returns:
        Text column; null where there is no number.
    """
    digits = chome.str.replace_many(list("０１２３４５６７８９"), list("0123456789"))
    return kanji_numbers(digits).str.extract("^([0-9]+)")


def _chome_kana(number: pl.Expr) -> pl.Expr:
    """The reading of a 丁目 from its number: 2 is ニチョウメ, 18 ジュウハッチョウメ."""
    digits = number.str.zfill(2)
    tens, units = (
        digits.str.slice(place, 1).replace_strict({str(n): n for n in range(10)}, default=0, return_dtype=pl.Int8) for place in (0, 1)
    )
    tens_read = (
        pl.when(tens == 0)
        .then(pl.lit(""))
        .when(tens == 1)
        .then(pl.lit("ジュウ"))
        .otherwise(pl.concat_str(tens.replace_strict(dict(enumerate(_READINGS)), return_dtype=pl.String), pl.lit("ジュウ")))
    )
    text = pl.concat_str(tens_read, units.replace_strict(dict(enumerate(_READINGS)), return_dtype=pl.String))
    for end, sound in _BEFORE_CH:
        text = text.str.replace(end, sound)
    return pl.concat_str(text, pl.lit("チョウメ"))


def _text(name: str) -> pl.Expr:
    return pl.col(name).fill_null("")


def town_forms(towns: pl.DataFrame) -> pl.DataFrame:
    """Write the part of each form that depends on the town alone.

    Args:
        towns: Distinct towns with ``town_row``, ``lg_code`` and the columns of :data:`TOWN_PARTS`.

    Returns:
        ``town_row``, ``chome_number``, ``has_koaza``, ``plain`` (大字 and 小字 without 大字 and leading 字, numerals of 条 and 線 in
        digits), ``with_koaza`` (the same with 丁目 and 小字 behind it), ``kana`` and ``romaji`` (null where a reading is not known),
        ``place_kana`` and ``place_romaji``.
    """
    frame = towns.with_columns(pl.lit(None, pl.String).alias(name) for name in TOWN_PARTS if name not in towns.columns)
    frame = frame.with_columns(pl.when(pl.col(name) != "").then(name).alias(name) for name in TOWN_PARTS)
    frame = frame.with_columns(chome_number=chome_digits(pl.col("chome")), oaza=_text("oaza_cho").str.replace("^(?:大字|字)", ""))
    # elsewhere 条 is part of a name (東京都北区上十条)
    in_hokkaido = pl.col("lg_code").str.starts_with("01")
    for line in _LINES:
        numeral = pl.when(in_hokkaido).then(pl.col("oaza").str.extract(f"([{_KANJI}]+){line}(?:[東西南北]|$)"))
        read = pl.concat_str(kanji_numbers(numeral), pl.lit(line))
        frame = frame.with_columns(
            oaza=pl.when(numeral.is_not_null()).then(pl.col("oaza").str.replace(f"[{_KANJI}]+{line}", read)).otherwise("oaza")
        )
    koaza = pl.when(pl.col("oaza") == "").then(_text("koaza").str.replace("^字", "")).otherwise(_text("koaza"))
    chome_text = pl.when(pl.col("chome_number").is_not_null()).then(pl.concat_str("chome_number", pl.lit("丁目"))).otherwise(pl.lit(""))
    unread = pl.any_horizontal(pl.col(part).is_not_null() & pl.col(f"{part}_kana").is_null() for part in ("oaza_cho", "koaza"))
    chome_kana = pl.when(pl.col("chome_number").is_not_null()).then(_chome_kana(pl.col("chome_number"))).otherwise(_text("chome_kana"))
    unwritten = pl.any_horizontal(pl.col(part).is_not_null() & pl.col(f"{part}_roma").is_null() for part in ("oaza_cho", "koaza"))
    unread_place, unwritten_place = (
        pl.any_horizontal(pl.col(part).is_not_null() & pl.col(f"{part}_{script}").is_null() for part in ("county", "city", "ward"))
        for script in ("kana", "roma")
    )
    where = pl.concat_str("ward_roma", "city_roma", "county_roma", "pref_roma", separator=", ", ignore_nulls=True)
    return frame.select(
        "town_row",
        "chome_number",
        plain=pl.concat_str("oaza", koaza),
        with_koaza=pl.concat_str("oaza", chome_text, koaza),
        has_koaza=pl.col("koaza").is_not_null(),
        kana=pl.when(~unread).then(pl.concat_str(_text("oaza_cho_kana"), chome_kana, _text("koaza_kana"))),
        place_kana=pl.when(pl.col("pref_kana").is_not_null() & ~unread_place).then(
            pl.concat_str("pref_kana", "county_kana", "city_kana", "ward_kana", ignore_nulls=True)
        ),
        romaji=pl.when(~unwritten).then(pl.concat_str("koaza_roma", "oaza_cho_roma", separator=" ", ignore_nulls=True)),
        place_romaji=pl.when(pl.col("pref_roma").is_not_null() & ~unwritten_place).then(where),
    )


@cache
def form_steps(
    *, street: bool, sub: bool, chome: bool, numbered: bool, koaza: bool, lettered: bool, building: bool, overseas: bool
) -> tuple[list[pl.Expr], ...]:
    """Write the forms of each address.

    Of a frame with the columns ``prefecture``, ``municipality``, ``kyoto_street``, ``block_number``, ``unconfirmed_chome``,
    ``unconfirmed_town``, ``building``, ``postal_code``, ``status``, ``written`` and those of :func:`town_forms`, null where there is
    no town.

    Args:
        street: Whether there is a street of Kyoto in any row.
        sub: Whether there is an unconfirmed part of a town in any row.
        chome: Whether there is an unconfirmed 丁目 in any row.
        numbered: Whether there is any 丁目 in any row.
        koaza: Whether there is a 小字 in any row.
        lettered: Whether there may be a 番地以下 that does not begin with a digit, or is not ASCII.
        building: Whether there is a building in any row.
        overseas: Whether any row lies overseas.

    Returns:
        Steps of expressions that add ``town_and_block`` (町字以下), ``full_address`` (連結表記), ``full_address_kana`` and
        ``full_address_en``.
    """
    block, number_of_chome = pl.col("block_number"), pl.coalesce("chome_number", "unconfirmed_chome") if chome else pl.col("chome_number")
    unconfirmed_town = ["unconfirmed_town"] if sub else []
    # Between 丁目 and number a 小字 would make the digits read as 番地, so the mark stays.
    marked = pl.col("has_koaza")
    joint = pl.when(block.is_null()).then(pl.lit("丁目")).otherwise(pl.lit("-"))
    if lettered:
        joint = pl.when(block.is_null()).then(pl.lit("丁目")).when(block.str.contains("^[0-9]")).then(pl.lit("-"))
    no_sub = pl.lit(value=True)
    if sub:
        no_sub = pl.col("unconfirmed_town").fill_null("") == ""
        marked = pl.col("has_koaza").fill_null(value=False) | ~no_sub
    unconfirmed = [pl.when(pl.col("unconfirmed_chome").is_not_null()).then(pl.concat_str("unconfirmed_chome", pl.lit("丁目")))] * chome
    behind = pl.concat_str("plain", *unconfirmed_town, block, ignore_nulls=True)
    number = block
    if numbered:
        joined = pl.concat_str("plain", number_of_chome, joint, block, ignore_nulls=True)
        if koaza or sub:
            long = pl.concat_str("with_koaza", *unconfirmed, *unconfirmed_town, block, ignore_nulls=True)
            joined = pl.when(marked).then(long).otherwise(joined)
        behind = pl.when(number_of_chome.is_null()).then(behind).otherwise(joined)
        number = pl.concat_str(number_of_chome, block, separator="-", ignore_nulls=True)
    kana = pl.concat_str("place_kana", "kana", block.fill_null(""))
    known = pl.col("place_romaji").is_not_null() & pl.col("romaji").is_not_null()
    if lettered:
        known &= ~block.str.contains(r"[^\x00-\x7F]").fill_null(value=False)
    if sub:
        known, kana = known & no_sub, pl.when(no_sub).then(kana)
    if chome:
        kana = pl.when(pl.col("unconfirmed_chome").is_null()).then(kana)
    in_town = pl.concat_str(_filled("number"), _filled("romaji"), separator=" ", ignore_nulls=True)
    place = pl.concat_str("place_romaji", "postal_code", separator=" ", ignore_nulls=True)
    english = pl.concat_str(_filled("in_town"), place, pl.lit("Japan"), separator=", ", ignore_nulls=True)
    whole = pl.concat_str("kyoto_street", "behind", ignore_nulls=True) if street else pl.col("behind")
    line = pl.concat_str("prefecture", "municipality", "town_and_block", ignore_nulls=True)
    full = _filled("line")
    if building:
        full = pl.when(pl.col("line") != "").then(pl.concat_str("line", "building", separator=" ", ignore_nulls=True))
    if overseas:
        full = pl.when(pl.col("status") == "overseas").then("written").otherwise(full)
    return (
        [behind.alias("behind"), number.alias("number"), kana.alias("full_address_kana")],
        [pl.when(pl.col("behind") != "").then(whole).alias("town_and_block"), in_town.alias("in_town")],
        [line.alias("line"), pl.when(known).then(english).alias("full_address_en")],
        [full.alias("full_address")],
    )


def _filled(name: str) -> pl.Expr:
    """A text column, null where it is empty."""
    return pl.when(pl.col(name) != "").then(name)
