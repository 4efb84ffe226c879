"""What the catalogue adds to the declarations: of itself, of each registry, and of the registries that others run.

- ``catalog/catalogue.yaml``: who publishes, where, on what terms;
- ``registries/<registry>/catalogue.yaml`` (optional): keywords, themes, warnings to users, former column names;
- ``catalog/external/<registry>.yaml``: a registry that others run, with its API, terms and the keys that join it to ours.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

from catalog.model import ExternalRegistry, JoinKey, Mode, Service, Text
from data_standards.items import DeclarationError, read_yaml

_CATALOG = Path(__file__).parent
_REGISTRIES = _CATALOG.parent / "registries"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the catalogue says of itself (``catalogue.yaml``)."""

    identifier: str
    title: str
    title_en: str
    description: str
    description_en: str
    base_uri: str
    homepage: str
    publisher: str
    publisher_en: str
    publisher_uri: str
    contact_name: str
    contact_mail: str
    licence: str
    licence_url: str
    languages: list[str]
    themes: list[str]
    keywords: list[str]
    keywords_en: list[str]
    spatial: Text
    frequency: str
    industry: str


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """A table that ties ids to records of sources.

    Attributes:
        dataset: SQL expression of a row: what kind of thing its id names.
        source: SQL expression of a row: name of the source of its record.
    """

    dataset: str
    source: str


@dataclass(frozen=True, kw_only=True)
class TableAnnotation:
    """What the catalogue adds to a table.

    Attributes:
        former_names: Former names of columns, by column.
        redirects: SQL over the release's tables giving ``id``, ``replaced_by`` and ``kind`` (``merged`` or ``split``) for ids of
            this table that were replaced.
        records: SQL over the warehouse giving ``id``, ``title``, ``detail``, ``is_current`` and ``text`` for the search of records.
        bridge: Where the table ties ids to records of sources, how a row tells which; it is then published beside the releases too.
    """

    keywords: list[str] = field(default_factory=list)
    keywords_en: list[str] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    mode: Mode | None = None
    former_names: dict[str, list[str]] = field(default_factory=dict)
    redirects: str | None = None
    records: str | None = None
    bridge: Bridge | None = None


@dataclass(frozen=True, kw_only=True)
class RegistryAnnotation:
    """What the catalogue adds to a registry; empty where its folder holds no ``catalogue.yaml``."""

    keywords: list[str] = field(default_factory=list)
    keywords_en: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=lambda: ["GOVE"])
    frequency: str = "IRREG"
    mode: Mode | None = None
    temporal_from: str | None = None
    industry: str | None = None
    access_condition: Text | None = None
    tables: dict[str, TableAnnotation] = field(default_factory=dict)

    def table(self, name: str) -> TableAnnotation:
        """The annotation of a table; an empty one where nothing is said of it."""
        return self.tables.get(name, TableAnnotation())


def _mode(path: Path, value: str | None) -> Mode | None:
    if value is None:
        return None
    for mode in get_args(Mode):
        if mode == value:
            found: Mode = mode
            return found
    raise DeclarationError(f"{path}: mode {value!r} is not one of {', '.join(get_args(Mode))}")


def _table(path: Path, fields: dict[str, Any]) -> TableAnnotation:
    warnings = [Text(**warning) for warning in fields.pop("warnings", [])]
    bridge = fields.pop("bridge", None)
    mode = _mode(path, fields.pop("mode", None))
    return TableAnnotation(warnings=warnings, mode=mode, bridge=Bridge(**bridge) if bridge else None, **fields)


@dataclass(frozen=True, kw_only=True)
class RetentionPolicy:
    """How long full releases are kept (``retention`` in ``catalogue.yaml``).

    Attributes:
        months: Months after which a release may go.
        least_releases: Releases that stay however old they are.
    """

    months: int
    least_releases: int


@cache
def retention_policy() -> RetentionPolicy:
    """Load the retention policy.

    Raises:
        DeclarationError: The file is malformed.
    """
    path = _CATALOG / "catalogue.yaml"
    try:
        return RetentionPolicy(**read_yaml(path)["retention"])
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"{path}: retention: {error} is missing or unknown") from error


@cache
def identity() -> Identity:
    """Load what the catalogue says of itself.

    Raises:
        DeclarationError: The file is malformed.
    """
    path = _CATALOG / "catalogue.yaml"
    declared = read_yaml(path)
    try:
        declared.pop("retention")
        return Identity(spatial=Text(**declared.pop("spatial")), **declared)
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"{path}: {error} is missing or unknown") from error


@cache
def registry_annotation(registry: str) -> RegistryAnnotation:
    """Load what the catalogue adds to a registry.

    Raises:
        DeclarationError: The file is malformed.
    """
    path = _REGISTRIES / registry / "catalogue.yaml"
    if not path.exists():
        return RegistryAnnotation()
    declared = read_yaml(path)
    try:
        tables = {name: _table(path, fields) for name, fields in declared.pop("tables", {}).items()}
        condition = declared.pop("access_condition", None)
        return RegistryAnnotation(
            mode=_mode(path, declared.pop("mode", None)),
            tables=tables,
            access_condition=Text(**condition) if condition else None,
            **declared,
        )
    except TypeError as error:
        raise DeclarationError(f"{path}: {error}") from error


@cache
def external_registries() -> tuple[list[ExternalRegistry], list[Service]]:
    """Load the registries that others run, and their APIs.

    Returns:
        Registries and services, in the order of their names. The datasets of a join key are left empty: which of ours bear the item
        is known where the catalogue is assembled.

    Raises:
        DeclarationError: A file is malformed.
    """
    registries, services = [], []
    for path in sorted((_CATALOG / "external").glob("*.yaml")):
        declared = read_yaml(path)
        try:
            shared = {key: declared[key] for key in ("publisher", "publisher_en", "licence", "licence_url")}
            own = declared.pop("services")
            for name, fields in own.items():
                services.append(Service(identifier=name, serves=[path.stem], is_ours=False, **shared, **fields))
            keys = [JoinKey(datasets=[], **fields) for fields in declared.pop("join_keys")]
            registries.append(ExternalRegistry(identifier=path.stem, services=list(own), join_keys=keys, **declared))
        except (KeyError, TypeError) as error:
            raise DeclarationError(f"{path}: {error} is missing or unknown") from error
    return registries, services
