"""The catalogue within the warehouse: what an analyst finds under ``catalog`` without leaving SQL."""

from typing import Any

import duckdb
import polars as pl

from catalog.model import Catalogue
from registries.contract import Contract
from registries.schema import quoted

_SCHEMA = "catalog"
_TEXT, _LIST = pl.String, pl.List(pl.String)

_TABLES: dict[str, tuple[str, dict[str, tuple[Any, str]]]] = {
    "datasets": (
        "データセットごとに1行 / One row per dataset.",
        {
            "table_name": (_TEXT, "表の名前 / Name of the table"),
            "registry": (_TEXT, "レジストリ / Registry"),
            "title": (_TEXT, "名称 / Title in Japanese"),
            "title_en": (_TEXT, "名称（英語） / Title in English"),
            "description": (_TEXT, "説明 / Description in Japanese"),
            "description_en": (_TEXT, "説明（英語） / Description in English"),
            "key": (_LIST, "主キー / Columns that identify a row"),
            "rows": (pl.Int64, "行数 / Rows"),
            "data_date": (_TEXT, "データの日付 / Newest day the data speaks for"),
            "frequency": (_TEXT, "更新頻度 / How often it is brought up to date"),
            "mode": (_TEXT, "運用の方式 / Mode of operation"),
            "access": (_TEXT, "公開範囲 / Who may see it"),
            "sources": (_LIST, "出所 / Sources"),
            "licence": (_TEXT, "利用条件 / Licence"),
            "version": (_TEXT, "契約の版 / Version of the contract"),
            "warnings": (_LIST, "利用上の注意 / What to mind when using it"),
            "warnings_en": (_LIST, "利用上の注意（英語） / The same in English"),
        },
    ),
    "columns": (
        "列ごとに1行 / One row per column.",
        {
            "table_name": (_TEXT, "表の名前 / Name of the table"),
            "position": (pl.Int64, "順番 / Place in the table"),
            "column_name": (_TEXT, "列の名前 / Name of the column"),
            "label": (_TEXT, "項目名 / Label in Japanese"),
            "label_en": (_TEXT, "項目名（英語） / Label in English"),
            "reading": (_TEXT, "読み / Reading in kana"),
            "definition": (_TEXT, "定義 / Definition in Japanese"),
            "definition_en": (_TEXT, "定義（英語） / Definition in English"),
            "type": (_TEXT, "型 / Type"),
            "unit": (_TEXT, "単位 / Unit"),
            "is_key": (pl.Boolean, "主キーか / Whether it belongs to the key"),
            "is_required": (pl.Boolean, "必須か / Whether every row has a value"),
            "code_list": (_TEXT, "コード一覧 / Code list its values come from"),
            "reference": (_TEXT, "準拠する規定 / Standard and clause it follows"),
            "confidentiality": (_TEXT, "取扱区分 / Who may see it"),
            "aliases": (_LIST, "別名 / Other names it is known by"),
            "origins": (_LIST, "由来する配信列 / Delivered columns it is made of, as source.column"),
        },
    ),
    "code_lists": (
        "コードごとに1行 / One row per code.",
        {
            "code_list": (_TEXT, "コード一覧 / Code list"),
            "code_list_label": (_TEXT, "コード一覧の名称 / Label of the list in Japanese"),
            "code_list_label_en": (_TEXT, "コード一覧の名称（英語） / Label of the list in English"),
            "code": (_TEXT, "コード / Code"),
            "label": (_TEXT, "名称 / Label in Japanese"),
            "label_en": (_TEXT, "名称（英語） / Label in English"),
            "maps_to": (_TEXT, "対応するコード / Corresponding code of another list"),
            "reference": (_TEXT, "準拠する規定 / Standard and clause"),
        },
    ),
    "macros": (
        "マクロごとに1行 / One row per macro.",
        {
            "macro_name": (_TEXT, "マクロの名前 / Name of the macro"),
            "parameters": (_LIST, "引数 / Parameters"),
            "description": (_TEXT, "説明 / What it gives, in Japanese"),
            "description_en": (_TEXT, "説明（英語） / What it gives, in English"),
            "example": (_TEXT, "使い方 / How it is used"),
        },
    ),
}


_FIND_COLUMN = (
    "語を名前・読み・定義・別名に含む列。",
    "Columns that hold a word in name, reading, definition or other names.",
    "FROM catalog.find_column('所在地')",
)
"""What the catalogue's own macro gives, in both languages, and how it is used."""


