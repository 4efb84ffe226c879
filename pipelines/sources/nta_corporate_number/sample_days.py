"""The twenty daily files: the stories of the plan told as rows, and the edges of succession they make."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.sample.addresses import HAMAMATSU
from pipelines.sources.nta_corporate_number import sample_events as events
from pipelines.sources.nta_corporate_number.sample_names import company_names
from pipelines.sources.nta_corporate_number.sample_plan import FILES
from pipelines.sources.nta_corporate_number.sample_population import town_weights
from pipelines.sources.nta_corporate_number.sample_records import COLUMNS

RENUMBERED_IN = date(2024, 1, 5)
_RENUMBERED_FROM = date(2024, 1, 1)
_NUMBERED_LATER = ("sequenceNumber", "latest")
_ROW_COLUMNS = (
    *(name for name in COLUMNS if name not in _NUMBERED_LATER), "file_date", "step", "renumbered", "defect",
)  # fmt: skip
# Which sides of a merger are published, and when; of 40, the first ones so that every form occurs at small scale.
_SIDES = ("both", "absorbed first", "surviving first", "absorbed", "surviving", "both", "both", "both")
_SIDES_OF_40 = (*_SIDES, *["both"] * 24, *["absorbed first"] * 7, "absorbed")
DEFECTS = ("column_count", "nul_byte", "check_digit", "process_code", "impossible_date", "undecodable_byte")


@dataclass
class DailyFiles:
    """What the daily files hold.

    Attributes:
        rows: One frame per part of a story.
        successions: Merger edges: ``predecessor``, ``successor``, ``date``, ``sides``, ``voided``.
    """

    rows: list[pl.DataFrame] = field(default_factory=list)
    successions: list[pl.DataFrame] = field(default_factory=list)

    def add(self, *parts: pl.DataFrame) -> None:
        """Add rows; those without a file date are left out."""
        self.rows.extend(part.select(_ROW_COLUMNS).filter(pl.col("file_date").is_not_null()) for part in parts)

    def add_succession(
        self, absorbed: pl.DataFrame, surviving: pl.DataFrame, sides: pl.Series | None = None, *, voided: bool = False
    ) -> None:
        """Add the edges of mergers told on both sides, or on the sides given."""
        self.successions.append(
            pl.DataFrame(
                {
                    "predecessor": absorbed["corporateNumber"],
                    "successor": surviving["corporateNumber"],
                    "date": absorbed["changeDate"],
                    "sides": pl.Series(["both"]).new_from_index(0, absorbed.height) if sides is None else sides,
                    "voided": pl.repeat(voided, absorbed.height, eager=True),
                }
            )
        )

    def records(self) -> pl.DataFrame:
        """Put the rows in the order of the files and number them.

        Returns:
            The thirty columns, with ``file_date``, ``renumbered`` and ``defect``.
        """
        last_of_group = (pl.col("corporateNumber") != pl.col("corporateNumber").shift(-1)).fill_null(True)
        other_file = (pl.col("file_date") != pl.col("file_date").shift(-1)).fill_null(True)
        return (
            pl.concat(self.rows)
            .sort("file_date", "corporateNumber", "step")
            .with_columns(
                sequenceNumber=pl.int_range(1, pl.len() + 1).over("file_date"),
                updateDate="file_date",
                latest=pl.when(pl.col("process") == "99")
                .then(None)
                .when(last_of_group | other_file)
                .then(pl.lit("1"))
                .otherwise(pl.lit("0")),
            )
        )


class _Storyteller:
    """Tells the stories of a plan for the present rows of their companies."""

    def __init__(self, towns: pl.DataFrame, days: list[date], rng: np.random.Generator) -> None:
        self.towns, self.rng = towns, rng
        self.days = pl.Series(days)
        weights = town_weights(towns)
        # A move of 2024-01-04 must not use ward names of the next day; moves into 浜松市 are left out altogether.
        weights[towns["city"].str.starts_with(HAMAMATSU).to_numpy()] = 0
        self.weights = weights / weights.sum()
        self.files = DailyFiles()

    def one_day(self, rows: pl.DataFrame) -> pl.Series:
        """Spread single events evenly over the files."""
        return self.days.gather((np.arange(rows.height) + self.rng.integers(0, FILES)) % FILES)

    def two_days(self, count: int) -> tuple[pl.Series, pl.Series]:
        """Draw a day and a later one."""
        first = self.rng.integers(0, FILES - 5, count)
        later = first + 1 + (self.rng.random(count) * (FILES - 1 - first)).astype(np.int64)
        return self.days.gather(first), self.days.gather(later)

    def move(self, rows: pl.DataFrame, day: pl.Series, step: int = 0, within_city: float = 0.6) -> pl.DataFrame:
        values = events.relocated(rows, self.towns, self.weights, self.rng, within_city)
        changed = events.days_before(day, 10, self.rng)
        return events.event(rows, day, "12", step=step, changed=changed, values=dict(values))

    def new_name(self, rows: pl.DataFrame) -> dict[str, pl.Series]:
        places = pl.lit(None, pl.String)
        people = rows.select(
            pl.col("kind").cast(pl.Int16),
            pl.col("corporateNumber").cast(pl.Int64).alias("number"),
            **dict.fromkeys(("city", "city_kana", "town", "town_kana"), places),
        )
        names = company_names(people, self.rng)
        no_image = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
        return {"name": names["name"], "furigana": names["kana"], "nameImageId": no_image}

    def rename(self, rows: pl.DataFrame, day: pl.Series, step: int = 0) -> pl.DataFrame:
        changed = events.days_before(day, 10, self.rng)
        return events.event(rows, day, "11", step=step, changed=changed, values=dict(self.new_name(rows)))

    def with_fixes(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Correct rows: a reading added to each, and to two of five a street written anew."""
        street = events.address(rows["town"], self.towns, self.rng)["streetNumber"]
        rewritten = pl.Series(self.rng.random(rows.height) < 0.4)
        return rows.with_columns(furigana="kana", streetNumber=pl.when(rewritten).then(street).otherwise("streetNumber"))

    def former_address(self, rows: pl.DataFrame) -> dict[str, pl.Series]:
        former = events.relocated(rows, self.towns, self.weights, self.rng)
        del former["town"]
        return former


