"""Which companies meet with which event, and on which day a file is published."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.business_days import is_business_day
from pipelines.sample.addresses import HAMAMATSU
from pipelines.source_declarations import source_named
from pipelines.sources.nta_corporate_number.sample_population import KIND_SHARES, corporate_numbers, legal_persons

FILES = 20
LEAST_SCALE = 1000
_FIRST_FILE = date(2024, 1, 4)
_GROUPS_A_DAY = (40, 3000)
_NEW_KINDS = (301, 305, 399, 499)


@dataclass(frozen=True)
class Story:
    """How often something happens and to whom.

    Attributes:
        share: Share of all groups of the daily files.
        least: How many there are at any scale.
        pool: Which companies it may happen to, a key of the pools in :func:`choose`.
        companies: How many companies take part in one.
    """

    share: float
    least: int
    pool: str
    companies: int = 1


# Shares follow the published files of 2024; what is rare in life is here at least once.
STORIES = {
    "renamed_before": Story(0.004, 3, "last renamed"),  # history of 01 and 11 sent again
    "moved_before": Story(0.040, 6, "last moved"),  # history of 01 and 12 sent again
    "moved_before_moves": Story(0.002, 2, "last moved"),  # the same, with a new event after it
    "corrected": Story(0.200, 12, "registered only"),
    "corrected_moves": Story(0.006, 3, "registered only"),
    "corrected_closes": Story(0.005, 3, "registered only"),
    "move_withdrawn": Story(0.002, 2, "registered only"),  # a correction takes a published move back
    "moved_abroad": Story(0.0003, 3, "foreign"),
    "revived": Story(0.001, 3, "closed"),
    "revived_moves": Story(0.0003, 1, "closed"),
    "merged": Story(0.008, 8, "company", 2),
    "merged_twice": Story(0.0005, 2, "company", 3),  # A into B, later B into C
    "merged_two": Story(0.0005, 2, "company", 3),  # A and B into C at once
    "voided": Story(0.0002, 4, "company", 2),
    "moved": Story(0.250, 40, "any"),
    "renamed": Story(0.030, 8, "any"),
    "moved_renamed": Story(0.006, 3, "any"),
    "closed": Story(0.105, 16, "any"),
    "trade_name_cancelled": Story(0.0001, 2, "company"),
    "withdrawn": Story(0.0002, 3, "any"),
}
_NEW_SHARE, _NEW_CORRECTED_SHARE = 0.28, 0.003


def business_days() -> list[date]:
    """List the days of the daily files: the publisher's business days from 2024-01-04 on."""
    holidays = source_named("nta_corporate_number").holidays
    days = (_FIRST_FILE + timedelta(days=number) for number in itertools.count())
    return list(itertools.islice((day for day in days if is_business_day(day, holidays)), FILES))


def groups(scale: int) -> int:
    """Count the groups of all daily files together, the renumbered companies of 浜松市 aside."""
    return FILES * min(max(scale // 100, _GROUPS_A_DAY[0]), _GROUPS_A_DAY[1])


def choose(people: pl.DataFrame, towns: pl.DataFrame, scale: int, rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    """Choose the companies of each story; no company is in two.

    Args:
        people: Frame of :func:`sample_population.population`.
        towns: Frame of town areas.
        scale: Companies in the full file.
        rng: Source of random numbers.

    Returns:
        For each story the rows of ``people``, shaped (stories, companies in one); under ``renumbered`` every open
        company of 浜松市, in order.
    """
    wards = towns["city"].str.starts_with(HAMAMATSU).arg_true().cast(pl.Int32)
    in_hamamatsu = pl.col("town").is_in(wards.implode()).fill_null(False)
    kind, process, is_open = pl.col("kind"), pl.col("process"), pl.col("cause").is_null()
    renumbered = is_open & in_hamamatsu
    ordinary = is_open & ~renumbered & pl.col("partner").is_null() & kind.is_in([301, 302, 303, 304, 305, 399])
    pools = {
        "any": ordinary,
        "company": ordinary & kind.is_in([301, 302, 305]),
        "last renamed": ordinary & (process == 11),
        "last moved": ordinary & (process == 12),
        "registered only": ordinary & (process == 1),
        "closed": pl.col("cause").is_in([1, 21]).fill_null(False) & pl.col("town").is_not_null() & ~in_hamamatsu,
        "foreign": is_open & (kind == 401) & ~renumbered,
    }
    members = people.select(renumbered=renumbered, **pools)
    free = np.ones(people.height, bool)
    chosen = {"renumbered": np.flatnonzero(members["renumbered"].to_numpy())}
    for name, story in STORIES.items():
        count = max(round(groups(scale) * story.share), story.least)
        candidates = np.flatnonzero(members[story.pool].to_numpy() & free)
        rows = rng.choice(candidates, (count, story.companies), replace=False)
        free[rows] = False
        chosen[name] = rows
    return chosen


def newcomers(
    people: pl.DataFrame, towns: pl.DataFrame, scale: int, defects: int, days: list[date], rng: np.random.Generator
) -> pl.DataFrame:
    """Make the companies registered on the days of the files, numbered after those already there.

    Args:
        people: Frame of :func:`sample_population.population`.
        towns: Frame of town areas as named in 2024.
        scale: Companies in the full file.
        defects: How many more to make for records that will be damaged.
        days: Days of the files.
        rng: Source of random numbers.

    Returns:
        The columns of ``people`` but ``partner``, and ``story``: ``new``, ``new_corrected`` or ``defect``.
    """
    counts = {
        "new": round(groups(scale) * _NEW_SHARE),
        "new_corrected": max(round(groups(scale) * _NEW_CORRECTED_SHARE), 2),
        "defect": defects,
    }
    size = sum(counts.values())
    shares = np.array([KIND_SHARES[kind] * (kind != 305 or 2) for kind in _NEW_KINDS])
    kind = rng.choice(_NEW_KINDS, size, p=shares / shares.sum())
    story = np.repeat(list(counts), list(counts.values()))
    # What is corrected later is registered in the first half.
    day = np.arange(size) % np.where(story == "new_corrected", FILES // 2, FILES)
    last = people.group_by("range").agg(last=pl.col("serial").max())
    made = legal_persons(towns, kind, rng).with_columns(pl.Series("story", story), assigned=pl.Series(days).gather(day))
    # The wards of today did not exist yet on the first day.
    in_hamamatsu = towns["city"].str.starts_with(HAMAMATSU).gather(made["town"]).fill_null(False)
    too_early = pl.lit(in_hamamatsu) & (pl.col("assigned") == days[0])
    elsewhere = pl.lit(towns["prefecture"].index_of("東京都"), pl.Int32)
    return (
        made.with_columns(town=pl.when(too_early).then(elsewhere).otherwise("town"))
        .join(last, on="range", how="left", maintain_order="left")
        .with_columns(serial=pl.col("last").fill_null(0) + 1 + pl.int_range(pl.len()).over("range"))
        .with_columns(
            number=corporate_numbers(pl.col("range"), pl.col("serial")),
            process=pl.lit(1, pl.Int8),
            correct=pl.lit(0, pl.Int8),
            cause=pl.lit(None, pl.Int8),
            changed="assigned",
            updated="assigned",
        )
        .drop("last")
    )
