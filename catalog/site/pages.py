"""Which pages the site has, and what stands on each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from catalog.model import Catalogue, CodeList, Column, Concept, Dataset, ReleaseEntry
from catalog.search.documents import file_name
from catalog.search.facets import facets
from catalog.site.map_pages import map_pages
from catalog.site.maps import coverages
from catalog.site.page import Link, Page, Say, Values, drawn, given
from catalog.site.pictures import Node, bars, lineage
from catalog.site.release_notes import Notes, read_notes
from catalog.site.sketches import Sketch, sketches
from catalog.site.snippets import snippets

_DESCRIBED = (
    ("catalog.ttl", "目録（DCAT-AP 3、Turtle）", "the catalogue as DCAT-AP 3, in Turtle"),
    ("catalog.jsonld", "目録（DCAT-AP 3、JSON-LD）", "the catalogue as DCAT-AP 3, in JSON-LD"),
    ("id_registry/manifest.json", "公開したことのある識別子の台帳", "registry of every id ever published"),
    ("feeds/releases.atom", "公開版の更新情報（Atom）", "feed of releases"),
)
_DATASETS = ("datasets/index.html", "データセット", "Datasets")
_CONCEPTS = ("concepts/index.html", "データ項目", "Data items")
_CODES = ("code-lists/index.html", "コード一覧", "Code lists")
_APIS = ("apis/index.html", "API と他のレジストリ", "APIs and other registries")
_RELEASES = ("releases/index.html", "公開版", "Releases")


def dataset_page(dataset: Dataset) -> str:
    """Path of a dataset's page."""
    return f"datasets/{dataset.name}.html"


def column_page(dataset: Dataset, column: str) -> str:
    """Path of a column's page."""
    return f"columns/{dataset.name}/{column}.html"


def pages(catalogue: Catalogue, folder: Path) -> Iterator[Page]:
    """All pages of the site.

    Args:
        catalogue: What is published.
        folder: Public folder, which holds the releases.

    Yields:
        Pages, the home page first.
    """
    notes = {entry.name: read_notes(folder, entry.name) for entry in catalogue.releases}
    looked = {dataset.identifier: _sketched(dataset, folder / catalogue.release) for dataset in catalogue.public_datasets}
    described = [file for file in _DESCRIBED if (folder / file[0]).exists()]
    yield Page("index.html", "home.html", (catalogue.title, catalogue.title_en), values=given(described=described))
    yield Page("search.html", "search.html", ("検索", "Search"), values=given(facets=facets(catalogue)))
    yield Page(_DATASETS[0], "datasets.html", _DATASETS[1:])
    for dataset in catalogue.datasets:
        yield from _dataset_pages(catalogue, dataset, looked.get(dataset.identifier, {}))
    yield Page(_CONCEPTS[0], "concepts.html", _CONCEPTS[1:])
    for concept in catalogue.concepts:
        yield _concept_page(catalogue, concept)
    yield Page(_CODES[0], "code_lists.html", _CODES[1:])
    for code_list in catalogue.code_lists:
        yield _code_list_page(catalogue, code_list)
    yield Page(_APIS[0], "apis.html", _APIS[1:])
    for service in catalogue.services:
        path = f"apis/{file_name(service.identifier)}.html"
        yield Page(path, "api.html", (service.title, service.title_en), (_APIS,), given(service=service))
    for registry in catalogue.external:
        path = f"apis/registry-{file_name(registry.identifier)}.html"
        services = [service for service in catalogue.services if service.identifier in registry.services]
        yield Page(path, "external.html", (registry.title, registry.title_en), (_APIS,), given(registry=registry, services=services))
    yield Page("sources/index.html", "sources.html", ("出所", "Sources"))
    yield from map_pages(coverages(catalogue, folder / catalogue.release))
    yield Page(_RELEASES[0], "releases.html", _RELEASES[1:])
    for entry in catalogue.releases:
        yield _release_page(entry, notes[entry.name])


def _sketched(dataset: Dataset, release: Path) -> dict[str, Sketch]:
    whole = parquet_of(dataset)
    return sketches(release / whole) if whole else {}


def parquet_of(dataset: Dataset) -> str:
    """Path of the whole Parquet file of a dataset below the release; empty where there is none."""
    return next((file.path for file in dataset.distributions if file.format == "PARQUET" and file.part is None), "")