def _tell_registrations(teller: _Storyteller, new: pl.DataFrame) -> None:
    for story in ("new", "new_corrected"):
        rows = new.filter(pl.col("story") == story).drop("story")
        registered = events.event(rows, rows["assignmentDate"], "01")
        teller.files.add(registered)
        if story == "new_corrected":
            later = teller.days.gather(teller.rng.integers(FILES // 2, FILES, rows.height))
            teller.files.add(events.correction(teller.with_fixes(registered), later))


def _tell_moves_and_names(teller: _Storyteller, present: Callable[[str], pl.DataFrame]) -> None:
    moved, renamed, both = present("moved"), present("renamed"), present("moved_renamed")
    teller.files.add(teller.move(moved, teller.one_day(moved)), teller.rename(renamed, teller.one_day(renamed)))
    first = teller.move(both, teller.one_day(both))
    teller.files.add(first, teller.rename(first, first["file_date"], step=1))
    foreign = present("moved_abroad")
    day = teller.one_day(foreign)
    new_place = pl.concat_str("addressOutside", pl.lit("　Ｓｕｉｔｅ　２"))
    teller.files.add(events.event(foreign, day, "13", values={"addressOutside": new_place}))


def _tell_renumbering(teller: _Storyteller, rows: pl.DataFrame) -> None:
    day = pl.Series([RENUMBERED_IN]).new_from_index(0, rows.height)
    renumbered = events.renumbering(rows, teller.towns, day, _RENUMBERED_FROM)
    teller.files.add(renumbered)
    # Some of them really move in the following weeks, inside the new ward.
    movers = renumbered.gather_every(20)
    teller.files.add(teller.move(movers, teller.days.gather(2 + np.arange(movers.height) % (FILES - 2)), within_city=1))


def _tell_closings(teller: _Storyteller, present: Callable[[str], pl.DataFrame]) -> None:
    closed = present("closed")
    place = np.arange(closed.height)
    cause = np.select([place % 400 == 1, place % 3 == 0], ["31", "21"], "01")
    teller.files.add(events.closing(closed, teller.one_day(closed), pl.Series(cause), teller.rng))
    for story, moves in (("revived", False), ("revived_moves", True)):
        rows = present(story)
        revived = events.event(rows, teller.one_day(rows), "22")
        teller.files.add(revived)
        if moves:
            teller.files.add(teller.move(revived, revived["file_date"], step=1))
    cancelled, withdrawn = present("trade_name_cancelled"), present("withdrawn")
    teller.files.add(events.event(cancelled, teller.one_day(cancelled), "81"))
    teller.files.add(events.withdrawal(withdrawn, teller.one_day(withdrawn)))


def _tell_corrections(teller: _Storyteller, present: Callable[[str], pl.DataFrame]) -> None:
    files = teller.files
    plain = present("corrected")
    files.add(events.correction(teller.with_fixes(plain), teller.one_day(plain)))
    moves, closes = present("corrected_moves"), present("corrected_closes")
    fixed = events.correction(teller.with_fixes(moves), teller.one_day(moves))
    files.add(fixed, teller.move(fixed, fixed["file_date"], step=1))
    fixed = events.correction(teller.with_fixes(closes), teller.one_day(closes))
    cause = pl.Series(["01"]).new_from_index(0, closes.height)
    files.add(fixed, events.closing(fixed, fixed["file_date"], cause, teller.rng, step=1))
    moved, renamed = present("moved_before"), present("renamed_before")
    files.add(
        events.correction(teller.with_fixes(moved), teller.one_day(moved), present="12", past=teller.former_address(moved)),
        events.correction(teller.with_fixes(renamed), teller.one_day(renamed), present="11", past=teller.new_name(renamed)),
    )
    rows = present("moved_before_moves")
    fixed = events.correction(teller.with_fixes(rows), teller.one_day(rows), present="12", past=teller.former_address(rows))
    again = fixed.filter(pl.col("step") == 1)
    files.add(fixed, teller.move(again, again["file_date"], step=2))
    rows = present("move_withdrawn")
    first, later = teller.two_days(rows.height)
    files.add(teller.move(rows, first), events.correction(rows, later))


def _tell_mergers(teller: _Storyteller, party: Callable[[str], list[pl.DataFrame]]) -> None:
    rng, files = teller.rng, teller.files
    absorbed, surviving = party("merged")
    form = pl.Series("form", _SIDES_OF_40).gather(np.arange(absorbed.height) % len(_SIDES_OF_40))
    first, later = teller.two_days(absorbed.height)
    published = pl.col("form")
    days = pl.DataFrame({"form": form, "first": first, "later": later}).select(
        absorbed=pl.when(published == "surviving first").then("later").when(published != "surviving").then("first"),
        surviving=pl.when(published == "absorbed first").then("later").when(published != "absorbed").then("first"),
        sides=pl.when(published.is_in(["absorbed", "surviving"])).then("form").otherwise(pl.lit("both")),
    )
    told = events.merger(absorbed, surviving, days["absorbed"], days["surviving"], rng)
    files.add(*told)
    files.add_succession(*told, days["sides"])

    one, two, three = party("merged_twice")
    first, later = teller.two_days(one.height)
    into_two = events.merger(one, two, first, first, rng)
    into_three = events.merger(into_two[1], three, later, later, rng)
    files.add(*into_two, *into_three)
    files.add_succession(*into_two)
    files.add_succession(*into_three)

    one, two, three = party("merged_two")
    day = teller.one_day(one)
    gone, kept = events.merger(one, three, day, day, rng)
    gone_too, kept_too = events.merger(two, three, day, day, rng)
    changed = pl.DataFrame({"one": kept["changeDate"], "two": kept_too["changeDate"]}).max_horizontal()
    gone, gone_too = (part.with_columns(changeDate=changed, closeDate=changed) for part in (gone, gone_too))
    kept = kept.with_columns(changeDate=changed, changeCause=kept["changeCause"] + kept_too["changeCause"])
    files.add(gone, gone_too, kept)
    files.add_succession(gone, kept)
    files.add_succession(gone_too, kept)

    absorbed, surviving = party("voided")
    first, later = teller.two_days(absorbed.height)
    told = events.merger(absorbed, surviving, first, first, rng)
    files.add(*told, *events.voided_merger(*told, later, rng))
    files.add_succession(*told, voided=True)


def _tell_defects(teller: _Storyteller, rows: pl.DataFrame) -> None:
    """Add the records to be damaged: half of them in UTF-8 files, half in CP932 files."""
    place = np.arange(rows.height)
    day = teller.days.gather(1 + place % 6 + (FILES // 2) * (place >= len(DEFECTS)))
    told = events.event(rows, day, "01").with_columns(
        assignmentDate="file_date",
        changeDate="file_date",
        defect=pl.Series(DEFECTS).gather(place % len(DEFECTS)),
    )
    wrong_digit = pl.concat_str(pl.col("corporateNumber").str.slice(0, 1).cast(pl.Int8) % 9 + 1, pl.col("corporateNumber").str.slice(1))
    teller.files.add(
        told.with_columns(
            corporateNumber=pl.when(pl.col("defect") == "check_digit").then(wrong_digit).otherwise("corporateNumber"),
            process=pl.when(pl.col("defect") == "process_code").then(pl.lit("55")).otherwise("process"),
        )
    )


def tell(
    plan: dict[str, NDArray[np.int64]],
    touched: pl.DataFrame,
    new: pl.DataFrame,
    towns: pl.DataFrame,
    days: list[date],
    rng: np.random.Generator,
) -> DailyFiles:
    """Tell all stories.

    Args:
        plan: Companies of each story, from :func:`sample_plan.choose`.
        touched: Their rows in the full file, with ``row`` as the plan counts them, sorted by it.
        new: Rows of the companies that are new, with ``story``.
        towns: Frame of town areas as named in 2024.
        days: Days of the files.
        rng: Source of random numbers.

    Returns:
        Rows and merger edges.
    """
    teller = _Storyteller(towns, days, rng)
    row, rows = touched["row"].to_numpy(), touched.drop("row")

    def party(story: str) -> list[pl.DataFrame]:
        return [rows[np.searchsorted(row, companies)] for companies in plan[story].T]

    def present(story: str) -> pl.DataFrame:
        return party(story)[0]

    _tell_registrations(teller, new)
    _tell_moves_and_names(teller, present)
    _tell_renumbering(teller, rows[np.searchsorted(row, plan["renumbered"])])
    _tell_closings(teller, present)
    _tell_corrections(teller, present)
    _tell_mergers(teller, party)
    _tell_defects(teller, new.filter(pl.col("story") == "defect").drop("story"))
    return teller.files
