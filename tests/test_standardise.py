"""Every constraint of every declared column bites, and nothing but the violating record is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from data_standards.items import DataItem
from data_standards.rules.registry import CHECKS
from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.parts import DeliveredFile
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore, parse, problems, standardised_schema
from pipelines.source_declarations import Source, SourceColumn, load_sources, source_named
from quality.quarantine import read_quarantine

# what a reader makes of its files is tested beside it
DELIMITED = [name for name, source in load_sources().items() if not source.has("reader")]
FLAGS = {"true": "1", "false": "0"}
WITHDRAWN = {"sequenceNumber": "7", "corporateNumber": "8000012010038", "process": "99", "updateDate": "2024-01-05"}
Violation = tuple[str, str, str]
# a value that each cleansing rule cannot read; the rules for kinds and materials of buildings take every word
UNREADABLE = {
    "area": "x",
    "corporate_number": "8000012010039",
    "day_in_japan": "2026-05-29",
    "date": "2024-02-30",
    "flag": "2",
    "floor_area": "x",
    "house_number": "¿",
    "invoice_number": "T123456789012",
    "land_category": "¿",
    "lg_code": "999999",
    "lot_number": "¿",
    "machiaza_id": "x",
    "number": "x",
    "office": "x",
    "property_kind": "¿",
    "real_estate_number": "x",
    "registration_number": "x",
}

# what stands in a file where a rule makes another form of it than the item's example
BEHIND_RULE = {"day_in_japan": "2026-05-28T15:00:00Z"}


def silent(_done: int, _of: int, _name: str) -> None:
    """Show no progress."""


def delivered_form(item: DataItem) -> str:
    """An item's example as a publisher writes it."""
    return FLAGS[item.example] if item.type == "boolean" else item.example


def valid_row(source: Source) -> dict[str, str]:
    return {column.name: BEHIND_RULE.get(column.rule or "") or delivered_form(column.item) for column in source.columns}


def wrong_check_digit(item: DataItem) -> str:
    """The example with another last digit, well-formed and not to be taken."""
    assert item.check is not None
    others = [item.example[:-1] + digit for digit in "0123456789" if digit != item.example[-1]]
    judged = pl.DataFrame({"value": others}).with_columns(CHECKS[item.check](pl.col("value")).alias("right"))
    return str(judged.filter(~pl.col("right"))["value"][0])


def violations(column: SourceColumn) -> Iterator[Violation]:
    """One value for each way to break a column's declaration: (publisher's name, code of the reason, value)."""
    item, name = column.item, column.name
    if column.required or column.required_unless:
        yield name, "missing", ""
    if column.rule is not None:
        if column.rule in UNREADABLE:
            yield name, "not_readable", UNREADABLE[column.rule]
        return
    unreadable = {
        "date": ("impossible_date", "2024-02-30"),
        "integer": ("not_an_integer", "1.5"),
        "number": ("not_a_number", "x"),
        "boolean": ("not_a_flag", "2"),
        "timestamp": ("impossible_time", "2024-01-02"),
        "geometry": ("not_a_geometry", "0g"),
    }
    if item.type in unreadable:
        yield name, *unreadable[item.type]
    if item.max_length is not None:
        yield name, "too_long", "あ" * (item.max_length + 1)
    if item.pattern is not None:
        value = item.example[:-1] + "Ｘ"
        assert re.fullmatch(item.pattern, value) is None
        yield name, "bad_form", value
    if item.code_list is not None:
        yield name, "unknown_code", "¿"
    if item.check is not None:
        yield name, "check_digit", wrong_check_digit(item)
    if item.minimum is not None:
        yield name, "too_small", str(item.minimum - 1)


def every_violation(source: Source) -> list[Violation]:
    return [violation for column in source.columns for violation in violations(column)]


def line_of(row: dict[str, str], source: Source) -> bytes:
    cells = (row.get(column.name, "") for column in source.columns)
    return ",".join('"' + cell.replace('"', '""') + '"' if re.search('[",]', cell) else cell for cell in cells).encode()


