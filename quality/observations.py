"""What is measured of a table beyond its contract: characters, widths, placeholders, precision, meaning beside a reference, traces.

An observation holds nothing back. It is a check of severity ``info`` - or ``warning`` where a steward should look - and exists only
where the columns it needs are there: nothing is measured, or called good, for want of data.
"""

from collections.abc import Iterator
from functools import cache

from data_standards.conformance.models import load_models
from data_standards.items import DataItem
from data_standards.rules.repertoire import character_class, jis_x_0213
from quality.checks import Check
from registries.contract import Column, Table
from registries.schema import quoted

PREFECTURE_COLUMNS = ("prefecture_code", "lg_code")
MUNICIPALITY_REFERENCE = "municipality_reference"
"""Relation with every municipality that ever was: ``lg_code``, ``prefecture``, ``city`` (see :mod:`quality.references`)."""

_PLACEHOLDERS = (
    "同上",
    "〃",
    "々々",
    "不明",
    "未定",
    "なし",
    "無し",
    "該当なし",
    "-",
    "－",
    "―",
    "ー",
    "*",
    "＊",
    "?",
    "？",
    "N/A",
    "NULL",
    "null",
    "x",
    "X",
)
_TWELVE_DIGITS = "(?:^|[^0-9０-９])((?:[0-9０-９]{4}[- －]?){3})(?:[^0-9０-９]|$)"
_WIDE_DIGITS = "０１２３４５６７８９-－ "
_TRACES = ("event_id", "source_file", "file_sha256", "source_record_id", "evidence_code")
_KANA = "[ァ-ヺー・　０-９Ａ-Ｚａ-ｚ－．，＆’（）]+"
_LEGAL_FORMS = "^(株式|有限|合同|合資|合名)会社|(株式|有限|合同|合資|合名)会社$"
COUNTY = "^(?:.{1,5}郡|三宅島|八丈島)(.+[町村])$"  # the list of municipalities has counties in some prefectures
_FIRST_DAY = "DATE '1868-01-25'"  # 明治元年1月1日
_LAST_DAY = "DATE '2200-01-01'"


def is_free_text(item: DataItem) -> bool:
    """Whether an item's values are words for people, and no codes or numbers of a fixed form."""
    return item.type == "text" and item.pattern is None and item.code_list is None and item.check is None


def prefecture_of(table: Table) -> str | None:
    """SQL of the prefecture code of a row; None where the table does not tell it."""
    names = {column.name for column in table.columns}
    if "prefecture_code" in names:
        return "prefecture_code"
    return "left(lg_code, 2)" if "lg_code" in names else None


def _info(group: str, column: str | None, text: str, measure: str, violated_if: str, counted_if: str, **more: object) -> Check:
    about: dict[str, object] = {"dimension": "conformity", "severity": "info"} | more
    name = f"{group}__{column}" if column else group
    return Check(
        name=name,
        group=group,
        description=text,
        measure=measure,
        column=column,
        violated_if=violated_if,
        counted_if=counted_if,
        **about,  # type: ignore[arg-type]
    )


@cache
def outside_jis_x_0213() -> str:
    """A regular expression of one character outside JIS X 0213:2004, as SQL literal."""
    return quoted(character_class(jis_x_0213(), negated=True))


def _of_text(column: Column) -> Iterator[Check]:
    name, label = column.name, column.item.label
    given = f"{name} IS NOT NULL"
    yield _info(
        "characters",
        name,
        f"{label}はJIS X 0213の文字",
        "Cmp-I-1",
        f"regexp_matches({name}, {outside_jis_x_0213()})",
        given,
        severity="warning",
    )
    mixed = f"regexp_matches({name}, '[0-9A-Za-z]') AND regexp_matches({name}, '[０-９Ａ-Ｚａ-ｚ]')"
    yield _info("mixed_width", name, f"{label}に全角と半角の英数字が混ざらない", "Eff-I-1", mixed, given)
    listed = ", ".join(quoted(text) for text in _PLACEHOLDERS)
    yield _info(
        "placeholder",
        name,
        f"{label}が「同上」「不明」などの代わりの語でない",
        "Com-I-4",
        f"{name} IN ({listed})",
        given,
        severity="warning",
    )
    edges = rf"regexp_matches({name}, '^[\s　]|[\s　]$|[\x00-\x1F\x7F]')"
    yield _info("edges", name, f"{label}の端に空白がなく、制御文字がない", "Acc-I-1", edges, given, severity="warning")
    # to find is many times as fast as to extract
    twelve = f"regexp_matches({name}, '{_TWELVE_DIGITS}')"
    digits = f"regexp_extract({name}, '{_TWELVE_DIGITS}', 1)"
    passes = f"CASE WHEN {twelve} THEN is_individual_number(translate({digits}, '{_WIDE_DIGITS}', '0123456789')) ELSE FALSE END"
    # one in ten numbers of twelve digits passes the check by chance
    yield _info("individual_number", name, f"{label}に個人番号がない", "Cnf-I-2", passes, twelve, severity="fatal", tolerated=0.3)
    if name.endswith("_kana"):
        strange = f"NOT regexp_full_match({name}, '{_KANA}')"
        yield _info("reading", name, f"{label}は全角片仮名の読み", "Acs-I-3", strange, given)


