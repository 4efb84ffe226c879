"""Places of company records: municipality, town, numbers and building of each address, as comparable pieces."""

import polars as pl

from data_standards.rules.address_form import RULES
from data_standards.rules.organisation_name import search_key
from registries.address.matching.address import AddressMatcher

_THREE_ITEMS = next(rule for rule in RULES if rule.id == "address_three_items")
_STREET = r"^([^0-9]*)"
_NUMBERS = r"[0-9]+"
_SLICE = 50_000


def _standard(addresses: pl.DataFrame, matcher: AddressMatcher) -> pl.DataFrame:
    """Add ``standard``: the address as the registry writes it where it leads to one town, else as it is written.

    So 大字 left out, an old municipality, another glyph or a Kyoto street make no other place.
    """
    given = addresses.get_column("address")
    parts = (matcher.match(given.slice(start, _SLICE)) for start in range(0, len(given), _SLICE))
    whole = (pl.col(name).fill_null("") for name in ("prefecture", "municipality", "town", "unconfirmed_town", "block_number"))
    form = pl.concat_str(*whole, pl.lit(" "), pl.coalesce("building", "left_over", pl.lit("")))
    one = (pl.col("status") == "unique") & pl.col("town").is_not_null()
    formed = [part.select(standard=pl.when(one).then(form)) for part in parts]
    return addresses.hstack(pl.concat(formed)).with_columns(pl.coalesce("standard", "address").alias("standard"))


def places(addresses: pl.Series, matcher: AddressMatcher | None = None) -> pl.DataFrame:
    """Read the pieces of each distinct address.

    Args:
        addresses: Addresses as written.
        matcher: Of the address registry; without it addresses are read by the rules of the data standard alone.

    Returns:
        ``address``, ``lg_code``, ``town`` (folded), ``number`` (up to three numbers), ``block`` (two), ``numbers`` (how many), ``building``
        (folded).
    """
    distinct = addresses.rename("address").to_frame().drop_nulls().unique()
    distinct = distinct.with_columns(standard="address") if matcher is None or distinct.is_empty() else _standard(distinct, matcher)
    forms = distinct.select("standard").unique()
    read = forms.with_columns(_THREE_ITEMS.apply(pl.col("standard")).alias("read")).select(
        "standard",
        lg_code=pl.col("read").struct.field("lg_code"),
        street=pl.col("read").struct.field("street_address").fill_null(pl.col("read").struct.field("remainder")),
        building=pl.col("read").struct.field("building"),
    )
    street = pl.col("street")
    numbers = street.str.extract_all(_NUMBERS)
    read = read.with_columns(town=search_key(street.str.extract(_STREET, 1)).replace("", None), numbers=numbers)
    pieces = read.select(
        "standard",
        "lg_code",
        "town",
        number=pl.col("numbers").list.head(3).list.join("-").replace("", None),
        block=pl.col("numbers").list.head(2).list.join("-").replace("", None),
        numbers=pl.col("numbers").list.len().cast(pl.UInt8),
        building=search_key(pl.col("building")).replace("", None),
    )
    return distinct.join(pieces, on="standard", how="left").drop("standard")
