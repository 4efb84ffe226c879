"""Made-up street parts of addresses, in the styles and shares of the corporate-number ledger."""

import numpy as np
import polars as pl

FULL_WIDTH = {str(digit): chr(ord("０") + digit) for digit in range(10)}

# Shares measured on 129,583 rows of 2024: 住居表示 (番…号), 地番 (番地), hyphen, bare number.
_STYLES = ("residence", "lot", "hyphen", "bare")
_STYLE_SHARES = (0.52, 0.37, 0.09, 0.02)
_CHOME = 8
_WITH_BUILDING = 0.28
_BUILDING_HEADS = (
    "グランド", "サン", "第一", "第二", "中央", "駅前", "新", "メゾン", "コーポ", "プラザ", "パーク", "シティ",
    "セントラル", "ロイヤル", "グリーン", "ホワイト", "フォレスト", "リバー", "オーク", "ベル", "日の出", "富士", "東",
    "北", "大和", "平和",
)  # fmt: skip
_BUILDING_TAILS = (
    "ビル", "ビルディング", "ハイツ", "マンション", "タワー", "プラザ", "コート", "レジデンス", "スクエア", "テラス",
    "荘", "会館",
)  # fmt: skip


def full_width(value: pl.Expr) -> pl.Expr:
    """Write numbers with full-width digits.

    Args:
        value: Column of integers or of text with ASCII digits.

    Returns:
        Text column.
    """
    return value.cast(pl.String).str.replace_many(FULL_WIDTH)


def kanji_chome(street: pl.Expr) -> pl.Expr:
    """Write the number of a 丁目 in kanji, as the commercial register does (三丁目).

    Args:
        street: Column of streets made by :func:`streets`, whose 丁目 have one digit.

    Returns:
        Text column.
    """
    digits = "一二三四五六七八九"
    return street.str.replace_many({f"{FULL_WIDTH[str(i + 1)]}丁目": f"{digits[i]}丁目" for i in range(9)})


def streets(town: pl.Series, has_chome: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Make a street part (丁目番地等) in each of the given towns.

    52 % 番…号, 37 % 番地, 9 % with hyphens, 2 % a bare number; a little over a quarter with a building.

    Args:
        town: Names of towns; null gives null.
        has_chome: Whether the town is divided into 丁目.
        rng: Source of random numbers.

    Returns:
        Text column with full-width digits.
    """
    size = len(town)
    numbers = pl.Series(map(str, range(3001))).str.replace_many(FULL_WIDTH)

    def number(low: int, high: int) -> pl.Series:
        return numbers.gather(rng.integers(low, high, size))

    style = pl.Series(_STYLES).gather(rng.choice(len(_STYLES), size, p=_STYLE_SHARES))
    draws = pl.DataFrame(
        {
            "town": town,
            "has_chome": has_chome,
            "style": style,
            "chome": number(1, _CHOME + 1),
            "block": number(1, 60),
            "house": number(1, 31),
            "lot": number(1, 3001),
            "room": number(101, 1300),
            "floor": number(1, 13),
            "lot_form": rng.random(size),
            "building": rng.random(size),
            "building_form": rng.random(size),
            "head": pl.Series(_BUILDING_HEADS).gather(rng.integers(0, len(_BUILDING_HEADS), size)),
            "tail": pl.Series(_BUILDING_TAILS).gather(rng.integers(0, len(_BUILDING_TAILS), size)),
        }
    )
    lot = pl.when("has_chome").then("block").otherwise("lot")
    lot_branch = (
        pl.when(pl.col("lot_form") < 0.45)
        .then(pl.lit(""))
        .when(pl.col("lot_form") < 0.8)
        .then("house")
        .otherwise(pl.concat_str(pl.lit("の"), "house"))
    )
    hyphen_branch = pl.when(pl.col("lot_form") < 0.7).then(pl.lit("")).otherwise(pl.concat_str(pl.lit("－"), "room"))
    place = (
        pl.when(pl.col("style") == "residence")
        .then(pl.concat_str("block", pl.lit("番"), "house", pl.lit("号")))
        .when(pl.col("style") == "lot")
        .then(pl.concat_str(lot, pl.lit("番地"), lot_branch))
        .when(pl.col("style") == "hyphen")
        .then(pl.concat_str("block", pl.lit("－"), "house", hyphen_branch))
        .otherwise(lot)
    )
    chome = pl.when("has_chome").then(pl.concat_str("chome", pl.lit("丁目"))).otherwise(pl.lit(""))
    room = (
        pl.when(pl.col("building_form") < 0.3)
        .then(pl.concat_str("floor", pl.lit("階")))
        .when(pl.col("building_form") < 0.4)
        .then(pl.concat_str("floor", pl.lit("Ｆ")))
        .when(pl.col("building_form") < 0.6)
        .then(pl.concat_str("room", pl.lit("号室")))
        .when(pl.col("building_form") < 0.8)
        .then(pl.concat_str("room", pl.lit("号")))
        .otherwise(pl.lit(""))
    )
    building = (
        pl.when((pl.col("building") >= _WITH_BUILDING) | (pl.col("style") == "bare"))
        .then(pl.lit(""))
        .otherwise(pl.concat_str("head", "tail", room))
    )
    return draws.select(street=pl.concat_str("town", chome, place, building)).to_series()
