"""From compact legal persons to the thirty columns of the ledger: names, addresses, readings, wordings of mergers."""

import numpy as np
import polars as pl

from pipelines.sample.streets import FULL_WIDTH, full_width, kanji_chome, streets
from pipelines.sources.nta_corporate_number.sample_names import company_names, romaji

_WITH_FURIGANA = {301: 0.93, 302: 0.82, 303: 0.8, 304: 0.75, 305: 0.95, 399: 0.85}
_WITH_ENGLISH_NAME = {101: 0.99, 201: 0.97}
_WITH_ENGLISH_NAME_OTHERWISE = 0.004
_WITH_ENGLISH_ADDRESS = 0.8  # of those with an English name
_WITH_ADDRESS_IMAGE = 0.01
_NAME_SEARCH_EXCLUDED = 0.0003
_FOREIGN_STREETS = (
    "Ｍａｉｎ　Ｓｔｒｅｅｔ", "Ｑｕｅｅｎ　Ｒｏａｄ", "Ｌａｋｅ　Ａｖｅｎｕｅ", "Ｐａｒｋ　Ｌａｎｅ",
    "Ｈａｒｂｏｕｒ　Ｒｏａｄ",
)  # fmt: skip
_FOREIGN_CITIES = (
    "Ｌｏｎｄｏｎ，ＵＫ", "Ｎｅｗ　Ｙｏｒｋ，ＵＳＡ", "ＨＯＮＧ　ＫＯＮＧ", "ＳＩＮＧＡＰＯＲＥ",
    "Ｂｅｒｌｉｎ，Ｇｅｒｍａｎｙ",
)  # fmt: skip
_PREFECTURES_IN_ENGLISH = (
    "Hokkaido", "Aomori", "Iwate", "Miyagi", "Akita", "Yamagata", "Fukushima", "Ibaraki", "Tochigi", "Gumma",
    "Saitama", "Chiba", "Tokyo", "Kanagawa", "Niigata", "Toyama", "Ishikawa", "Fukui", "Yamanashi", "Nagano", "Gifu",
    "Shizuoka", "Aichi", "Mie", "Shiga", "Kyoto", "Osaka", "Hyogo", "Nara", "Wakayama", "Tottori", "Shimane",
    "Okayama", "Hiroshima", "Yamaguchi", "Tokushima", "Kagawa", "Ehime", "Kochi", "Fukuoka", "Saga", "Nagasaki",
    "Kumamoto", "Oita", "Miyazaki", "Kagoshima", "Okinawa",
)  # fmt: skip


