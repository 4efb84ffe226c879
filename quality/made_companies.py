"""A clean table of invented companies of any size, made in SQL: what the corruption harness and the benchmark measure."""

from quality.observations import MUNICIPALITY_REFERENCE
from registries.contract import Table
from registries.schema import SQL_TYPES

_CHECK_DIGIT = "(9 - (" + " + ".join(f"base // {10**place} % 10 * {1 + place % 2}" for place in range(12)) + ") % 9)"
_KANA = "translate(({})::VARCHAR, '0123456789', 'アイウエオカキクケコ')"
_WIDE = "translate(({})::VARCHAR, '0123456789', '０１２３４５６７８９')"


def made_companies(table: Table, rows: int) -> str:
    """SQL of companies that break no rule: every number, name, reading and address differs, closed ones have their date.

    Args:
        table: The table ``company.company``.
        rows: Number of companies.

    Returns:
        A SELECT, to be run where :func:`quality.references.prepare` has run.
    """
    made = {
        "corporate_number": f"({_CHECK_DIGIT} * 1000000000000 + base)::VARCHAR",
        "name": f"CASE WHEN i % 3 = 0 THEN '株式会社' || {_KANA.format('i')} ELSE '合同会社見本商店' || {_WIDE.format('i')} END",
        "name_kana": (
            f"CASE WHEN i % 11 = 0 THEN NULL WHEN i % 3 = 0 THEN {_KANA.format('i')} ELSE 'ミホンショウテン' || {_KANA.format('i')} END"
        ),
        "kind_code": "CASE WHEN i % 3 = 0 THEN '301' ELSE '305' END",
        "status": "CASE WHEN i % 7 = 0 THEN 'closed' ELSE 'active' END",
        "closed_on": "CASE WHEN i % 7 = 0 THEN DATE '2016-01-01' + (i % 3000)::INTEGER END",
        "close_cause_code": "CASE WHEN i % 7 = 0 THEN '01' END",
        "lg_code": "m.lg_code",
        "prefecture_code": "left(m.lg_code, 2)",
        "prefecture": "m.prefecture",
        "city": "m.city",
        "street_address": " || ".join(
            ("'見本町'", _WIDE.format("(i % 9) + 1"), "'丁目'", _WIDE.format("i % 9973"), "'番'", _WIDE.format("i // 9973"), "'号'")
        ),
        "postal_code": "lpad((i % 10000000)::VARCHAR, 7, '0')",
        "assigned_on": "DATE '2015-10-05'",
        "changed_on": "DATE '2016-01-01' + (i % 3000)::INTEGER",
        "updated_on": "DATE '2016-01-05' + (i % 3000)::INTEGER",
        "event_id": f"({_CHECK_DIGIT} * 1000000000000 + base)::VARCHAR || '-20240105-001'",
    }
    columns = ", ".join(f"({made.get(column.name, 'NULL')})::{SQL_TYPES[column.item.type]} AS {column.name}" for column in table.columns)
    places = (
        f"(SELECT *, row_number() OVER (ORDER BY lg_code) - 1 AS place FROM (FROM {MUNICIPALITY_REFERENCE} SELECT DISTINCT ON (lg_code) *))"
    )
    return (
        f"SELECT {columns} FROM (SELECT range AS i, 100000000000 + range * 7 AS base FROM range({rows})) AS n "
        f"JOIN {places} AS m ON m.place = n.i % (SELECT count(DISTINCT lg_code) FROM {MUNICIPALITY_REFERENCE})"
    )
