"""Sources, found by folder: ``pipelines/sources/<source>/source.yaml`` and nothing else to register."""

import codecs
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from data_standards.items import DataItem, DeclarationError, load_items, read_yaml
from data_standards.rules.registry import CLEANSINGS, DERIVATIONS
from pipelines.errors import DaichoError

_FOLDER = Path(__file__).parent / "sources"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column of the delivered file.

    Attributes:
        name: Name the publisher gives it.
        label: Japanese label of the publisher.
        item: Data item the column becomes.
        rule: Name of the cleansing rule that brings the text to the data standard before it is read (see
        ``data_standards.rules.registry``); without one the text must follow it already.
        required: Whether a record without it is refused.
        required_unless: Values of other columns (by publisher's name) that lift the requirement.
    """

    name: str
    label: str
    item: DataItem
    rule: str | None = None
    required: bool = False
    required_unless: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """A value made of standardised values by a named rule."""

    item: DataItem
    rule: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of delivered files.

    Attributes:
        name: Name of the folder.
        about: Descriptive fields of ``source.yaml`` (title, publisher, licence, attribution, …).
        columns: Columns, in file order where the file has no header.
        encodings: Character encodings a file may be in, tried in this order, per file.
        derived: Values derived while standardising.
        header: Whether a file begins with the names of its columns, by which they are found, in any order.
        suffixes: Endings of the names of the files that are landed, with their dot, in small letters.
        deliveries: Regular expressions over file names that tell a delivery's kind.
        daily_date_column: Column (publisher's name) that is the same in every row of a daily file.
        holidays: Days (``MM-DD``) on which the publisher delivers nothing, besides weekends and public holidays.
        scope: Column (publisher's name) whose values tell what a snapshot speaks for.
        left_out: Columns of the publisher that are known and not taken over.
    """

    name: str
    about: dict[str, str]
    columns: tuple[SourceColumn, ...]
    encodings: tuple[str, ...] = ("utf-8",)
    derived: tuple[Derivation, ...] = ()
    header: bool = False
    suffixes: tuple[str, ...] = (".csv", ".zip")
    deliveries: dict[str, re.Pattern[str]] = field(default_factory=dict)
    daily_date_column: str | None = None
    holidays: tuple[str, ...] = ()
    scope: str | None = None
    left_out: tuple[str, ...] = ()

    @property
    def is_snapshot(self) -> bool:
        """Whether a delivery says all there is of what it speaks for, so that it stands in place of earlier ones."""
        return self.about.get("cadence") == SNAPSHOT

    @property
    def scope_item(self) -> str | None:
        """Name of the item that the column ``scope`` becomes."""
        return next((column.item.name for column in self.columns if column.name == self.scope), None)

    @property
    def is_restricted(self) -> bool:
        """Whether the files hold what is not public."""
        items = [*(column.item for column in self.columns), *(derivation.item for derivation in self.derived)]
        return any(item.confidentiality != "public" for item in items)

    def has(self, name: str) -> bool:
        """Whether the source's folder has a module of that name."""
        return (_FOLDER / self.name / f"{name}.py").is_file()

    def module(self, name: str) -> ModuleType:
        """Import a module of the source's folder, such as ``fetch`` or ``sample``.

        Raises:
            DaichoError: The source has no such module.
        """
        if not self.has(name):
            raise DaichoError(f"the source {self.name} has no {name}")
        return importlib.import_module(f"pipelines.sources.{self.name}.{name}")


SNAPSHOT = "snapshot"
"""Cadence of a source whose deliveries each say all there is of what they speak for."""

_ABOUT = (
    "title",
    "title_en",
    "publisher",
    "publisher_en",
    "homepage",
    "licence",
    "licence_url",
    "attribution",
    "attribution_en",
    "cadence",
    "owner",
)


_SHAPE = (
    "columns",
    "encodings",
    "derived",
    "header",
    "suffixes",
    "deliveries",
    "daily_date_column",
    "holidays",
    "scope",
    "left_out",
)


def _load(folder: Path) -> Source:
    path = folder / "source.yaml"
    declared: dict[str, Any] = read_yaml(path)
    items = load_items()
    try:
        columns = tuple(SourceColumn(**{**column, "item": items[column["item"]]}) for column in declared["columns"])
        derived = tuple(Derivation(items[entry["item"]], entry["rule"], tuple(entry["from"])) for entry in declared.get("derived", ()))
        unknown = sorted(set(declared) - {*_ABOUT, *_SHAPE})
        if unknown:
            raise DeclarationError(f"{path}: the key {unknown[0]!r} is unknown")
        source = Source(
            name=folder.name,
            about={key: declared[key] for key in _ABOUT},
            columns=columns,
            encodings=tuple(declared.get("encodings", ("utf-8",))),
            derived=derived,
            header=declared.get("header", False),
            suffixes=tuple(declared.get("suffixes", (".csv", ".zip"))),
            deliveries={kind: re.compile(pattern) for kind, pattern in declared.get("deliveries", {}).items()},
            daily_date_column=declared.get("daily_date_column"),
            holidays=tuple(declared.get("holidays", ())),
            scope=declared.get("scope"),
            left_out=tuple(declared.get("left_out", ())),
        )
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"{path}: {error} is missing or unknown") from error
    except re.error as error:
        raise DeclarationError(f"{path}: deliveries: {error.pattern!r} is not a regular expression: {error}") from error
    for name in _unknown_names(source):
        raise DeclarationError(f"{path}: {name} is unknown")
    return source


def _unknown_names(source: Source) -> Iterator[str]:
    """Names that a source refers to and nobody declares."""
    columns = {column.name for column in source.columns}
    items = {column.item.name for column in source.columns}
    for column in source.columns:
        yield from (f"column {name!r}, on which {column.name} depends," for name in column.required_unless if name not in columns)
    for column in source.columns:
        if column.rule is not None and column.rule not in CLEANSINGS:
            yield f"rule {column.rule!r} of {column.name}"
    for derivation in source.derived:
        if derivation.rule not in DERIVATIONS:
            yield f"rule {derivation.rule!r} of {derivation.item.name}"
        yield from (f"item {name!r}, from which {derivation.item.name} is made," for name in derivation.inputs if name not in items)
    for key, name in (("daily_date_column", source.daily_date_column), ("scope", source.scope)):
        if name is not None and name not in columns:
            yield f"{key} {name!r}"
    for encoding in source.encodings:
        try:
            codecs.lookup(encoding)
        except LookupError:
            yield f"encoding {encoding!r}"


@cache
def load_sources() -> dict[str, Source]:
    """Load every source.

    Returns:
        Sources by name.

    Raises:
        DeclarationError: A declaration is malformed.
    """
    return {path.parent.name: _load(path.parent) for path in sorted(_FOLDER.glob("*/source.yaml"))}


def source_named(name: str) -> Source:
    """Look a source up.

    Raises:
        DaichoError: There is none of that name.
    """
    sources = load_sources()
    if name not in sources:
        raise DaichoError(f"there is no source named {name!r}. Known sources: {', '.join(sources)}")
    return sources[name]
