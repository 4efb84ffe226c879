"""Writing the sample's municipalities: one folder for each source, and the truth."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.sample.land import registers, rolls
from pipelines.sample.land.disagreements import Told, tell
from pipelines.sample.land.maps import write_maps
from pipelines.sample.land.registers import chome, house_numbers
from pipelines.sample.land.world import MUNICIPALITIES, make_world

PARCELS_PER_COMPANY = 0.05
LEAST_PARCELS = 200
NOISE = 0.1
_DAY = "20260401"

LEDGERS: dict[str, tuple[Callable[[Told], pl.DataFrame], bool]] = {
    "land_register": (registers.land_register, False),
    "building_register": (registers.building_register, False),
    "real_estate_owner": (registers.registered_owners, True),
    "fixed_asset_land": (rolls.fixed_asset_land, True),
    "fixed_asset_house": (rolls.fixed_asset_house, True),
    "fixed_asset_addressee": (rolls.fixed_asset_addressee, True),
    "fixed_asset_coowner": (rolls.fixed_asset_coowner, True),
    "fixed_asset_depreciable": (rolls.fixed_asset_depreciable, True),
    "farmland": (rolls.farmland, True),
    "forest": (rolls.forest, True),
}
"""What is written for each source, and whether its files begin with the names of the columns."""


@cache
def municipalities(scale: int, seed: int, noise: float = NOISE) -> tuple[Told, ...]:
    """The sample's municipalities.

    Args:
        scale: Companies of the company sample; a municipality has a parcel for every 20.
        seed: Seed of the random numbers.
        noise: Share of parcels and buildings about which the ledgers disagree.

    Returns:
        One for each of the sample's municipalities.
    """
    parcels = max(LEAST_PARCELS, round(scale * PARCELS_PER_COMPANY))
    return tuple(tell(make_world(code, parcels, scale, seed), noise, seed) for code in MUNICIPALITIES)


def write_ledger(source: str, told: Told, folder: Path) -> Path:
    """Write one ledger of one municipality as delivered.

    Args:
        source: Source, a key of :data:`LEDGERS`.
        told: The municipality.
        folder: Folder to write into.

    Returns:
        The file.
    """
    make, header = LEDGERS[source]
    path = folder / f"{told.world.lg_code}_{source}_{_DAY}.csv"
    make(told).write_csv(path, include_header=header)
    return path


def write_sample(source: str, out: Path, scale: int, seed: int) -> None:
    """Write the sample of one source, and with the land register the truth of all.

    Args:
        source: Source, a key of :data:`LEDGERS`, or ``moj_map_xml``.
        out: Folder to write ``<source>/`` into.
        scale: Companies of the company sample.
        seed: Seed of the random numbers.
    """
    folder = out / source
    folder.mkdir(parents=True, exist_ok=True)
    for told in municipalities(scale, seed):
        if source == "moj_map_xml":
            write_maps(told, folder)
        else:
            write_ledger(source, told, folder)
    if source == "land_register":
        answers = out / "truth" / "land"
        answers.mkdir(parents=True, exist_ok=True)
        pl.concat([truth(told) for told in municipalities(scale, seed)]).write_parquet(answers / "comparison.parquet")
        pl.concat([ledger_truth(told) for told in municipalities(scale, seed)]).write_parquet(answers / "ledger.parquet")


def truth(told: Told) -> pl.DataFrame:
    """What the comparison of register and roll must find.

    Args:
        told: The municipality.

    Returns:
        ``lg_code``, ``object_kind_code``, ``town`` (丁目 in digits), ``compared_lot`` (lot, or lot and 支号 of a building),
        ``outcome_code``; one row for every parcel and building that is open in the register, taxed, or on the map.
    """
    town = pl.concat_str("town", chome("1"))
    land = told.land.filter((pl.col("in_register") & ~pl.col("closed")) | pl.col("in_roll") | pl.col("on_map"))
    columns = {"lg_code": pl.lit(told.world.lg_code), "town": town, "outcome_code": pl.col("outcome")}
    parcels = land.select(**columns, object_kind_code=pl.lit("land"), compared_lot="lot")
    houses = house_numbers(told).select(**columns, object_kind_code=pl.lit("building"), compared_lot="figures")
    return pl.concat([parcels, houses]).select("lg_code", "object_kind_code", "town", "compared_lot", "outcome_code")


def ledger_truth(told: Told) -> pl.DataFrame:
    """What the comparison of farmland and forest ledgers with the register must find.

    Args:
        told: The municipality.

    Returns:
        ``ledger_code``, ``lg_code``, ``town``, ``compared_lot``, ``ledger_outcome_code``.
    """
    town = pl.concat_str("town", chome("1"))
    return pl.concat(
        frame.select(
            ledger_code=pl.lit(name),
            lg_code=pl.lit(told.world.lg_code),
            town=town,
            compared_lot="lot",
            ledger_outcome_code="ledger_outcome",
        )
        for name, frame in (("farmland", rolls.farmland_truth(told)), ("forest", rolls.forest_truth(told)))
    )
