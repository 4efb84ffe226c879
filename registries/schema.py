"""What a contract means to DuckDB and to Arrow: DDL with comments, schemas with field metadata."""

from collections.abc import Iterator

import pyarrow as pa

from data_standards.items import DataItem
from registries.contract import Contract, Macro, Table

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "geometry": "GEOMETRY",
    "text_list": "VARCHAR[]",
}
"""Type of each logical type in DuckDB."""

ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "geometry": pa.binary(),
    "text_list": pa.list_(pa.string()),
}
"""Type of each logical type in Arrow and Parquet."""


def quoted(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def item_comment(item: DataItem) -> str:
    """The comment of a column: labels and definitions in both languages."""
    return f"{item.label} / {item.label_en}: {item.definition} {item.definition_en}"


def table_comment(table: Table) -> str:
    """The comment of a table: labels and definitions in both languages."""
    return f"{table.label} / {table.label_en}: {table.definition} {table.definition_en}"


def place(table: Table) -> str:
    """The name of a table with the database it is kept in, on a connection that :func:`registries.build.connect` opened."""
    return f"restricted.main.{table.name}" if table.is_restricted else table.name


def create_table(table: Table) -> str:
    """The CREATE TABLE statement of a table."""
    columns = ", ".join(f"{column.name} {SQL_TYPES[column.item.type]}{' NOT NULL' if column.required else ''}" for column in table.columns)
    return f"CREATE TABLE {place(table)} ({columns})"


def comments(table: Table) -> Iterator[str]:
    """The COMMENT statements of a table and its columns."""
    yield f"COMMENT ON TABLE {place(table)} IS {quoted(table_comment(table))}"
    for column in table.columns:
        yield f"COMMENT ON COLUMN {place(table)}.{column.name} IS {quoted(item_comment(column.item))}"


def create_macro(macro: Macro) -> Iterator[str]:
    """The statements that make a macro and describe it."""
    kind = "MACRO" if macro.is_scalar else "MACRO TABLE"
    yield f"CREATE OR REPLACE MACRO {macro.name}({', '.join(macro.parameters)}) AS {kind.removeprefix('MACRO')} {macro.body}"
    comment = f"{macro.description} / {macro.description_en} {macro.example}"
    yield f"COMMENT ON {kind} {macro.name} IS {quoted(comment)}"


def field_metadata(item: DataItem) -> dict[str, str]:
    """The metadata an Arrow field of an item carries."""
    about = {
        "label": item.label,
        "label@en": item.label_en,
        "definition": item.definition,
        "definition@en": item.definition_en,
        "reference": item.reference,
        "unit": item.unit,
        "codelist": item.code_list,
    }
    return {key: value for key, value in about.items() if value is not None}


def arrow_schema(contract: Contract, table: Table) -> pa.Schema:
    """The Arrow schema of a table, with labels, definitions, units and code lists as field metadata."""
    fields = [
        pa.field(
            column.name,
            ARROW_TYPES[column.item.type],
            nullable=not column.required,
            metadata=field_metadata(column.item),
        )
        for column in table.columns
    ]
    about = {
        "registry.dataset": f"{contract.registry}/{table.name}",
        "registry.contract_version": contract.version,
        "label": table.label,
        "label@en": table.label_en,
    }
    return pa.schema(fields, metadata=about)
