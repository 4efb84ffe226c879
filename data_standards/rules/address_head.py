"""The head of a written address: postal code, prefecture, county and municipality, by the names of :func:`codes.municipalities`."""

from functools import cache

import polars as pl

from data_standards import codes
from data_standards.rules.address_lower import SEPARATORS, folded


@cache
def _places() -> pl.DataFrame:
    """What an address may begin with (``key``), the place it means and what is to be said of it, longest first."""
    table = codes.municipalities().with_columns(current=pl.col("valid_to").is_null(), name=pl.col("name").str.replace_all("ヶ", "ケ"))
    prefectures = table.filter(pl.col("kind") == "prefecture").select(
        "prefecture", "lg_code", key=pl.col("prefecture"), city=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
    )
    official = codes.municipalities().get_column("name")
    places = table.with_columns(city=official).filter(pl.col("kind").is_in(["municipality", "ward"]))
    short = pl.col("name").str.replace("^.+?郡(.+[町村])$", "${1}").str.replace("^.+市(.+区)$", "${1}")
    places = places.with_columns(short=short)
    shortened = pl.col("short") != pl.col("name")
    written = [
        places.select(pl.exclude("short"), key=pl.concat_str("prefecture", "name"), said=pl.lit(None, pl.String)),
        places.filter(shortened).select(
            pl.exclude("short"), key=pl.concat_str("prefecture", "short"), said=pl.lit("municipality_completed")
        ),
        places.select(pl.exclude("short"), key=pl.col("name"), said=pl.lit("prefecture_supplied")),
        # Without prefecture and county the name of a former town is indistinguishable from that of a 町字.
        places.filter(shortened & pl.col("current")).select(
            pl.exclude("short"),
            key=pl.col("short"),
            said=pl.when(pl.col("short").str.contains("[町村]$"))
            .then(pl.lit("town_or_municipality"))
            .otherwise(pl.lit("prefecture_supplied")),
        ),
    ]
    every = pl.concat(written).filter(pl.col("current") | ~pl.col("current").any().over("key"))
    every = every.sort("key", pl.col("valid_to").fill_null(pl.date(9999, 1, 1)), "lg_code", "said", nulls_last=True)
    found = every.group_by("key", maintain_order=True).agg(
        pl.col("prefecture", "lg_code", "city", "current").last(),
        pl.col("said").first(),
        pl.col("prefecture").n_unique().alias("prefectures"),
        (pl.struct("prefecture", "city").n_unique() + pl.col("lg_code").filter("current").n_unique() - pl.col("current").any()).alias(
            "places"
        ),
    )
    several = pl.col("places") > 1
    begins = pl.col("key").str.starts_with(pl.col("prefecture"))
    found = found.select(
        pl.when(several & ~begins).then(None).otherwise("prefecture").alias("prefecture"),
        pl.when(~several).then("lg_code").alias("lg_code"),
        "key",
        pl.when(~several)
        .then("city")
        .when(begins)
        .then(pl.col("key").str.slice(pl.col("prefecture").str.len_chars()))
        .otherwise("key")
        .alias("city"),
        pl.when(several)
        .then(pl.lit("municipality_not_unique"))
        .when(~pl.col("current"))
        .then(pl.lit("former_municipality"))
        .otherwise("said")
        .alias("reason"),
    )
    return pl.concat([prefectures.select(found.columns), found]).sort(pl.col("key").str.len_chars(), "key", descending=[True, False])


@cache
def countries() -> str:
    """Regular expression of the countries and other places abroad that an address may begin with."""
    names = [code.label for code in codes.load_code_lists()["country"].codes.values() if code.label not in {"日本", "不明"}]
    every = sorted({*names, "アメリカ", "米国", "イギリス", "韓国", "中国", "海外", "国外"}, key=lambda name: (-len(name), name))
    return "^(?:" + "|".join(name.replace("（", r"[(（]").replace("）", "[)）]") for name in every) + r")(?:$|[^\p{Katakana}ー])"


def read_head(frame: pl.DataFrame) -> pl.DataFrame:
    """Take postal code, prefecture and municipality off the column ``given``; the rest is ``lower``."""
    text = folded(pl.col("given"))
    postal = r"^(〒 ?[0-9]{3}-?[0-9]{4}|[0-9]{3}-[0-9]{4}) ?([^0-9-].*)$"
    frame = frame.with_columns(text=text).with_columns(postal=pl.col("text").str.extract(postal))
    bare = pl.when(pl.col("postal").is_not_null()).then(pl.col("text").str.extract(postal, 2)).otherwise("text")
    joined = bare.str.replace(r"^([^ ]{2,3}[都道府県])[ ,、]+", "${1}").str.replace(
        r"^([^ 0-9]{1,12}[市郡])[ ,、]+([^ 0-9]{1,6}[区町村])", "${1}${2}"
    )
    # Hokkaido's counties and the names of two islands stand in addresses, but not in the official names of the municipalities.
    area = r"^(?:北海道(\p{Han}{2}郡)|東京都((?:三宅|八丈)島))[^島]"
    frame = frame.with_columns(bare=joined.str.strip_chars(SEPARATORS))
    frame = frame.with_columns(area=pl.coalesce(pl.col("bare").str.extract(area, 1), pl.col("bare").str.extract(area, 2)).fill_null(""))
    inner = pl.when(pl.col("area") == "").then("bare").otherwise(pl.concat_str(pl.col("bare").str.head(3), pl.col("bare").str.slice(6)))
    frame = frame.with_columns(inner=inner)
    frame = frame.with_columns(begin=pl.col("inner").str.head(24).str.replace_all("[ヶｹ]", "ケ"))
    places = _places()
    key = pl.col("begin").str.extract_many(places.get_column("key").to_list(), leftmost=True).list.first()
    frame = frame.with_columns(key=key).with_columns(key=pl.when(pl.col("begin").str.starts_with(pl.col("key"))).then("key"))
    frame = frame.join(places, on="key", how="left", maintain_order="left").rename({"reason": "said"})
    area_read = (pl.col("area") != "") & pl.col("city").is_not_null()
    return frame.with_columns(
        lower=pl.when((pl.col("area") != "") & ~area_read)
        .then(pl.col("bare").str.slice(3))
        .otherwise(pl.col("inner").str.slice(pl.col("key").str.len_chars().fill_null(0)))
        .str.strip_chars(SEPARATORS),
        city=pl.when(area_read).then(pl.concat_str("area", "city")).otherwise("city"),
    ).with_columns(below=pl.col("lower"))
