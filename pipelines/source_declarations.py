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
from data_standards.rules.registry import DERIVATIONS
from pipelines.errors import DaichoError

_FOLDER = Path(__file__).parent / "sources"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column of the delivered file.

    Attributes:
        name: Name the publisher gives it.
        label: Japanese label of the publisher.
        item: Data item the column becomes.
        required: Whether a record without it is refused.
        required_unless: Values of other columns (by publisher's name) that lift the requirement.
    """

    name: str
    label: str
    item: DataItem
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
        encodings: Character encodings a file may be in, tried in this order, per file.
        columns: Columns in file order.
        derived: Values derived while standardising.
        deliveries: Regular expressions over file names that tell a delivery's kind.
        daily_date_column: Column (publisher's name) that is the same in every row of a daily file.
        holidays: Days (``MM-DD``) on which the publisher delivers nothing, besides weekends and public holidays.
    """

    name: str
    about: dict[str, str]
    encodings: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    derived: tuple[Derivation, ...]
    deliveries: dict[str, re.Pattern[str]]
    daily_date_column: str
    holidays: tuple[str, ...]

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


def _load(folder: Path) -> Source:
    path = folder / "source.yaml"
    declared: dict[str, Any] = read_yaml(path)
    items = load_items()
    try:
        columns = tuple(SourceColumn(**{**column, "item": items[column["item"]]}) for column in declared["columns"])
        derived = tuple(Derivation(items[entry["item"]], entry["rule"], tuple(entry["from"])) for entry in declared["derived"])
        source = Source(
            name=folder.name,
            about={key: declared[key] for key in _ABOUT},
            encodings=tuple(declared["encodings"]),
            columns=columns,
            derived=derived,
            deliveries={kind: re.compile(pattern) for kind, pattern in declared["deliveries"].items()},
            daily_date_column=declared["daily_date_column"],
            holidays=tuple(declared["holidays"]),
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
    for derivation in source.derived:
        if derivation.rule not in DERIVATIONS:
            yield f"rule {derivation.rule!r} of {derivation.item.name}"
        yield from (f"item {name!r}, from which {derivation.item.name} is made," for name in derivation.inputs if name not in items)
    if source.daily_date_column not in columns:
        yield f"daily_date_column {source.daily_date_column!r}"
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
