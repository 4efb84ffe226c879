"""What is true of the sample: the answers a pipeline that read the files right must find."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

_EVENT_KINDS = {
    "01": "new", "11": "renamed", "12": "moved", "13": "moved_abroad", "21": "closed", "22": "revived",
    "71": "absorbed", "72": "merger_voided", "81": "trade_name_cancelled", "99": "withdrawn",
}  # fmt: skip
_COMPANY_SCHEMA = pa.schema(
    [
        ("corporate_number", pa.string()),
        ("name", pa.string()),
        ("status", pa.string()),
        ("lg_code5", pa.string()),
        ("closed_on", pa.date32()),
        ("close_cause_code", pa.string()),
        ("successor_corporate_number", pa.string()),
    ]
)


def companies(rows: pl.DataFrame, *, withdrawn: bool = False) -> pl.DataFrame:
    """Tell the state of companies from their last rows.

    Args:
        rows: One row of the ledger per company.
        withdrawn: The numbers were withdrawn; name and place are the last ones known.

    Returns:
        The columns of ``company.parquet``.
    """
    open_or_not = pl.when(pl.col("closeDate").is_null()).then(pl.lit("active")).otherwise(pl.lit("closed"))
    return rows.select(
        corporate_number="corporateNumber",
        name="name",
        status=pl.lit("withdrawn") if withdrawn else open_or_not,
        lg_code5=pl.col("prefectureCode") + pl.col("cityCode"),
        closed_on="closeDate",
        close_cause_code="closeCause",
        successor_corporate_number="successorCorporateNumber",
    )


class CompanyTruth:
    """``company.parquet``, written piece by piece: the untouched companies first, those of the daily files last.

    Args:
        path: The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, _COMPANY_SCHEMA, compression="zstd")

    def add(self, rows: pl.DataFrame) -> None:
        """Write rows of :func:`companies`."""
        self._writer.write_table(rows.to_arrow().cast(_COMPANY_SCHEMA))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def events(records: pl.DataFrame) -> pl.DataFrame:
    """List what the daily files tell, without the damaged records.

    A history sent again is one event ``corrected`` with process 01; a new event after it is listed beside it. The
    survivor's row of a merger (71) is ``absorbed``, the row of the company that dissolved (21) is ``closed``.

    Args:
        records: Records of all daily files.

    Returns:
        ``file_date``, ``corporate_number``, ``process_code``, ``kind``, in the order of the files.
    """
    sound = records.filter(pl.col("defect").is_null())
    starts_history = (pl.col("correct") == "1") & (pl.col("process") == "01")
    is_event = pl.col("correct").is_null() | (pl.col("correct") == "0") | starts_history
    return sound.filter(is_event).select(
        "file_date",
        corporate_number="corporateNumber",
        process_code="process",
        kind=pl.when(starts_history)
        .then(pl.lit("corrected"))
        .when("renumbered")
        .then(pl.lit("renumbered"))
        .otherwise(pl.col("process").replace_strict(_EVENT_KINDS)),
    )


def full_file_successions(rows: pl.DataFrame, partner: pl.Series) -> pl.DataFrame:
    """List the merger edges of the full file.

    Args:
        rows: Rows of the ledger.
        partner: For each row the position of the other company in the same frame, or null.

    Returns:
        The columns of ``succession.parquet``.
    """
    other_process = rows["process"].gather(partner)
    return (
        rows.with_columns(other_process=other_process)
        .filter(pl.col("closeCause") == "11")
        .select(
            predecessor="corporateNumber",
            successor="successorCorporateNumber",
            date="changeDate",
            sides=pl.when(pl.col("other_process") == "71").then(pl.lit("both")).otherwise(pl.lit("absorbed")),
            voided=pl.lit(False),
        )
    )


def defects(records: pl.DataFrame) -> pl.DataFrame:
    """List the damaged records: ``file`` (name of the zip), ``line`` (from 1) and ``kind``."""
    return records.filter(pl.col("defect").is_not_null()).select(
        file=pl.format("{}.zip", pl.col("file_date").dt.to_string("diff_%Y%m%d")),
        line="sequenceNumber",
        kind="defect",
    )
