"""The thirty-column record of the corporate-number files: rendering to lines and packing into zips.

Source of the layout: 国税庁 法人番号公表サイト, file layout of the downloads; of the quoting: the published files.
"""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import polars as pl

COLUMNS = (
    "sequenceNumber", "corporateNumber", "process", "correct", "updateDate", "changeDate", "name", "nameImageId",
    "kind", "prefectureName", "cityName", "streetNumber", "addressImageId", "prefectureCode", "cityCode", "postCode",
    "addressOutside", "addressOutsideImageId", "closeDate", "closeCause", "successorCorporateNumber", "changeCause",
    "assignmentDate", "latest", "enName", "enPrefectureName", "enCityName", "enAddressOutside", "furigana", "hihyoji",
)  # fmt: skip
_QUOTED = {
    "name", "prefectureName", "cityName", "streetNumber", "addressOutside", "changeCause", "enName", "enPrefectureName",
    "enCityName", "enAddressOutside", "furigana",
}  # fmt: skip


def lines(records: pl.DataFrame) -> pl.Series:
    """Render records as lines: text quoted, codes and dates bare, an empty value nothing at all.

    Args:
        records: The thirty columns; dates as Date, all else as text or integers. Text holds no quotation mark.

    Returns:
        Text column without line ends.
    """
    fields = []
    for column in COLUMNS:
        value = pl.col(column).cast(pl.String)
        if column in _QUOTED:
            value = pl.concat_str(pl.lit('"'), value, pl.lit('"'))
        fields.append(value.fill_null(""))
    return records.select(line=pl.concat_str(fields, separator=",")).to_series()


def write_zip(path: Path, member: str, chunks: Iterable[bytes]) -> None:
    """Pack one file into a zip whose bytes depend on the content alone.

    Args:
        path: The zip to write; its folder must exist.
        member: Name of the file inside.
        chunks: The content, piece by piece.
    """
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        # An entry opened by its name bears the fixed date of 1980-01-01, not the time of writing.
        archive.open(member, "w", force_zip64=True) as stream,
    ):
        for chunk in chunks:
            stream.write(chunk)
