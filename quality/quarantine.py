"""The quarantine: every refused record with its place, its reason and its original bytes."""

from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """One refused record, or a whole refused file (line 0).

    Attributes:
        stage: Stage that refused it: ``raw`` or ``standardised``.
        file: Name of the delivered table.
        file_id: SHA-256 of the delivered table.
        line: Line in the file, from 1; 0 for the file as a whole.
        column: Publisher's name of the column at fault; empty where the record as a whole is.
        code: Identifier of the reason.
        reason: The reason, for people.
        value: The value at fault.
        original: The record's bytes as delivered.
    """

    stage: str
    file: str
    file_id: str
    line: int
    column: str
    code: str
    reason: str
    value: str | None
    original: bytes


SCHEMA = pl.Schema(
    {
        "stage": pl.String,
        "file": pl.String,
        "file_id": pl.String,
        "line": pl.UInt32,
        "column": pl.String,
        "code": pl.String,
        "reason": pl.String,
        "value": pl.String,
        "original": pl.Binary,
    }
)
_ORDER = ["file", "line", "file_id", "column"]


def write_quarantine(folder: Path, source: str, name: str, records: list[Quarantined]) -> None:
    """Write the refused records of one stage of one batch, in place of those written before; no file where there are none.

    Args:
        folder: The quarantine folder of the home.
        source: Name of the source.
        name: Name of the file, without suffix.
        records: Refused records.
    """
    target = folder / source / f"{name}.parquet"
    if not records:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = {field.name: [getattr(record, field.name) for record in records] for field in fields(Quarantined)}
    frame = pl.DataFrame(rows, schema=SCHEMA).sort(_ORDER)
    aside = target.with_name(f".{target.name}.part")
    frame.write_parquet(aside, compression="zstd")
    aside.replace(target)


def read_quarantine(folder: Path, source: str | None = None) -> pl.DataFrame:
    """Read all refused records.

    Args:
        folder: The quarantine folder of the home.
        source: Only this source; every source if not given.

    Returns:
        The columns of :class:`Quarantined` after a first column ``source``, in order of source, file and line.
    """
    frames = [
        pl.read_parquet(path).select(pl.lit(path.parent.name).alias("source"), *SCHEMA)
        for path in sorted(folder.glob(f"{source or '*'}/*.parquet"))
    ]
    empty = pl.DataFrame(schema={"source": pl.String, **SCHEMA})
    return pl.concat([empty, *frames]).sort(["source", *_ORDER])