def run(home: Home, source: Source, folder: Path, lines: list[bytes]) -> tuple[DeliveredFile, pl.DataFrame, pl.DataFrame]:
    """Deliver one file and standardise it: the file, the records accepted, and the quarantine."""
    path = folder / "delivery.csv"
    header = [",".join(column.name for column in source.columns).encode()] if source.header else []
    path.write_bytes(b"".join(line + b"\n" for line in header + lines))
    Landing(home, source).land(path)
    raw, store = RawStore(home, source), StandardisedStore(home, source)
    batch = raw.read_new(silent)
    assert batch is not None
    store.standardise_new(raw, silent)
    frame = pl.concat([pl.DataFrame(schema=standardised_schema(source)), *map(pl.read_parquet, store.parts())])
    assert store.done() == {batch.id: {batch.files[0].file_id: frame.height}}
    return batch.files[0], frame, read_quarantine(home.quarantine, source.name)


@pytest.mark.parametrize("name", load_sources())
def test_every_declared_constraint_is_exercised(name: str) -> None:
    for column in source_named(name).columns:
        declared = [problem.code for problem in problems(column)]
        if column.rule is not None:
            # behind a rule the item's own constraints stand guard too; a value must get past the rule to meet them
            assert declared[0] == "not_readable"
            assert column.rule in ("building_kind", "building_material") or column.rule in UNREADABLE
            continue
        assert declared == [code for _, code, _ in violations(column)], column.name


@pytest.mark.parametrize("name", DELIMITED)
def test_every_violation_is_quarantined_alone(home: Home, tmp_path: Path, name: str) -> None:
    source = source_named(name)
    row, faults = valid_row(source), every_violation(source)
    lines = [line_of(row, source)]
    for column, _, value in faults:
        lines += [line_of({**row, column: value}, source), line_of(row, source)]
    file, accepted, quarantined = run(home, source, tmp_path, lines)
    labels = {column.name: column.label for column in source.columns}
    expected = [
        (2 * place + source.header, column, code, value or None, lines[2 * place - 1])
        for place, (column, code, value) in enumerate(faults, start=1)
    ]
    found = quarantined.select("line", "column", "code", "value", "original").rows()
    assert found == expected
    for reason, (column, _, _) in zip(quarantined["reason"], faults, strict=True):
        assert reason.startswith(f"{labels[column]} ({column}): ")
    assert accepted["source_line"].to_list() == list(range(1 + source.header, len(lines) + 1 + source.header, 2))
    assert accepted.height + quarantined.height == file.records == len(lines)
    assert quarantined["stage"].unique().to_list() == ["standardised"]


@pytest.mark.parametrize("name", DELIMITED)
def test_a_valid_record_comes_through_typed(home: Home, tmp_path: Path, name: str) -> None:
    source = source_named(name)
    _, accepted, quarantined = run(home, source, tmp_path, [line_of(valid_row(source), source)])
    assert quarantined.is_empty()
    assert accepted.schema == pl.Schema(standardised_schema(source))
    lists = [pl.col(name).list.join(";") for name, kind in accepted.schema.items() if isinstance(kind, pl.List)]
    written = accepted.with_columns(lists).select(column.item.name for column in source.columns).cast(pl.String).row(0)
    assert list(written) == [column.item.example for column in source.columns]


@pytest.mark.parametrize("name", DELIMITED)
def test_optional_values_may_be_absent(home: Home, tmp_path: Path, name: str) -> None:
    source = source_named(name)
    row = valid_row(source)
    kept = {column.name: row[column.name] for column in source.columns if column.required or column.required_unless}
    _, accepted, quarantined = run(home, source, tmp_path, [line_of(kept, source)])
    assert quarantined.is_empty()
    filled = [column.name for column in source.columns if accepted[column.item.name][0] is not None]
    assert filled == list(kept)


