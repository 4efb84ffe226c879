"""The towns that the numbers of a town may be registered under as well: its 大字, and its 小字 whose names are numbers."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from registries.address.matching.number_register import number_key
from registries.address.matching.plans import Flags, Numbers, optional

_TOWN_COLUMNS = ("lg_code", "machiaza_id", "koaza")


def town_kin(towns: pl.DataFrame) -> pl.DataFrame:
    """Tell of each town which others its numbers may be registered under.

    Args:
        towns: Towns of the dictionary, in the order of its rows: ``lg_code``, ``machiaza_id``, ``koaza``.

    Returns:
        ``town_row``, ``lg_code``, ``machiaza_id``, ``oaza`` (the id's four digits of the 大字), ``koaza_number`` (digits of a 小字 whose
        name is a number) and ``parent_row`` (the 大字 of a 小字).
    """
    kin = towns.select(*_TOWN_COLUMNS).with_row_index("town_row")
    koaza = number_key(pl.col("koaza")).str.extract("^字?第?([0-9]+)$")
    kin = kin.with_columns(oaza=pl.col("machiaza_id").str.head(4), koaza_number=koaza)
    whole = kin.filter(pl.col("machiaza_id").str.ends_with("000")).unique(["lg_code", "oaza"], keep="first", maintain_order=True)
    kin = kin.join(whole.select("lg_code", "oaza", parent_row="town_row"), on=["lg_code", "oaza"], how="left", maintain_order="left")
    part = pl.col("koaza").is_not_null() & (pl.col("parent_row") != pl.col("town_row"))
    return kin.select("town_row", "lg_code", "machiaza_id", "oaza", "koaza_number", parent_row=pl.when(part).then("parent_row"))


@dataclass(frozen=True)
class TownKin:
    """What :func:`town_kin` gives, made ready for look-ups.

    Attributes:
        frame: What :func:`town_kin` gives.
    """

    frame: pl.DataFrame

    @cached_property
    def municipalities(self) -> list[str | None]:
        """The municipalities."""
        return self.frame.get_column("lg_code").unique(maintain_order=True).to_list()

    @cached_property
    def municipality(self) -> Numbers:
        """Place of each town's municipality among :attr:`municipalities`."""
        numbers = {code: number for number, code in enumerate(self.municipalities)}
        place: Numbers = self.frame.get_column("lg_code").replace_strict(numbers, return_dtype=pl.Int32).to_numpy()
        return place

    @cached_property
    def machiaza_ids(self) -> pl.Series:
        """Id of each town."""
        return self.frame.get_column("machiaza_id")

    @cached_property
    def has_id(self) -> Flags:
        """Whether a town has an id."""
        has: Flags = self.machiaza_ids.is_not_null().to_numpy()
        return has

    @cached_property
    def parent(self) -> Numbers:
        """The 大字 of a 小字, -1 elsewhere."""
        return optional(self.frame, "parent_row")

    @cached_property
    def numbered(self) -> pl.DataFrame:
        """The 小字 whose names are numbers: ``lg_code``, ``oaza``, ``t1`` (the number), ``child`` (the row)."""
        numbered = self.frame.filter(pl.col("koaza_number").is_not_null())
        return numbered.select("lg_code", "oaza", t1="koaza_number", child="town_row")

    @cached_property
    def has_numbered(self) -> Flags:
        """Whether a town is a 大字 with such 小字."""
        above = self.numbered.select("lg_code", "oaza", has=pl.lit(value=True)).unique()
        marked = self.frame.join(above, on=["lg_code", "oaza"], how="left", maintain_order="left")
        has: Flags = marked.select(pl.col("has").fill_null(value=False) & pl.col("machiaza_id").str.ends_with("000")).to_series().to_numpy()
        return has
