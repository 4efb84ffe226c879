"""Mapping files: how a municipality's own export becomes the canonical columns of a source. A mapping is data, kept beside the export.

A mapping (YAML) has ``source``, ``encoding``, ``columns`` (canonical name: name in the export), ``constants`` (canonical name: value for
every row) and ``values`` (canonical name: value in the export: canonical value).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from rapidfuzz import fuzz, process

from data_standards.items import DeclarationError, read_yaml
from data_standards.rules.folding import half_width
from pipelines.errors import DaichoError
from pipelines.source_declarations import Source, source_named

_ENCODINGS = ("utf-8-sig", "cp932")
_SURE = 75
_SAMPLE_ROWS = 1000
_FEW_VALUES = 40


@dataclass(frozen=True)
class Mapping:
    """A mapping file.

    Attributes:
        source: Source whose canonical columns are made.
        encoding: Encoding of the export.
        columns: Name in the export by canonical name.
        constants: Value for every row by canonical name.
        values: For each canonical name, canonical values by value in the export; other values stay.
    """

    source: str
    encoding: str
    columns: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


def _encoding(path: Path) -> str:
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DaichoError(f"{path}: neither UTF-8 nor Shift_JIS (CP932)")


def read_export(path: Path, encoding: str) -> pl.DataFrame:
    """Read an export whose first line names its columns.

    Args:
        path: CSV file.
        encoding: Its encoding.

    Returns:
        Text columns.

    Raises:
        DaichoError: The file cannot be read.
    """
    try:
        text = path.read_bytes().decode(encoding)
        return pl.read_csv(text.encode(), infer_schema=False, null_values="")
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise DaichoError(f"{path}: cannot be read as CSV in {encoding}: {error}") from error


def _folded(text: str) -> str:
    return str(pl.select(half_width(pl.lit(text))).item()).replace("_", "").replace(" ", "").lower()


def propose(path: Path, source: Source) -> Mapping:
    """Propose a mapping by the names of the columns: canonical name, Japanese label, label of the item.

    Args:
        path: The export.
        source: Source to map to.

    Returns:
        A mapping to be looked through; a column of the export is used once.

    Raises:
        DaichoError: The export cannot be read.
    """
    encoding = _encoding(path)
    export = read_export(path, encoding)
    offered = {name: _folded(name) for name in export.columns}
    scored = []
    for column in source.columns:
        for wanted in {_folded(column.name), _folded(column.label), _folded(column.item.label)}:
            for _, score, name in process.extract(wanted, offered, scorer=fuzz.ratio, score_cutoff=_SURE, limit=3):
                scored.append((-score, source.columns.index(column), column.name, name))
    columns: dict[str, str] = {}
    for _, _, canonical, name in sorted(scored):
        if canonical not in columns and name not in columns.values():
            columns[canonical] = name
    ordered = {column.name: columns[column.name] for column in source.columns if column.name in columns}
    coded = [column for column in source.columns if column.item.code_list and column.rule is None and column.name in ordered]
    values = {}
    for column in coded:
        found = export.get_column(ordered[column.name]).head(_SAMPLE_ROWS).drop_nulls().unique().sort().to_list()
        if 0 < len(found) <= _FEW_VALUES:
            values[column.name] = {str(value): str(value) for value in found}
    return Mapping(source.name, encoding, ordered, {}, values)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        DaichoError: It is malformed, or names a source or column that does not exist.
    """
    try:
        content: dict[str, Any] = read_yaml(path)
        mapping = Mapping(**content)
    except (DeclarationError, TypeError, OSError) as error:
        raise DaichoError(f"{path}: not a mapping file: {error}") from error
    known = {column.name for column in source_named(mapping.source).columns}
    unknown = sorted({*mapping.columns, *mapping.constants, *mapping.values} - known)
    if unknown:
        raise DaichoError(f"{path}: {mapping.source} has no column {unknown[0]!r}. Known: {', '.join(sorted(known))}")
    return mapping


def written(mapping: Mapping) -> str:
    """The mapping as YAML."""
    content = {
        "source": mapping.source,
        "encoding": mapping.encoding,
        "columns": mapping.columns,
        "constants": mapping.constants,
        "values": mapping.values,
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def missing(mapping: Mapping) -> list[str]:
    """Required columns of the source that a mapping does not give, each with its label."""
    given = {*mapping.columns, *mapping.constants}
    return [
        f"{column.name} ({column.label})" for column in source_named(mapping.source).columns if column.required and column.name not in given
    ]


def apply_mapping(export: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Bring an export to the canonical columns.

    Args:
        export: Text columns of the export.
        mapping: The mapping.

    Returns:
        Text columns by canonical name, those that the mapping gives; row for row.

    Raises:
        DaichoError: The export lacks a column, or the mapping lacks a required one.
    """
    absent = sorted(set(mapping.columns.values()) - set(export.columns))
    if absent:
        raise DaichoError(f"the export has no column {absent[0]!r}. It has: {', '.join(export.columns)}")
    lacking = missing(mapping)
    if lacking:
        raise DaichoError(f"the mapping gives nothing for {', '.join(lacking)}; name a column, or a constant")
    columns = [
        (pl.col(name).replace(mapping.values[canonical]) if canonical in mapping.values else pl.col(name)).alias(canonical)
        for canonical, name in mapping.columns.items()
    ]
    constants = [pl.lit(value).alias(canonical) for canonical, value in mapping.constants.items()]
    return export.select(*columns, *constants)
