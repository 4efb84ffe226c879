"""The sample of the invoice register: a month's full files, five daily files, and what is true of them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_standards.rules import corporate_number
from pipelines.sample.companies import untouched
from pipelines.sources.nta_corporate_number.sample_plan import business_days
from pipelines.sources.nta_corporate_number.sample_population import corporate_numbers
from pipelines.sources.nta_corporate_number.sample_records import write_zip
from pipelines.sources.nta_invoice_issuer.reader import COLUMNS

SOURCE = "nta_invoice_issuer"
FULL_DAY, DAILY_FILES = date(2023, 12, 31), 5
_FIRST = date(2023, 10, 1)
_SHARE = 0.15  # of the companies in existence; in life it is about two in five
_INDIVIDUALS = 0.04  # for each company of the sample
_UNNUMBERED = 6  # associations without a corporate number
_STRANGERS, _TOKYO_COMPANY = 3, 10_001
_QUOTED = {
    "registratedNumber", "address", "addressRequest", "kana", "name", "addressInside", "tradeName", "popularName_previousName",
}  # fmt: skip


def write_sample(out: Path, *, scale: int, seed: int) -> None:
    """Write the sample: same scale and seed, same bytes.

    ``out/nta_invoice_issuer/`` gets the full files of 2023-12-31 - two of corporations, one of associations, one of individuals, who are
    not named - and five ``diff_YYYYMMDD.zip``. Corporations are those of the company sample. ``out/truth/nta_invoice_issuer/`` gets
    ``issuer`` (what a registry must hold) and ``defect`` (the damaged lines) as Parquet.

    Args:
        out: Folder to write into; made if absent.
        scale: Companies of the company sample.
        seed: Seed of the random numbers.
    """
    files, answers = out / SOURCE, out / "truth" / SOURCE
    for folder in (files, answers):
        folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 31])
    corporations = pl.concat([_corporations(untouched(scale, seed), rng), _unknown()])
    associations = _associations(untouched(scale, seed), rng)
    individuals = _individuals(max(int(scale * _INDIVIDUALS), 40), rng)
    later, known = corporations[: 2 * DAILY_FILES], corporations[2 * DAILY_FILES :]
    half = known.height // 2
    with_past = _with_past(known[:half], rng)
    for name, rows in {"h_001": with_past, "h_002": known[half:], "j": associations, "k_001": individuals}.items():
        letter, _, part = name.partition("_")
        stem = f"{letter}_all_{FULL_DAY:%Y%m%d}"
        tail = f"_{part}" if part else ""
        write_zip(files / f"{stem}_csv{tail}.zip", f"{stem}{tail}.csv", [_text(_in_order(rows))])
    told, defects = [], []
    for at, day in enumerate(business_days()[:DAILY_FILES]):
        rows = _in_order(_daily(day, later[2 * at : 2 * at + 2], known[5 * at : 5 * at + 5], individuals[2 * at : 2 * at + 2]))
        told.append(rows)
        text = _text(rows)
        if at == 0:
            # one field too few, and a number of twelve digits
            broken = f'{rows.height + 1},"T123456789012",01,0,2,1,1,2024-01-04,2024-01-04,,' + "," * 13 + "\n"
            text += (broken + broken.replace(",\n", "\n")).encode()
            defects = [
                (f"diff_{day:%Y%m%d}.zip", rows.height + 1, "not_readable"),
                (f"diff_{day:%Y%m%d}.zip", rows.height + 2, "column_count"),
            ]
        write_zip(files / f"diff_{day:%Y%m%d}.zip", f"diff_{day:%Y%m%d}.csv", [text])
    every = pl.concat([known, associations, individuals, *told]).unique("registratedNumber", keep="last", maintain_order=True)
    every.filter(pl.col("process") != "99").select(
        invoice_number="registratedNumber",
        issuer_kind_code="kind",
        name="name",
        invoice_registered_on="registrationDate",
        invoice_cancelled_on="disposalDate",
        invoice_expired_on="expireDate",
    ).sort("invoice_number").write_parquet(answers / "issuer.parquet")
    pl.DataFrame(defects, schema={"file": pl.String, "line": pl.Int64, "kind": pl.String}, orient="row").write_parquet(
        answers / "defect.parquet"
    )


def _rows(frame: pl.DataFrame, **columns: pl.Expr | str) -> pl.DataFrame:
    """Rows of the register with what is given, all else empty."""
    common = {"correct": pl.lit("0"), "latest": pl.lit("1"), "country": pl.lit("1"), "process": pl.lit("01")}
    told = {name: pl.col(value) if isinstance(value, str) else value for name, value in (common | columns).items()}
    return frame.select((told[name] if name in told else pl.lit(None)).cast(pl.String).alias(name) for name in COLUMNS)


def _days(rng: np.random.Generator, size: int) -> pl.Series:
    """Days of publication from the opening of the site to the end of 2023, before which no registration had effect."""
    return pl.Series("updated", [date(2021, 11, 1) + timedelta(days=int(day)) for day in rng.integers(0, 690, size)])


def _corporations(companies: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Companies in existence, some cancelled or expired; and companies closed since, some of which the register still calls registered."""
    bodies = companies.filter(pl.col("kind").is_in(["301", "302", "305", "399", "401"]))
    chosen = bodies.filter(pl.col("closeDate").is_null() & (pl.Series(rng.random(bodies.height)) < _SHARE))
    closed = bodies.filter(pl.col("closeDate") >= _FIRST)
    both = pl.concat([chosen, closed]).with_columns(draw=pl.Series(rng.random(chosen.height + closed.height)))
    draw = pl.col("draw")
    lives = pl.col("closeDate").is_null()
    cancelled, expired = lives & (draw < 0.01), lives & draw.is_between(0.01, 0.03)
    lapsed = ~lives & (draw < 0.8)
    ended = pl.lit(date(2023, 12, 1))
    address = pl.concat_str("prefectureName", "cityName", "streetNumber")
    foreign = pl.col("kind") == "401"
    both = both.with_columns(_days(rng, both.height))
    return _rows(
        both,
        registratedNumber=pl.concat_str(pl.lit("T"), "corporateNumber"),
        process=pl.when(cancelled).then(pl.lit("04")).when(expired | lapsed).then(pl.lit("03")).otherwise(pl.lit("01")),
        kind=pl.lit("2"),
        country=pl.when(~foreign).then(pl.lit("1")).when(address.is_null()).then(pl.lit("2")).otherwise(pl.lit("3")),
        registrationDate=pl.lit(_FIRST),
        updateDate=pl.when(cancelled | expired | lapsed)
        .then(pl.coalesce(pl.col("closeDate").dt.offset_by("1d"), ended))
        .otherwise("updated"),
        disposalDate=pl.when(cancelled).then(ended),
        expireDate=pl.when(expired).then(ended).when(lapsed).then(pl.col("closeDate").dt.offset_by("1d")),
        address=pl.when(~foreign).then(address),
        addressPrefectureCode=pl.when(~foreign).then("prefectureCode"),
        addressCityCode=pl.when(~foreign).then("cityCode"),
        kana=pl.when(draw < 0.5).then("furigana"),
        # the name under which it registered, which it has changed since
        name=pl.when(lives & (draw > 0.995)).then(pl.concat_str("name", pl.lit("ホールディングス"))).otherwise("name"),
        addressInside=pl.when(foreign).then(address),
    )


