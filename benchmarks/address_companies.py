"""Companies of the corporate-number site against the matcher: their own municipality code and postal code, every miss classified."""

from functools import cache

import polars as pl

from benchmarks.address_cases import folded
from data_standards.codes import municipalities
from data_standards.rules import local_government_code
from registries.address.matching import TownDictionary, match_parts, match_towns
from registries.address.matching.municipality_names import carried_forward


@cache
def became() -> pl.DataFrame:
    """List for every code that is gone, and for designated cities, the codes an address there may have now: own, now (list)."""
    gone = carried_forward().group_by(own="lg_code").agg(now="became")
    standing = municipalities().filter(pl.col("valid_to").is_null())
    cities = standing.filter(pl.col("kind") == "municipality").select("prefecture", city="name", own="lg_code")
    wards = standing.filter(pl.col("kind") == "ward").select("prefecture", "lg_code", city=pl.col("name").str.extract("^(.+市).+区$"))
    of_city = wards.join(cities, on=["prefecture", "city"])
    codes = pl.concat([gone, of_city.group_by("own").agg(now="lg_code")]).explode("now")
    onward = codes.join(of_city.select("own", more="lg_code"), left_on="now", right_on="own").select("own", now="more")
    return pl.concat([codes, onward]).unique().group_by("own").agg("now")


def postal_names(postal: pl.DataFrame) -> pl.DataFrame:
    """Fold the town areas of each postal code.

    Args:
        postal: postal_code and name of every row of KEN_ALL, remarks taken off; empty where the code is of a whole municipality.

    Returns:
        postal_code, names (list of folded text).
    """
    short = postal.with_columns(folded(postal["name"]).str.replace_all("[ノガ]", ""))
    return short.unique().group_by("postal_code").agg(names="name")


_MISSES = {
    "no town in the address (number, brackets or nothing behind the municipality)": pl.col("remainder").str.contains(r"^[0-9０-９（(]|^$"),
    "unreadable character (＿)": pl.col("remainder").str.contains("^.{0,3}＿"),
    "municipality of the past, town unknown": pl.col("status") == "abolished",
    "several places equally good": pl.col("status") == "ambiguous",
    "town or number not in the dictionary (gone, renamed, misspelt, customary)": pl.lit(value=True),
}


def counts(dictionary: TownDictionary, companies: pl.DataFrame, postal: pl.DataFrame) -> pl.DataFrame:
    """Match companies and count.

    Args:
        dictionary: The dictionary.
        companies: Rows of :func:`benchmarks.address_data.companies`.
        postal: Result of :func:`postal_names`.

    Returns:
        One row of counts.
    """
    given = companies.filter(pl.col("abroad").fill_null("") == "", pl.col("address") != "")
    found = match_parts(match_towns(given["address"], dictionary), given["address"])
    both = pl.concat([given.drop("prefecture"), found], how="horizontal").with_row_index("place")
    both = both.with_columns(own=local_government_code.with_check_digit(pl.col("lg_code5"))).join(
        became(), on="own", how="left", maintain_order="left"
    )
    same = (pl.col("lg_code") == pl.col("own")) | pl.col("now").list.contains(pl.col("lg_code"))
    town = pl.col("match_level").is_in(["town", "town_detail"])
    missed = both.filter(~town)
    kinds = pl.coalesce(pl.when(where).then(pl.lit(name)) for name, where in _MISSES.items())
    classes = missed.select(kinds.alias("class")).to_series()
    coded = both.filter(town).join(postal, on="postal_code", maintain_order="left")
    coded = coded.with_columns(folded(coded["town"]).alias("plain"))
    pairs = coded.select("place", "names", pl.col("plain").str.replace_all("[ノガ]", "")).explode("names")
    name, plain = pl.col("names"), pl.col("plain")
    fits = name.eq("") | plain.str.starts_with(name) | name.str.starts_with(plain) | name.str.contains(plain, literal=True)
    consistent = pairs.with_columns(fits=fits).group_by("place").agg(pl.col("fits").any())["fits"].sum()
    return pl.DataFrame(
        {
            "rows": both.height,
            "municipality right": both.select(same.fill_null(value=False).sum()).item(),
            "town found": both.select(town.sum()).item(),
            "with postal code": coded.height,
            "town fits postal code": consistent,
            "given": companies.height,
            **{kind: int((classes == kind).sum()) for kind in _MISSES},
        }
    )


def shares(total: pl.DataFrame) -> pl.DataFrame:
    """Turn summed counts of :func:`counts` into shares."""
    count = total.row(0, named=True)
    return pl.DataFrame(
        {
            "rows": [count["rows"]],
            "municipality right %": [round(100 * count["municipality right"] / count["rows"], 3)],
            "town found %": [round(100 * count["town found"] / count["rows"], 3)],
            "town fits postal code %": [round(100 * count["town fits postal code"] / count["with postal code"], 3)],
        }
    )


def misses(total: pl.DataFrame) -> pl.DataFrame:
    """Take the classes of missed towns out of summed counts of :func:`counts`."""
    return pl.DataFrame({"class": list(_MISSES), "rows": [total[kind].item() for kind in _MISSES]})
