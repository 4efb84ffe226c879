"""The rules of machine readability that look at the values of a table.

Each check gives None where the rule does not apply, else what breaks it and what a person should be asked.
"""

import re
from functools import cache

import polars as pl

from data_standards.codes import load_code_lists, municipalities
from data_standards.conformance.columns import DASH, MARK, PLAIN_NUMBER, Column, profile
from data_standards.conformance.document import AUXILIARY, Companion, Document, Finding, Place, Table
from data_standards.conformance.models import Recognition
from data_standards.conformance.readability_format import Said
from data_standards.rules import local_government_code

_SPACED = r"^\p{Han}(?:[ 　]+\p{Han})+$"
_LAYOUT = r"^[\s　]|[\s　]$|[ 　]{2,}|\t"
_LAYOUT_SHEET = _LAYOUT + r"|[\r\n]"
_ONE = r"\(?[0-9０-９][0-9０-９,.()（）年月日:：-]*[人件円台戸㎡年歳名]?"
_SEVERAL = rf"^{_ONE}(?:\s*[、，;；・]\s*{_ONE})+$|^[0-9０-９][0-9０-９,.]*[^0-9０-９\s]{{0,2}}\s*[（(][^）)]*[0-9０-９]"
# a line of an address is one value, with the commas and brackets it has: abroad above all, and floor and room of a building
_ADDRESS_LINES = ("連結表記", "町字以下", "番地以下", "建物名等(方書)")
_DEPENDENT = r"[\x{2460}-\x{24FF}\x{2776}-\x{2793}\x{3220}-\x{33A0}\x{33A2}-\x{33FF}№℡\x{E000}-\x{F8FF}\x{FFFD}]"
"""Enclosed and squared forms, private characters; ㎡ is left out, as the rule that expands the others leaves it."""
_ROMAN = r"[\x{2160}-\x{217F}]"
"""Roman numerals in one sign. They are of JIS X 0213, which GIF 430 asks for, and mean one thing in UTF-8; the sample scorer counts them
against files in the code page of old alone. Names of buildings and condominiums have them."""
_ONE_MEANING = ("utf-8", "utf-8-sig", "utf-16")
_DITTO = r"^(?:〃|″|''|\"|同上|同左|同右|々|仝|同)$"
_OTHER = r"^その他\s*[（(:：・、/／\s].*[^）)\s]"
_ERA = r"^(?:明治|大正|昭和|平成|令和|[MTSHRmtshr]\s*[0-9元]{1,2}[年./-])"
_UNIT_NAME = re.compile(
    r"[（(\[［].+[）)\]］]|(?:数|率|割合|年|月|日|時|分|年齢|年度|緯度|経度|標高|回|階|番|順|順位|点|人|人口|円|㎡|m2|ha|km|％|%|歳|latitude|longitude|lat|lon|lng|_[A-Z]{3})$"
)
_WIDE = re.compile(
    r"^(?:(?:19|20)\d\d(?:年度?)?|(?:明治|大正|昭和|平成|令和|[MTSHR])(?:元|\d{1,2})(?:年度?)?|(?:1[0-2]|[1-9])月)(?:[（(].*[）)])?$"
)
_YEAR_SHEET = re.compile(r"(?:19|20)\d\d|(?:平成|令和|[HR])(?:元|\d{1,2})")
_COUNTY = r"^\p{Han}{1,4}郡"
_CODE_VALUE = r"^[0-9A-Za-z]{1,6}$"


def findings(document: Document, tables: list[Table], recognitions: list[Recognition]) -> dict[str, Said]:
    """Judge a file by the rules about values.

    Args:
        document: The file.
        tables: Its tables.
        recognitions: Which columns of each table are which items.

    Returns:
        What was found, by number of the rule.
    """
    columns = [column for table, found in zip(tables, recognitions, strict=True) for column in profile(table, found)]
    described = any(AUXILIARY.search(sheet.name) for sheet in document.sheets)
    of_old = document.kind == "csv" and document.encoding not in _ONE_MEANING
    dependent = _DEPENDENT if not of_old else f"{_DEPENDENT}|{_ROMAN}"
    layout = _LAYOUT_SHEET if document.kind == "excel" else _LAYOUT
    return {
        "L1-06": (
            _everywhere(columns, layout, "体裁のための空白・改行があります（{value}）。", "Spaces or line breaks for layout ({value}).")
            + _spaced(columns),
            [],
        ),
        "L1-07": (
            [
                one
                for column in columns
                if column.kind != "date" and not (column.item and column.item.path.endswith(_ADDRESS_LINES))
                for one in _matching(
                    column, _SEVERAL, "一つのセルに複数の値があります（{value}）。", "Several values in one cell ({value})."
                )
            ],
            [],
        ),
        "L1-08": (_everywhere(columns, dependent, "機種依存文字があります（{value}）。", "Machine-dependent characters ({value})."), []),
        "L1-09": _blanks_and_zeros(columns),
        "L2-01": _numbers(columns),
        "L2-02": (_omitted(columns), []),
        "L2-04": _choices(columns),
        "L2-05": _others(columns),
        "L3-02": _codes(columns, document.companion, described=described),
        "L3-03": _marks(columns, document),
        "L3-04": _units(columns, document.companion),
        "L3-05": _eras(columns),
        "L3-06": _areas(columns),
        "L3-07": _layouts(document, tables),
        "L3-08": _documented(document, columns, described=described),
        "L3-09": (_wide(tables), []),
    }


