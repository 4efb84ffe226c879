"""The metadata quality assessment of data.europa.eu (MQA, 405 points) of our DCAT-AP record, with its arithmetic.

Weights follow the published methodology. Two indicators ask whether addresses answer over the network; a release is assessed where there is
none, so they are told as not measured and give no point. Vocabulary indicators ask for the EU's lists: Japanese values (the Public Data
Licence 1.0, the format Parquet) are not in them, and get no point from them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF

_DCAT = Namespace("http://www.w3.org/ns/dcat#")
_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "http://www.iana.org/assignments/media-types/"
_LICENCES = (
    "https://creativecommons.org/licenses/",
    "http://creativecommons.org/licenses/",
    f"{_EU}licence/",
    "https://opensource.org/licenses/",
)
_MACHINE_READABLE = frozenset(
    f"{_EU}file-type/{name}" for name in ("CSV", "JSON", "JSON_LD", "RDF_TURTLE", "GEOJSON", "XML", "XLSX", "ATOM")
)
_NON_PROPRIETARY = frozenset(f"{_EU}file-type/{name}" for name in ("CSV", "JSON", "JSON_LD", "RDF_TURTLE", "GEOJSON", "XML", "HTML", "TXT"))
_RATINGS = ((351, "Excellent"), (221, "Good"), (121, "Sufficient"), (0, "Bad"))

_UNMEASURED = {
    "accessibility": "not measured: needs a network",
    "interoperability": "not measured: the shapes are not part of a release",
}

Holds = Callable[[Graph, URIRef], bool]


@dataclass(frozen=True)
class Indicator:
    """An indicator of the assessment.

    Attributes:
        dimension: Dimension it counts for.
        name: Name of the indicator.
        about: Property it looks at.
        on: ``Dataset`` or ``Distribution``.
        points: Most points.
        holds: Whether an entity satisfies it; None where it cannot be measured without a network.
    """

    dimension: str
    name: str
    about: str
    on: str
    points: int
    holds: Holds | None


def _set(predicate: URIRef) -> Holds:
    return lambda graph, node: graph.value(node, predicate) is not None


def _among(predicate: URIRef, values: frozenset[str]) -> Holds:
    return lambda graph, node: any(str(value) in values for value in graph.objects(node, predicate))


def _begins(predicate: URIRef, *beginnings: str) -> Holds:
    return lambda graph, node: any(str(value).startswith(beginnings) for value in graph.objects(node, predicate))


def _both_known(graph: Graph, node: URIRef) -> bool:
    return _begins(DCTERMS["format"], f"{_EU}file-type/")(graph, node) and _begins(_DCAT.mediaType, _IANA)(graph, node)


def indicators(compliant: bool | None) -> list[Indicator]:
    """The indicators, in the order of the methodology.

    Args:
        compliant: Whether the graph was found free of violations of the DCAT-AP shapes; None where that was not looked at.
    """
    access, media = DCTERMS.accessRights, _DCAT.mediaType
    rows: list[tuple[str, str, str, str, int, Holds | None]] = [
        ("findability", "keyword usage", "dcat:keyword", "Dataset", 30, _set(_DCAT.keyword)),
        ("findability", "categories", "dcat:theme", "Dataset", 30, _set(_DCAT.theme)),
        ("findability", "geo search", "dct:spatial", "Dataset", 20, _set(DCTERMS.spatial)),
        ("findability", "time based search", "dct:temporal", "Dataset", 20, _set(DCTERMS.temporal)),
        ("accessibility", "access URL answers", "dcat:accessURL", "Distribution", 50, None),
        ("accessibility", "download URL set", "dcat:downloadURL", "Distribution", 20, _set(_DCAT.downloadURL)),
        ("accessibility", "download URL answers", "dcat:downloadURL", "Distribution", 30, None),
        ("interoperability", "format set", "dct:format", "Distribution", 20, _set(DCTERMS["format"])),
        ("interoperability", "media type set", "dcat:mediaType", "Distribution", 10, _set(media)),
        ("interoperability", "format and media type from vocabulary", "dct:format, dcat:mediaType", "Distribution", 10, _both_known),
        ("interoperability", "non-proprietary", "dct:format", "Distribution", 20, _among(DCTERMS["format"], _NON_PROPRIETARY)),
        ("interoperability", "machine readable", "dct:format", "Distribution", 20, _among(DCTERMS["format"], _MACHINE_READABLE)),
        ("interoperability", "DCAT-AP compliance", "SHACL", "Dataset", 30, None if compliant is None else lambda *_: bool(compliant)),
        ("reusability", "licence set", "dct:license", "Distribution", 20, _set(DCTERMS.license)),
        ("reusability", "licence from vocabulary", "dct:license", "Distribution", 10, _begins(DCTERMS.license, *_LICENCES)),
        ("reusability", "access rights set", "dct:accessRights", "Dataset", 10, _set(access)),
        ("reusability", "access rights from vocabulary", "dct:accessRights", "Dataset", 5, _begins(access, f"{_EU}access-right/")),
        ("reusability", "contact point", "dcat:contactPoint", "Dataset", 20, _set(_DCAT.contactPoint)),
        ("reusability", "publisher", "dct:publisher", "Dataset", 10, _set(DCTERMS.publisher)),
        ("contextuality", "rights", "dct:rights", "Distribution", 5, _set(DCTERMS.rights)),
        ("contextuality", "file size", "dcat:byteSize", "Distribution", 5, _set(_DCAT.byteSize)),
        ("contextuality", "date of issue", "dct:issued", "Dataset", 5, _set(DCTERMS.issued)),
        ("contextuality", "modification date", "dct:modified", "Dataset", 5, _set(DCTERMS.modified)),
    ]
    return [Indicator(*row) for row in rows]


def _datasets(graph: Graph, base_uri: str) -> list[URIRef]:
    """Our own datasets; those of others are told of by link, and their publishers' to describe."""
    found = (node for node in graph.subjects(RDF.type, _DCAT.Dataset) if str(node).startswith(f"{base_uri}datasets/"))
    return sorted(node for node in found if isinstance(node, URIRef))


