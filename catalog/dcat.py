"""The catalogue as DCAT-AP 3, and as a graph of the profile for base registries (BRegDCAT-AP 2.1).

No node is blank, so that the same catalogue gives the same text. Vocabularies are the EU's where they have the value, and the project's
own where they do not: Parquet is no entry of the EU's list of file types, and is told as a format of ours.
"""

from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

from catalog.formats import EU_FILE_TYPES
from catalog.model import ACCESS, MODES, Catalogue, Dataset, Distribution, Service, Text

DCAT, ADMS, DCATAP, DQV = (
    Namespace("http://www.w3.org/ns/dcat#"),
    Namespace("http://www.w3.org/ns/adms#"),
    Namespace("http://data.europa.eu/r5r/"),
    Namespace("http://www.w3.org/ns/dqv#"),
)
PROV, SPDX, VCARD = (
    Namespace("http://www.w3.org/ns/prov#"),
    Namespace("http://spdx.org/rdf/terms#"),
    Namespace("http://www.w3.org/2006/vcard/ns#"),
)
_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "http://www.iana.org/assignments/media-types/"
_LANGUAGES = {"ja": f"{_EU}language/JPN", "en": f"{_EU}language/ENG"}
_RIGHTS = {"public": "PUBLIC", "restricted": "RESTRICTED", "non_public": "NON_PUBLIC"}
_JAPAN = f"{_EU}country/JPN"
PREFIXES = {
    "dcat": DCAT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "adms": ADMS,
    "dcatap": DCATAP,
    "dqv": DQV,
    "prov": PROV,
    "spdx": SPDX,
    "vcard": VCARD,
    "skos": SKOS,
    "xsd": XSD,
    "rdfs": RDFS,
}