def _matching(column: Column, pattern: str, text: str, text_en: str) -> list[Finding]:
    return column.finding(column.values.str.contains(pattern), text, text_en)


def _everywhere(columns: list[Column], pattern: str, text: str, text_en: str) -> list[Finding]:
    found = []
    for column in columns:
        in_header = pl.Series([column.header]).str.contains(pattern)[0]
        if in_header:
            found.append(column.at_header(text.replace("{value}", column.header), text_en.replace("{value}", column.header)))
        found += _matching(column, pattern, text, text_en)
    return found


def _spaced(columns: list[Column]) -> list[Finding]:
    """Words spread with a space between every character; a short name of a person looks the same and is left alone."""
    found = []
    for column in columns:
        if pl.Series([column.header]).str.contains(_SPACED)[0]:
            found.append(
                column.at_header(f"字間に空白があります（{column.header}）。", f"Characters are spread with spaces ({column.header}).")
            )
        if column.rule.startswith("person_") or "氏名" in column.header:
            continue
        found += _matching(column, _SPACED, "字間に空白があります（{value}）。", "Characters are spread with spaces ({value}).")
    return found


def _of_kind(columns: list[Column], kind: str) -> list[Column]:
    return [column for column in columns if column.kind == kind]


def _blanks_and_zeros(columns: list[Column]) -> Said:
    numbers = _of_kind(columns, "number")
    if not numbers:
        return None
    failing = [
        one
        for c in numbers
        for one in _matching(c, DASH, "0か値なしか分からない「{value}」があります。", "{value} may mean zero or no value.")
    ]
    asking = [
        c.at_header(f"「{c.header}」に空欄があります（{c.values.null_count()}件）。", f"{c.header!r} has blanks ({c.values.null_count()}).")
        for c in numbers
        if c.values.null_count()
    ]
    return failing, asking


def _numbers(columns: list[Column]) -> Said:
    numbers = _of_kind(columns, "number")
    if not numbers:
        return None
    found = []
    for column in numbers:
        said = column.values.str.contains(f"{PLAIN_NUMBER}|{MARK}|{DASH}")
        found += column.finding(
            ~said, "数値の列に数値でない値があります（{value}）。", "A value of a number column is not a plain number ({value})."
        )
        sheet = column.table.sheet
        if sheet.kinds is not None:
            as_text = sheet.kinds.to_series(column.index).gather(column.table.body["row"]) == "text"
        elif sheet.column_kinds is not None and sheet.column_kinds[column.index] == "text":
            as_text = column.values.is_not_null()
        else:
            continue
        as_text &= column.values.str.contains(PLAIN_NUMBER)
        found += column.finding(as_text, "数値が文字列として入っています（{value}）。", "A number is stored as text ({value}).")
    return found, []


def _omitted(columns: list[Column]) -> list[Finding]:
    found = []
    leading: dict[int, bool] = {}
    for column in columns:
        found += _matching(column, _DITTO, "「{value}」で上の値を省いています。", "{value} stands for the value above.")
        table = id(column.table)
        values = column.values
        grouped = (
            leading.get(table, True)
            and values.len() >= 3
            and 0 < values.null_count() < values.len()
            and values[0] is not None
            and values.drop_nulls().n_unique() == values.len() - values.null_count()
            and values.null_count() >= values.len() // 4
        )
        leading[table] = grouped
        if grouped:
            rows = column.where(values.is_null())
            text = f"「{column.header}」の値が上の行と同じときに省かれています。"
            text_en = f"{column.header!r} is left blank where it repeats the row above."
            place = Place(int(rows[0]), column.index)
            found.append(Finding(text, text_en, column.table.sheet.name, place, len(rows)))
    return found


