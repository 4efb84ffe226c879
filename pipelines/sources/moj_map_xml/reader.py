"""Reader of 登記所備付地図: zips of zips of 地図XML, or any part of such a nest, one sheet at a time."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from pipelines.ingest.delimited import Refusal
from pipelines.sources.moj_map_xml.sheet import SheetError, read_sheet

_DEEPEST = 3


def read(path: Path, refuse: Callable[[Refusal], None]) -> Iterator[pl.DataFrame]:
    """Read every sheet of a delivery.

    Args:
        path: The delivery.
        refuse: Told of each sheet that cannot be read; the others are read on.

    Yields:
        The lots of one sheet: text columns of the source, and ``line``, counted through the delivery.
    """
    line = 0
    for name, stream in sheets(path):
        try:
            lots = read_sheet(stream)
        except SheetError as error:
            line += 1
            refuse(Refusal(line, "unreadable_sheet", f"{name}: {error}", name.encode()))
            continue
        yield lots.with_columns(line=pl.int_range(line + 1, line + 1 + lots.height, dtype=pl.UInt32, eager=True))
        line += lots.height


def sheets(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open every sheet of a delivery in turn.

    Args:
        path: An ``.xml``, or a zip that holds sheets or further zips (an office's zip holds one zip for each sheet).

    Yields:
        Name and bytes of one sheet; the stream must be read before the next is asked for.

    Raises:
        zipfile.BadZipFile: A zip is damaged.
    """
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield path.name, stream
        return
    with zipfile.ZipFile(path) as archive:
        yield from _members(archive, 1)


def _members(archive: zipfile.ZipFile, depth: int) -> Iterator[tuple[str, IO[bytes]]]:
    for name in sorted(archive.namelist()):
        lower = name.lower()
        if lower.endswith(".xml"):
            with archive.open(name) as stream:
                yield Path(name).name, stream
        elif lower.endswith(".zip") and depth < _DEEPEST:
            # a zip is read from its end, so an inner one is held whole: the size of one sheet, packed
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                yield from _members(inner, depth + 1)
