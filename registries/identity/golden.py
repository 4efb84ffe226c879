"""Golden records: for each value of an entity the candidate that speaks, why, and those that do not.

The order of reasons: a steward's override; the authority of the source for the item; the day the source last said so; how many records
agree; and, so
that nothing is left to chance, the value itself. Where two records of the same highest authority differ on the same day, no rule chooses:
the value is a steward's task, and what stands in the golden record is marked as contested.
"""

from collections.abc import Mapping, Sequence

import polars as pl

CANDIDATES = {
    "entity_id": pl.String,
    "item": pl.String,
    "value": pl.String,
    "source": pl.String,
    "record_id": pl.String,
    "stated_on": pl.Date,
}
"""A value that a record states of an entity."""


def choose(
    candidates: pl.DataFrame, authority: Mapping[str, Sequence[str]], default: Sequence[str] = (), overrides: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rank the candidates of every value.

    Args:
        candidates: Columns of :data:`CANDIDATES`; null values are no candidates.
        authority: For an item, the sources in falling authority.
        default: The order for items not named; sources not named come last, all alike.
        overrides: Stewards' choices: ``entity_id``, ``item``, ``value``.

    Returns:
        The candidates with ``candidate_rank`` (1 is the golden
        value), ``chosen_by`` (``override``, ``authority``, ``recency``, ``agreement``,
        ``order``, ``only``: the reason the first wins
        over the next different value; null for the others), ``agreeing`` (records with the value)
        and ``is_contested``; sorted by entity, item and rank.
    """
    items = candidates["item"].unique().to_list()
    order = [(item, source, place) for item in items for place, source in enumerate(authority.get(item, default))]
    ranks = pl.DataFrame(order, schema={"item": pl.String, "source": pl.String, "authority": pl.Int64}, orient="row")
    chosen = overrides if overrides is not None else pl.DataFrame(schema={"entity_id": pl.String, "item": pl.String, "value": pl.String})
    group = ["entity_id", "item"]
    frame = (
        candidates.drop_nulls("value")
        .join(ranks, on=["item", "source"], how="left")
        .with_columns(pl.col("authority").fill_null(1_000))
        .join(chosen.with_columns(override=pl.lit(value=True)), on=[*group, "value"], how="left")
        .with_columns(pl.col("override").fill_null(value=False), agreeing=pl.col("record_id").n_unique().over(*group, "value"))
        .sort(
            *group, "override", "authority", "stated_on", "agreeing", "value", "record_id",
            descending=[False, False, True, False, True, True, False, False], nulls_last=True,
        )
        .with_columns(candidate_rank=pl.int_range(1, pl.len() + 1).over(group))
    )  # fmt: skip
    return _explained(frame, group).drop("override", "authority")


def _explained(frame: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """Say why the first candidate won over the next that states another value."""
    first = frame.filter(pl.col("candidate_rank") == 1)
    rival = (
        frame.join(first.select(*group, golden="value"), on=group)
        .filter(pl.col("value") != pl.col("golden"))
        .unique(group, keep="first", maintain_order=True)
        .select(*group, *(pl.col(name).alias(f"rival_{name}") for name in ("override", "authority", "stated_on", "agreeing")))
    )
    joined = first.join(rival, on=group, how="left")
    even = (pl.col("authority") == pl.col("rival_authority")) & ~pl.col("override")
    same_day = even & pl.col("stated_on").eq_missing(pl.col("rival_stated_on"))
    reason = (
        pl.when("override")
        .then(pl.lit("override"))
        .when(pl.col("rival_authority").is_null())
        .then(pl.lit("only"))
        .when(~even)
        .then(pl.lit("authority"))
        .when(~same_day)
        .then(pl.lit("recency"))
        .when(pl.col("agreeing") > pl.col("rival_agreeing"))
        .then(pl.lit("agreement"))
        .otherwise(pl.lit("order"))
    )
    contested = (same_day & (pl.col("authority") == 0)).fill_null(value=False)
    said = joined.select(*group, chosen_by=reason, is_contested=contested)
    marked = frame.join(said, on=group, how="left", maintain_order="left")
    return marked.with_columns(chosen_by=pl.when(pl.col("candidate_rank") == 1).then("chosen_by"))


def golden(ranked: pl.DataFrame) -> pl.DataFrame:
    """The golden values alone."""
    return ranked.filter(pl.col("candidate_rank") == 1).drop("candidate_rank")


def tasks(ranked: pl.DataFrame) -> pl.DataFrame:
    """The values that authoritative sources dispute, with all that is said: work for a steward."""
    return ranked.filter("is_contested")