@cache
def _synonyms() -> dict[str, str]:
    """Words for the same choice, from the code lists of presence, sex and applicability: folded word and what it means."""
    words: dict[str, str] = {}
    for name in ("presence", "sex", "applicability"):
        declared = load_code_lists()[name]
        words |= {code.label: f"{name} {value}" for value, code in declared.codes.items()}
        words |= {wrong: f"{name} {right}" for wrong, right in declared.fixes.items()}
    return {word.lower(): meaning for word, meaning in words.items()}


def _choices(columns: list[Column]) -> Said:
    choices = _of_kind(columns, "choice")
    if not choices:
        return None
    found = []
    for column in choices:
        counts = column.values.drop_nulls().value_counts(sort=True, name="n").rename({column.values.name: "v"})
        folded = pl.col("v").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
        counts = counts.with_columns(key=folded.replace(_synonyms())).sort("n", "v", descending=[True, False])
        usual = counts.group_by("key", maintain_order=True).agg(pl.col("v").first().alias("usual"), pl.len().alias("ways"))
        odd = counts.join(usual.filter(pl.col("ways") > 1), on="key", maintain_order="left").filter(pl.col("v") != pl.col("usual"))
        for value, best in odd.select("v", "usual").iter_rows():
            found += column.finding(
                column.values == value,
                f"「{{value}}」は「{best}」と同じ意味ですが書き方が異なります。",
                f"{{value}} means the same as {best}, written in another way.",
            )
    return found, []


def _others(columns: list[Column]) -> Said:
    found = [
        one
        for column in columns
        if column.kind in ("choice", "text")
        for one in _matching(
            column, _OTHER, "「その他」に内容が書き添えられています（{value}）。", "Details stand beside 'other' ({value})."
        )
    ]
    return (found, []) if found or _of_kind(columns, "choice") else None


def _codes(columns: list[Column], companion: Companion | None, *, described: bool) -> Said:
    coded = [
        c
        for c in columns
        if c.rule.startswith("code_list:")
        or c.rule == "local_government_code"
        or (re.search("コード|code", c.header, re.IGNORECASE) and c.values.drop_nulls().str.contains(_CODE_VALUE).all())
    ]
    if not coded:
        return None
    listed = companion.code_lists if companion else frozenset()
    open_columns = [
        c for c in coded if not (c.rule.startswith("code_list:") or c.rule == "local_government_code" or c.header in listed or described)
    ]
    found = [c.at_header(f"「{c.header}」のコード一覧がありません。", f"There is no code list for {c.header!r}.") for c in open_columns]
    return (found, []) if companion else ([], found)


def _marks(columns: list[Column], document: Document) -> Said:
    found = []
    explained = {
        cell.strip()[:3]
        for sheet in document.sheets
        if AUXILIARY.search(sheet.name)
        for row in sheet.grid.head(500).iter_rows()
        for cell in row
        if cell
    }
    defined = document.companion.definitions if document.companion else frozenset()
    seen = False
    for column in _of_kind(columns, "number"):
        mask = column.values.str.contains(MARK)
        seen = seen or bool(mask.any())
        if column.header in defined:
            continue
        mask &= ~column.values.is_in(sorted(explained))
        found += column.finding(mask, "記号「{value}」の意味が示されていません。", "The meaning of the mark {value} is not stated.")
    return (found, []) if seen else None


def _units(columns: list[Column], companion: Companion | None) -> Said:
    numbers = _of_kind(columns, "number")
    if not numbers:
        return None
    stated = companion.units if companion else frozenset()
    if any(column.header.strip() == "単位" for column in columns):
        return [], []
    found = [
        c.at_header(f"「{c.header}」の単位がわかりません。", f"The unit of {c.header!r} is not stated.")
        for c in numbers
        if not (c.header in stated or _UNIT_NAME.search(c.header) or (c.item and c.item.unit))
    ]
    return found, []


def _eras(columns: list[Column]) -> Said:
    dates = _of_kind(columns, "date")
    if not dates:
        return None
    if any("西暦" in column.header for column in columns):
        return [], []
    text, text_en = "和暦だけで書かれています（{value}）。", "Only the Japanese era is given ({value})."
    return [one for column in dates for one in _matching(column, _ERA, text, text_en)], []


