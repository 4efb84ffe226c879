"""What can be found in the catalogue: one document for each thing that has a page, or a place on one."""

import re
from dataclasses import dataclass

from catalog.model import Catalogue, Dataset, Distribution

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True)
class Document:
    """Something to find.

    Attributes:
        kind: ``dataset``, ``column``, ``concept``, ``code_list``, ``code``, ``service``, ``external`` or ``source``.
        id: Identifier, unique within the kind.
        page: Path of its page below the language's folder of the site.
        title: Japanese title.
        title_en: English title.
        names: Names that programs and publishers know it by.
        reading: Its reading in kana.
        aliases: Other words for it.
        body: Its description in Japanese.
        body_en: The same in English.
        facets: What it can be narrowed by besides its kind, as (facet, value); see :mod:`catalog.search.facets`.
        is_closed: Whether it belongs to a dataset that is not public; of equals such stand last.
    """

    kind: str
    id: str
    page: str
    title: str
    title_en: str
    names: tuple[str, ...] = ()
    reading: str = ""
    aliases: tuple[str, ...] = ()
    body: str = ""
    body_en: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    is_closed: bool = False


def file_name(identifier: str) -> str:
    """An identifier as the name of a file."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", identifier)


def _formats(distributions: list[Distribution]) -> list[tuple[str, str]]:
    found = ("GEOPARQUET" if "/geo/" in file.path else file.format for file in distributions)
    return [("format", name) for name in dict.fromkeys(found)]


def _facets(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    return (
        ("registry", dataset.registry),
        ("access", dataset.access),
        ("mode", dataset.mode),
        ("frequency", dataset.frequency),
        *_formats(dataset.distributions),
    )


def _registries(used_in: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Facets of the registries whose datasets use something."""
    return [("registry", registry) for registry in dict.fromkeys(identifier.partition("/")[0] for identifier, _ in used_in)]


def _spelled(names: list[str]) -> tuple[str, ...]:
    """Names, and those written with humps (``closeDate``) as separate words too."""
    return tuple(dict.fromkeys(spelling for name in names for spelling in (name, _HUMP.sub(" ", name))))


def _before(keywords: list[str], shared: set[str]) -> list[str]:
    """Keywords without those of the registry, which stand last."""
    kept = list(keywords)
    while kept and kept[-1] in shared:
        kept.pop()
    return kept


def documents(catalogue: Catalogue) -> list[Document]:
    """Everything that can be found.

    Args:
        catalogue: What is published.

    Returns:
        Documents in the order of the catalogue.
    """
    return [*_datasets(catalogue), *_concepts(catalogue), *_code_lists(catalogue), *_others(catalogue)]


def _datasets(catalogue: Catalogue) -> list[Document]:
    titles = {registry.name: (registry.title, registry.title_en) for registry in catalogue.registries}
    found = []
    for dataset in catalogue.datasets:
        # what is said of the whole registry tells its tables apart from others, not from each other
        shared = set.intersection(
            *({*other.keywords, *other.keywords_en} for other in catalogue.datasets if other.registry == dataset.registry)
        )
        own = [*_before(dataset.keywords, shared), *_before(dataset.keywords_en, shared)]
        sources = [source for source in catalogue.sources if source.name in dataset.sources]
        found.append(
            Document(
                kind="dataset",
                id=dataset.identifier,
                page=f"datasets/{dataset.name}.html",
                title=dataset.title,
                title_en=dataset.title_en,
                names=_spelled([dataset.name, *titles[dataset.registry]]),
                aliases=(*own, *(text for source in sources for text in (source.title, source.title_en))),
                body=" ".join([dataset.description, *(warning.ja for warning in dataset.warnings), *sorted(shared)]),
                body_en=" ".join([dataset.description_en, *(warning.en for warning in dataset.warnings)]),
                facets=_facets(dataset),
                is_closed=dataset.access != "public",
            )
        )
        found += [
            Document(
                kind="column",
                id=f"{dataset.name}.{column.name}",
                page=f"columns/{dataset.name}/{column.name}.html",
                title=column.label,
                title_en=column.label_en,
                names=_spelled([column.name, f"{dataset.name}.{column.name}"]),
                reading=column.reading,
                aliases=_spelled(column.aliases),
                body=column.definition,
                body_en=column.definition_en,
                facets=_facets(dataset),
                is_closed=dataset.access != "public",
            )
            for column in dataset.columns
        ]
    return found


def _concepts(catalogue: Catalogue) -> list[Document]:
    return [
        Document(
            kind="concept",
            id=concept.name,
            page=f"concepts/{concept.name}.html",
            title=concept.label,
            title_en=concept.label_en,
            names=_spelled([concept.name]),
            reading=concept.reading,
            aliases=_spelled(concept.aliases),
            body=f"{concept.definition} {concept.reference}",
            body_en=concept.definition_en,
            facets=tuple(_registries(concept.used_in)),
        )
        for concept in catalogue.concepts
    ]


def _code_lists(catalogue: Catalogue) -> list[Document]:
    found = []
    for code_list in catalogue.code_lists:
        page = f"code-lists/{code_list.name}.html"
        found.append(
            Document(
                kind="code_list",
                id=code_list.name,
                page=page,
                title=code_list.label,
                title_en=code_list.label_en,
                names=_spelled([code_list.name]),
                body=code_list.reference,
                facets=(*_registries(code_list.used_in), *_formats(code_list.distributions)),
            )
        )
        found += [
            Document(
                kind="code",
                id=f"{code_list.name}/{code.code}",
                page=f"{page}#c-{code.code}",
                title=code.label,
                title_en=code.label_en,
                names=(code.code,),
                body=code_list.label,
                body_en=code_list.label_en,
                facets=tuple(_registries(code_list.used_in)),
            )
            for code in code_list.codes
        ]
    return found


def _others(catalogue: Catalogue) -> list[Document]:
    services = [
        Document(
            kind="service",
            id=service.identifier,
            page=f"apis/{file_name(service.identifier)}.html",
            title=service.title,
            title_en=service.title_en,
            names=(service.identifier,),
            aliases=("API", service.publisher, service.publisher_en),
            body=service.description,
            body_en=service.description_en,
        )
        for service in catalogue.services
    ]
    external = [
        Document(
            kind="external",
            id=registry.identifier,
            page=f"apis/registry-{file_name(registry.identifier)}.html",
            title=registry.title,
            title_en=registry.title_en,
            names=(registry.identifier,),
            aliases=(*registry.keywords, registry.publisher, registry.publisher_en),
            body=registry.description,
            body_en=registry.description_en,
            facets=(("mode", "catalogue_link"),),
        )
        for registry in catalogue.external
    ]
    sources = [
        Document(
            kind="source",
            id=source.name,
            page=f"sources/index.html#{source.name}",
            title=source.title,
            title_en=source.title_en,
            names=(source.name,),
            aliases=(source.publisher, source.publisher_en, source.licence),
            body=source.attribution,
            body_en=source.attribution_en,
            facets=tuple(("registry", registry.name) for registry in catalogue.registries if source.name in registry.sources),
        )
        for source in catalogue.sources
    ]
    return [*services, *external, *sources]
