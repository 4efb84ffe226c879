"""Facets: what of the catalogue's model a search can be narrowed by, and the values of each with their names."""

from collections import Counter
from dataclasses import dataclass

from catalog.model import ACCESS, FREQUENCIES, MODES, Catalogue
from catalog.search.documents import documents

KINDS = {
    "dataset": ("データセット", "Datasets"),
    "column": ("表の項目", "Columns"),
    "concept": ("データ項目", "Data items"),
    "code_list": ("コード一覧", "Code lists"),
    "code": ("コード", "Codes"),
    "service": ("API", "APIs"),
    "external": ("他のレジストリ", "Other registries"),
    "source": ("出所", "Sources"),
}
"""Kinds of documents in the order in which they are offered."""
FORMATS = {"PARQUET": "Parquet", "GEOPARQUET": "GeoParquet", "CSV": "CSV", "RDF_TURTLE": "RDF (Turtle)"}
_NAMES = {
    "kind": ("種類", "Kind"),
    "registry": ("レジストリ", "Registry"),
    "access": ("公開範囲", "Access"),
    "mode": ("運用方式", "Mode of operation"),
    "frequency": ("更新頻度", "Update frequency"),
    "format": ("ファイル形式", "File format"),
}


@dataclass(frozen=True)
class FacetValue:
    """A value to narrow by, and how many documents of the whole catalogue bear it."""

    value: str
    label: str
    label_en: str
    documents: int


@dataclass(frozen=True)
class Facet:
    """Something to narrow by."""

    name: str
    label: str
    label_en: str
    values: list[FacetValue]


def facets(catalogue: Catalogue) -> list[Facet]:
    """The facets of a catalogue; values that nothing bears are left out.

    Args:
        catalogue: What is published.

    Returns:
        Facets and their values, in the order in which they are offered.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in _NAMES}
    for document in documents(catalogue):
        counts["kind"][document.kind] += 1
        for name, value in document.facets:
            counts[name][value] += 1
    labels: dict[str, dict[str, tuple[str, str]]] = {
        "kind": KINDS,
        "registry": {registry.name: (registry.title, registry.title_en) for registry in catalogue.registries},
        "access": {str(name): label for name, label in ACCESS.items()},
        "mode": {str(name): label for name, label in MODES.items()},
        "frequency": FREQUENCIES,
        "format": {name: (label, label) for name, label in FORMATS.items()},
    }
    offered = []
    for name, title in _NAMES.items():
        known = labels[name] | {value: (value, value) for value in sorted(counts[name].keys() - labels[name].keys())}
        values = [FacetValue(value, *label, counts[name][value]) for value, label in known.items() if counts[name][value]]
        offered.append(Facet(name, *title, values))
    return offered
