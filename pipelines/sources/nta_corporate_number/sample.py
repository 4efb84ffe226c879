"""The sample of the corporate-number ledger: a made-up full file, twenty daily files, and what is true of them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.errors import DaichoError
from pipelines.sample.addresses import towns, towns_before_2024
from pipelines.sources.nta_corporate_number import sample_truth as truth
from pipelines.sources.nta_corporate_number.sample_days import DEFECTS, tell
from pipelines.sources.nta_corporate_number.sample_plan import LEAST_SCALE, business_days, choose, newcomers
from pipelines.sources.nta_corporate_number.sample_population import CHUNK_ROWS, LAST_DAY, population
from pipelines.sources.nta_corporate_number.sample_records import lines, write_zip
from pipelines.sources.nta_corporate_number.sample_rows import describe, with_full_file_mergers

SOURCE = "nta_corporate_number"
_UTF8_FILES = 10
_IMPOSSIBLE_DATE = "2024-02-30"
_CHANGE_DATE_FIELD = 5
# A lead byte of CP932 before a quotation mark, and a stray continuation byte in UTF-8.
_UNDECODABLE = b"\x81"


def write_sample(out: Path, *, scale: int, seed: int) -> None:
    """Write the sample: same scale and seed, same bytes.

    ``out/nta_corporate_number/`` gets ``00_zenkoku_all_20231228.zip`` (``scale`` companies, UTF-8) and twenty
    ``diff_YYYYMMDD.zip`` (ten in UTF-8, then ten in CP932) with about ``scale / 100`` companies each, 40 at least and
    3,000 at most. ``out/truth/nta_corporate_number/`` gets ``company``, ``event``, ``succession`` and ``defect``
    as Parquet.

    Args:
        out: Folder to write into; made if absent.
        scale: Companies in the full file, 1,000 or more.
        seed: Seed of the random numbers.

    Raises:
        DaichoError: ``scale`` is too small for every kind of event to occur.
    """
    if scale < LEAST_SCALE:
        raise DaichoError(f"a sample of {scale} companies cannot hold every kind of event: give a scale of {LEAST_SCALE} or more")
    files, answers = out / SOURCE, out / "truth" / SOURCE
    for folder in (files, answers):
        folder.mkdir(parents=True, exist_ok=True)
    days = business_days()
    people = population(towns_before_2024(), scale, seed)
    plan = choose(people, towns(), scale, np.random.default_rng([seed, 2]))
    full = _FullFile(people, plan, seed, truth.CompanyTruth(answers / "company.parquet"))
    name = f"00_zenkoku_all_{LAST_DAY:%Y%m%d}"
    write_zip(files / f"{name}.zip", f"{name}.csv", full.chunks())

    rng = np.random.default_rng([seed, 3])
    arrivals = newcomers(people, towns(), scale, 2 * len(DEFECTS), days, rng)
    new = describe(arrivals, towns(), rng).with_columns(arrivals["story"])
    touched = pl.concat(full.touched)
    daily = tell(plan, touched, new, towns(), days, rng)
    records = daily.records()
    for day, encoding in zip(days, ["utf-8"] * _UTF8_FILES + ["cp932"] * (len(days) - _UTF8_FILES), strict=True):
        _write_daily_file(files, day, records.filter(pl.col("file_date") == day), encoding)

    last = records.filter(pl.col("defect").is_null()).unique("corporateNumber", keep="last", maintain_order=True)
    is_withdrawn = pl.col("process") == "99"
    withdrawn = last.filter(is_withdrawn)["corporateNumber"].implode()
    # The silent side of a merger told by the other side only has no row of its own.
    silent = touched.join(last, on="corporateNumber", how="anti", maintain_order="left")
    full.companies.add(truth.companies(silent))
    full.companies.add(truth.companies(last.filter(~is_withdrawn)))
    full.companies.add(truth.companies(touched.filter(pl.col("corporateNumber").is_in(withdrawn)), withdrawn=True))
    full.companies.close()
    truth.events(records).write_parquet(answers / "event.parquet")
    pl.concat([*full.successions, *daily.successions]).write_parquet(answers / "succession.parquet")
    truth.defects(records).write_parquet(answers / "defect.parquet")


class _FullFile:
    """The full file, described chunk by chunk; keeps the rows of companies that the daily files will touch."""

    def __init__(self, people: pl.DataFrame, plan: dict[str, NDArray[np.int64]], seed: int, companies: truth.CompanyTruth) -> None:
        self._people, self._seed = people, seed
        self._is_touched = np.zeros(people.height, bool)
        for rows in plan.values():
            self._is_touched[rows] = True
        self.companies = companies
        self.touched: list[pl.DataFrame] = []
        self.successions: list[pl.DataFrame] = []

    def chunks(self) -> Iterator[bytes]:
        """Yield the lines of the file, as bytes."""
        for number, start in enumerate(range(0, self._people.height, CHUNK_ROWS)):
            people = self._people[start : start + CHUNK_ROWS]
            partner = people["partner"] - start
            rng = np.random.default_rng([self._seed, 4, number])
            rows = with_full_file_mergers(describe(people, towns_before_2024(), rng), partner)
            is_touched = pl.Series(self._is_touched[start : start + CHUNK_ROWS])
            row = pl.int_range(start, start + rows.height, eager=True)
            self.touched.append(rows.with_columns(row=row).filter(is_touched))
            self.successions.append(truth.full_file_successions(rows, partner))
            self.companies.add(truth.companies(rows.filter(~is_touched)))
            yield _joined(lines(rows.with_columns(sequenceNumber=row + 1, latest=pl.lit("1"))))


def _joined(text: pl.Series) -> bytes:
    return "\n".join([*text, ""]).encode()


def _write_daily_file(folder: Path, day: date, records: pl.DataFrame, encoding: str) -> None:
    encoded = [line.encode(encoding) for line in lines(records)]
    for place in records["defect"].is_not_null().arg_true():
        defect, name = records["defect"][place], records["name"][place].encode(encoding)
        encoded[place] = _damaged(encoded[place], defect, name, encoding)
    name = f"diff_{day:%Y%m%d}"
    write_zip(folder / f"{name}.zip", f"{name}.csv", [b"".join(line + b"\n" for line in encoded)])


def _damaged(line: bytes, defect: str, name: bytes, encoding: str) -> bytes:
    """Damage a line in the way its defect says; defects of a value are in the record already."""
    if defect == "column_count":
        # one column too few in the older encoding, one too many in the newer
        return line.rpartition(b",")[0] if encoding == "utf-8" else line + b",0"
    if defect == "nul_byte":
        return line.replace(b'"' + name, b'"\x00' + name, 1)
    if defect == "impossible_date":
        fields = line.split(b",", _CHANGE_DATE_FIELD + 1)
        fields[_CHANGE_DATE_FIELD] = _IMPOSSIBLE_DATE.encode()
        return b",".join(fields)
    if defect == "undecodable_byte":
        return line.replace(name + b'"', name + _UNDECODABLE + b'"', 1)
    return line