class _Writer:
    """Puts a catalogue into a graph."""

    def __init__(self, catalogue: Catalogue, byte_size: URIRef) -> None:
        self.catalogue = catalogue
        self.byte_size = byte_size
        self.base = catalogue.base_uri
        self.graph = Graph()
        for prefix, namespace in PREFIXES.items():
            self.graph.bind(prefix, namespace)
        self.root = URIRef(f"{self.base}catalogue")

    def add(self, subject: URIRef, predicate: URIRef, value: Any, language: str | None = None) -> None:
        """Add a statement; a text becomes a literal, None nothing."""
        if value is None or value == "":
            return
        node = value if isinstance(value, URIRef | Literal) else Literal(value, lang=language)
        self.graph.add((subject, predicate, node))

    def texts(self, subject: URIRef, predicate: URIRef, ja: str, en: str) -> None:
        """Add a text in both languages."""
        self.add(subject, predicate, ja, "ja")
        self.add(subject, predicate, en, "en")

    def typed(self, address: str, *kinds: URIRef) -> URIRef:
        """A node of a kind."""
        node = URIRef(address)
        for kind in kinds:
            self.graph.add((node, RDF.type, kind))
        return node

    def concept(self, address: str, scheme: str, ja: str, en: str) -> URIRef:
        """A concept of a vocabulary, named, since the vocabulary is not at hand for those who read offline."""
        node = self.typed(address, SKOS.Concept)
        self.texts(node, SKOS.prefLabel, ja, en)
        of = self.typed(scheme, SKOS.ConceptScheme)
        self.add(of, DCTERMS.title, scheme.rpartition("/")[2], "en")
        self.add(node, SKOS.inScheme, of)
        return node

    def day(self, subject: URIRef, predicate: URIRef, value: str | None) -> None:
        """Add a day."""
        if value is not None:
            self.graph.add((subject, predicate, Literal(value, datatype=XSD.date)))

    def licence(self, url: str, name: str) -> URIRef:
        node = self.typed(url, DCTERMS.LicenseDocument)
        self.add(node, RDFS.label, name, "ja")
        return node

    def rights(self, access: str) -> URIRef:
        node = self.typed(f"{_EU}access-right/{_RIGHTS[access]}", DCTERMS.RightsStatement, SKOS.Concept)
        self.texts(node, SKOS.prefLabel, *ACCESS[access])  # type: ignore[index]
        return node

    def agent(self, address: str, ja: str, en: str) -> URIRef:
        node = self.typed(address, FOAF.Agent)
        self.texts(node, FOAF.name, ja, en)
        return node

    def publisher(self) -> URIRef:
        node = self.agent(self.catalogue.publisher_uri, self.catalogue.publisher, self.catalogue.publisher_en)
        kind = f"{_EU}corporate-body-classification/NAT"
        self.add(node, DCTERMS.type, self.concept(kind, f"{_EU}corporate-body-classification", "国の機関", "National body"))
        return node

    def contact(self) -> URIRef:
        node = self.typed(f"{self.base}id/contact", VCARD.Kind, VCARD.Organization)
        self.add(node, VCARD.fn, self.catalogue.contact_name, "ja")
        self.add(node, VCARD.hasEmail, URIRef(f"mailto:{self.catalogue.contact_mail}"))
        self.add(node, VCARD.hasURL, URIRef(self.catalogue.homepage))
        return node

    def theme(self, code: str) -> URIRef:
        scheme = f"{_EU}data-theme"
        names = {
            "GOVE": ("政府・公的部門", "Government and public sector"),
            "ECON": ("経済・財政", "Economy and finance"),
            "REGI": ("地域・都市", "Regions and cities"),
            "AGRI": ("農林水産", "Agriculture, fisheries, forestry and food"),
            "ENVI": ("環境", "Environment"),
            "TECH": ("科学・技術", "Science and technology"),
            "JUST": ("司法・公安", "Justice, legal system and public safety"),
            "SOCI": ("人口・社会", "Population and society"),
        }
        return self.concept(f"{scheme}/{code}", scheme, *names.get(code, (code, code)))

    def spatial(self, place: Text) -> URIRef:
        node = self.typed(_JAPAN, DCTERMS.Location, SKOS.Concept)
        self.texts(node, SKOS.prefLabel, place.ja, place.en)
        return node

    def frequency(self, code: str) -> URIRef:
        scheme = f"{_EU}frequency"
        names = {"DAILY": ("毎日", "daily"), "WEEKLY": ("毎週", "weekly"), "MONTHLY": ("毎月", "monthly"), "ANNUAL": ("毎年", "annual")}
        node = self.concept(f"{scheme}/{code}", scheme, *names.get(code, ("不定期", "irregular")))
        self.graph.add((node, RDF.type, DCTERMS.Frequency))
        return node

    def languages(self, subject: URIRef) -> None:
        for code in self.catalogue.languages:
            self.add(subject, DCTERMS.language, self.typed(_LANGUAGES[code], DCTERMS.LinguisticSystem))

    def standard(self, address: str, label: str) -> URIRef:
        node = self.typed(address, DCTERMS.Standard)
        self.add(node, RDFS.label, label, "en")
        return node

    def document(self, address: str) -> URIRef:
        return self.typed(address, FOAF.Document)

    def statement(self, address: str, kind: URIRef, ja: str, en: str) -> URIRef:
        node = self.typed(address, kind)
        self.texts(node, RDFS.label, ja, en)
        return node

    # --- what there is -----------------------------------------------------------------------------------------------

    def write(self) -> Graph:
        """Write everything."""
        about, root = self.catalogue, self.typed(str(self.root), DCAT.Catalog)
        self.texts(root, DCTERMS.title, about.title, about.title_en)
        self.texts(root, DCTERMS.description, about.description, about.description_en)
        self.add(root, DCTERMS.identifier, about.identifier)
        self.add(root, DCTERMS.publisher, self.publisher())
        self.add(root, DCTERMS.creator, self.publisher())
        self.add(root, DCAT.contactPoint, self.contact())
        self.add(root, DCTERMS.license, self.licence(about.licence_url, about.licence))
        terms = self.statement(f"{self.base}terms", DCTERMS.RightsStatement, about.licence, f"Terms: {about.licence_url}")
        self.add(root, DCTERMS.rights, terms)
        self.add(root, DCTERMS.accessRights, self.rights("public"))
        self.add(root, FOAF.homepage, self.document(about.homepage))
        self.add(root, DCTERMS.spatial, self.spatial(about.spatial))
        self.add(root, DCTERMS.accrualPeriodicity, self.frequency(about.frequency))
        self.add(root, DCAT.themeTaxonomy, self.typed(f"{_EU}data-theme", SKOS.ConceptScheme))
        for theme in about.themes:
            self.add(root, DCAT.theme, self.theme(theme))
        self.day(root, DCTERMS.issued, about.issued)
        self.day(root, DCTERMS.modified, about.modified)
        self.languages(root)
        for ja, en in zip(about.keywords, about.keywords_en, strict=False):
            self.texts(root, DCAT.keyword, ja, en)
        for registry in about.registries:
            series = self.typed(f"{self.base}registries/{registry.name}", DCAT.DatasetSeries)
            self.texts(series, DCTERMS.title, registry.title, registry.title_en)
            self.texts(series, DCTERMS.description, registry.description, registry.description_en)
            self.add(series, DCTERMS.publisher, self.publisher())
            self.add(series, DCAT.contactPoint, self.contact())
            self.add(series, DCTERMS.spatial, self.spatial(about.spatial))
            self.day(series, DCTERMS.modified, about.modified)
        for dataset in about.datasets:
            self.dataset(dataset)
        for service in about.services:
            self.service(service)
        self.links()
        return self.graph

    def dataset(self, dataset: Dataset) -> None:
        """Write a dataset with its files, its record and its place in the registry."""
        node = self.typed(f"{self.base}datasets/{dataset.name}", DCAT.Dataset)
        self.add(self.root, DCAT.dataset, node)
        self.texts(node, DCTERMS.title, dataset.title, dataset.title_en)
        self.texts(node, DCTERMS.description, dataset.description, dataset.description_en)
        self.add(node, DCTERMS.identifier, dataset.identifier)
        self.add(node, DCTERMS.publisher, self.publisher())
        self.add(node, DCTERMS.creator, self.publisher())
        self.add(node, DCAT.contactPoint, self.contact())
        for word in dataset.keywords:
            self.add(node, DCAT.keyword, word, "ja")
        for word in dataset.keywords_en:
            self.add(node, DCAT.keyword, word, "en")
        for theme in dataset.themes:
            self.add(node, DCAT.theme, self.theme(theme))
        industry = f"{self.base}id/industry/{dataset.industry[:1]}"
        self.add(node, DCTERMS.subject, self.concept(industry, f"{self.base}id/industry", dataset.industry, dataset.industry))
        self.add(node, DCTERMS.spatial, self.spatial(dataset.spatial))
        period = self.typed(f"{node}/period", DCTERMS.PeriodOfTime)
        self.day(period, DCAT.startDate, dataset.temporal_from)
        self.day(period, DCAT.endDate, dataset.data_date)
        self.add(node, DCTERMS.temporal, period)
        self.add(node, DCTERMS.accessRights, self.rights(dataset.access))
        if dataset.access_condition is not None:
            condition = dataset.access_condition
            self.add(node, DCTERMS.rights, self.statement(f"{node}/condition", DCTERMS.RightsStatement, condition.ja, condition.en))
        self.add(node, DCTERMS.license, self.licence(dataset.licence_url, dataset.licence))
        self.day(node, DCTERMS.issued, dataset.issued)
        self.day(node, DCTERMS.modified, dataset.data_date)
        self.languages(node)
        self.add(node, DCTERMS.accrualPeriodicity, self.frequency(dataset.frequency))
        self.add(node, DCAT.version, dataset.version)
        self.texts(node, ADMS.versionNotes, f"公開版 {self.catalogue.release}", f"Release {self.catalogue.release}")
        for standard in dataset.conforms_to:
            self.add(node, DCTERMS.conformsTo, self.standard(standard, "Open Data Contract Standard 3.1"))
        self.add(node, DCTERMS.provenance, self.statement(f"{node}/provenance", DCTERMS.ProvenanceStatement, *_provenance(dataset)))
        mode = self.concept(f"{self.base}id/mode/{dataset.mode}", f"{self.base}id/mode", *MODES[dataset.mode])
        self.add(node, DCTERMS.type, mode)
        self.add(node, DCAT.landingPage, self.document(f"{self.base}{self.catalogue.release}/index.html"))
        registry = next(entry for entry in self.catalogue.registries if entry.name == dataset.registry)
        self.add(node, FOAF.page, self.document(f"{self.base}{self.catalogue.release}/{registry.contract_path}"))
        self.add(node, DCAT.inSeries, URIRef(f"{self.base}registries/{dataset.registry}"))
        self.quality(node, dataset)
        for file in dataset.distributions:
            self.distribution(node, dataset, file)
        self.record(node, dataset)

    def record(self, node: URIRef, dataset: Dataset) -> None:
        """Write the catalogue record: when the entry itself, not the data, was made."""
        record = self.typed(f"{node}/record", DCAT.CatalogRecord)
        self.add(self.root, DCAT.record, record)
        self.add(record, FOAF.primaryTopic, node)
        self.texts(record, DCTERMS.title, dataset.title, dataset.title_en)
        self.texts(record, DCTERMS.description, f"{dataset.title}の登録", f"Entry of {dataset.title_en}")
        self.day(record, DCTERMS.issued, dataset.issued)
        self.day(record, DCTERMS.modified, self.catalogue.modified)
        self.languages(record)
        self.add(record, DCTERMS.conformsTo, self.standard("http://data.europa.eu/r5r/", "DCAT-AP 3"))

    def quality(self, node: URIRef, dataset: Dataset) -> None:
        """Write what was measured, as W3C DQV."""
        quality = dataset.quality
        if not quality.measured:
            return
        measurement = self.typed(f"{node}/quality/checks-passed", DQV.QualityMeasurement)
        metric = self.typed(f"{self.base}id/metric/checks-passed", DQV.Metric, SKOS.Concept)
        self.texts(metric, SKOS.prefLabel, "満たされた検査の割合", "Share of checks that hold")
        self.add(metric, DQV.expectedDataType, XSD.double)
        self.add(measurement, DQV.isMeasurementOf, metric)
        self.add(measurement, DQV.computedOn, node)
        share = (quality.measured - quality.violated) / quality.measured
        self.add(measurement, DQV.value, Literal(f"{share:.6f}", datatype=XSD.double))
        self.add(node, DQV.hasQualityMeasurement, measurement)
        note = self.typed(f"{node}/quality/note", DQV.QualityAnnotation)
        told = f"検査 {quality.checks} 件のうち {quality.measured} 件を測り、違反のあるものは {quality.violated} 件。"
        told_en = f"Of {quality.checks} checks {quality.measured} were measured, and {quality.violated} are violated by some row."
        self.texts(note, RDFS.label, told, told_en)
        self.add(node, DQV.hasQualityAnnotation, note)

    def distribution(self, node: URIRef, dataset: Dataset, file: Distribution) -> None:
        """Write a file of a dataset."""
        address = f"{self.base}{self.catalogue.release}/{file.path}"
        entry = self.typed(f"{address}#distribution", DCAT.Distribution)
        self.add(node, DCAT.distribution, entry)
        self.texts(entry, DCTERMS.title, file.title, file.title_en)
        rows, rows_en = (f"{file.rows:,}行。", f"{file.rows:,} rows.") if file.rows is not None else ("", "")
        self.texts(entry, DCTERMS.description, f"{file.title}。{rows}", f"{file.title_en}. {rows_en}".strip())
        self.add(entry, DCAT.accessURL, self.typed(address, RDFS.Resource))
        self.add(entry, DCAT.downloadURL, URIRef(address))
        self.graph.add((entry, DCAT.byteSize, Literal(str(file.bytes), datatype=self.byte_size)))
        self.add(entry, DCTERMS["format"], self.format(file.format))
        self.add(entry, DCAT.mediaType, self.typed(f"{_IANA}{file.media_type}", DCTERMS.MediaType))
        if file.compression is not None:
            self.add(entry, DCAT.compressFormat, self.typed(f"{_IANA}{file.compression}", DCTERMS.MediaType))
        self.add(entry, DCTERMS.license, self.licence(dataset.licence_url, dataset.licence))
        rights = self.statement(f"{node}/rights", DCTERMS.RightsStatement, *_attribution(dataset))
        self.add(entry, DCTERMS.rights, rights)
        self.day(entry, DCTERMS.issued, self.catalogue.modified)
        self.day(entry, DCTERMS.modified, self.catalogue.modified)
        self.languages(entry)
        status = f"{_EU}distribution-status"
        self.add(entry, ADMS.status, self.concept(f"{status}/COMPLETED", status, "配信中", "Completed"))
        available = f"{_EU}planned-availability"
        self.add(entry, DCATAP.availability, self.concept(f"{available}/STABLE", available, "安定", "Stable"))
        for standard in dataset.conforms_to:
            self.add(entry, DCTERMS.conformsTo, self.standard(standard, "Open Data Contract Standard 3.1"))
        checksum = self.typed(f"{address}#sha256", SPDX.Checksum)
        self.add(checksum, SPDX.algorithm, self.typed(f"{SPDX}checksumAlgorithm_sha256", SPDX.ChecksumAlgorithm))
        self.graph.add((checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)))
        self.add(entry, SPDX.checksum, checksum)
        period = self.typed(f"{entry}-period", DCTERMS.PeriodOfTime)
        self.day(period, DCAT.startDate, self.catalogue.modified)
        self.add(entry, DCTERMS.temporal, period)
        self.add(entry, FOAF.page, self.document(f"{self.base}{self.catalogue.release}/dictionary/dictionary.csv"))
        self.add(entry, DCAT.accessService, URIRef(f"{self.base}services/release_files"))

    def format(self, name: str) -> URIRef:
        """A file format: of the EU's list where it is there."""
        known = name in EU_FILE_TYPES
        scheme = f"{_EU}file-type" if known else f"{self.base}id/format"
        node = self.concept(f"{scheme}/{name}", scheme, name, name)
        self.graph.add((node, RDF.type, DCTERMS.MediaTypeOrExtent))
        return node

    def service(self, service: Service) -> None:
        """Write an API."""
        node = self.typed(f"{self.base}services/{service.identifier}", DCAT.DataService)
        self.add(self.root, DCAT.service, node)
        self.texts(node, DCTERMS.title, service.title, service.title_en)
        self.texts(node, DCTERMS.description, service.description, service.description_en)
        self.add(node, DCTERMS.identifier, service.identifier)
        self.add(node, DCAT.endpointURL, self.typed(service.endpoint, RDFS.Resource))
        self.add(node, DCAT.endpointDescription, self.typed(service.documentation, RDFS.Resource))
        self.add(node, FOAF.page, self.document(service.documentation))
        self.add(node, DCAT.landingPage, self.document(service.documentation))
        self.add(node, DCTERMS.license, self.licence(service.licence_url, service.licence))
        self.add(node, DCTERMS.accessRights, self.rights("public" if service.authentication == "none" else "restricted"))
        if service.authentication != "none":
            needs = (f"利用登録が必要（{service.authentication}）", f"Registration is needed: {service.authentication}")
            self.add(node, DCTERMS.rights, self.statement(f"{node}/condition", DCTERMS.RightsStatement, *needs))
        self.texts(node, DCAT.keyword, service.title, service.title_en)
        self.add(node, DCAT.theme, self.theme("GOVE"))
        self.add(node, DCTERMS.conformsTo, self.standard("https://www.rfc-editor.org/rfc/rfc9110", "HTTP"))
        protocol = f"{self.base}id/protocol/{service.protocol.split()[0].lower()}"
        self.add(node, DCTERMS.type, self.concept(protocol, f"{self.base}id/protocol", service.protocol, service.protocol))
        if service.is_ours:
            self.add(node, DCTERMS.publisher, self.publisher())
            self.add(node, DCAT.contactPoint, self.contact())
            for identifier in service.serves:
                self.add(node, DCAT.servesDataset, URIRef(f"{self.base}datasets/{identifier.partition('/')[2]}"))
        else:
            address = f"{self.base}id/agent/{service.serves[0]}"
            self.add(node, DCTERMS.publisher, self.agent(address, service.publisher, service.publisher_en))
            for identifier in service.serves:
                self.add(node, DCAT.servesDataset, URIRef(f"{self.base}external/{identifier}"))

    def links(self) -> None:
        """Write the registries that others run, as a catalogue of links within ours."""
        about = self.catalogue
        root = self.typed(f"{self.base}external", DCAT.Catalog)
        self.texts(root, DCTERMS.title, "他の機関のレジストリ", "Registries that others run")
        what = "他の機関が運営し、台帳からはリンクで示すレジストリとAPI。", "Registries and APIs that others run, shown by link."
        self.texts(root, DCTERMS.description, *what)
        self.add(root, DCTERMS.identifier, f"{about.identifier}-external")
        self.add(root, DCTERMS.publisher, self.publisher())
        self.add(root, DCTERMS.isPartOf, self.root)
        self.add(self.root, DCTERMS.hasPart, root)
        for registry in about.external:
            node = self.typed(f"{self.base}external/{registry.identifier}", DCAT.Dataset)
            self.add(root, DCAT.dataset, node)
            self.texts(node, DCTERMS.title, registry.title, registry.title_en)
            self.texts(node, DCTERMS.description, registry.description, registry.description_en)
            self.add(node, DCTERMS.identifier, registry.identifier)
            publisher = self.agent(f"{self.base}id/agent/{registry.identifier}", registry.publisher, registry.publisher_en)
            self.add(node, DCTERMS.publisher, publisher)
            self.add(node, DCAT.landingPage, self.document(registry.homepage))
            self.add(node, DCTERMS.license, self.licence(registry.licence_url, registry.licence))
            self.add(node, DCTERMS.accessRights, self.rights("public"))
            self.add(
                node, DCTERMS.type, self.concept(f"{self.base}id/mode/catalogue_link", f"{self.base}id/mode", *MODES["catalogue_link"])
            )
            for word in registry.keywords:
                self.add(node, DCAT.keyword, word, "ja")


def _provenance(dataset: Dataset) -> tuple[str, str]:
    return dataset.processing.ja, dataset.processing.en


def _attribution(dataset: Dataset) -> tuple[str, str]:
    """The sentences that the sources demand, or who made the dataset."""
    ja = " ".join(text.ja for text in dataset.attributions) or "本レジストリが作成。"
    en = " ".join(text.en for text in dataset.attributions) or "Made by this registry."
    return ja, en


def dcat_ap(catalogue: Catalogue) -> Graph:
    """The catalogue as DCAT-AP 3."""
    return _Writer(catalogue, XSD.nonNegativeInteger).write()


def bregdcat_ap(catalogue: Catalogue) -> Graph:
    """The catalogue as BRegDCAT-AP 2.1.

    The two profiles demand different types of ``dcat:byteSize``, so one graph cannot satisfy both.
    """
    return _Writer(catalogue, XSD.decimal).write()


def json_ld(graph: Graph) -> str:
    """A graph as JSON-LD with its context inline."""
    context = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
    text: str = graph.serialize(format="json-ld", context=context, indent=2, sort_keys=True)
    return text
