"""Declarations agree with themselves and with each other, rooms import downwards only, and folders are found by themselves."""

import ast
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml

import data_standards.codes
import data_standards.items
import pipelines.source_declarations
import registries.contract
from data_standards.codes import CodeList, load_code_lists
from data_standards.items import DataItem, DeclarationError, load_items, read_yaml
from data_standards.rules.registry import CHECKS, DERIVATIONS, SQL_CHECKS
from pipelines.errors import DaichoError
from pipelines.source_declarations import Source, load_sources, source_named
from registries.address.matching.output import ITEMS as ADDRESS_RESULT
from registries.contract import load_contracts

ROOT = Path(__file__).resolve().parents[1]
ITEMS, CODE_LISTS, SOURCES, CONTRACTS = load_items(), load_code_lists(), load_sources(), load_contracts()
MAY_IMPORT = {
    "data_standards": set(),
    "registries": {"data_standards"},
    "quality": {"data_standards", "registries"},
    "catalog": {"data_standards", "registries", "quality"},
    "pipelines": {"data_standards", "registries", "quality", "catalog"},
}
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
# declared items that no column of a source or table bears, with the reason
UNUSED: dict[str, str] = {}
STANDARD_MODELS = [
    ROOT / "data_standards" / "items" / f"{subject}.yaml"
    for subject in ("address_parts", "building", "contact", "facility", "identification", "land", "organisation", "period", "position")
]


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_example_satisfies_its_item(item: DataItem) -> None:
    text = item.example
    assert isinstance(text, str)
    match item.type:
        case "date":
            assert date.fromisoformat(text).isoformat() == text
        case "integer":
            assert str(int(text)) == text
        case "number":
            float(text)
        case "boolean":
            assert text in ("true", "false")
        case "timestamp":
            assert datetime.fromisoformat(text).tzinfo is UTC
        case "geometry":
            assert bytes.fromhex(text)
        case "text" | "text_list":
            assert text.strip() == text != ""
    if item.pattern is not None:
        assert re.fullmatch(item.pattern, text)
    if item.max_length is not None:
        assert len(text) <= item.max_length
    if item.code_list is not None:
        assert text in CODE_LISTS[item.code_list].codes
    if item.check is not None:
        assert pl.DataFrame({"value": [text]}).select(right=CHECKS[item.check](pl.col("value")))["right"].to_list() == [True]
    if item.minimum is not None:
        assert float(text) >= item.minimum


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_item_is_described_in_both_languages(item: DataItem) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", item.name)
    assert JAPANESE.search(item.label)
    assert JAPANESE.search(item.definition)
    assert re.fullmatch(r"[ぁ-ゖー]+", item.reading)
    assert item.label_en.strip()
    assert item.definition_en.endswith(".")
    assert item.reference
    assert not JAPANESE.search(item.label_en + item.definition_en)


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_constraints_fit_the_type(item: DataItem) -> None:
    if item.type != "text":
        assert (item.pattern, item.max_length, item.code_list, item.check) == (None, None, None, None)
    else:
        assert item.max_length is not None
    if item.type not in ("integer", "number"):
        assert (item.minimum, item.unit) == (None, None)
    if item.pattern is not None:
        assert item.pattern.startswith("^")
        assert item.pattern.endswith("$")


def test_labels_tell_items_apart() -> None:
    for attribute in ("label", "label_en"):
        labels = [getattr(item, attribute) for item in ITEMS.values()]
        assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize("code_list", CODE_LISTS.values(), ids=CODE_LISTS)
def test_every_code_is_labelled_in_both_languages(code_list: CodeList) -> None:
    assert JAPANESE.search(code_list.label)
    assert code_list.label_en
    assert code_list.reference
    assert code_list.codes
    for value, code in code_list.codes.items():
        assert value == code.value
        assert value == value.strip() != ""
        assert JAPANESE.search(code.label), value
        assert code.label_en.strip(), value
        assert not JAPANESE.search(code.label_en), value
    for attribute in ("label", "label_en"):
        labels = [getattr(code, attribute) for code in code_list.codes.values()]
        assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_what_an_item_names_is_known(item: DataItem) -> None:
    if item.code_list is not None:
        assert item.max_length is not None
        assert max(map(len, CODE_LISTS[item.code_list].codes)) <= item.max_length
    if item.check is not None:
        assert item.check in CHECKS
        assert item.check in SQL_CHECKS


def test_yaml_keeps_every_code_a_text() -> None:
    # an unquoted 01 would be read as a number, and another code
    for path in (ROOT / "data_standards" / "codes").glob("*.yaml"):
        for name, fields in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            assert all(isinstance(value, str) for value in fields["codes"]), name


def test_prefectures_are_complete() -> None:
    assert list(CODE_LISTS["prefecture"].codes) == [f"{number:02}" for number in range(1, 48)]


