"""Reader of the full (全件) and daily (差分) files of qualified invoice issuers, which lets no name or place of an individual in.

Source of the layout: 国税庁 適格請求書発行事業者公表サイト, リソース定義書: 24 columns, UTF-8, no header. The downloads withhold
what is said of individuals; answers of the site's Web-API have the same columns and do not.
"""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import polars as pl

from pipelines.errors import DaichoError
from pipelines.ingest.delimited import Records, Refusal, chunks, decode_records, read_records

COLUMNS = (
    "sequenceNumber", "registratedNumber", "process", "correct", "kind", "country", "latest", "registrationDate", "updateDate",
    "disposalDate", "expireDate", "address", "addressPrefectureCode", "addressCityCode", "addressRequest",
    "addressRequestPrefectureCode", "addressRequestCityCode", "kana", "name", "addressInside", "addressInsidePrefectureCode",
    "addressInsideCityCode", "tradeName", "popularName_previousName",
)  # fmt: skip
"""Columns in the order of the file; ``registratedNumber`` is the publisher's spelling."""
_TELLING_WHO = (
    "address", "addressPrefectureCode", "addressCityCode", "addressRequest", "kana", "name", "addressInside", "tradeName",
)  # fmt: skip
_NEVER = (
    "addressRequestPrefectureCode", "addressRequestCityCode", "addressInsidePrefectureCode", "addressInsideCityCode",
    "popularName_previousName",
)  # fmt: skip
_CORPORATION = "2"
_LINE_OF_CORPORATION = re.compile(rb'[^,]*,[^,]*,[^,]*,[^,]*,"?2"?,')
_NUMBERS_AND_DAYS = re.compile(rb'[0-9T",-]*')


def read(path: Path, refuse: Callable[[Refusal], None]) -> Iterator[pl.DataFrame]:
    """Read a delivery.

    Args:
        path: A CSV, or a zip of them (signatures beside them are passed over).
        refuse: Told of each line that is no record of 24 columns; of one that is not a corporation's, up to where words begin.

    Yields:
        The declared text columns and ``line``, counted through the delivery. What tells who and where someone is stands only in rows that
        say they are a corporation's (人格区分 2).

    Raises:
        DaichoError: A member of the zip is damaged, or the delivery holds no record.
    """
    line = 1
    try:
        for table in _tables(path):
            first = True
            for block in chunks(table):
                told = block.removeprefix(codecs.BOM_UTF8) if first else block
                records = decode_records(read_records(told, line, len(COLUMNS)), "utf-8")
                first = False
                for bad in records.refused:
                    refuse(replace(bad, original=_unnamed(bad.original)))
                line += len(records.lines) + len(records.refused)
                if len(records.lines):
                    yield _without_individuals(records)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DaichoError(f"a table of the zip cannot be unpacked: {error}") from error
    if line == 1:
        raise DaichoError("the file holds no records")


def _tables(path: Path) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.lower().endswith(".csv")):
            with archive.open(name) as stream:
                yield stream


def _unnamed(line: bytes) -> bytes:
    """What may be kept of a line that cannot be split: where it does not say it is a corporation's, its numbers, codes and days."""
    if _LINE_OF_CORPORATION.match(line):
        return line
    told = _NUMBERS_AND_DAYS.match(line)
    return told[0] if told else b""


def _without_individuals(records: Records) -> pl.DataFrame:
    frame = pl.read_csv(
        # the parser takes one byte order mark off; this one, so that it leaves the records' own bytes
        io.BytesIO(codecs.BOM_UTF8 + records.data),
        has_header=False,
        new_columns=list(COLUMNS),
        infer_schema=False,
        null_values="",
    )
    of_corporation = pl.col("kind").eq_missing(_CORPORATION)
    return frame.with_columns(
        *(pl.when(of_corporation).then(name).alias(name) for name in _TELLING_WHO), pl.Series("line", records.lines)
    ).drop(_NEVER)