def _of_column(column: Column) -> Iterator[Check]:
    item, name = column.item, column.name
    given = f"{name} IS NOT NULL"
    if not column.required:
        yield _info(
            "filled", name, f"{item.label}に値がある割合", "Com-I-2", f"{name} IS NULL", "TRUE", dimension="completeness", scored=False
        )
    if is_free_text(item):
        yield from _of_text(column)
    if item.unit == "度":  # the principle of GIF 444 is six decimals; a number keeps no zeros at its end, so four is what can be told
        text = f"{item.label}に小数点以下4桁以上がある"
        yield _info("precision", name, text, "Pre-I-1", f"{name} = round({name}, 3)", given)
    if item.type == "date":
        beyond = f"{name} < {_FIRST_DAY} OR {name} >= {_LAST_DAY}"
        yield _info(
            "range", name, f"{item.label}は明治元年から2199年まで", "Acc-D-1", beyond, given, dimension="accuracy", severity="warning"
        )


def _patterns(table: Table) -> Iterator[Check]:
    """必須パターン of the GIF model that our table is a view of: of its patterns, those whose columns the table has."""
    names = {column.name for column in table.columns}
    for model in load_models().values():
        columns = {path: about["column"] for path, about in model.view.items() if about.get("column") in names}
        if not columns or len(columns) < len([about for about in model.view.values() if "column" in about]):
            continue
        complete = []
        for items in model.patterns.values():
            if any(item in columns for item in items):
                needed = sorted({columns[item] for item in items if item in columns})
                complete.append("(" + " AND ".join(f"{column} IS NOT NULL" for column in needed) + ")")
        if complete:
            text = f"GIF {model.label}の必須パターンのいずれかがそろう"
            broken = f"NOT ({' OR '.join(dict.fromkeys(complete))})"
            yield _info(f"pattern_{model.name}", None, text, "Com-I-1", broken, "TRUE", dimension="completeness")


def _meanings(table: Table) -> Iterator[Check]:
    """What can be held against a reference, or against another column that says the same."""
    names = {column.name for column in table.columns}
    if {"lg_code", "prefecture", "city"} <= names:
        bare = f"regexp_replace(city, '{COUNTY}', '\\1')"
        known = f"(lg_code, prefecture || {bare}) IN (SELECT (lg_code, prefecture || city) FROM {MUNICIPALITY_REFERENCE})"
        told = "lg_code IS NOT NULL AND prefecture IS NOT NULL AND city IS NOT NULL"
        text = "団体コードと市区町村名が同じ団体を指す"
        yield _info("municipality_name", "city", text, "Acc-I-2", f"NOT ({known})", told, dimension="accuracy", severity="warning")
    if {"name", "name_kana"} <= names:
        bare = f"regexp_replace(name, '{_LEGAL_FORMS}', '')"
        same = f"regexp_replace({bare}, '[・ー]', '', 'g') <> regexp_replace(name_kana, '[・ー　 ]', '', 'g')"
        told = f"name_kana IS NOT NULL AND regexp_full_match({bare}, '[ァ-ヴー・]+')"
        yield _info(
            "kana_of_name", "name_kana", "片仮名だけの名称とフリガナが一致する", "Acc-I-2", f"{told} AND {same}", told, dimension="accuracy"
        )
    traces = [name for name in _TRACES if name in names]
    if traces:
        lost = " AND ".join(f"{name} IS NULL" for name in traces)
        yield _info("traced", None, "元の記録をたどれる", "Tra-D-2", lost, "TRUE", dimension="consistency", severity="warning")
    others = [column.name for column in table.columns if column.name not in table.key]
    if len(others) > 1 and len(others) >= len(table.key):  # a table that ties two things together is all key
        empty = " AND ".join(f"{name} IS NULL" for name in others)
        yield _info("empty_record", None, "キーのほかに値のある行", "Com-I-5", empty, "TRUE", dimension="completeness", severity="warning")


def observations(table: Table) -> list[Check]:
    """List what is measured of a table beyond its contract."""
    return [
        *(check for column in table.columns for check in _of_column(column)),
        *_patterns(table),
        *_meanings(table),
    ]
