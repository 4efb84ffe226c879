"""The first line of a file that names its columns: matched with the columns a source declares."""

import csv
from dataclasses import dataclass

import polars as pl

from pipelines.errors import DaichoError
from pipelines.map_columns import Mapping
from pipelines.source_declarations import Source


@dataclass(frozen=True)
class Layout:
    """The columns of one file.

    Attributes:
        names: Names in the order of the file.
        mapping: How the columns of a municipality's own export become those of the source; None where the names are the source's.
    """

    names: tuple[str, ...]
    mapping: Mapping | None = None

    def column(self, name: str) -> pl.Expr:
        """A declared column, over the columns of the file."""
        if self.mapping is not None:
            return self.mapping.expression(name)
        return pl.col(name) if name in self.names else pl.lit(None, pl.String).alias(name)

    def unknown(self, source: Source) -> tuple[str, ...]:
        """Columns that the source does not know."""
        if self.mapping is not None:
            return tuple(name for name in self.names if name not in self.mapping.used)
        declared = {*(column.name for column in source.columns), *source.left_out}
        return tuple(name for name in self.names if name not in declared)

    def absent(self, source: Source) -> tuple[str, ...]:
        """Declared columns that the file does not have."""
        given = self.names if self.mapping is None else self.mapping.given
        return tuple(column.name for column in source.columns if column.name not in given)


def read_header(source: Source, block: bytes, encoding: str, mapping: Mapping | None = None) -> tuple[Layout, bytes]:
    """Take the header off the first chunk of a file.

    Args:
        source: Source the file belongs to.
        block: Whole lines, the header first.
        encoding: Character encoding of the file.
        mapping: How the file's columns become those of the source.

    Returns:
        The layout of the file, and the lines after the header.

    Raises:
        DaichoError: The header cannot be read, names a column twice or none, or lacks a required column or one of the mapping's.
    """
    line, _, rest = block.partition(b"\n")
    try:
        text = line.removesuffix(b"\r").decode(encoding)
        (cells,) = csv.reader([text], strict=True, skipinitialspace=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DaichoError(f"the header cannot be read: {error}") from error
    names = tuple(cell.strip() for cell in cells)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in names:
        raise DaichoError(f"the header names {'a column twice: ' + ', '.join(twice) if any(twice) else 'a column without a name'}")
    if mapping is not None:
        mapping.refuse_unless_it_fits(names)
        return Layout(names, mapping), rest
    lacking = [column.name for column in source.columns if (column.required or column.required_unless) and column.name not in names]
    if lacking:
        raise DaichoError(f"the header lacks the required column {', '.join(lacking)}; it names {', '.join(names)}")
    return Layout(names), rest