def describe(people: pl.DataFrame, towns: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write legal persons out in the columns of the ledger.

    Args:
        people: Rows of :func:`sample_population.population`, or of the same columns without ``partner``.
        towns: Frame of town areas that ``people.town`` points into.
        rng: Source of random numbers.

    Returns:
        The columns of the ledger but ``sequenceNumber`` and ``latest``, dates as Date, and beside them ``kana`` (the
        full reading, also where furigana is left empty) and ``town`` (row of ``towns``), row for row.
    """
    size = people.height
    placed = people.join(
        towns.rename({"town": "town_name", "kana": "town_kana"}).with_row_index("town").cast({"town": pl.Int32}),
        on="town",
        how="left",
        maintain_order="left",
    )
    names = company_names(placed.select("kind", "number", "city", "city_kana", "town_kana", town="town_name"), rng)
    image = pl.Series(rng.integers(1, 140_000, size)).cast(pl.String).str.zfill(8)
    rows = placed.with_columns(
        names,
        image=image,
        street=streets(placed["town_name"], placed["has_chome"], rng),
        abroad=_addresses_abroad(size, rng),
        furigana_draw=pl.Series(rng.random(size)),
        english_draw=pl.Series(rng.random(size)),
        english_address_draw=pl.Series(rng.random(size)),
        image_draw=pl.Series(rng.random(size)),
        excluded_draw=pl.Series(rng.random(size)),
    )
    reading_share = pl.col("kind").replace_strict(_WITH_FURIGANA, default=1.0, return_dtype=pl.Float64)
    english_share = pl.col("kind").replace_strict(_WITH_ENGLISH_NAME, default=_WITH_ENGLISH_NAME_OTHERWISE, return_dtype=pl.Float64)
    described = rows.select(
        "town",
        "kana",
        corporateNumber=pl.col("number").cast(pl.String),
        process=pl.col("process").cast(pl.String).str.zfill(2),
        correct=pl.col("correct").cast(pl.String),
        updateDate="updated",
        changeDate="changed",
        name="name",
        nameImageId=pl.when("substituted").then("image"),
        kind=pl.col("kind").cast(pl.String),
        prefectureName="prefecture",
        cityName="city",
        streetNumber="street",
        addressImageId=pl.when((pl.col("image_draw") < _WITH_ADDRESS_IMAGE) & pl.col("town").is_not_null()).then("image"),
        prefectureCode=pl.col("lg_code5").str.slice(0, 2),
        cityCode=pl.col("lg_code5").str.slice(2, 3),
        postCode="postal_code",
        addressOutside=pl.when(pl.col("kind") == 401).then("abroad"),
        addressOutsideImageId=pl.when((pl.col("kind") == 401) & (pl.col("image_draw") > 1 - 2 * _WITH_ADDRESS_IMAGE)).then("image"),
        closeDate=pl.when(pl.col("cause").is_not_null()).then("changed"),
        closeCause=pl.col("cause").cast(pl.String).str.zfill(2),
        successorCorporateNumber=pl.lit(None, pl.String),
        changeCause=pl.lit(None, pl.String),
        assignmentDate="assigned",
        enAddressOutside=pl.lit(None, pl.String),
        furigana=pl.when(pl.col("furigana_draw") < reading_share).then("kana"),
        hihyoji=(pl.col("excluded_draw") < _NAME_SEARCH_EXCLUDED).cast(pl.Int8).cast(pl.String),
        has_english=pl.col("english_draw") < english_share,
        has_english_address=pl.col("english_address_draw") < _WITH_ENGLISH_ADDRESS,
    )
    return described.with_columns(_english(described, rows)).drop("has_english", "has_english_address")


def _english(described: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Write English names and addresses of the few that have one; transliterating every row would be slow."""
    chosen = pl.DataFrame({"row": described["has_english"].arg_true()})
    some = rows.with_columns(code=rows["lg_code5"].str.slice(0, 2).cast(pl.Int32) - 1, address=described["has_english_address"])[
        chosen["row"]
    ]
    form = pl.col("kind").replace_strict({301: " Co., Ltd.", 302: " Ltd.", 305: " LLC"}, default="", return_dtype=pl.String)
    prefectures = pl.Series(_PREFECTURES_IN_ENGLISH).gather(some["code"])
    house = pl.col("street").str.extract(r"([０-９]+)[^０-９]*$").str.replace_many({wide: digit for digit, wide in FULL_WIDTH.items()})
    written = some.select(
        row=chosen["row"].cast(pl.UInt32),
        enName=pl.concat_str(romaji(pl.col("kana")), form),
        enPrefectureName=pl.when("address").then(prefectures),
        enCityName=pl.when("address").then(pl.concat_str(house, romaji(pl.col("town_kana")), romaji(pl.col("city_kana")), separator=", ")),
    )
    every = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
    return every.join(written, on="row", how="left", maintain_order="left").drop("row")


def _addresses_abroad(size: int, rng: np.random.Generator) -> pl.Series:
    draws = pl.DataFrame(
        {
            "number": rng.integers(1, 400, size),
            "street": pl.Series(_FOREIGN_STREETS).gather(rng.integers(0, len(_FOREIGN_STREETS), size)),
            "city": pl.Series(_FOREIGN_CITIES).gather(rng.integers(0, len(_FOREIGN_CITIES), size)),
        }
    )
    return draws.select(address=pl.concat_str(full_width(pl.col("number")), "street", "city", separator="　")).to_series()


def era_date(day: pl.Expr) -> pl.Expr:
    """Write dates of 2015 and later as the register does: 令和６年１月４日; the first year of 令和 is １年.

    Args:
        day: Date column.

    Returns:
        Text column.
    """
    is_reiwa = day >= pl.date(2019, 5, 1)
    year = day.dt.year() - pl.when(is_reiwa).then(2018).otherwise(1988)
    era = pl.when(is_reiwa).then(pl.lit("令和")).otherwise(pl.lit("平成"))
    return pl.concat_str(
        era,
        full_width(year),
        pl.lit("年"),
        full_width(day.dt.month()),
        pl.lit("月"),
        full_width(day.dt.day()),
        pl.lit("日"),
    )


def named_party(frame: pl.DataFrame) -> pl.Series:
    """Name a company the way merger wordings do: address, name, and its number in full-width brackets.

    The prefecture is left out before a city with wards, as in the commercial register; 丁目 are in kanji.

    Args:
        frame: Rows with the columns of the ledger and an address in Japan.

    Returns:
        Text column.
    """
    designated = pl.col("cityName").str.contains("市.+区$")
    prefecture = pl.when(designated).then(pl.lit("")).otherwise("prefectureName")
    number = pl.concat_str(pl.lit("（"), "corporateNumber", pl.lit("）"))
    return frame.select(party=pl.concat_str(prefecture, "cityName", kanji_chome(pl.col("streetNumber")), "name", number)).to_series()


def with_full_file_mergers(described: pl.DataFrame, partner: pl.Series) -> pl.DataFrame:
    """Fill successor and wording of the rows whose last event is a merger.

    Args:
        described: Rows of the ledger.
        partner: For each row the position of the other company in the same frame, or null.

    Returns:
        The rows with ``successorCorporateNumber`` and ``changeCause`` filled.
    """
    other = named_party(described).gather(partner)
    number = described["corporateNumber"].gather(partner)
    day = era_date(pl.col("changeDate"))
    absorbed = pl.col("closeCause") == "11"
    return described.with_columns(
        successorCorporateNumber=pl.when(absorbed).then(number),
        changeCause=pl.when(absorbed)
        .then(pl.concat_str(day, other, pl.lit("に合併し解散")))
        .when(pl.col("process") == "71")
        .then(pl.concat_str(day, other, pl.lit("を合併"))),
    )
