"""The release as a Croissant 1.0 dataset (ML Commons), a profile of schema.org that dataset search engines read too."""

from typing import Any

from catalog.model import Catalogue, Column, Dataset

_TYPES = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "date": "sc:Date",
    "boolean": "sc:Boolean",
    "timestamp": "sc:DateTime",
}

_CONTEXT: dict[str, Any] = {
    "@language": "ja",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def _field(dataset: Dataset, column: Column) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{dataset.name}/{column.name}",
        "name": column.name,
        "description": f"{column.label} / {column.label_en}: {column.definition} {column.definition_en}",
        "dataType": _TYPES.get(column.type, "sc:Text"),
        "source": {"fileObject": {"@id": f"{dataset.name}.parquet"}, "extract": {"column": column.name}},
    }


def croissant(catalogue: Catalogue) -> dict[str, Any]:
    """Describe a release.

    Args:
        catalogue: Catalogue of the release.

    Returns:
        The JSON-LD document, its context inline. One record set for each public dataset, read from its national Parquet file.
    """
    files, records = [], []
    for dataset in catalogue.public_datasets:
        national = next((file for file in dataset.distributions if file.path == f"{dataset.name}/{dataset.name}.parquet"), None)
        if national is None:
            continue
        files.append(
            {
                "@type": "cr:FileObject",
                "@id": f"{dataset.name}.parquet",
                "name": f"{dataset.name}.parquet",
                "description": f"{dataset.title} / {dataset.title_en}",
                "contentSize": f"{national.bytes} B",
                "contentUrl": national.path,
                "encodingFormat": "application/x-parquet",
                "sha256": national.sha256,
            }
        )
        records.append(
            {
                "@type": "cr:RecordSet",
                "@id": dataset.name,
                "name": dataset.name,
                "description": f"{dataset.description} {dataset.description_en}",
                "key": [{"@id": f"{dataset.name}/{column}"} for column in dataset.key],
                "field": [_field(dataset, column) for column in dataset.columns if column.type in _TYPES],
            }
        )
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": catalogue.identifier,
        "alternateName": [catalogue.title, catalogue.title_en],
        "description": f"{catalogue.description} {catalogue.description_en}",
        "url": f"{catalogue.base_uri}{catalogue.release}/",
        "license": sorted({dataset.licence_url for dataset in catalogue.public_datasets}),
        "creator": {"@type": "sc:Organization", "name": catalogue.publisher, "url": catalogue.homepage, "email": catalogue.contact_mail},
        "publisher": {"@type": "sc:Organization", "name": catalogue.publisher, "url": catalogue.homepage},
        "citeAs": f"{catalogue.publisher}「{catalogue.title}」{catalogue.release}",
        "datePublished": catalogue.modified,
        "version": _version(catalogue.release),
        "keywords": [*catalogue.keywords, *catalogue.keywords_en],
        "inLanguage": catalogue.languages,
        "isAccessibleForFree": True,
        "spatialCoverage": catalogue.spatial.ja,
        "isLiveDataset": False,
        "distribution": files,
        "recordSet": records,
    }


def _version(release: str) -> str:
    """The release's name as a semantic version, which Croissant recommends: 2024-02-01.0 becomes 2024.201.0."""
    date, _, number = release.partition(".")
    year, month, day = date.split("-")
    return f"{int(year)}.{int(month)}{day}.{number}"