def _satisfies(graph: Graph, dataset: URIRef, indicator: Indicator) -> bool:
    """Whether a dataset satisfies an indicator; of several distributions the best one counts."""
    if indicator.holds is None:
        return False
    if indicator.on == "Dataset":
        return indicator.holds(graph, dataset)
    files = [node for node in graph.objects(dataset, _DCAT.distribution) if isinstance(node, URIRef)]
    return any(indicator.holds(graph, node) for node in files)


def assessment(graph: Graph, *, base_uri: str, compliant: bool | None = None) -> dict[str, Any]:
    """Assess a DCAT-AP graph.

    Args:
        graph: The graph.
        base_uri: Address below which our own entries lie.
        compliant: Whether the graph was validated without violation; None where it was not looked at.

    Returns:
        points, most (405), measurable (what can be reached without a network), rating, datasets, and each indicator with entities,
        satisfied, points and most: points = most x satisfied / entities, summed.
    """
    datasets = _datasets(graph, base_uri)
    public = [node for node in datasets if graph.value(node, _DCAT.distribution) is not None]
    rows = []
    for indicator in indicators(compliant):
        entities = datasets if indicator.on == "Dataset" else public
        satisfied = sum(_satisfies(graph, node, indicator) for node in entities)
        measured = indicator.holds is not None
        rows.append(
            {
                "dimension": indicator.dimension,
                "indicator": indicator.name,
                "property": indicator.about,
                "on": indicator.on,
                "entities": len(entities),
                "satisfied": satisfied if measured else None,
                "points": round(indicator.points * satisfied / len(entities), 2) if measured and entities else 0,
                "most": indicator.points,
                "state": "measured" if measured else _UNMEASURED.get(indicator.dimension, "not measured"),
            }
        )
    points = round(sum(float(str(row["points"])) for row in rows), 2)
    return {
        "method": "data.europa.eu MQA",
        "points": points,
        "most": sum(indicator.points for indicator in indicators(compliant)),
        "measurable": sum(int(str(row["most"])) for row in rows if row["state"] == "measured"),
        "rating": next(name for least, name in _RATINGS if points >= least),
        "datasets": len(datasets),
        "with_distributions": len(public),
        "indicators": rows,
        "note": "Values of Japanese vocabularies are not in the EU's lists and get no point for them.",
    }
