"""The ids of the address registry for the places of establishments."""

import polars as pl

from registries.address.matching.address import AddressMatcher

IDS = ("machiaza_id", "blk_id", "rsdt_id", "rsdt2_id")
_SLICE = 50_000


def address_ids(matcher: AddressMatcher | None, offices: pl.DataFrame) -> pl.DataFrame:
    """Tie the addresses of establishments to towns, blocks and residences.

    Args:
        matcher: Of the address registry; None where that has no town.
        offices: ``lg_code`` as delivered, ``prefecture``, ``postal_city``, ``postal_town``, ``office_address``.

    Returns:
        For each row in order the columns of :data:`IDS`, as finely as the registry confirms. They are null where the address leads to no
        single place, or to another municipality than the one delivered.
    """
    if offices.is_empty() or matcher is None:
        return pl.DataFrame({name: pl.Series([None] * offices.height, dtype=pl.String) for name in IDS})
    parts = ("prefecture", "postal_city", "postal_town", "office_address")
    written = offices.select(pl.concat_str(parts, ignore_nulls=True)).to_series()
    slices = (matcher.match(written.slice(start, _SLICE)) for start in range(0, len(written), _SLICE))
    matched = pl.concat([part.select("status", *IDS, found="lg_code") for part in slices])
    agreed = (matched["status"] == "unique") & (matched["found"] == offices["lg_code"])
    return matched.select(pl.when(agreed).then(pl.col(name)).alias(name) for name in IDS)
