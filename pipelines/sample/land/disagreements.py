"""What register, map, roll and ledgers say of a municipality: the same as a rule, and something else in known ways."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_standards.rules.acreage import register_area
from pipelines.sample.land.world import World, category_labels, other_category

OF_ANY = (
    "category_registered", "category_present", "acreage", "partial_taxation", "only_register", "only_roll", "only_roll_supplementary",
    "only_map", "split_not_followed", "merger_not_followed", "closed_but_taxed",
)  # fmt: skip
OF_SOLE_OWNER = ("owner_name_form", "owner_address", "owner_moved", "owner_merged", "owner_deceased_or_unknown", "owner_other")
OF_CO_OWNERS = ("owner_share",)
OF_BUILDINGS = (
    "owner_name_form", "owner_address", "owner_other", "building_kind", "building_structure", "floor_area", "only_register",
    "only_roll_supplementary", "closed_but_taxed",
)  # fmt: skip
FARMLAND, FOREST = ("40", "50"), ("71",)
_FOLLOWED_HISTORY = 0.05


@dataclass(frozen=True)
class Told:
    """A municipality with what each ledger is to say of it.

    Attributes:
        world: The municipality as it is.
        land: Parcels with ``outcome`` (the truth), ``in_register``, ``closed``, ``in_roll``, ``on_map``, ``history``, the register's and
        the roll's category and acreage, ``roll_owner`` and ``variant`` (how the roll's owner is written).
        buildings: Buildings with the same kind of columns.
    """

    world: World
    land: pl.DataFrame
    buildings: pl.DataFrame


def _drawn(size: int, noise: float, rng: np.random.Generator) -> tuple[pl.Series, pl.Series]:
    """Which rows disagree, and a number by which each chooses how."""
    return pl.Series(rng.permutation(size) < round(size * noise)), pl.Series(rng.integers(0, 1_000_000, size))


def _pick(draw: pl.Expr, kinds: tuple[str, ...]) -> pl.Expr:
    return (draw % len(kinds)).replace_strict(dict(enumerate(kinds)), return_dtype=pl.String)


def _land_kinds(world: World, noise: float, rng: np.random.Generator) -> pl.DataFrame:
    chosen, draw = _drawn(world.parcels.height, noise, rng)
    owners = tuple(kind for kind in OF_SOLE_OWNER if kind != "owner_merged" or world.mergers.height)
    ledgers = {**dict.fromkeys(FARMLAND, "farmland"), **dict.fromkeys(FOREST, "forest")}
    number = pl.col("draw")
    of_owner = pl.when(pl.col("second_owner").is_null()).then(_pick(number // 7, owners)).otherwise(_pick(number // 7, OF_CO_OWNERS))
    of_ledger = pl.col("category").replace_strict(ledgers, default=None, return_dtype=pl.String)
    kind = (
        pl.when(number % 7 < 3)
        .then(of_owner)
        .when((number % 7 == 3) & of_ledger.is_not_null())
        .then(of_ledger)
        .otherwise(_pick(number // 7, OF_ANY))
    )
    frame = world.parcels.with_columns(draw=draw, chosen=chosen)
    return frame.with_columns(outcome=pl.when("chosen").then(kind).otherwise(pl.lit("agree"))).drop("chosen")


def _acreage(size: pl.Expr) -> pl.Expr:
    return register_area(size.round(4).cast(pl.String), category_labels(pl.col("category")))


def _said(land: pl.DataFrame) -> pl.DataFrame:
    outcome, size = pl.col("outcome"), pl.col("acreage").cast(pl.Float64)
    split, merger = outcome == "split_not_followed", outcome == "merger_not_followed"
    absent = ["only_roll", "only_roll_supplementary", "only_map"]
    return land.with_columns(
        in_register=~outcome.is_in(absent),
        closed=outcome == "closed_but_taxed",
        in_roll=~outcome.is_in(["only_register", "only_map"]),
        on_map=~outcome.is_in(["only_roll", "only_roll_supplementary"]),
        supplementary=outcome == "only_roll_supplementary",
        register_acreage=pl.when(split).then(_acreage(size / 2)).when(merger).then(_acreage(size * 1.5)).otherwise("acreage"),
        roll_acreage=pl.when(outcome == "acreage").then(_acreage(size * 1.1 + 5)).otherwise("acreage"),
        roll_category=pl.when(outcome == "category_registered").then(other_category(pl.col("category"))).otherwise("category"),
        present_category=pl.when(outcome == "category_present").then(other_category(pl.col("category"))).otherwise("category"),
        main=pl.col("lot").str.extract("^([0-9]+)"),
    )


def _with_owners(land: pl.DataFrame, world: World) -> pl.DataFrame:
    """Say who owns a parcel by the register and by the roll, and how the roll writes it."""
    persons = world.owners.filter(pl.col("corporate_number").is_null()).get_column("owner").cast(pl.Int64)
    place = pl.col("draw") % len(persons)
    stranger = place.replace_strict(dict(enumerate(persons)), return_dtype=pl.Int64)
    neighbour = ((place + 1) % len(persons)).replace_strict(dict(enumerate(persons)), return_dtype=pl.Int64)
    columns = {"roll_owner": pl.when(pl.col("outcome") == "owner_other").then(
        pl.when(stranger == pl.col("owner")).then(neighbour).otherwise(stranger)
    ).otherwise("owner")}  # fmt: skip
    told = land.with_columns(**columns, variant=pl.when(pl.col("outcome").str.starts_with("owner_")).then("outcome"))
    if world.mergers.height == 0 or "owner_merged" not in told.get_column("outcome"):
        return told
    pair = pl.col("draw") % world.mergers.height
    sides = {
        side: pair.replace_strict(dict(enumerate(world.mergers.get_column(side))), return_dtype=pl.Int64) for side in world.mergers.columns
    }
    merged = pl.col("outcome") == "owner_merged"
    return told.with_columns(
        owner=pl.when(merged).then(sides["absorbed"]).otherwise("owner"),
        roll_owner=pl.when(merged).then(sides["successor"]).otherwise("roll_owner"),
    )


def _relatives(land: pl.DataFrame) -> pl.DataFrame:
    """The other lots of splits and mergers, followed by the roll or not; and the words of the register about them."""
    size = pl.col("acreage").cast(pl.Float64)
    followed = pl.col("followed")
    splits = land.filter((pl.col("outcome") == "split_not_followed") | (followed == "split"))
    merged = land.filter((pl.col("outcome") == "merger_not_followed") | (followed == "merger"))
    own = pl.col("lot").str.replace("-", "番") + pl.when(pl.col("lot").str.contains("-")).then(pl.lit("")).otherwise(pl.lit("番"))
    half = {"register_acreage": _acreage(size / 2), "acreage": _acreage(size / 2), "roll_acreage": _acreage(size / 2)}
    child = splits.with_columns(
        **half,
        lot=pl.concat_str("main", pl.lit("-"), pl.col("row").cast(pl.Int64) + 1000),
        number=pl.col("number").str.head(4) + (pl.col("row").cast(pl.Int64) * 2 + 1 + 400_000_000).cast(pl.String).str.zfill(9),
        history=pl.concat_str(own, pl.lit("から分筆")),
        in_roll=followed.is_not_null(),
        on_map=pl.lit(value=False),
        relative=pl.lit(value=True),
    )
    gone = merged.with_columns(
        **half,
        lot=pl.concat_str("main", pl.lit("-"), pl.col("row").cast(pl.Int64) + 1000),
        number=pl.col("number").str.head(4) + (pl.col("row").cast(pl.Int64) * 2 + 1 + 600_000_000).cast(pl.String).str.zfill(9),
        history=pl.concat_str(own, pl.lit("に合筆")),
        closed=pl.lit(value=True),
        in_roll=followed.is_null(),
        on_map=pl.lit(value=False),
        relative=pl.lit(value=True),
    )
    other = pl.concat_str("main", pl.lit("番"), pl.col("row").cast(pl.Int64) + 1000)
    of_split = (pl.col("outcome") == "split_not_followed") | (followed == "split")
    of_merger = (pl.col("outcome") == "merger_not_followed") | (followed == "merger")
    told = land.with_columns(
        history=pl.when(of_split.fill_null(value=False)).then(pl.concat_str(own, pl.lit("、"), other, pl.lit("に分筆")))
        .when(of_merger.fill_null(value=False)).then(pl.concat_str(other, pl.lit("を合筆"))),
        relative=pl.lit(value=False),
    )  # fmt: skip
    return pl.concat([told, child.select(told.columns), gone.select(told.columns)])


def tell(world: World, noise: float, seed: int) -> Told:
    """Decide what the ledgers say.

    Args:
        world: The municipality.
        noise: Share of parcels and of buildings about which the ledgers disagree, 0 to 1. Each disagrees in one way.
        seed: Seed of the random numbers.

    Returns:
        The municipality with what is to be written of it. A closed lot that was merged and followed is in neither truth nor roll.
    """
    rng = np.random.default_rng([seed, 8, int(world.lg_code)])
    land = _land_kinds(world, noise, rng)
    followed = pl.Series(rng.random(land.height) < _FOLLOWED_HISTORY)
    which = pl.when(pl.col("draw") % 2 == 0).then(pl.lit("split")).otherwise(pl.lit("merger"))
    land = land.with_columns(followed=pl.when(pl.Series(followed) & (pl.col("outcome") == "agree")).then(which))
    land = _with_owners(_said(land), world)
    return Told(world, _relatives(land), _buildings(world, noise, rng))


def _buildings(world: World, noise: float, rng: np.random.Generator) -> pl.DataFrame:
    chosen, draw = _drawn(world.buildings.height, noise, rng)
    persons = world.owners.filter(pl.col("corporate_number").is_null()).get_column("owner").cast(pl.Int64)
    frame = world.buildings.with_columns(draw=draw, chosen=chosen)
    frame = frame.with_columns(outcome=pl.when("chosen").then(_pick(pl.col("draw"), OF_BUILDINGS)).otherwise(pl.lit("agree")))
    outcome = pl.col("outcome")
    place = pl.col("draw") % len(persons)
    stranger = place.replace_strict(dict(enumerate(persons)), return_dtype=pl.Int64)
    neighbour = ((place + 1) % len(persons)).replace_strict(dict(enumerate(persons)), return_dtype=pl.Int64)
    placed = world.parcels.select("town", "has_chome", "lot", parcel="row")
    area = pl.col("area").cast(pl.Float64)
    return frame.join(placed, on="parcel", maintain_order="left").with_columns(
        in_register=outcome != "only_roll_supplementary",
        closed=outcome == "closed_but_taxed",
        in_roll=outcome != "only_register",
        supplementary=outcome == "only_roll_supplementary",
        roll_kind=pl.when(outcome == "building_kind").then(pl.lit("車庫")).otherwise("kind"),
        roll_material=pl.when(outcome == "building_structure").then(pl.lit("軽量鉄骨造")).otherwise("material"),
        roll_area=pl.when(outcome == "floor_area").then((area + 12.5).round(2).cast(pl.String)).otherwise("area"),
        roll_owner=pl.when(outcome == "owner_other").then(
            pl.when(stranger == pl.col("owner")).then(neighbour).otherwise(stranger)
        ).otherwise("owner"),
        variant=pl.when(outcome.str.starts_with("owner_")).then("outcome"),
    )  # fmt: skip