def declared_items(source: Source) -> set[str]:
    return {column.item.name for column in source.columns} | {derivation.item.name for derivation in source.derived}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source_agrees_with_itself(source: Source) -> None:
    names = [column.name for column in source.columns]
    items = [column.item.name for column in source.columns] + [derivation.item.name for derivation in source.derived]
    assert len(set(names)) == len(names)
    assert len(set(items)) == len(items)
    assert {source.daily_date_column, source.scope} - {None} <= {*names}
    assert source.scope is None or source.is_snapshot
    assert not {*source.left_out} & {*names}
    for column in source.columns:
        assert column.label
        assert not (column.required and column.required_unless), column.name
        for other, value in column.required_unless.items():
            condition = source.columns[names.index(other)].item
            assert condition.code_list is None or value in CODE_LISTS[condition.code_list].codes
    for derivation in source.derived:
        assert derivation.rule in DERIVATIONS
        assert {*derivation.inputs} <= {column.item.name for column in source.columns}
    for day in source.holidays:
        date.fromisoformat(f"2024-{day}")
    for encoding in source.encodings:
        "台帳".encode(encoding)
    assert all(source.about.values())


def test_every_item_is_used_or_justified() -> None:
    in_sources = {name for source in SOURCES.values() for name in declared_items(source)}
    in_tables = {column.name for contract in CONTRACTS.values() for table in contract.tables.values() for column in table.columns}
    # the subjects of GIF's core models are declared whole, for the registries and files that carry them
    of_the_standard = {name for path in STANDARD_MODELS for name in read_yaml(path)}
    in_results = {*ADDRESS_RESULT.values()}
    assert in_results <= {*ITEMS}
    assert {*ITEMS} - in_sources - in_tables - of_the_standard - in_results == {*UNUSED}


@pytest.mark.parametrize("registry", CONTRACTS)
def test_a_contract_agrees_with_itself(registry: str) -> None:
    contract = CONTRACTS[registry]
    assert re.fullmatch(r"\d+\.\d+\.\d+", contract.version)
    assert {*contract.sources} <= {*SOURCES}
    for table in contract.tables.values():
        names = [column.name for column in table.columns]
        assert {*names} <= {*ITEMS}
        assert len(set(names)) == len(names)
        assert all(column.required for column in table.columns if column.name in table.key), table.name
        assert {table.recompute_by, table.csv_parts_by} - {None} <= {*names}
        assert JAPANESE.search(table.label + table.definition)
        assert table.label_en
        assert table.definition_en
        for rule in table.rules:
            assert rule.severity in ("fatal", "error", "warning")
            assert JAPANESE.search(rule.description)
            assert rule.description_en.endswith(".")
    if contract.sources:
        for name in (*contract.tables, *contract.working, *(step for table in contract.tables.values() for step in table.steps)):
            assert contract.python_model(name) if contract.has_python_model(name) else contract.model(name).strip()


def test_table_names_are_used_once() -> None:
    names = [name for contract in CONTRACTS.values() for name in contract.tables]
    assert sorted(names) == sorted(set(names))


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: packages are imported by name from the root"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_down_only(room: str) -> None:
    rooms = {*MAY_IMPORT, "tests", "benchmarks", "notebooks"}
    paths = sorted((ROOT / room).rglob("*.py"))
    assert paths
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        upwards = {*imported_rooms(path)} & rooms - MAY_IMPORT[room] - {room}
        assert not upwards, f"{name} imports {upwards}"


def test_the_lowest_room_knows_no_database() -> None:
    for path in (ROOT / "data_standards").rglob("*.py"):
        assert not {*imported_rooms(path)} & {"duckdb", "dagster", "sqlglot"}, path


def test_a_source_is_found_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nta_corporate_number", "another_source"):
        shutil.copytree(ROOT / "pipelines" / "sources" / "nta_corporate_number", tmp_path / name)
    monkeypatch.setattr(pipelines.source_declarations, "_FOLDER", tmp_path)
    found = load_sources.__wrapped__()
    assert list(found) == ["another_source", "nta_corporate_number"]
    assert found["another_source"].columns == found["nta_corporate_number"].columns == SOURCES["nta_corporate_number"].columns
    assert found["another_source"].name == "another_source"
    assert found["another_source"].has("fetch")


def test_a_registry_is_found_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, new in (("company", "company"), ("company", "another_registry"), ("delivery", "delivery")):
        shutil.copytree(ROOT / "registries" / name, tmp_path / new)
    monkeypatch.setattr(registries.contract, "_FOLDER", tmp_path)
    found = load_contracts.__wrapped__()
    assert list(found) == ["another_registry", "company", "delivery"]
    assert found["another_registry"].tables == CONTRACTS["company"].tables
    assert found["another_registry"].model("company") == CONTRACTS["company"].model("company")


