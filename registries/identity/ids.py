"""Permanent ids of clusters: opaque, minted once, inherited by overlap with the last membership, never reused.

An id follows most of its records, those with an authoritative number first. Where two ids meet in one cluster the one with more
authority, then
more records, then the older, goes on; the other leaves a redirect. Where an id's records part, the part that it follows keeps it. A part
that bore an id of its own before takes that id up again.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

import polars as pl

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

MEMBERSHIP = {"record_id": pl.String, "entity_id": pl.String, "member_from": pl.Date, "member_to": pl.Date}
"""Which record belongs to which id, and since when; ended rows are kept."""

REGISTRY = {
    "entity_id": pl.String,
    "identity_status_code": pl.String,
    "minted_on": pl.Date,
    "last_borne_on": pl.Date,
    "replaced_by": pl.String,
    "founded_by": pl.String,
}
"""Every id ever minted. Status: ``active``, ``merged`` (``replaced_by`` names the survivor), ``withdrawn`` (no record is left)."""

EVENT = {
    "occurred_on": pl.Date,
    "identity_event_code": pl.String,
    "entity_id": pl.String,
    "other_entity_id": pl.String,
    "records": pl.Int64,
}
"""What happened to an id: ``created``, ``merged`` (into the other), ``split`` (off the other), ``moved`` (records went to the other),
``reactivated``, ``withdrawn``."""


@dataclass(frozen=True)
class Identities:
    """Ids after a run.

    Attributes:
        membership: Columns of :data:`MEMBERSHIP`.
        registry: Columns of :data:`REGISTRY`.
        events: Columns of :data:`EVENT`, of this run alone.
    """

    membership: pl.DataFrame
    registry: pl.DataFrame
    events: pl.DataFrame


def no_identities() -> Identities:
    """The state before the first run."""
    return Identities(pl.DataFrame(schema=MEMBERSHIP), pl.DataFrame(schema=REGISTRY), pl.DataFrame(schema=EVENT))


def mint(subject: str, founder: str, times: int) -> str:
    """Mint an id from the record that founds it, so that the same records give the same ids in every order.

    Args:
        subject: Kind of thing.
        founder: Least record id of the new cluster.
        times: How many ids this record founded before.

    Returns:
        Thirteen signs of Crockford's base 32 and a check sign; nothing can be read from it.
    """
    number = int.from_bytes(hashlib.blake2b(f"{subject}\0{founder}\0{times}".encode(), digest_size=9).digest()) >> 7
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(60, -1, -5))
    return signs + check_sign(signs)


def check_sign(signs: str) -> str:
    """Check sign of an id: tells every single wrong sign and most that are swapped."""
    return _SIGNS[sum((2 * at + 1) * _SIGNS.index(sign) for at, sign in enumerate(signs)) % 32]


def assign(previous: Identities, clusters: pl.DataFrame, *, subject: str, on: date) -> Identities:
    """Give every cluster its id.

    Args:
        previous: State after the last run.
        clusters: ``record_id``, ``cluster`` (any value that is the same within a cluster), ``authority`` (weight of the record: large
        where it bears an authoritative number).
        subject: Kind of thing.
        on: Day of the data.

    Returns:
        The new state.
    """
    records = clusters.select("record_id", "cluster", pl.col("authority").cast(pl.Int64))
    now = previous.membership.filter(pl.col("member_to").is_null()).select("record_id", held="entity_id")
    overlap = _overlap(records, now, previous.registry)
    claims = _best(overlap, "held")
    inherited = _best(claims, "cluster").select("cluster", entity_id="held")
    homeless = records.join(inherited, on="cluster", how="anti")
    # ids that no cluster bears now, and that these records bore once
    resting = previous.membership.filter(pl.col("member_to").is_not_null()).select("record_id", held="entity_id").unique()
    alive = previous.registry.filter(pl.col("identity_status_code") == "active").select("entity_id")
    resting = resting.join(alive, left_on="held", right_on="entity_id", how="anti")
    taken_up = _best(_best(_overlap(homeless, resting, previous.registry), "held"), "cluster").select("cluster", entity_id="held")
    minted = _minted(homeless.join(taken_up, on="cluster", how="anti"), previous.registry, subject)
    identity = pl.concat([inherited, taken_up, minted.select("cluster", "entity_id")])
    members = records.join(identity, on="cluster").select("record_id", "entity_id")
    registry = _registry(previous.registry, members, overlap, claims.join(identity, on="cluster"), minted, on)
    events = _events(previous.registry, registry, now, members, taken_up, minted, on)
    return Identities(_membership(previous.membership, members, on), registry, events)


def _overlap(records: pl.DataFrame, held: pl.DataFrame, registry: pl.DataFrame) -> pl.DataFrame:
    """For each cluster and id: authority and number of the records both have."""
    shared = (
        records.join(held, on="record_id")
        .group_by("cluster", "held")
        .agg(authority=pl.col("authority").sum(), records=pl.len(), first=pl.col("record_id").min())
    )
    return shared.join(registry.select(held="entity_id", since="minted_on"), on="held", how="left")


def _best(overlap: pl.DataFrame, by: str) -> pl.DataFrame:
    """The strongest row for each value: authority, then records, then age."""
    ranked = overlap.sort("authority", "records", "since", "first", "held", descending=[True, True, False, False, False], nulls_last=True)
    return ranked.unique(by, keep="first", maintain_order=True)


def _minted(unnamed: pl.DataFrame, registry: pl.DataFrame, subject: str) -> pl.DataFrame:
    founders = unnamed.group_by("cluster").agg(founded_by=pl.col("record_id").min()).sort("founded_by")
    before = registry.group_by("founded_by").agg(times=pl.len())
    founders = founders.join(before, on="founded_by", how="left", maintain_order="left").with_columns(pl.col("times").fill_null(0))
    rows = zip(founders["founded_by"].to_list(), founders["times"].to_list(), strict=True)
    return founders.with_columns(entity_id=pl.Series([mint(subject, founder, times) for founder, times in rows], dtype=pl.String))


def _registry(
    before: pl.DataFrame, members: pl.DataFrame, overlap: pl.DataFrame, claims: pl.DataFrame, minted: pl.DataFrame, on: date
) -> pl.DataFrame:
    bearing = members.select("entity_id").unique().with_columns(bears=pl.lit(value=True))
    merged = claims.filter(pl.col("held") != pl.col("entity_id")).select(entity_id="held", survivor="entity_id")
    new = minted.select("entity_id", identity_status_code=pl.lit("active"), minted_on=pl.lit(on), last_borne_on=pl.lit(on),
                        replaced_by=pl.lit(None, pl.String), founded_by="founded_by")  # fmt: skip
    joined = before.join(bearing, on="entity_id", how="left").join(merged, on="entity_id", how="left")
    bears, survivor = pl.col("bears").fill_null(value=False), pl.col("survivor")
    was_active = pl.col("identity_status_code") == "active"
    kept = joined.select(
        "entity_id",
        identity_status_code=pl.when(bears)
        .then(pl.lit("active"))
        .when(survivor.is_not_null())
        .then(pl.lit("merged"))
        .when(was_active)
        .then(pl.lit("withdrawn"))
        .otherwise("identity_status_code"),
        minted_on="minted_on",
        last_borne_on=pl.when(bears).then(pl.lit(on)).otherwise("last_borne_on"),
        replaced_by=pl.when(bears).then(pl.lit(None, pl.String)).when(survivor.is_not_null()).then(survivor).otherwise("replaced_by"),
        founded_by="founded_by",
    )
    return pl.concat([kept, new.cast(REGISTRY)]).sort("entity_id")  # type: ignore[arg-type]


def _events(
    before: pl.DataFrame,
    after: pl.DataFrame,
    now: pl.DataFrame,
    members: pl.DataFrame,
    taken_up: pl.DataFrame,
    minted: pl.DataFrame,
    on: date,
) -> pl.DataFrame:
    sizes = members.group_by("entity_id").agg(records=pl.len().cast(pl.Int64))
    went = now.join(members, on="record_id").filter(pl.col("held") != pl.col("entity_id"))
    went = went.group_by("held", "entity_id").agg(records=pl.len().cast(pl.Int64))
    status = after.select("entity_id", "identity_status_code", "replaced_by")
    was = before.select("entity_id", was="identity_status_code")
    ended = status.join(was, on="entity_id").filter((pl.col("was") == "active") & (pl.col("identity_status_code") != "active"))
    born = pl.concat([taken_up.select("entity_id"), minted.select("entity_id")])

    def rows(frame: pl.DataFrame, code: str, entity: str, other: str | None) -> pl.DataFrame:
        return frame.select(
            occurred_on=pl.lit(on), identity_event_code=pl.lit(code), entity_id=entity,
            other_entity_id=pl.lit(None, pl.String) if other is None else pl.col(other),
            records=pl.col("records") if "records" in frame.columns else pl.lit(None, pl.Int64),
        )  # fmt: skip

    left = went.join(
        ended.filter(pl.col("identity_status_code") == "merged").select(held="entity_id", entity_id="replaced_by"),
        on=["held", "entity_id"],
        how="anti",
    )
    return pl.concat(
        [
            rows(minted.select("entity_id").join(sizes, on="entity_id"), "created", "entity_id", None),
            rows(taken_up.select("entity_id").join(sizes, on="entity_id"), "reactivated", "entity_id", None),
            rows(ended.filter(pl.col("identity_status_code") == "merged"), "merged", "entity_id", "replaced_by"),
            rows(ended.filter(pl.col("identity_status_code") == "withdrawn"), "withdrawn", "entity_id", None),
            rows(left.join(born, on="entity_id", how="semi"), "split", "entity_id", "held"),
            rows(left.join(born, on="entity_id", how="anti"), "moved", "held", "entity_id"),
        ]
    ).sort("identity_event_code", "entity_id", "other_entity_id")


def _membership(before: pl.DataFrame, members: pl.DataFrame, on: date) -> pl.DataFrame:
    open_rows = before.filter(pl.col("member_to").is_null())
    staying = open_rows.join(members, on=["record_id", "entity_id"], how="semi")
    leaving = open_rows.join(members, on=["record_id", "entity_id"], how="anti").with_columns(member_to=pl.lit(on))
    coming = members.join(open_rows, on=["record_id", "entity_id"], how="anti").with_columns(
        member_from=pl.lit(on), member_to=pl.lit(None, pl.Date)
    )
    closed = before.filter(pl.col("member_to").is_not_null())
    return pl.concat([closed, leaving, staying, coming]).sort("record_id", "member_from", "member_to", "entity_id", nulls_last=True)


def redirects(registry: pl.DataFrame) -> pl.DataFrame:
    """Where each id that was merged leads today, however many mergers lie between.

    Args:
        registry: Columns of :data:`REGISTRY`.

    Returns:
        ``entity_id``, ``replaced_by`` (the last survivor), ``identity_status_code`` (of the survivor); sorted.
    """
    steps = registry.filter(pl.col("replaced_by").is_not_null()).select("entity_id", "replaced_by")
    onward = steps.rename({"entity_id": "replaced_by", "replaced_by": "further"})
    while True:
        joined = steps.join(onward, on="replaced_by", how="left")
        if joined["further"].null_count() == joined.height:
            break
        steps = joined.select("entity_id", replaced_by=pl.coalesce("further", "replaced_by"))
    status = registry.select(replaced_by="entity_id", identity_status_code="identity_status_code")
    return steps.join(status, on="replaced_by").sort("entity_id")