def _datasets(catalogue: Catalogue, rows: dict[str, int]) -> list[dict[str, Any]]:
    own = {"table_name", "rows", "warnings", "warnings_en"}
    taken = [name for name in _TABLES["datasets"][1] if name not in own]
    return [
        {
            "table_name": dataset.name,
            "rows": rows[dataset.name],
            **{name: getattr(dataset, name) for name in taken},
            "warnings": [warning.ja for warning in dataset.warnings],
            "warnings_en": [warning.en for warning in dataset.warnings],
        }
        for dataset in catalogue.public_datasets
    ]


def _columns(catalogue: Catalogue) -> list[dict[str, Any]]:
    own = {"table_name", "column_name", "origins"}
    taken = [name for name in _TABLES["columns"][1] if name not in own]
    return [
        {
            "table_name": dataset.name,
            "column_name": column.name,
            **{name: getattr(column, name) for name in taken},
            "origins": [f"{origin.source}.{origin.column}".strip(".") for origin in column.origins],
        }
        for dataset in catalogue.public_datasets
        for column in dataset.columns
    ]


def _code_lists(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {
            "code_list": code_list.name,
            "code_list_label": code_list.label,
            "code_list_label_en": code_list.label_en,
            "code": code.code,
            "label": code.label,
            "label_en": code.label_en,
            "maps_to": code.maps_to,
            "reference": code_list.reference,
        }
        for code_list in catalogue.code_lists
        for code in code_list.codes
    ]


def _macros(contracts: list[Contract]) -> list[dict[str, Any]]:
    own = {
        "macro_name": f"{_SCHEMA}.find_column",
        "parameters": ["word"],
        "description": _FIND_COLUMN[0],
        "description_en": _FIND_COLUMN[1],
        "example": _FIND_COLUMN[2],
    }
    return [own] + [
        {
            "macro_name": macro.name,
            "parameters": list(macro.parameters),
            "description": macro.description,
            "description_en": macro.description_en,
            "example": macro.example.strip(),
        }
        for contract in contracts
        for macro in contract.macros
    ]


def write_warehouse_catalogue(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, contracts: list[Contract]) -> None:
    """Write the schema ``catalog`` into a warehouse: ``datasets``, ``columns``, ``code_lists``, ``macros``, all with comments.

    Only public tables are described, as only they are in the warehouse.

    Args:
        connection: On the warehouse, for writing.
        catalogue: The catalogue.
        contracts: Contracts, for their macros.
    """
    counts = {}
    for dataset in catalogue.public_datasets:
        ((count,),) = connection.execute(f"SELECT count(*) FROM {dataset.name}").fetchall()
        counts[dataset.name] = int(count)
    rows = {
        "datasets": _datasets(catalogue, counts),
        "columns": _columns(catalogue),
        "code_lists": _code_lists(catalogue),
        "macros": _macros(contracts),
    }
    database = connection.execute("SELECT current_database()").fetchall()[0][0]
    schema = f'"{database}".{_SCHEMA}'
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for name, (about, columns) in _TABLES.items():
        frame = pl.DataFrame(rows[name], schema={column: type_ for column, (type_, _) in columns.items()})
        connection.register("catalogue_rows", frame.to_arrow())
        connection.execute(f"CREATE OR REPLACE TABLE {schema}.{name} AS FROM catalogue_rows")
        connection.unregister("catalogue_rows")
        connection.execute(f"COMMENT ON TABLE {schema}.{name} IS {quoted(about)}")
        for column, (_, text) in columns.items():
            connection.execute(f"COMMENT ON COLUMN {schema}.{name}.{column} IS {quoted(text)}")
    connection.execute(
        f"CREATE OR REPLACE MACRO {schema}.find_column(word) AS TABLE SELECT table_name, column_name, label, label_en, definition "
        f"FROM {_SCHEMA}.columns WHERE contains(lower(concat_ws(' ', column_name, label, label_en, reading, definition, definition_en, "
        "array_to_string(aliases, ' '))), lower(nfc_normalize(word)))"
    )
    about = "{} / {} {}".format(*_FIND_COLUMN)
    connection.execute(f"COMMENT ON MACRO TABLE {schema}.find_column IS {quoted(about)}")
