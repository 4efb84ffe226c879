"""Owners of the sample's land: companies of the company sample, and invented persons."""

from functools import cache

import numpy as np
import polars as pl

from pipelines.sample.companies import untouched
from pipelines.sources.nta_corporate_number.sample_words import SURNAMES

_GIVEN = (
    "太郎", "一郎", "健", "誠", "隆", "茂", "清", "実", "勝", "正", "和子", "幸子", "恵子", "洋子", "節子", "京子", "悦子", "由美子",
    "明美", "真由美", "大輔", "翔太", "拓也", "直樹", "美咲", "葵", "陽菜", "結衣", "蓮", "陽翔", "誠一", "浩二", "昭三", "正男",
    "文子", "千代子", "信子", "久美子", "智子", "裕子",
)  # fmt: skip


@cache
def companies(scale: int, seed: int) -> pl.DataFrame:
    """List companies of the company sample that its daily files leave alone.

    Args:
        scale: Companies of the sample, at least 1,000.
        seed: Seed of the sample.

    Returns:
        ``corporate_number``, ``registration_number`` (会社法人等番号, twelve digits), ``name``, ``address``, ``is_open``, ``successor``
        (corporate number of the company it was merged into, else null), in the order of the file.
    """
    rows = untouched(scale, seed)
    still = rows["corporateNumber"].implode()
    listed = rows.filter(pl.col("kind").is_in(["301", "302", "305"]) & pl.col("streetNumber").is_not_null()).select(
        corporate_number="corporateNumber",
        registration_number=pl.col("corporateNumber").str.slice(1),
        name="name",
        address=pl.concat_str("prefectureName", "cityName", "streetNumber"),
        is_open=pl.col("closeDate").is_null(),
        successor=pl.when(pl.col("successorCorporateNumber").is_in(still)).then("successorCorporateNumber"),
    )
    # two companies of one name at one place could not be told apart by name and address
    distinct: pl.DataFrame = listed.unique(["name"], keep="first", maintain_order=True)
    return distinct


def persons(count: int, places: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Invent persons with homes in the towns of a municipality.

    Args:
        count: How many.
        places: Towns with ``prefecture``, ``city`` and ``town``.
        rng: Source of random numbers.

    Returns:
        ``name`` (surname and given name without a space; no two alike) and ``address``.
    """
    surnames = SURNAMES.get_column("name")
    surname = surnames.gather(rng.integers(0, len(surnames), count))
    given = pl.Series(_GIVEN).gather(rng.integers(0, len(_GIVEN), count))
    home = places[rng.integers(0, places.height, count)]
    number = pl.DataFrame({"block": rng.integers(1, 40, count), "house": rng.integers(1, 30, count), "surname": surname, "given": given})
    # invented names repeat; a kanji counter keeps the owners of one municipality apart
    again = pl.int_range(pl.len()).over("surname", "given")
    mark = again.cast(pl.String).str.replace_many(list("0123456789"), list("零壱弐参四五六七八九"))
    return pl.concat([home.select("prefecture", "city", "town"), number], how="horizontal").select(
        name=pl.concat_str("surname", "given", pl.when(again > 0).then(pl.concat_str(pl.lit("之"), mark)).otherwise(pl.lit(""))),
        address=pl.concat_str("prefecture", "city", "town", "block", pl.lit("番"), "house", pl.lit("号")),
    )
