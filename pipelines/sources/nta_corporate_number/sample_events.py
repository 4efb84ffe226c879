"""The events of the daily files: what each process code makes of a company's row, and how histories are sent again.

Every function here takes the present rows of companies and gives back rows of the same columns with four more:
``file_date`` (the file a row stands in), ``step`` (its place within the company's group), ``renumbered`` (the address
was renamed, nobody moved) and ``defect`` (null: the row is sound). What a function gives back is the present row for
the next event of the same companies.
"""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.sample.streets import streets
from pipelines.sources.nta_corporate_number.sample_rows import era_date, named_party

_COURTS = ("大阪地方裁判所", "東京地方裁判所", "新潟地方裁判所長岡支部", "名古屋高等裁判所金沢支部")
# (wording of the absorbed side, wording of the surviving side), the first by far the most frequent
_WORDINGS = (
    *[("に合併し解散", "を合併")] * 17,
    ("に合併して解散", "を合併"),
    ("に合併し、解散", "を合併　"),
    ("に合併し解散", "を吸収合併"),
)
_CLEARED = {
    "closeDate": pl.lit(None, pl.Date),
    "closeCause": pl.lit(None, pl.String),
    "successorCorporateNumber": pl.lit(None, pl.String),
    "changeCause": pl.lit(None, pl.String),
}


def event(
    rows: pl.DataFrame,
    day: pl.Series,
    process: str,
    *,
    step: int = 0,
    changed: pl.Series | None = None,
    values: dict[str, pl.Expr | pl.Series] | None = None,
) -> pl.DataFrame:
    """Add one new event (correct=0) to each company.

    Args:
        rows: Present rows.
        day: Date of the daily file.
        process: 処理区分.
        step: Place within the company's group of that file.
        changed: Date of the event in the world; the day of the file where not given. Never before the last event.
        values: Further columns that change.

    Returns:
        One row per company.
    """
    return rows.with_columns(
        file_date=day,
        step=pl.lit(step, pl.Int8),
        renumbered=pl.lit(False),
        defect=pl.lit(None, pl.String),
        process=pl.lit(process),
        correct=pl.lit("0"),
        changeDate=pl.max_horizontal("changeDate", day if changed is None else changed),
        **_CLEARED,
    ).with_columns(**(values or {}))


def days_before(day: pl.Series, most: int, rng: np.random.Generator) -> pl.Series:
    """Go back a random number of days, 0 to ``most``."""
    return (day.cast(pl.Int32) - pl.Series(rng.integers(0, most + 1, len(day)))).cast(pl.Date)


def relocated(
    rows: pl.DataFrame,
    towns: pl.DataFrame,
    weights: NDArray[np.float64],
    rng: np.random.Generator,
    within_city: float = 0.6,
) -> dict[str, pl.Series]:
    """Draw a new address for each company: in the same city for most, anywhere for the others.

    Args:
        rows: Present rows with an address in Japan.
        towns: Frame of town areas, sorted by ``lg_code5``.
        weights: Probability of each town for those that leave their city.
        rng: Source of random numbers.
        within_city: Share of those that stay in their city.

    Returns:
        The columns that change.
    """
    numbered = towns.with_row_index("row")
    cities = numbered.select(first=pl.col("row").min().over("lg_code5"), size=pl.len().over("lg_code5"))[rows["town"]]
    nearby = cities["first"].to_numpy() + (rng.random(rows.height) * cities["size"].to_numpy()).astype(np.int64)
    anywhere = rng.choice(towns.height, rows.height, p=weights)
    chosen = np.where(rng.random(rows.height) < within_city, nearby, anywhere)
    return address(pl.Series(chosen.astype(np.int32)), towns, rng)


def address(town: pl.Series, towns: pl.DataFrame, rng: np.random.Generator) -> dict[str, pl.Series]:
    """Make an address in each of the given towns: the columns of the ledger and ``town``."""
    places = towns[town]
    return {
        "town": town,
        "prefectureName": places["prefecture"],
        "cityName": places["city"],
        "streetNumber": streets(places["town"], places["has_chome"], rng),
        "prefectureCode": places["lg_code5"].str.slice(0, 2),
        "cityCode": places["lg_code5"].str.slice(2, 3),
        "postCode": places["postal_code"],
    }


def closing(rows: pl.DataFrame, day: pl.Series, cause: pl.Series, rng: np.random.Generator, step: int = 0) -> pl.DataFrame:
    """Close registers (process 21) for the given closeCause; closeDate is the date of the event."""
    closed = event(rows, day, "21", step=step, changed=days_before(day, 12, rng))
    return closed.with_columns(closeDate="changeDate", closeCause=cause)