def _unknown() -> pl.DataFrame:
    """Companies whose numbers the company ledger does not tell of."""
    serial = pl.int_range(999_900, 999_900 + _STRANGERS, eager=True)
    named = pl.DataFrame({"serial": serial}).select(
        number=pl.format("T{}", corporate_numbers(pl.lit(_TOKYO_COMPANY), pl.col("serial"))), name=pl.format("株式会社未登載{}", "serial")
    )
    told = {"kind": pl.lit("2"), "registrationDate": pl.lit(_FIRST), "updateDate": pl.lit("2023-09-29"), "name": pl.col("name")}
    return _rows(named, registratedNumber="number", **told)


def _associations(companies: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """人格のない社団等 with corporate numbers, and a few whose digits are none."""
    bodies = companies.filter((pl.col("kind") == "499") & pl.col("closeDate").is_null()).with_columns(pl.lit("2022-06-01").alias("updated"))
    address = pl.concat_str("prefectureName", "cityName", "streetNumber")
    numbered = _rows(
        bodies,
        registratedNumber=pl.concat_str(pl.lit("T"), "corporateNumber"),
        kind=pl.lit("2"),
        registrationDate=pl.lit(_FIRST),
        updateDate="updated",
        addressRequest=address,
        name="name",
        tradeName=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.concat_str("cityName", pl.lit("のつどい"))),
    )
    own = pl.DataFrame({"number": _unlike_corporate_numbers(_UNNUMBERED, rng), "name": [f"第{at}共同作業会" for at in range(_UNNUMBERED)]})
    unnumbered = _rows(
        own, registratedNumber="number", kind=pl.lit("2"), registrationDate=pl.lit(_FIRST), updateDate=pl.lit("2022-07-01"), name="name"
    )
    return pl.concat([numbered, unnumbered])


