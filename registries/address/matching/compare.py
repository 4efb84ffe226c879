"""How far two written addresses agree."""

import polars as pl

from registries.address.matching.address import AddressMatcher

AGREEMENTS = ("none", "prefecture", "municipality", "town", "chome", "block", "number", "exact")
"""Levels of agreement, from nothing to everything.

``town``: the same 大字・町; ``chome``: the same 丁目; ``block``: the same 番地 or 街区; ``number``: all numbers are the same;
``exact``: and the building, floor and room as well.
"""

_NUMBERS = r"^(.*?)((?:[0-9]+-)*[0-9]+|)$"


def _read(addresses: pl.Series, matcher: AddressMatcher, side: str) -> pl.DataFrame:
    """The parts that are compared, each with the suffix of its side."""
    found = matcher.match(addresses)
    building = pl.col("building").fill_null("").str.replace_all("[ 　]", "").str.to_lowercase()
    groups = pl.col("town_and_block").fill_null("").str.extract_groups(_NUMBERS).struct.rename_fields(["name", "numbers"])
    frame = found.select(
        "prefecture",
        "municipality",
        groups.struct.unnest(),
        building=building,
        has_chome=pl.col("town").str.contains("丁目").fill_null(value=False),
    )
    frame = frame.with_columns(numbers=pl.when(pl.col("numbers") != "").then(pl.col("numbers").str.split("-")))
    return frame.rename(lambda name: f"{name}_{side}")


def compare_addresses(first: pl.Series, second: pl.Series, matcher: AddressMatcher) -> pl.Series:
    """Tell how far addresses agree, pair by pair, whatever way each is written.

    Args:
        first: Addresses.
        second: As many addresses.
        matcher: The matcher.

    Returns:
        One of :data:`AGREEMENTS` for each pair; null where one of the two is no place that the registry knows.
    """
    frame = _read(first, matcher, "a").hstack(_read(second, matcher, "b"))

    def same(name: str) -> pl.Expr:
        return (pl.col(f"{name}_a") == pl.col(f"{name}_b")).fill_null(value=False)

    def number(place: int) -> pl.Expr:
        one, other = (pl.col(f"numbers_{side}").list.get(place, null_on_oob=True) for side in "ab")
        return (one == other).fill_null(value=False)

    lengths = [pl.col(f"numbers_{side}").list.len().fill_null(0) for side in "ab"]
    # 道玄坂1-5-3: of three numbers the first is the 丁目, also where the register of towns has none
    chome = pl.col("has_chome_a") | pl.col("has_chome_b") | (pl.min_horizontal(*lengths) > 2)
    numbers = (pl.col("numbers_a") == pl.col("numbers_b")) | (pl.col("numbers_a").is_null() & pl.col("numbers_b").is_null())
    block = pl.when(chome).then(number(0) & number(1)).otherwise(number(0))
    level = (
        pl.when(pl.col("prefecture_a").is_null() | pl.col("prefecture_b").is_null())
        .then(None)
        .when(~same("prefecture"))
        .then(pl.lit("none"))
        .when(~same("municipality"))
        .then(pl.lit("prefecture"))
        .when(~same("name"))
        .then(pl.lit("municipality"))
        .when(numbers.fill_null(value=False) & same("building"))
        .then(pl.lit("exact"))
        .when(numbers.fill_null(value=False))
        .then(pl.lit("number"))
        .when(block)
        .then(pl.lit("block"))
        .when(chome & number(0))
        .then(pl.lit("chome"))
        .otherwise(pl.lit("town"))
    )
    return frame.select(level.alias("agreement")).to_series()