def _dataset_pages(catalogue: Catalogue, dataset: Dataset, drawn: dict[str, Sketch]) -> Iterator[Page]:
    def values(link: Link, say: Say) -> dict[str, Any]:
        parquet = next((file for file in dataset.distributions if file.path == parquet_of(dataset)), None)
        spreadsheet = next((file.path for file in dataset.distributions if file.format == "CSV"), "")
        return {
            "dataset": dataset,
            "registry": next(registry for registry in catalogue.registries if registry.name == dataset.registry),
            "sources": [source for source in catalogue.sources if source.name in dataset.sources],
            "parquet": parquet,
            "snippets": snippets(parquet.path.rpartition("/")[2], spreadsheet.rpartition("/")[2], dataset.key[0]) if parquet else [],
            "sketches": drawn,
            "bars": {name: _bars(say, sketch) for name, sketch in drawn.items() if sketch.bins},
            "picture": _dataset_lineage(catalogue, dataset, link, say),
            "labels": {column.name: say(column.label, column.label_en) for column in dataset.columns},
        }

    yield Page(dataset_page(dataset), "dataset.html", (dataset.title, dataset.title_en), (_DATASETS,), values)
    trail = (_DATASETS, (dataset_page(dataset), dataset.title, dataset.title_en))
    for column in dataset.columns:
        yield Page(
            column_page(dataset, column.name),
            "column.html",
            (f"{column.label}（{dataset.title}）", f"{column.label_en} ({dataset.title_en})"),
            trail,
            _column_values(catalogue, dataset, column, drawn.get(column.name)),
        )


def _bars(say: Say, sketch: Sketch) -> Markup:
    kind = say("値の分布", "Distribution of values") if sketch.is_histogram else say("多い値", "Frequent values")
    text = kind + ": " + ", ".join(f"{label} {count:,}" for label, count in sketch.bins[:6])
    return drawn(bars(sketch, text))


def _dataset_lineage(catalogue: Catalogue, dataset: Dataset, link: Link, say: Say) -> Markup:
    made_of = {through.split(".")[0] for column in dataset.columns for through in column.through} - {dataset.name}
    upstream = [
        Node(say(source.title, source.title_en), link("sources/index.html") + f"#{source.name}")
        for source in catalogue.sources
        if source.name in dataset.sources
    ]
    upstream += [Node(say(other.title, other.title_en), link(dataset_page(other))) for other in catalogue.datasets if other.name in made_of]
    downstream = [
        Node(say(other.title, other.title_en), link(dataset_page(other)))
        for other in catalogue.datasets
        if other.name != dataset.name
        and any(through.split(".")[0] == dataset.name for column in other.columns for through in column.through)
    ]
    description = say(f"{dataset.title}の来歴", f"Lineage of {dataset.title_en}")
    return drawn(lineage(upstream, say(dataset.title, dataset.title_en), downstream, description))


def _column_values(catalogue: Catalogue, dataset: Dataset, column: Column, sketch: Sketch | None) -> Values:
    own = f"{dataset.name}.{column.name}"
    by_name = {other.name: other for other in catalogue.datasets}
    codes = {code.code: code for found in catalogue.code_lists if found.name == column.code_list for code in found.codes}

    def node_of(through: str, link: Link) -> Node:
        table, _, name = through.partition(".")
        return Node(through, link(column_page(by_name[table], name)) if table in by_name else "")

    def values(link: Link, say: Say) -> dict[str, Any]:
        upstream = [
            Node(f"{origin.source or say('参照表', 'reference table')}: {origin.column}", link("sources/index.html") + f"#{origin.source}")
            for origin in column.origins
        ]
        upstream += [node_of(through, link) for through in column.through if through != own]
        downstream = [
            Node(f"{other.name}.{bearer.name}", link(column_page(other, bearer.name)))
            for other in catalogue.datasets
            for bearer in other.columns
            if own in bearer.through and (other.name, bearer.name) != (dataset.name, column.name)
        ]
        description = say(f"{column.label}の来歴", f"Lineage of {column.label_en}")
        return {
            "dataset": dataset,
            "column": column,
            "sketch": sketch,
            "bars": _bars(say, sketch) if sketch and sketch.bins else "",
            "picture": drawn(lineage(upstream, own, downstream, description)) if upstream or downstream else "",
            "codes": codes,
        }

    return values


def _concept_page(catalogue: Catalogue, concept: Concept) -> Page:
    bearers = [(catalogue.dataset(identifier), column) for identifier, column in concept.used_in]
    return Page(
        f"concepts/{concept.name}.html",
        "concept.html",
        (concept.label, concept.label_en),
        (_CONCEPTS,),
        given(concept=concept, bearers=[(dataset, column, column_page(dataset, column)) for dataset, column in bearers]),
    )


def _code_list_page(catalogue: Catalogue, code_list: CodeList) -> Page:
    bearers = [(catalogue.dataset(identifier), column) for identifier, column in code_list.used_in]
    return Page(
        f"code-lists/{code_list.name}.html",
        "code_list.html",
        (code_list.label, code_list.label_en),
        (_CODES,),
        given(
            code_list=code_list,
            bearers=[(dataset, column, column_page(dataset, column)) for dataset, column in bearers],
            maps_to=next((other for other in catalogue.code_lists if other.name == code_list.maps_to), None),
        ),
    )


def _release_page(entry: ReleaseEntry, notes: Notes) -> Page:
    title = (f"公開版 {entry.name}", f"Release {entry.name}")
    return Page(f"releases/{entry.name}.html", "release.html", title, (_RELEASES,), given(entry=entry, notes=notes))