def test_items_and_code_lists_are_found_by_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = yaml.safe_dump({"height": {**_fields("number"), "unit": "m"}})
    codes = yaml.safe_dump(
        {"colour": {"label": "色", "label_en": "Colour", "reference": "x", "codes": {"1": {"label": "赤", "label_en": "red"}}}}
    )
    (tmp_path / "new.yaml").write_text(item, encoding="utf-8")
    monkeypatch.setattr(data_standards.items, "_FOLDER", tmp_path)
    assert list(load_items.__wrapped__()) == ["height"]
    (tmp_path / "new.yaml").write_text(codes, encoding="utf-8")
    monkeypatch.setattr(data_standards.codes, "_FOLDER", tmp_path)
    assert load_code_lists.__wrapped__()["colour"].codes["1"].label_en == "red"


def _fields(kind: str) -> dict[str, str]:
    names = ("label", "label_en", "reading", "definition", "definition_en", "reference", "example")
    return {**dict.fromkeys(names, "x"), "type": kind, "confidentiality": "public"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("a: [", "not valid YAML", id="no YAML"),
        pytest.param("- a", "expected a mapping", id="no mapping"),
        pytest.param(yaml.safe_dump({"height": {**_fields("metres")}}), "type 'metres' is not one of", id="unknown type"),
        pytest.param(yaml.safe_dump({"height": {**_fields("text"), "confidentiality": "x"}}), "confidentiality 'x'", id="unknown class"),
        pytest.param(yaml.safe_dump({"height": {**_fields("text"), "colour": "x"}}), "colour", id="unknown field"),
        pytest.param(yaml.safe_dump({"height": {"type": "text"}}), "label", id="missing field"),
        pytest.param(yaml.safe_dump({"height": None}), "height", id="no fields"),
    ],
)
def test_a_wrong_item_is_told_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(data_standards.items, "_FOLDER", tmp_path)
    with pytest.raises(DeclarationError, match=message) as raised:
        load_items.__wrapped__()
    assert str(path) in str(raised.value)


def test_an_item_declared_twice_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(yaml.safe_dump({"height": _fields("text")}), encoding="utf-8")
    monkeypatch.setattr(data_standards.items, "_FOLDER", tmp_path)
    with pytest.raises(DeclarationError, match="height is declared a second time"):
        load_items.__wrapped__()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("item: sequence_number", "item: no_such_item", id="unknown item"),
        pytest.param("rule: local_government_code", "rule: no_such_rule", id="unknown rule"),
        pytest.param("licence: ", "license: ", id="missing field"),
        pytest.param("required: true}", "requierd: true}", id="misspelt field"),
        pytest.param("daily: '(?i)diff'", "daily: '(?i'", id="wrong pattern"),
        pytest.param("from: [prefecture_code, municipality_code]", "from: [prefecture_code, no_such_item]", id="unknown input"),
        pytest.param("daily_date_column: updateDate", "daily_date_column: noSuchColumn", id="unknown date column"),
        pytest.param("required_unless: {process: '99'}", "required_unless: {noSuchColumn: '99'}", id="unknown condition"),
        pytest.param("encodings: [utf-8, cp932]", "encodings: [utf-8, no_such_encoding]", id="unknown encoding"),
    ],
)
def test_a_wrong_source_is_told_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    path = tmp_path / "wrong" / "source.yaml"
    path.parent.mkdir()
    text = (ROOT / "pipelines" / "sources" / "nta_corporate_number" / "source.yaml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(pipelines.source_declarations, "_FOLDER", tmp_path)
    with pytest.raises(DeclarationError) as raised:
        load_sources.__wrapped__()
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("key: [corporate_number]", "key: [no_such_column]", "no_such_column", id="unknown key"),
        pytest.param("name_kana: optional", "no_such_item: optional", "no_such_item", id="unknown item"),
        pytest.param("name_kana: optional", "name_kana: maybe", "maybe", id="unknown demand"),
        pytest.param("version: ", "versoin: ", "versoin|version", id="misspelt field"),
        pytest.param("recompute_by: corporate_number", "recompute_by: no_such_column", "no_such_column", id="unknown recompute_by"),
        pytest.param("csv_parts_by: prefecture_code", "csv_parts_by: no_such_column", "no_such_column", id="unknown csv_parts_by"),
        pytest.param("severity: warning", "severity: deadly", "deadly", id="unknown severity"),
    ],
)
def test_a_wrong_contract_is_told_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str) -> None:
    path = tmp_path / "wrong" / "contract.yaml"
    path.parent.mkdir()
    text = (ROOT / "registries" / "company" / "contract.yaml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(registries.contract, "_FOLDER", tmp_path)
    with pytest.raises(DeclarationError, match=message) as raised:
        load_contracts.__wrapped__()
    assert str(path) in str(raised.value)


def test_unknown_names_are_told_with_the_known() -> None:
    with pytest.raises(DaichoError, match="nta_corporate_number"):
        source_named("no_such_source")
    with pytest.raises(DaichoError, match="has no no_such_module"):
        source_named("nta_corporate_number").module("no_such_module")
    assert source_named("nta_corporate_number").module("fetch").__name__ == "pipelines.sources.nta_corporate_number.fetch"