@cache
def _area_names() -> frozenset[str]:
    """Formal names of prefectures and municipalities, with and without the county before them."""
    table = municipalities()
    names = table["name"].unique()
    towns = names.str.replace(_COUNTY, "")
    return frozenset([*table["prefecture"].unique(), *names, *towns, *(table["prefecture"] + table["name"])])


@cache
def _hokkaido_names() -> frozenset[str]:
    """Municipalities of 北海道, which the table of codes names without their county."""
    return frozenset(municipalities().filter(pl.col("prefecture") == "北海道")["name"])


@cache
def _area_codes() -> frozenset[str]:
    """The five digits of 標準地域コード: local government codes without the check digit."""
    return frozenset(municipalities()["lg_code"].str.slice(0, 5))


def _formal(values: pl.Series) -> pl.Series:
    """Whether each value is the full name of an area; null where blank."""
    town = values.str.extract(rf"{_COUNTY}(.+)$", 1)
    return values.is_in(sorted(_area_names())) | town.is_in(sorted(_hokkaido_names())).fill_null(value=False)


def _areas(columns: list[Column]) -> Said:
    areas = [c for c in columns if (c.item and c.item.path.endswith(("都道府県", "市区町村(郡)"))) or c.header in ("地域", "地域名")]
    coded = [c for c in columns if c.rule == "local_government_code"]
    if not areas and not coded:
        return None
    for column in coded:
        value = pl.col("v")
        standard = value.is_in(sorted(_area_codes()))
        valid = column.values.drop_nulls().to_frame("v").select(local_government_code.is_valid(value) | standard).to_series()
        if valid.len() and valid.all():
            return [], []
    text, text_en = "正式な地域名でない値があります（{value}）。", "Not the full name of an area ({value})."
    found = [one for c in areas for one in c.finding(~_formal(c.values), text, text_en)]
    if not areas:
        found = [
            c.at_header("団体コードに誤りがあり、地域名の列もありません。", "Codes are wrong, and there is no column of names.")
            for c in coded
        ]
    return found, []


def _layouts(document: Document, tables: list[Table]) -> Said:
    earlier = document.companion.earlier_columns if document.companion else None
    if earlier is not None:
        now = tuple(header for header in tables[0].headers if header) if tables else ()
        gone, new = [h for h in earlier if h not in now], [h for h in now if h not in earlier]
        if not gone and not new:
            return [], []
        text = f"前の年の項目と異なります（なくなった項目: {'、'.join(gone) or 'なし'}、増えた項目: {'、'.join(new) or 'なし'}）。"
        text_en = f"The columns differ from the earlier edition (gone: {', '.join(gone) or 'none'}; new: {', '.join(new) or 'none'})."
        return [Finding(text, text_en, tables[0].sheet.name if tables else None)], []
    yearly = [table for table in tables if _YEAR_SHEET.search(table.sheet.name)]
    if len(yearly) < 2:
        return [], [Finding("前の年のファイルと比べてください。", "Compare with the file of an earlier year.")]
    first = [header for header in yearly[0].headers if header]
    return [
        Finding(
            f"項目がシート「{yearly[0].sheet.name}」と異なります。",
            f"The columns differ from sheet {yearly[0].sheet.name}.",
            table.sheet.name,
        )
        for table in yearly[1:]
        if [header for header in table.headers if header] != first
    ], []


def _documented(document: Document, columns: list[Column], *, described: bool) -> Said:
    companion = document.companion
    if companion is None:
        if described:
            return [], []
        return [], [Finding("説明資料があるか確かめてください。", "Look for the documentation.")]
    found = [
        c.at_header(f"「{c.header}」の定義がありません。", f"{c.header!r} is not defined.")
        for c in columns
        if c.header not in companion.definitions
    ]
    if not companion.history:
        found.append(Finding("更新の履歴が示されていません。", "The history of updates is not stated."))
    if not companion.encoding and document.kind == "csv":
        found.append(Finding("文字コードが示されていません。", "The character encoding is not stated."))
    return found, []


def _wide(tables: list[Table]) -> list[Finding]:
    found = []
    for table in tables:
        wide = [i for i in table.columns if _WIDE.match(table.headers[i].strip())]
        if len(wide) >= 3:
            names = "、".join(table.headers[i] for i in wide[:3])
            found.append(
                Finding(
                    f"年や月が列に並んでいます（{names}…）。",
                    f"Years or months run across the columns ({names}…).",
                    table.sheet.name,
                    Place(table.header_row, wide[0]),
                    len(wide),
                )
            )
    return found