def correction(rows: pl.DataFrame, day: pl.Series, *, present: str | None = None, past: dict[str, pl.Series] | None = None) -> pl.DataFrame:
    """Send a history again (correct=1): the registration (01), and where the present row is a later event, that too.

    Args:
        rows: Present rows as corrected, of companies whose history has one event, or two when ``present`` is given.
        day: Date of the daily file.
        present: Process of the present row when it is not the registration.
        past: Values the registration bears that differ from the present row.

    Returns:
        One or two rows per company, steps 0 and 1.
    """
    fixed: dict[str, pl.Expr | pl.Series] = {
        "file_date": day,
        "renumbered": pl.lit(False),
        "defect": pl.lit(None, pl.String),
        "correct": pl.lit("1"),
    }
    first = rows.with_columns(step=pl.lit(0, pl.Int8), process=pl.lit("01"), changeDate="assignmentDate", **fixed, **(past or {}))
    if present is None:
        return first
    return pl.concat([first, rows.with_columns(step=pl.lit(1, pl.Int8), process=pl.lit(present), **fixed)])


def withdrawal(rows: pl.DataFrame, day: pl.Series) -> pl.DataFrame:
    """Withdraw numbers (process 99): nothing but number, process and date of publication is filled."""
    kept = {"corporateNumber", "town"}
    empty = {name: pl.lit(None, kind) for name, kind in rows.schema.items() if name not in kept}
    withdrawn = event(rows, day, "99")
    return withdrawn.with_columns(**{**empty, "process": pl.lit("99")})


def merger(
    absorbed: pl.DataFrame,
    surviving: pl.DataFrame,
    absorbed_day: pl.Series,
    surviving_day: pl.Series,
    rng: np.random.Generator,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Merge companies pair by pair: row 21 of the absorbed company and row 71 of the survivor.

    Args:
        absorbed: Present rows of the companies that dissolve.
        surviving: Present rows of the companies that go on.
        absorbed_day: File of the 21 row; null leaves this side out.
        surviving_day: File of the 71 row; null leaves this side out.
        rng: Source of random numbers.

    Returns:
        Rows of the absorbed side and of the surviving side, as many as there are pairs; the rows of a side left out
        have a null ``file_date``.
    """
    first_day = pl.DataFrame({"a": absorbed_day, "s": surviving_day}).min_horizontal()
    registered = pl.DataFrame(
        {"a": absorbed["changeDate"], "s": surviving["changeDate"], "drawn": days_before(first_day, 10, rng)}
    ).max_horizontal()
    # The merger takes effect some days before it is registered.
    effect = pl.DataFrame({"d": days_before(registered, 9, rng)}).select(era_date(pl.col("d"))).to_series()
    wording = rng.integers(0, len(_WORDINGS), absorbed.height)
    dissolved, merged = (pl.Series([pair[side] for pair in _WORDINGS]).gather(wording) for side in (0, 1))
    return (
        event(
            absorbed,
            absorbed_day,
            "21",
            changed=registered,
            values={
                "closeCause": pl.lit("11"),
                "successorCorporateNumber": surviving["corporateNumber"],
                "changeCause": effect + named_party(surviving) + dissolved,
            },
        ).with_columns(closeDate="changeDate"),
        event(
            surviving,
            surviving_day,
            "71",
            changed=registered,
            values={"changeCause": effect + named_party(absorbed) + merged},
        ),
    )


def voided_merger(
    absorbed: pl.DataFrame, surviving: pl.DataFrame, day: pl.Series, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Void mergers by judgement: row 72 of the survivor with the court, row 22 of the company that exists again.

    Args:
        absorbed: The 21 rows of :func:`merger`.
        surviving: Its 71 rows.
        day: Date of the daily file.
        rng: Source of random numbers.

    Returns:
        Rows of the revived and of the surviving side.
    """
    final = pl.DataFrame({"d": days_before(day, 3, rng)}).select(era_date(pl.col("d"))).to_series()
    court = pl.Series(_COURTS).gather(np.arange(surviving.height) % len(_COURTS))
    cause = final + court + "の合併無効の判決確定（" + surviving["changeCause"].str.strip_chars_end("　") + "）"
    return (
        event(absorbed, day, "22"),
        event(surviving, day, "72", values={"changeCause": cause}),
    )


def renumbering(rows: pl.DataFrame, towns: pl.DataFrame, day: pl.Series, effective: date) -> pl.DataFrame:
    """Publish new ward names and codes (process 12) of companies that stay where they are.

    Args:
        rows: Present rows.
        towns: Frame of town areas as named from ``effective`` on.
        day: Date of the daily file.
        effective: Day the new names took effect, the changeDate of the rows.

    Returns:
        One row per company, ``renumbered``.
    """
    places = towns[rows["town"]]
    return event(
        rows,
        day,
        "12",
        changed=pl.Series([effective]).new_from_index(0, rows.height),
        values={
            "renumbered": pl.lit(True),
            "cityName": places["city"],
            "prefectureCode": places["lg_code5"].str.slice(0, 2),
            "cityCode": places["lg_code5"].str.slice(2, 3),
        },
    )
