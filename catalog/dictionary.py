"""The data dictionary and the code lists, as tables."""

import polars as pl

from data_standards.codes import load_code_lists
from registries.contract import Contract


def dictionary(contracts: list[Contract]) -> pl.DataFrame:
    """The data dictionary: one row for each column of each table.

    Args:
        contracts: Contracts of the registries to describe.

    Returns:
        Columns registry, table, position, column, key, required and the declaration of the data item.
    """
    rows = [
        {
            "registry": contract.registry,
            "table": table.name,
            "table_label": table.label,
            "position": position,
            "column": column.name,
            "label": column.item.label,
            "label_en": column.item.label_en,
            "reading": column.item.reading,
            "definition": column.item.definition,
            "definition_en": column.item.definition_en,
            "type": column.item.type,
            "unit": column.item.unit,
            "is_key": column.name in table.key,
            "is_required": column.required,
            "pattern": column.item.pattern,
            "max_length": column.item.max_length,
            "minimum": column.item.minimum,
            "code_list": column.item.code_list,
            "check": column.item.check,
            "reference": column.item.reference,
            "confidentiality": column.item.confidentiality,
            "example": column.item.example,
        }
        for contract in contracts
        for table in contract.tables.values()
        for position, column in enumerate(table.columns, start=1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def code_lists(contracts: list[Contract]) -> dict[str, pl.DataFrame]:
    """The code lists that the columns of the given contracts use.

    Args:
        contracts: Contracts of the registries to describe.

    Returns:
        By name, a table with columns code, label, label_en and maps_to, the lists that they map onto included.
    """
    used = {
        column.item.code_list
        for contract in contracts
        for table in contract.tables.values()
        for column in table.columns
        if column.item.code_list is not None
    }
    lists = load_code_lists()
    used |= {target for name in used if (target := lists[name].maps_to) is not None}
    schema = dict.fromkeys(("code", "label", "label_en", "maps_to"), pl.String)
    return {
        name: pl.DataFrame(
            [(code.value, code.label, code.label_en, code.maps_to) for code in code_list.codes.values()], schema=schema, orient="row"
        )
        for name, code_list in lists.items()
        if name in used
    }
