"""Descriptions of the files for programs: Data Package 2 with Table Schemas, and CSV on the Web for the code lists."""

from typing import Any

from catalog.model import Catalogue, CodeList, Column, Dataset

_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
    "timestamp": "datetime",
    "geometry": "any",
    "text_list": "array",
}
_PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"


def schema_path(dataset: Dataset) -> str:
    """Path of a dataset's Table Schema below the release's folder."""
    return f"{dataset.name}/schema.json"


def _field(column: Column, codes: dict[str, list[str]]) -> dict[str, Any]:
    constraints = {
        "required": column.is_required or None,
        "pattern": column.pattern,
        "maxLength": column.max_length,
        "minimum": column.minimum,
        "enum": codes.get(column.code_list or ""),
    }
    field = {
        "name": column.name,
        "title": column.label,
        "description": f"{column.definition} {column.definition_en}",
        "type": _TYPES[column.type],
        "constraints": {key: value for key, value in constraints.items() if value is not None},
        "example": column.example,
        "unit": column.unit,
    }
    return {key: value for key, value in field.items() if value not in (None, {})}


def table_schema(dataset: Dataset, catalogue: Catalogue) -> dict[str, Any]:
    """The Table Schema of a dataset."""
    codes = {code_list.name: [code.code for code in code_list.codes] for code_list in catalogue.code_lists}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column, codes) for column in dataset.columns],
        "primaryKey": dataset.key,
        "missingValues": [""],
    }


def _licences(catalogue: Catalogue) -> list[dict[str, str]]:
    found = {(dataset.licence_url, dataset.licence) for dataset in catalogue.public_datasets}
    return [{"path": url, "title": title} for url, title in sorted(found)]


def datapackage(catalogue: Catalogue) -> dict[str, Any]:
    """The Data Package of a release: every data file with size, digest and schema.

    Args:
        catalogue: Catalogue of the release.

    Returns:
        The descriptor; paths are relative to the release's folder.
    """
    resources = []
    for dataset in catalogue.public_datasets:
        for file in dataset.distributions:
            stem = file.path.partition(".")[0].replace("/", "-").replace("=", "-").lower()
            suffix = "csv" if file.format == "CSV" else "parquet"
            resource: dict[str, Any] = {
                "name": f"{stem}-{suffix}",
                "path": file.path,
                "title": file.title,
                "format": suffix,
                "mediatype": file.media_type,
                "hash": f"sha256:{file.sha256}",
                "licenses": [{"path": dataset.licence_url, "title": dataset.licence}],
            }
            if "/geo/" not in file.path:  # the geometry and its bounds are beside the columns of the schema
                resource |= {"type": "table", "schema": schema_path(dataset)}
            if file.format == "CSV":
                resource |= {"encoding": "utf-8-sig", "compression": "gz", "bytes": file.bytes}
            resources.append(resource)
    return {
        "$schema": _PACKAGE,
        "name": catalogue.identifier,
        "id": f"{catalogue.base_uri}{catalogue.release}/",
        "title": catalogue.title,
        "description": f"{catalogue.description} {catalogue.description_en}",
        "version": catalogue.release,
        "created": f"{catalogue.modified}T00:00:00Z",
        "homepage": catalogue.homepage,
        "licenses": _licences(catalogue),
        "sources": [{"title": source.title, "path": source.homepage} for source in catalogue.sources if source.files],
        "contributors": [{"title": catalogue.publisher, "roles": ["publisher"], "email": catalogue.contact_mail}],
        "keywords": catalogue.keywords,
        "resources": resources,
    }


def _both(ja: str, en: str) -> list[dict[str, str]]:
    """A text in both languages, as common properties of CSV on the Web have it."""
    return [{"@value": ja, "@language": "ja"}, {"@value": en, "@language": "en"}]


def csvw(code_list: CodeList, catalogue: Catalogue) -> dict[str, Any]:
    """The CSV on the Web metadata of a code list's CSV, to lie beside it as ``<list>.csv-metadata.json``."""
    columns = [
        ("code", "コード", "Code", True),
        ("label", "名称", "Label", True),
        ("label_en", "名称（英語）", "Label in English", True),
        ("maps_to", "対応するコード", "Corresponding code", False),
    ]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "url": f"{code_list.name}.csv",
        "dc:title": _both(code_list.label, code_list.label_en),
        "dc:publisher": {"@value": catalogue.publisher, "@language": "ja"},
        "dc:license": {"@id": catalogue.licence_url},
        "dc:source": {"@value": code_list.reference, "@language": "ja"},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {
            "columns": [
                {"name": name, "titles": name, "dc:description": _both(ja, en), "datatype": "string", "required": required}
                for name, ja, en, required in columns
            ],
            "primaryKey": "code",
            "aboutUrl": f"{catalogue.base_uri}codelists/{code_list.name}/{{code}}",
        },
    }
