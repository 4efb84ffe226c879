"""The catalogue: one model of what is published, from which pages, DCAT, feeds, search and the warehouse's own catalogue are made.

It is assembled by :mod:`catalog.assemble` and kept in every release as ``catalogue.json``. All texts come in pairs, Japanese first
(``title`` and ``title_en``). Paths are relative to the folder of the release; addresses are made from ``base_uri``.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Access = Literal["public", "restricted", "non_public"]
Mode = Literal["cached_copy", "catalogue_link", "mash_up"]
LineageState = Literal["traced", "constant", "unknown"]

MODES: dict[Mode, tuple[str, str]] = {
    "cached_copy": ("写し（キャッシュ）", "Cached copy"),
    "catalogue_link": ("カタログからのリンク", "Catalogue link"),
    "mash_up": ("組合せ（マッシュアップ）", "Mash-up"),
}
"""The three modes of operation: a copy of one source kept here, a registry that others run, a dataset made of several sources."""

ACCESS: dict[Access, tuple[str, str]] = {
    "public": ("公開", "Public"),
    "restricted": ("制限付き公開", "Restricted"),
    "non_public": ("非公開", "Not public"),
}
"""Who may see a dataset (DS-469 公開範囲)."""

FREQUENCIES: dict[str, tuple[str, str]] = {
    "DAILY": ("毎日", "Daily"),
    "WEEKLY": ("毎週", "Weekly"),
    "MONTHLY": ("毎月", "Monthly"),
    "QUARTERLY": ("四半期ごと", "Quarterly"),
    "ANNUAL": ("毎年", "Yearly"),
    "IRREG": ("不定期", "Irregular"),
}
"""How often a dataset is brought up to date: codes of the EU's authority list of frequencies."""


@dataclass(frozen=True)
class Text:
    """A sentence in both languages."""

    ja: str
    en: str


@dataclass(frozen=True)
class Origin:
    """A delivered column that a published column is made of.

    Attributes:
        source: Name of the source; empty for a table of reference that the project itself holds.
        column: Name the publisher gives the column.
        label: Publisher's label.
        rule: Rule that made the value while standardising; empty where the value was only read as its item.
        item: Data item the delivered column becomes.
    """

    source: str
    column: str
    label: str
    rule: str
    item: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a dataset: its data item, its place in the table and where it comes from.

    Attributes:
        aliases: Other names people know it by: the publishers' names and labels, and former names.
        through: Columns of published tables it is made of, as ``table.column``.
        lineage_state: Whether its origins are known; a constant has none, an unknown one could not be traced.
    """

    name: str
    position: int
    label: str
    label_en: str
    reading: str
    definition: str
    definition_en: str
    type: str
    is_key: bool
    is_required: bool
    unit: str | None
    pattern: str | None
    max_length: int | None
    minimum: float | None
    code_list: str | None
    check: str | None
    reference: str
    confidentiality: str
    example: str
    aliases: list[str]
    origins: list[Origin]
    through: list[str]
    lineage_state: LineageState


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A file of a dataset.

    Attributes:
        path: Path below the release's folder.
        format: Name of the format in the EU file type list (``PARQUET``, ``CSV``, ``GEOJSON``, …).
        media_type: IANA media type.
        compression: IANA media type of the packing, such as ``application/gzip``; None where there is none.
        part: Value of the column by which the file is cut; None for a whole.
    """

    path: str
    title: str
    title_en: str
    format: str
    media_type: str
    compression: str | None
    bytes: int
    sha256: str
    rows: int | None
    part: str | None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A check of a dataset with what it measured; ``rows`` is None where nothing was measured."""

    name: str
    description: str
    dimension: str
    severity: str
    rows: int | None
    violations: int | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """A score between 0 and 1 of a characteristic of ISO/IEC 25012, of a whole registry."""

    label: str
    label_en: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What was measured of a dataset.

    Attributes:
        checks: Checks declared.
        measured: Of those, measured.
        violated: Of those, broken by some row.
        measures: Each of them.
        scores: Scores of its registry, where the scorecard was made.
    """

    checks: int
    measured: int
    violated: int
    measures: list[Measure]
    scores: list[Score] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangeCounts:
    """Changes since the previous release, by kind; ``previous`` is None in a first release."""

    previous: str | None
    added: int
    changed: int
    removed: int
    merged: int
    split: int
    withdrawn: int
    path: str | None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A table that is published, or - where access is not public - told of.

    Attributes:
        identifier: ``<registry>/<table>``.
        data_date: Newest day the data speaks for.
        temporal_from: First day the data speaks for, where it is known.
        frequency: EU frequency code (``DAILY``, ``MONTHLY``, ``IRREG``, …).
        rows: Rows published.
        mode: Mode of operation, see :data:`MODES`.
        industry: Division of the Japan Standard Industrial Classification.
        themes: EU data theme codes.
        warnings: What a user must know before using it.
        processing: How it is made.
        relationships: Columns that other tables of the release bear too, as (column, table, column).
    """

    identifier: str
    name: str
    registry: str
    title: str
    title_en: str
    description: str
    description_en: str
    keywords: list[str]
    keywords_en: list[str]
    themes: list[str]
    industry: str
    mode: Mode
    access: Access
    access_condition: Text | None
    licence: str
    licence_url: str
    attributions: list[Text]
    spatial: Text
    temporal_from: str | None
    data_date: str
    issued: str
    frequency: str
    version: str
    conforms_to: list[str]
    sources: list[str]
    key: list[str]
    columns: list[Column]
    rows: int | None
    warnings: list[Text]
    processing: Text
    quality: Quality
    changes: ChangeCounts
    distributions: list[Distribution]
    relationships: list[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Registry:
    """A registry: the datasets that one contract binds together."""

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    version: str
    owner: str
    contact_name: str
    sources: list[str]
    datasets: list[str]
    contract_path: str


@dataclass(frozen=True, kw_only=True)
class Concept:
    """A data item, which means one thing wherever it stands.

    Attributes:
        used_in: Columns that bear it, as (dataset identifier, column).
    """

    name: str
    label: str
    label_en: str
    reading: str
    definition: str
    definition_en: str
    type: str
    unit: str | None
    pattern: str | None
    code_list: str | None
    reference: str
    confidentiality: str
    example: str
    aliases: list[str]
    used_in: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class CodeEntry:
    """An entry of a code list; ``maps_to`` is the code of the list's own ``maps_to`` list that means or holds the same."""

    code: str
    label: str
    label_en: str
    maps_to: str | None


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A code list."""

    name: str
    label: str
    label_en: str
    reference: str
    maps_to: str | None
    codes: list[CodeEntry]
    used_in: list[tuple[str, str]]
    distributions: list[Distribution]


@dataclass(frozen=True, kw_only=True)
class Crosswalk:
    """A table of correspondence between two ways of naming the same."""

    name: str
    title: str
    title_en: str
    from_name: str
    to_name: str
    pairs: int | None
    path: str | None


@dataclass(frozen=True, kw_only=True)
class JoinKey:
    """How another's registry is joined to ours: their key, our data item, and what to mind."""

    theirs: str
    ours: str
    datasets: list[str]
    note: str
    note_en: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """An API, ours or another's."""

    identifier: str
    title: str
    title_en: str
    description: str
    description_en: str
    publisher: str
    publisher_en: str
    endpoint: str
    documentation: str
    protocol: str
    authentication: str
    licence: str
    licence_url: str
    serves: list[str]
    is_ours: bool


