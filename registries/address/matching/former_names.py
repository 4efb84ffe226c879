"""Former names of towns: what a town was called in earlier deliveries of the master leads to it, where nothing else is called so."""

import polars as pl

from registries.address.matching.corrections import bits
from registries.address.matching.text import character_table, folded_strings
from registries.address.matching.town_names import chome_number, split_chome

_TOWN = ("lg_code", "oaza", "chome", "part")
_PENALTY = 2


def _folded(names: pl.Series) -> pl.Series:
    return folded_strings(names.fill_null(""), character_table())


def written_former(named: pl.DataFrame) -> pl.DataFrame:
    """Write every former name; a 丁目 must be written as one, for the number alone could be that of a lot.

    A name is left out where a town of the municipality is called so now, or its 大字・町 is; and where two towns were.

    Args:
        named: Towns: ``lg_code``, ``oaza``, ``chome``, ``part`` (null where there is none), ``old_names`` (whole names).

    Returns:
        ``lg_code``, ``oaza``, ``chome``, ``part``, ``text``, ``penalty``, ``corrections``.
    """
    old = named.select(*_TOWN, name="old_names").explode("name").drop_nulls("name")
    split = split_chome(pl.col("name"))
    old = old.with_columns(head=split.struct.field("oaza"), number=chome_number(split.struct.field("chome")))
    old = old.with_columns(folded=_folded(old["name"]), folded_head=_folded(old["head"]))
    whole = named.select(pl.concat_str(pl.col("oaza", "chome", "part").fill_null(""))).to_series()
    now = pl.concat(named.select("lg_code", folded=_folded(names)) for names in (named["oaza"], whole)).unique()
    old = old.join(now, on=["lg_code", "folded"], how="anti")
    old = old.join(now, left_on=["lg_code", "folded_head"], right_on=["lg_code", "folded"], how="anti")
    once = pl.struct(*_TOWN).n_unique().over("lg_code", "folded") == 1
    old = old.filter(once).sort(*_TOWN, "folded", "name").unique([*_TOWN, "folded"], keep="first", maintain_order=True)
    text = pl.when(pl.col("number").is_not_null()).then(pl.concat_str("head", "number", pl.lit("丁目"))).otherwise("name")
    return old.select(*_TOWN, text=text, penalty=pl.lit(_PENALTY), corrections=pl.lit(bits("former_town")))
