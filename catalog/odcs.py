"""A registry's contract as a document of the Open Data Contract Standard 3.1."""

from typing import Any

import yaml

from data_standards.codes import load_code_lists
from registries.contract import Column, Contract, Table
from registries.schema import SQL_TYPES

_LOGICAL = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "geometry": "object",
    "text_list": "array",
}


_PHYSICAL = {**SQL_TYPES, "timestamp": "TIMESTAMP_TZ", "geometry": "BLOB", "text_list": "ARRAY"}
"""Types in the published Parquet, by the names that readers of the standard know; a geometry is well-known binary there."""


def _property(column: Column, table: Table) -> dict[str, Any]:
    item = column.item
    described: dict[str, Any] = {
        "name": item.name,
        "businessName": item.label,
        "description": f"{item.definition} {item.definition_en}",
        "logicalType": _LOGICAL[item.type],
        "physicalType": _PHYSICAL[item.type],
        "required": column.required,
        "classification": item.confidentiality,
        "examples": [item.example],
    }
    if item.type == "text_list":
        described["items"] = {"logicalType": "string", "physicalType": "VARCHAR"}
    if item.name in table.key:
        described["primaryKey"] = True
        described["primaryKeyPosition"] = table.key.index(item.name) + 1
    if table.key == (item.name,):
        described["unique"] = True
    options: dict[str, Any] = {}
    if item.type == "text":
        options = {"maxLength": item.max_length, "pattern": item.pattern}
    elif item.type in ("integer", "number"):
        options = {"minimum": item.minimum}
    options = {key: value for key, value in options.items() if value is not None}
    if options:
        described["logicalTypeOptions"] = options
    custom = {
        "labelEn": item.label_en,
        "reading": item.reading,
        "reference": item.reference,
        "unit": item.unit,
        "check": item.check,
        "codeList": item.code_list,
    }
    described["customProperties"] = [{"property": key, "value": value} for key, value in custom.items() if value is not None]
    if item.code_list is not None:
        described["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "dimension": "conformity",
                "description": load_code_lists()[item.code_list].label,
                "arguments": {"validValues": list(load_code_lists()[item.code_list].codes)},
                "mustBe": 0,
            }
        ]
    return described


def _schema(table: Table) -> dict[str, Any]:
    rules = [
        {
            "type": "sql",
            "name": rule.name,
            "description": f"{rule.description} {rule.description_en}",
            "dimension": rule.dimension,
            "severity": rule.severity,
            "query": f"SELECT count(*) FROM {table.name} WHERE {rule.violated_if}",
            "mustBe": 0,
        }
        for rule in table.rules
    ]
    key = ", ".join(table.key)
    repeated = f"SELECT count(*) FROM (SELECT {key} FROM {table.name} GROUP BY {key} HAVING count(*) > 1)"
    rules.append(
        {
            "type": "sql",
            "name": "unique_key",
            "description": f"{key} は行ごとに異なる。 No two rows share a key.",
            "dimension": "uniqueness",
            "severity": "error",
            "query": repeated,
            "mustBe": 0,
        }
    )
    return {
        "name": table.name,
        "physicalName": table.name,
        "businessName": table.label,
        "logicalType": "object",
        "physicalType": "table",
        "description": f"{table.definition} {table.definition_en}",
        "properties": [_property(column, table) for column in table.columns],
        "quality": rules,
    }


def odcs(contract: Contract, licences: list[str]) -> dict[str, Any]:
    """Expand a contract to a full document.

    Args:
        contract: Contract of the registry.
        licences: Licences of the sources, each as one text.

    Returns:
        The document, in the standard's structure. The server is the release folder the document lies in.
    """
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"daicho-{contract.registry}",
        "name": contract.title,
        "version": contract.version,
        "status": "active",
        "dataProduct": "daicho",
        "description": {
            "purpose": f"{contract.description} {contract.description_en}",
            "limitations": " ".join(licences),
        },
        "servers": [
            {
                "server": "release",
                "type": "local",
                "path": "./{model}/{model}.parquet",
                "format": "parquet",
            }
        ],
        "team": {"name": contract.contact_name, "members": [{"username": contract.owner, "role": "owner"}]},
        "schema": [_schema(table) for table in contract.tables.values()],
    }


def odcs_yaml(contract: Contract, licences: list[str]) -> str:
    """The document of :func:`odcs` as YAML."""
    return yaml.safe_dump(odcs(contract, licences), allow_unicode=True, sort_keys=False, width=120)
