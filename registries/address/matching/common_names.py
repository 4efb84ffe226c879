"""Common names of towns (通称) that the master tells beside the official ones: they lead to the town, where nothing else is called so."""

import polars as pl

from registries.address.matching import town_names
from registries.address.matching.corrections import LOOSE, bits
from registries.address.matching.text import character_table, folded_strings

_SAID = bits("common_name")
_PENALTY = 1


def _folded(names: pl.Series) -> pl.Series:
    return folded_strings(names, character_table())


def _meant(named: pl.DataFrame, name: str, own: str, within: list[str]) -> pl.DataFrame:
    """Common names, each once: those that nothing else within the same place is called, officially or commonly."""
    given = named.filter(pl.col(name).fill_null("") != "")
    given = given.with_columns(folded=_folded(given[name]))
    official = named.filter(pl.col(own).is_not_null())
    official = official.select(*within, folded=_folded(official[own])).unique()
    given = given.join(official, on=[*within, "folded"], how="anti", nulls_equal=True)
    return given.filter(pl.col("place").n_unique().over(*within, "folded") == 1).unique(
        ["place", "folded"], keep="first", maintain_order=True
    )


def _made(written: pl.DataFrame) -> pl.DataFrame:
    """Ways of writing common names: none that is loose besides."""
    strict = written.filter((pl.col("corrections") & LOOSE) == 0)
    return strict.with_columns(penalty=pl.col("penalty") + _PENALTY, corrections=pl.col("corrections") | _SAID)


def written_common_oaza(oaza: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Write the common name of every 大字・町 that has one.

    Args:
        oaza: ``lg_code``, ``oaza`` (official name), ``place`` (its number), ``muni`` (number of its municipality).
        named: Towns: ``lg_code``, ``oaza``, ``oaza_cho_alias``.

    Returns:
        place, muni, text, penalty, corrections.
    """
    keys = ["lg_code", "oaza"]
    told = oaza.join(named.select(*keys, "oaza_cho_alias").unique(maintain_order=True), on=keys, how="left", maintain_order="left")
    meant = _meant(told, "oaza_cho_alias", "oaza", ["lg_code"])
    written = town_names.written_oaza(meant.select("place", name="oaza_cho_alias"))
    return _made(written).join(meant.select("place", "muni").unique(), on="place", maintain_order="left")


def written_common_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """Write the common name of every 小字 that has one.

    Args:
        parts: ``place`` (number of the town), ``oaza_place`` (number of its 大字・町), ``chome``, ``part`` (official 小字),
            ``koaza_alias``.

    Returns:
        place, above, text, penalty, corrections, as :func:`registries.address.matching.town_names.written_parts`.
    """
    meant = _meant(parts, "koaza_alias", "part", ["oaza_place", "chome"])
    return _made(town_names.written_parts(meant.select("place", "chome", above="oaza_place", koaza="koaza_alias")))
