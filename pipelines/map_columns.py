"""Mapping files: how a municipality's own export becomes the canonical columns of a source. A mapping is data, kept beside the exports.

A mapping (YAML) has ``source``, ``encoding``, ``columns`` (canonical name: name in the export, or a list of names whose values are put
together), ``constants`` (canonical name: value for every row), ``values`` (canonical name: value in the export: canonical value),
``joints`` (canonical name: text between the values put together) and ``files`` (patterns of the names of the files it is for, such as
``*_372013_*.csv``; the build reads it).
"""

import codecs
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
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
        columns: Name in the export by canonical name, or names whose values are put together.
        constants: Value for every row by canonical name.
        values: For each canonical name, canonical values by value in the export; other values stay. Of values put together, each part
        is looked up.
        joints: Text between values put together, by canonical name; none where it is not given.
        files: Patterns of file names.
    """

    source: str
    encoding: str
    columns: dict[str, str | list[str]]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    joints: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def parts(self, canonical: str) -> list[str]:
        """Names in the export from which a canonical column is made."""
        named = self.columns[canonical]
        return [named] if isinstance(named, str) else named

    @property
    def used(self) -> set[str]:
        """Names in the export that the mapping takes over."""
        return {name for canonical in self.columns for name in self.parts(canonical)}

    @property
    def given(self) -> set[str]:
        """Canonical names that the mapping makes."""
        return {*self.columns, *self.constants}

    @property
    def digest(self) -> str:
        """Digest of what the mapping does to a file."""
        return hashlib.sha256(written(self).encode()).hexdigest()[:12]

    def expression(self, canonical: str) -> pl.Expr:
        """The canonical column, over the columns of the export; null where the mapping gives nothing for it."""
        if canonical in self.constants:
            return pl.lit(self.constants[canonical]).alias(canonical)
        if canonical not in self.columns:
            return pl.lit(None, pl.String).alias(canonical)
        values = self.values.get(canonical, {})
        parts = [pl.col(name) for name in self.parts(canonical)]
        if values:
            # exports of fixed width leave spaces after a code
            codes = [part.str.strip_chars() for part in parts]
            parts = [code.replace_strict(values, default=part, return_dtype=pl.String) for code, part in zip(codes, parts, strict=True)]
        if len(parts) > 1:
            said = [part.str.strip_chars().replace("", None) for part in parts]
            parts = [pl.concat_str(said, separator=self.joints.get(canonical, ""), ignore_nulls=True)]
        return parts[0].replace("", None).alias(canonical)

    def refuse_unless_it_fits(self, header: Sequence[str]) -> None:
        """Hold the mapping against the columns of an export.

        Raises:
            DaichoError: The export lacks a column, or the mapping lacks a required one.
        """
        absent = sorted(self.used - set(header))
        if absent:
            raise DaichoError(f"the export has no column {', '.join(map(repr, absent))}. It has: {', '.join(header)}")
        lacking = missing(self)
        if lacking:
            raise DaichoError(f"the mapping gives nothing for {', '.join(lacking)}; name a column, or a constant")


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
    return Mapping(source.name, encoding, {**ordered}, {}, values, files=[_pattern(path.name)])


def _pattern(name: str) -> str:
    """Pattern of the names that the next deliveries are likely to have: days and years may be any."""
    return re.sub(r"[0-9]{4,8}", "*", re.sub(r"([\[\]?*])", "[\\1]", name))


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        DaichoError: It is malformed, or names a source or column that does not exist.
    """
    try:
        content: dict[str, Any] = read_yaml(path)
        mapping = Mapping(**content)
        codecs.lookup(mapping.encoding)
        unknown = sorted(
            {*mapping.given, *mapping.values, *mapping.joints} - {column.name for column in source_named(mapping.source).columns}
        )
    except (DeclarationError, AttributeError, TypeError, OSError, LookupError) as error:
        raise DaichoError(f"{path}: not a mapping file: {error}") from error
    known = {column.name for column in source_named(mapping.source).columns}
    if unknown:
        raise DaichoError(f"{path}: {mapping.source} has no column {unknown[0]!r}. Known: {', '.join(sorted(known))}")
    return mapping


def written(mapping: Mapping) -> str:
    """The mapping as YAML."""
    content = {name: getattr(mapping, name) for name in ("source", "encoding", "files", "columns", "joints", "constants", "values")}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def missing(mapping: Mapping) -> list[str]:
    """Required columns of the source that a mapping does not give, each with its label."""
    columns = source_named(mapping.source).columns
    return [f"{column.name} ({column.label})" for column in columns if column.required and column.name not in mapping.given]


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
    mapping.refuse_unless_it_fits(export.columns)
    names = [column.name for column in source_named(mapping.source).columns if column.name in mapping.given]
    return export.select(mapping.expression(name) for name in names)


def mappings_for(folder: Path, source: Source) -> list[tuple[Path, Mapping]]:
    """Read the mappings of a source that a home keeps.

    Args:
        folder: Folder of mapping files (``.yaml``), at any depth.
        source: The source.

    Raises:
        DaichoError: A file is no mapping.
    """
    every = [(path, read_mapping(path)) for path in sorted(folder.rglob("*.yaml"))]
    return [(path, mapping) for path, mapping in every if mapping.source == source.name]


def mapping_of(name: str, mappings: Sequence[tuple[Path, Mapping]]) -> Mapping | None:
    """Find the mapping of a file.

    Args:
        name: Name of the file.
        mappings: From :func:`mappings_for`.

    Raises:
        DaichoError: Two mappings are for the file.
    """
    found = [(path, mapping) for path, mapping in mappings if any(fnmatch(name, pattern) for pattern in mapping.files)]
    if len(found) > 1:
        raise DaichoError(f"{name}: two mappings are for this file, {found[0][0]} and {found[1][0]}; narrow the patterns under files:")
    return found[0][1] if found else None