def test_a_withdrawal_needs_only_four_columns(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    cases = [WITHDRAWN, {**WITHDRAWN, "process": "01"}, *({**WITHDRAWN, name: ""} for name in WITHDRAWN)]
    _, accepted, quarantined = run(home, source, tmp_path, [line_of(row, source) for row in cases])
    assert accepted["source_line"].to_list() == [1]
    assert accepted.select("process_code", "name", "is_latest", "changed_on", "lg_code").row(0) == ("99", None, None, None, None)
    refused = {line: (column, code) for line, column, code in quarantined.select("line", "column", "code").iter_rows()}
    assert refused == {
        2: ("changeDate", "missing"),
        3: ("sequenceNumber", "missing"),
        4: ("corporateNumber", "missing"),
        5: ("process", "missing"),
        6: ("updateDate", "missing"),
    }


def test_a_record_with_several_faults_is_refused_once_and_told_all(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    row = {**valid_row(source), "corporateNumber": "x", "postCode": "100-0013", "latest": "9"}
    file, accepted, quarantined = run(home, source, tmp_path, [line_of(row, source)])
    assert (accepted.height, quarantined.height, file.records) == (0, 1, 1)
    (refused,) = quarantined.to_dicts()
    assert (refused["column"], refused["code"], refused["value"]) == ("corporateNumber", "bad_form", "x")
    assert [name for name in ("corporateNumber", "postCode", "latest", "kind") if f"({name})" in refused["reason"]] == [
        "corporateNumber",
        "postCode",
        "latest",
    ]


def test_a_quoted_empty_field_is_no_value(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    full = ",".join(f'"{cell}"' for cell in valid_row(source).values()).encode()
    empty = ",".join(f'"{WITHDRAWN.get(column.name, "")}"' for column in source.columns).encode()
    nameless = full.replace(f'"{valid_row(source)["name"]}"'.encode(), b'""')
    _, accepted, quarantined = run(home, source, tmp_path, [full, empty, nameless])
    assert accepted["source_line"].to_list() == [1, 2]
    assert accepted["prefecture"].to_list() == ["東京都", None]
    assert quarantined.select("line", "column", "code", "original").rows() == [(3, "name", "missing", nameless)]


def test_refusals_of_both_stages_and_accepted_add_up(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    good = line_of(valid_row(source), source)
    bad = line_of({**valid_row(source), "kind": "999"}, source)
    file, accepted, quarantined = run(home, source, tmp_path, [bad, good, b"", b"1,2", good, good + b",", bad, b'"' + good])
    assert quarantined.select("line", "stage").rows() == [
        (1, "standardised"), (3, "raw"), (4, "raw"), (6, "raw"), (7, "standardised"), (8, "raw"),
    ]  # fmt: skip
    assert (file.records, file.refused, accepted.height, quarantined.height) == (8, 4, 2, 6)


def test_parts_without_their_list_are_not_read(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    bad = line_of({**valid_row(source), "kind": "999"}, source)
    _, accepted, quarantined = run(home, source, tmp_path, [bad, line_of(valid_row(source), source)])
    raw, store = RawStore(home, source), StandardisedStore(home, source)
    (path,) = map(Path, store.parts())
    before = path.read_bytes()
    # what a build leaves that stops just before the last write
    (store.folder / f"{path.name[:12]}.json").unlink()
    assert (store.parts(), store.done()) == ([], {})
    assert [batch.id for batch in store.standardise_new(raw, silent)] == [path.name[:12]]
    assert path.read_bytes() == before
    assert pl.concat(map(pl.read_parquet, store.parts())).equals(accepted)
    assert read_quarantine(home.quarantine).equals(quarantined)
    assert store.standardise_new(raw, silent) == []


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2023-02-29", None),
        ("date", "2024-1-5", None),
        ("date", "2024/01/05", None),
        ("date", "20240105", None),
        ("date", "2024-01-05 ", None),
        ("date", "２０２４-01-05", None),
        ("date", "令和6年1月5日", None),
        ("integer", "12", "12"),
        ("integer", "-3", "-3"),
        ("integer", "1.0", None),
        ("integer", "１", None),
        ("integer", " 1", None),
        ("integer", "9223372036854775808", None),
        ("boolean", "1", "true"),
        ("boolean", "0", "false"),
        ("boolean", "true", None),
        ("boolean", "01", None),
        ("text", " ａ ", " ａ "),
    ],
)
def test_text_is_read_as_its_type(kind: str, text: str, value: str | None) -> None:
    item = next(column.item for column in source_named("nta_corporate_number").columns if column.item.type == kind)
    frame = pl.DataFrame({"text": [text, None]}).select(value=parse(item, pl.col("text")).cast(pl.String))
    assert frame["value"].to_list() == [value, None]


@pytest.mark.real
def test_real_daily_file_is_accepted_whole(home: Home, shared_data: Path) -> None:
    source = source_named("nta_corporate_number")
    path = shared_data / "nta" / "diff" / "diff_20240105.zip"
    Landing(home, source).land(path)
    raw, store = RawStore(home, source), StandardisedStore(home, source)
    batch = raw.read_new(silent)
    assert batch is not None
    store.standardise_new(raw, silent)
    assert store.done() == {batch.id: {batch.files[0].file_id: 12_471}}
    assert read_quarantine(home.quarantine).is_empty()
