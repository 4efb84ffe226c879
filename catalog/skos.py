"""Code lists as SKOS concept schemes."""

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from catalog.model import CodeList


def scheme_uri(base_uri: str, name: str) -> URIRef:
    """Address of a code list."""
    return URIRef(f"{base_uri}codelists/{name}")


def code_uri(base_uri: str, name: str, code: str) -> URIRef:
    """Address of an entry of a code list."""
    return URIRef(f"{base_uri}codelists/{name}/{code}")


def skos(code_list: CodeList, base_uri: str, licence_url: str) -> Graph:
    """A code list as a concept scheme; what an entry maps to is a broader match.

    Args:
        code_list: The code list.
        base_uri: Address below which everything is published.
        licence_url: Licence.
    """
    graph = Graph()
    scheme = scheme_uri(base_uri, code_list.name)
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.license, URIRef(licence_url)))
    graph.add((scheme, DCTERMS.source, Literal(code_list.reference, lang="ja")))
    for language, label in (("ja", code_list.label), ("en", code_list.label_en)):
        graph.add((scheme, SKOS.prefLabel, Literal(label, lang=language)))
        graph.add((scheme, DCTERMS.title, Literal(label, lang=language)))
    for code in code_list.codes:
        concept = code_uri(base_uri, code_list.name, code.code)
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.inScheme, scheme))
        graph.add((concept, SKOS.topConceptOf, scheme))
        graph.add((scheme, SKOS.hasTopConcept, concept))
        graph.add((concept, SKOS.notation, Literal(code.code)))
        graph.add((concept, SKOS.prefLabel, Literal(code.label, lang="ja")))
        graph.add((concept, SKOS.prefLabel, Literal(code.label_en, lang="en")))
        if code.maps_to is not None and code_list.maps_to is not None:
            graph.add((concept, SKOS.broadMatch, code_uri(base_uri, code_list.maps_to, code.maps_to)))
    return graph


def turtle(graph: Graph, base_uri: str) -> str:
    """A graph as Turtle: prefixes bound, sorted, the same text for the same graph as long as it has no blank nodes."""
    graph.bind("dct", DCTERMS)
    graph.bind("skos", SKOS)
    graph.bind("daicho", base_uri)
    text: str = graph.serialize(format="turtle")
    return text
