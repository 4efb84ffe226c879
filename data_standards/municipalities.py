"""Local government codes carried from one day to another over mergers, splits and renumberings (廃置分合).

Facts from 総務省 全国地方公共団体コード and 廃置分合等情報, 1970-04-20 to 2024-01-01; counties (郡) and the subprefectures of 北海道 are
included because registers carry their codes.
"""

from functools import cache

import polars as pl

from data_standards.codes import municipalities, municipality_changes
from data_standards.rules import local_government_code

CARRIED = pl.Struct({"lg_code": pl.String, "outcome": pl.String, "candidates": pl.List(pl.String)})
"""Type of a carried code. ``outcome``: unique (one code), split (several candidates; ``lg_code`` is null), abolished, unknown."""


@cache
def _edges(*, forward: bool) -> pl.DataFrame:
    """From code, day, and the codes it became on that day; ``stays`` marks an area that outlives the change under its own code."""
    changes = municipality_changes().with_columns(
        local_government_code.with_check_digit(pl.col(column)).alias(column) for column in ("from_code", "to_code")
    )
    moves = changes.filter(pl.col("from_code") != pl.col("to_code"))
    same = changes.filter((pl.col("from_code") == pl.col("to_code")) & (pl.col("change_kind") == "merger"))
    # Going forward a separation leaves the old area standing. Going back the absorbing area stood before as well, unless its own code was
    # born that day, and so did the partner of a merger whose code was kept.
    if forward:
        source, target = "from_code", "to_code"
        keepers = moves.filter(pl.col("change_kind") == "separation").select("effective_on", code=source)
    else:
        source, target = "to_code", "from_code"
        absorbing = moves.filter(pl.col("change_kind") == "absorption").select("effective_on", code=source)
        born = moves.filter(pl.col("change_kind") != "absorption").select("effective_on", code=source)
        keepers = pl.concat([absorbing.join(born, on=["effective_on", "code"], how="anti"), same.select("effective_on", code=source)])
    ended = changes.filter(pl.col("change_kind") == "county_abolition") if forward else changes.filter(pl.col("from_code").is_null())
    return pl.concat(
        [
            moves.select("effective_on", code=source, became=target, stays=pl.lit(value=False)),
            keepers.select("effective_on", "code", became="code", stays=pl.lit(value=True)),
            ended.select("effective_on", code=source, became=pl.lit(None, pl.String), stays=pl.lit(value=False)),
        ]
    ).unique(maintain_order=True)


def _walk(starts: pl.DataFrame, *, forward: bool) -> pl.DataFrame:
    """Follow the changes of each start until none is left before its last day: columns row, code (null where the area ended)."""
    edges = _edges(forward=forward)
    order = pl.col("effective_on").min() if forward else pl.col("effective_on").max()
    open_rows = starts.with_columns(after=pl.lit(value=True))
    done: list[pl.DataFrame] = []
    while not open_rows.is_empty():
        day = pl.col("effective_on")
        strictly = (day > pl.col("at")) if forward else (day < pl.col("at"))
        # Changes of one day chain (a town absorbs its neighbour and becomes a city), but an area that stays has had its change of the day.
        due = (strictly | ((day == pl.col("at")) & ~pl.col("after"))) & ((day <= pl.col("to_day")) if forward else (day > pl.col("to_day")))
        steps = open_rows.join(edges, on="code", how="inner").filter(due)
        nearest = steps.filter(day == order.over("row", "code"))
        done.append(open_rows.join(nearest, on=["row", "code"], how="anti").select("row", "code"))
        done.append(nearest.filter(pl.col("became").is_null()).select("row", code="became"))
        open_rows = (
            nearest.filter(pl.col("became").is_not_null())
            .select("row", "to_day", code="became", at="effective_on", after="stays")
            .unique(maintain_order=True)
        )
    return pl.concat(done).unique() if done else starts.select("row", "code")


def carry_code(code: pl.Series, from_day: pl.Series, to_day: pl.Series) -> pl.Series:
    """Carry local government codes from the day they were valid to another day, earlier or later.

    Work is done once per distinct triple, hop by hop over all of them together. Going forward, a split area gives all its parts; going
    back, a merged area gives all it was made of. Land that moved between areas that both stand (境界変更) is not in the facts.

    Args:
        code: Six-digit codes (text).
        from_day: Day each code was valid (date).
        to_day: Day to carry it to (date).

    Returns:
        Column of :data:`CARRIED`: ``unknown`` where the code did not exist on its day, ``abolished`` where nothing took its place (or,
        going back, where nothing was before it); null where an input is null.
    """
    given = pl.DataFrame({"code": code, "from_day": from_day, "to_day": to_day}, schema_overrides={"code": pl.String})
    distinct = given.drop_nulls().unique(maintain_order=True).with_row_index("row")
    known = municipalities().select("lg_code", "valid_from", "valid_to")
    valid = (
        distinct.join(known, left_on="code", right_on="lg_code")
        .filter(
            (pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("from_day")))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("from_day")))
        )
        .select("row", "code", "to_day", "from_day", at="from_day")
        .unique(maintain_order=True)
    )
    ahead = valid.filter(pl.col("from_day") <= pl.col("to_day")).drop("from_day")
    # Going back, the change that made the code on its own day is still to be undone.
    behind = valid.filter(pl.col("from_day") > pl.col("to_day")).drop("from_day").with_columns(at=pl.col("at").dt.offset_by("1d"))
    reached = pl.concat([_walk(ahead, forward=True), _walk(behind, forward=False)])
    found = reached.group_by("row").agg(candidates=pl.col("code").drop_nulls().unique().sort())
    count = pl.col("candidates").list.len()
    answers = distinct.join(found, on="row", how="left").select(
        "code",
        "from_day",
        "to_day",
        answer=pl.struct(
            lg_code=pl.when(count == 1).then(pl.col("candidates").list.first()),
            outcome=pl.when(count.is_null())
            .then(pl.lit("unknown"))
            .when(count == 0)
            .then(pl.lit("abolished"))
            .when(count == 1)
            .then(pl.lit("unique"))
            .otherwise(pl.lit("split")),
            candidates=pl.col("candidates").fill_null([]),
        ),
    )
    joined = given.join(answers, on=["code", "from_day", "to_day"], how="left", maintain_order="left")
    return joined.get_column("answer").cast(CARRIED)