@dataclass(frozen=True, kw_only=True)
class ExternalRegistry:
    """A registry that others run, told of by link (mode ``catalogue_link``)."""

    identifier: str
    title: str
    title_en: str
    description: str
    description_en: str
    publisher: str
    publisher_en: str
    homepage: str
    licence: str
    licence_url: str
    keywords: list[str]
    services: list[str]
    join_keys: list[JoinKey]


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column as a publisher delivers it, and the data item it becomes."""

    name: str
    label: str
    item: str
    required: bool


@dataclass(frozen=True, kw_only=True)
class Derived:
    """An item that a rule makes of other items while standardising."""

    item: str
    rule: str
    inputs: list[str]


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is delivered, by whom, on what terms, and how fresh it is."""

    name: str
    title: str
    title_en: str
    publisher: str
    publisher_en: str
    homepage: str
    licence: str
    licence_url: str
    attribution: str
    attribution_en: str
    cadence: str
    columns: list[SourceColumn]
    derived: list[Derived]
    files: int = 0
    records: int = 0
    quarantined: int = 0
    newest: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseEntry:
    """A release, newest first in the catalogue."""

    name: str
    date: str
    sequence: int
    files: int
    bytes: int
    is_withdrawn: bool
    is_breaking: bool


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything that is published, described once."""

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
    issued: str
    modified: str
    release: str
    is_sample: bool
    registries: list[Registry]
    datasets: list[Dataset]
    concepts: list[Concept]
    code_lists: list[CodeList]
    crosswalks: list[Crosswalk]
    services: list[Service]
    sources: list[Source]
    external: list[ExternalRegistry]
    releases: list[ReleaseEntry]

    def to_json(self) -> dict[str, Any]:
        """The model as plain values."""
        return asdict(self)

    def dataset(self, identifier: str) -> Dataset:
        """The dataset of an identifier.

        Raises:
            KeyError: There is none.
        """
        for dataset in self.datasets:
            if dataset.identifier == identifier:
                return dataset
        raise KeyError(identifier)

    @property
    def public_datasets(self) -> list[Dataset]:
        """The datasets that anybody may see."""
        return [dataset for dataset in self.datasets if dataset.access == "public"]