def _individuals(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Individuals as the downloads tell of them: the number, the codes and the days."""
    frame = pl.DataFrame({"number": _unlike_corporate_numbers(count, rng), "draw": rng.random(count)}).with_columns(_days(rng, count))
    gone = pl.col("draw") < 0.05
    return _rows(
        frame,
        registratedNumber="number",
        process=pl.when(gone).then(pl.lit("03")).otherwise(pl.lit("01")),
        kind=pl.lit("1"),
        registrationDate=pl.lit(_FIRST),
        updateDate=pl.when(gone).then(pl.lit("2023-12-15")).otherwise(pl.col("updated").cast(pl.String)),
        expireDate=pl.when(gone).then(pl.lit("2023-12-31")),
    )


def _unlike_corporate_numbers(count: int, rng: np.random.Generator) -> pl.Series:
    """Registration numbers whose digits are no corporate number."""
    body = pl.Series(rng.choice(10**9, count, replace=False)) + 810_000_000_000
    wrong = pl.DataFrame({"body": body}).select(pl.format("T{}{}", corporate_number.check_digit(pl.col("body")) % 9 + 1, pl.col("body")))
    return wrong.to_series()


def _with_past(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The rows, and before a few of them the registration they had earlier: without kind and name, and not the latest."""
    few = rows.filter(pl.Series(rng.random(rows.height)) < 0.01)
    past = _rows(
        few,
        registratedNumber="registratedNumber",
        process=pl.lit("03"),
        country=pl.lit(None),
        latest=pl.lit("0"),
        registrationDate=pl.lit("2022-01-01"),
        updateDate=pl.lit("2024-01-01"),
        expireDate=pl.lit("2023-01-01"),
    )
    return pl.concat([past, rows]).sort("registratedNumber", maintain_order=True)


def _daily(day: date, new: pl.DataFrame, known: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """What a day tells: two companies new, two changed, one expired, one cancelled, one withdrawn; and two individuals' ends."""
    told = pl.lit(day.isoformat())
    lasting = pl.lit(None, pl.String)
    empty = [name for name in COLUMNS if name not in ("sequenceNumber", "registratedNumber", "process", "correct", "updateDate")]
    return pl.concat(
        [
            new.with_columns(process=pl.lit("01"), updateDate=told, registrationDate=told, disposalDate=lasting, expireDate=lasting),
            known[:2].with_columns(
                process=pl.lit("02"), updateDate=told, addressCityCode=lasting, address=pl.col("address") + pl.lit("　２階")
            ),
            known[2:3].with_columns(process=pl.lit("03"), updateDate=told, expireDate=told),
            known[3:4].with_columns(process=pl.lit("04"), updateDate=told, disposalDate=told),
            known[4:5]
            .with_columns(pl.lit(None, pl.String).alias(name) for name in empty)
            .with_columns(process=pl.lit("99"), updateDate=told),
            persons[:1].with_columns(process=pl.lit("03"), updateDate=told, expireDate=told),
            persons[1:].with_columns(process=pl.lit("04"), updateDate=told, disposalDate=told),
        ]
    )


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(sequenceNumber=pl.int_range(1, pl.len() + 1).cast(pl.String))


def _text(rows: pl.DataFrame) -> bytes:
    """Render rows as lines: text and number quoted, codes and dates bare, an empty value nothing at all."""
    fields = [pl.format('"{}"', pl.col(name)) if name in _QUOTED else pl.col(name) for name in COLUMNS]
    lines = rows.select(line=pl.concat_str([field.fill_null("") for field in fields], separator=",")).to_series()
    return "\n".join([*lines, ""]).encode()
