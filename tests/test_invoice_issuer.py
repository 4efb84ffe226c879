"""The register of qualified invoice issuers: its files, the state of each registration, its tie to companies, and no individual named."""

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.delimited import Refusal
from pipelines.ingest.standardise import explain, standardise, standardised_schema
from pipelines.measuring import measured_across
from pipelines.run import run_build
from pipelines.source_declarations import source_named
from pipelines.sources.nta_invoice_issuer.reader import COLUMNS, read
from pipelines.sources.nta_invoice_issuer.sample import write_sample
from quality.checks import checks
from quality.quarantine import read_quarantine
from registries.build import connect, rebuild
from registries.contract import load_contracts
from registries.identity.prefill import prefill
from registries.schema import create_table

SOURCE = source_named("nta_invoice_issuer")
CONTRACT = load_contracts()["invoice_issuer"]
DIGITAL, TAX = "8000012010038", "7000012050002"
PERSON = "T8810627908212"
NAME, PLACE, SHOP = "架空沢花子", "東京都架空区架空町９９番９号", "架空沢商店"


def line(number: str, **values: str) -> str:
    """One line of a file as the site writes it: a corporation registered on the first day, unless said otherwise."""
    told = {"sequenceNumber": "1", "registratedNumber": number, "process": "01", "correct": "0", "kind": "2", "country": "1", "latest": "1"}
    told |= {"registrationDate": "2023-10-01", "updateDate": "2023-09-01", **values}
    return ",".join(f'"{told[name]}"' if name in told and not told[name].isdigit() else told.get(name, "") for name in COLUMNS)


PERSONAL = line(PERSON, kind="1", name=NAME, kana="カクウザワハナコ", addressRequest=PLACE, tradeName=SHOP, popularName_previousName=NAME)
CORPORATE = line(
    f"T{DIGITAL}", name="デジタル庁", address="東京都千代田区紀尾井町１－３", addressPrefectureCode="13", addressCityCode="101"
)


def delivered(folder: Path, *lines: str, name: str = "diff_20240104.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{text}\n" for text in lines), encoding="utf-8")
    return path


# --- files --------------------------------------------------------------------------------------------------------------


def test_a_zip_is_read_through_and_its_lines_are_counted_on(tmp_path: Path) -> None:
    path, refused = tmp_path / "h_all_20231231_csv_001.zip", list[Refusal]()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("h_all_20231231_001.csv", "\ufeff" + CORPORATE + "\r\n1,2,3\r\n")
        archive.writestr("h_all_20231231_001.csv.asc", "no table")
        archive.writestr("h_all_20231231_002.csv", f"{CORPORATE}\n")
    frames = pl.concat(read(path, refused.append))
    assert frames["line"].to_list() == [1, 3]
    assert frames.row(0, named=True) == {
        **dict.fromkeys(column.name for column in SOURCE.columns),
        "sequenceNumber": "1",
        "registratedNumber": f"T{DIGITAL}",
        "process": "01",
        "correct": "0",
        "kind": "2",
        "country": "1",
        "latest": "1",
        "registrationDate": "2023-10-01",
        "updateDate": "2023-09-01",
        "name": "デジタル庁",
        "address": "東京都千代田区紀尾井町１－３",
        "addressPrefectureCode": "13",
        "addressCityCode": "101",
        "line": 1,
    }
    assert [(bad.line, bad.code) for bad in refused] == [(2, "column_count")]


def test_what_holds_no_record_or_is_damaged_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(DaichoError, match="no records"):
        list(read(delivered(tmp_path), lambda _: None))
    path = tmp_path / "diff_20240104.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("diff_20240104.csv", "".join(f"{line(f'T{number}')}\n" for number in range(10**12, 10**12 + 900)))
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)
    with pytest.raises(DaichoError, match="cannot be unpacked"):
        list(read(path, lambda _: None))


@pytest.mark.parametrize("kind", ["1", ""])
def test_of_whoever_is_no_corporation_only_number_codes_and_days_are_read(tmp_path: Path, kind: str) -> None:
    (row,) = pl.concat(
        read(delivered(tmp_path, PERSONAL.replace('"カクウザワハナコ"', "カ").replace(",1,1,1,", f",{kind},1,1,", 1)), print)
    ).rows(named=True)
    assert {name for name, value in row.items() if value is not None} - {"kind"} == {
        "sequenceNumber", "registratedNumber", "process", "correct", "country", "latest", "registrationDate", "updateDate", "line",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"registratedNumber": "T123456789012"}, "registratedNumber", "not_readable"),
        ({"registratedNumber": ""}, "registratedNumber", "missing"),
        ({"process": "05"}, "process", "unknown_code"),
        ({"process": ""}, "process", "missing"),
        ({"kind": "3"}, "kind", "unknown_code"),
        ({"country": "4"}, "country", "unknown_code"),
        ({"latest": "2"}, "latest", "not_a_flag"),
        ({"registrationDate": ""}, "registrationDate", "missing"),
        ({"registrationDate": "2023-02-30"}, "registrationDate", "not_readable"),
        ({"disposalDate": "そのうち"}, "disposalDate", "not_readable"),
        ({"addressPrefectureCode": "48"}, "addressPrefectureCode", "unknown_code"),
        ({"name": "甲" * 151}, "name", "too_long"),
    ],
)
def test_a_dirty_record_is_refused_with_its_reason(tmp_path: Path, values: dict[str, str], column: str, code: str) -> None:
    raw = pl.concat(read(delivered(tmp_path, CORPORATE, line(f"T{TAX}", **values)), print)).with_columns(file_id=pl.lit("f"))
    passed, refused = standardise(SOURCE, raw)
    assert passed["invoice_number"].to_list() == [f"T{DIGITAL}"]
    assert passed["lg_code"].to_list() == ["131016"]
    assert explain(SOURCE, refused).select("line", "column", "code").rows() == [(2, column, code)]


def test_numbers_and_dates_are_brought_to_the_standard(tmp_path: Path) -> None:
    raw = pl.concat(read(delivered(tmp_path, line(f"Ｔ{DIGITAL}", registrationDate="令和５年10月１日", expireDate="2024/4/1")), print))
    passed, _ = standardise(SOURCE, raw.with_columns(file_id=pl.lit("f")))
    assert passed.select("invoice_number", "invoice_registered_on", "invoice_expired_on").rows() == [
        (f"T{DIGITAL}", date(2023, 10, 1), date(2024, 4, 1))
    ]


# --- the state of a registration --------------------------------------------------------------------------------------------


def record(number: str, **values: Any) -> dict[str, Any]:
    """A standardised record of a daily file, of a corporation unless said otherwise."""
    told = {"invoice_number": number, "issuer_process_code": "01", "issuer_kind_code": "2", "is_latest": True, "sequence_number": 1}
    told |= {"invoice_registered_on": date(2023, 10, 1), "updated_on": date(2024, 1, 4), "file_id": "f", "source_line": 1}
    return told | {"delivery_kind": "daily", "file_date": date(2024, 1, 4), **values}


def state(*records: dict[str, Any], closed: date | None = None) -> duckdb.DuckDBPyConnection:
    """The registry of records, beside a company register that holds 国税庁 and デジタル庁, the latter closed on a day."""
    connection = connect(":memory:", memory_limit="1GB", threads=1, temp_directory="")
    connection.execute(create_table(load_contracts()["company"].tables["company"]).replace(" NOT NULL", ""))
    connection.executemany("INSERT INTO company (corporate_number, closed_on) VALUES (?, ?)", [(DIGITAL, closed), (TAX, None)])
    connection.register("given", pl.DataFrame(list(records), schema=standardised_schema(SOURCE), orient="row").to_arrow())
    rebuild(connection, CONTRACT, {"nta_invoice_issuer": "given"}, lambda _: None)
    return connection


T = f"T{DIGITAL}"
STATES: dict[str, tuple[list[dict[str, Any]], list[tuple[Any, ...]]]] = {
    "the_newest_publication_speaks": (
        [record(T, name="旧"), record(T, name="新", updated_on=date(2024, 1, 5), issuer_process_code="02")],
        [(T, DIGITAL, "02", "新", None)],
    ),
    "whatever_the_order_of_files": (
        [record(T, name="新", updated_on=date(2024, 1, 5)), record(T, name="旧", file_date=date(2024, 2, 1), delivery_kind="full")],
        [(T, DIGITAL, "01", "新", None)],
    ),
    "a_registration_of_the_past_never_speaks": (
        [
            record(T, name="今"),
            record(T, is_latest=False, issuer_kind_code=None, updated_on=date(2024, 2, 1), invoice_expired_on=date(2023, 1, 1)),
        ],
        [(T, DIGITAL, "01", "今", None)],
    ),
    "unless_it_is_all_there_is": (
        [record(T, is_latest=False, issuer_kind_code=None, issuer_process_code="03", invoice_expired_on=date(2023, 1, 1))],
        [(T, None, "03", None, date(2023, 1, 1))],
    ),
    "a_withdrawn_number_is_gone": (
        [
            record(T, name="誤"),
            record(T, issuer_process_code="99", is_latest=None, invoice_registered_on=None, updated_on=date(2024, 1, 5)),
        ],
        [],
    ),
    "and_back_when_published_again_on_one_day": (
        [record(T, issuer_process_code="99", is_latest=None), record(T, name="再", sequence_number=2)],
        [(T, DIGITAL, "01", "再", None)],
    ),
    "without_a_day_the_file_tells_it": (
        [
            record(T, name="旧", updated_on=None, file_date=date(2024, 1, 4)),
            record(T, name="新", updated_on=None, file_date=date(2024, 1, 9)),
        ],
        [(T, DIGITAL, "01", "新", None)],
    ),
    "an_association_without_a_corporate_number": ([record("T1000012010038", name="会")], [("T1000012010038", None, "01", "会", None)]),
    "an_individual_whose_digits_would_pass": ([record(T, issuer_kind_code="1")], [(T, None, "01", None, None)]),
}


@pytest.mark.parametrize("case", STATES)
def test_the_state_of_a_registration(case: str) -> None:
    records, expected = STATES[case]
    found = state(*records).sql(
        "SELECT invoice_number, corporate_number, issuer_process_code, name, invoice_expired_on FROM invoice_issuer"
    )
    assert found.fetchall() == expected


def test_an_address_published_on_request_stands_in() -> None:
    found = state(record(T, requested_address="東京都一"), record(f"T{TAX}", full_address="東京都二", requested_address="東京都三"))
    assert found.sql("SELECT full_address FROM invoice_issuer ORDER BY full_address").fetchall() == [("東京都一",), ("東京都二",)]


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2023, 9, 30), False),
        (date(2023, 10, 1), True),
        (date(2024, 3, 30), True),
        (date(2024, 3, 31), False),
        (date(2024, 5, 1), False),
    ],
)
@pytest.mark.parametrize("end", ["invoice_cancelled_on", "invoice_expired_on"])
def test_in_force_from_registration_to_before_the_end(end: str, day: date, in_force: bool) -> None:
    connection = state(record(T, **{end: date(2024, 3, 31)}))
    assert bool(connection.execute("FROM invoice_issuer_on(?)", [day]).fetchall()) is in_force


RULES = {check.name: check for check in checks(CONTRACT.tables["invoice_issuer"])}


@pytest.mark.parametrize(
    ("rule", "values", "closed"),
    [
        ("closed_company_is_not_registered", {}, date(2024, 1, 2)),
        ("closed_company_is_not_registered", {"invoice_expired_on": date(2024, 1, 4)}, date(2023, 9, 1)),
        ("ends_after_it_begins", {"invoice_cancelled_on": date(2023, 9, 30)}, None),
        ("corporation_is_named", {"name": None}, None),
        # the model lets none of them through; the rule would hold back one that came in another way
        ("individuals_are_not_named", {"issuer_kind_code": "1", "name": "甲"}, None),
        ("individuals_are_not_named", {"issuer_kind_code": None, "requested_address": "東京都"}, None),
    ],
)
def test_a_rule_bites(rule: str, values: dict[str, Any], closed: date | None) -> None:
    def broken(connection: duckdb.DuckDBPyConnection) -> int:
        ((count,),) = connection.execute(f"SELECT count(*) FROM invoice_issuer WHERE {RULES[rule].violated_if}").fetchall()
        return int(count)

    assert broken(state(record(T, **{"name": "デジタル庁", **values}), closed=closed)) == 1
    assert broken(state(record(T, name="デジタル庁", invoice_expired_on=date(2024, 1, 5)), closed=date(2024, 1, 4))) == 0


def test_which_rules_hold_publication_back() -> None:
    severities = {name: RULES[name].severity for name in RULES if name in {rule.name for rule in CONTRACT.tables["invoice_issuer"].rules}}
    assert severities == {
        "individuals_are_not_named": "error",
        "number_is_the_corporate_number": "error",
        "ends_after_it_begins": "warning",
        "corporation_is_named": "warning",
        "closed_company_is_not_registered": "warning",
    }


# --- from the files to the release ------------------------------------------------------------------------------------------


def company(number: str, name: str) -> str:
    row = [""] * 30
    row[:7] = ["1", number, "01", "1", "2024-01-04", "2015-10-05", name]
    row[8:12] = ["101", "東京都", "千代田区", "紀尾井町１－３"]
    row[13:15], row[22:24], row[29] = ["13", "101"], ["2015-10-05", "1"], "0"
    return ",".join(f'"{value}"' for value in row)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with two companies and the answers of the Web-API for them, for an unknown company and for a person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAICHO_PACKAGED", "no")
        folder = tmp_path_factory.mktemp("invoice")
        companies, issuers = folder / "companies", folder / "issuers"
        companies.mkdir()
        issuers.mkdir()
        delivered(companies, company(DIGITAL, "デジタル庁"), company(TAX, "国税庁"))
        delivered(
            issuers,
            CORPORATE,
            line(f"T{TAX}", name="国税廳", kana="コクゼイチョウ", updateDate="2024-01-04", expireDate="2024-03-31"),
            line("T9000020011002", name="札幌市"),
            PERSONAL,
            line(PERSON, kind="1", name=NAME, registrationDate="2023-13-01"),
            PERSONAL + ",",
        )
        home = Home(folder / "home")
        assert run_build(home, [("nta_corporate_number", companies), (SOURCE.name, issuers)], release=True, public_key=None) == 0
        yield home


def told(home: Home, query: str) -> list[Any]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_no_individual_is_named_in_anything_that_is_made(built: Home) -> None:
    assert told(built, "SELECT * EXCLUDE (invoice_registered_on, updated_on) FROM invoice_issuer WHERE issuer_kind_code = '1'") == [
        (PERSON, "1", "1", "01", *[None] * 11)
    ]
    landed = {path for path in built.landing.rglob("*") if path.is_file()}
    words = [word.encode() for word in (NAME, PLACE, SHOP, "カクウザワハナコ")]
    texts = [path for path in built.root.rglob("*") if path.is_file() and path not in landed and path.suffix not in (".parquet", ".gz")]
    assert len(texts) > 20
    for path in texts:
        assert not any(word in path.read_bytes() for word in words), path
    tables = [path for path in built.root.rglob("*.parquet") if path not in landed]
    assert len(tables) > 10
    for path in tables:
        written = pl.read_parquet(path).cast(pl.String, strict=False).write_csv() if "geometry" not in pl.read_parquet_schema(path) else ""
        assert not any(word.decode() in written for word in words), path


def test_a_refused_record_of_an_individual_is_kept_without_the_name(built: Home) -> None:
    refused = read_quarantine(built.quarantine).filter(pl.col("column") == "registrationDate")
    assert refused.height == 1
    assert NAME.encode() not in refused["original"].item()
    assert PERSON.encode() in refused["original"].item()


def test_of_a_line_that_cannot_be_split_no_word_is_kept_but_of_a_corporation(tmp_path: Path) -> None:
    refused: list[Refusal] = []
    swapped = f"1,{NAME},{PERSON}"
    list(
        read(
            delivered(tmp_path, CORPORATE, CORPORATE + ",", PERSONAL + ",", swapped, CORPORATE.replace(",2,1,1,", ",,1,1,") + ","),
            refused.append,
        )
    )
    assert [bad.original.decode() for bad in refused] == [
        CORPORATE + ",",
        f'1,"{PERSON}",01,0,1,1,1,"2023-10-01","2023-09-01",,,,,,"',
        "1,",
        f'1,"T{DIGITAL}",01,0,,1,1,"2023-10-01","2023-09-01",,,"',
    ]


def test_issuers_are_members_of_the_identity_of_their_company(built: Home) -> None:
    bridge = dict(told(built, "SELECT record_id, entity_id FROM identity_bridge WHERE identity_subject_code = 'organisation'"))
    for number in (DIGITAL, TAX):
        assert bridge[f"nta_invoice_issuer:T{number}"] == bridge[f"nta_corporate_number:{number}"]
    # a company that the register does not know is one of its own; an individual is no organisation
    assert "nta_invoice_issuer:T9000020011002" in bridge
    assert not any(PERSON in record for record in bridge)


def test_the_invoice_register_is_the_last_to_speak(built: Home) -> None:
    golden = told(built, "SELECT golden_item, candidate_rank, candidate_value, source FROM golden_candidate ORDER BY ALL")
    # デジタル庁 says of itself what the register says: nothing is to be chosen
    assert golden == [
        ("name", 1, "国税庁", "nta_corporate_number"),
        ("name", 2, "国税廳", "nta_invoice_issuer"),
        ("name_kana", 1, "コクゼイチョウ", "nta_invoice_issuer"),
    ]


def test_the_form_tells_the_registration_with_source_and_day(built: Home) -> None:
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        form = {number: prefill(connection, number).document()["適格請求書発行事業者"] for number in (DIGITAL, TAX)}
    source = {"出典": "nta_invoice_issuer", "根拠": "number"}
    assert form[DIGITAL] == {
        "登録番号": {"値": f"T{DIGITAL}", "時点": "2023-09-01", **source},
        "登録年月日": {"値": "2023-10-01", "時点": "2023-09-01", **source},
    }
    assert form[TAX]["失効年月日"] == {"値": "2024-03-31", "時点": "2024-01-04", **source}


def test_a_company_that_the_register_does_not_know_is_told(built: Home) -> None:
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        measured, _ = measured_across(connection, CONTRACT.tables["invoice_issuer"])
    (known,) = (one for one in measured if one.check.name == "reference__corporate_number")
    assert (known.check.severity, known.counted, known.violations) == ("warning", 3, 1)


# --- the sample -------------------------------------------------------------------------------------------------------------


def test_the_sample_is_what_its_truth_says(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_sample(tmp_path / folder, scale=1_500, seed=3)
    files = sorted((tmp_path / "a" / SOURCE.name).iterdir())
    assert [path.read_bytes() for path in files] == [(tmp_path / "b" / SOURCE.name / path.name).read_bytes() for path in files]
    records, faults = [], []
    for path in files:
        refused: list[Refusal] = []
        raw = pl.concat(read(path, refused.append)).with_columns(file_id=pl.lit(path.name))
        values, bad = standardise(SOURCE, raw)
        faults += [(path.name, one.line, one.code) for one in refused] + explain(SOURCE, bad).select("file_id", "line", "code").rows()
        kind = "daily" if path.name.startswith("diff") else "full"
        records.append(values.with_columns(delivery_kind=pl.lit(kind), file_date=pl.lit(None, pl.Date), source_file=pl.lit(path.name)))
    truth = tmp_path / "a" / "truth" / SOURCE.name
    assert sorted(faults) == sorted(pl.read_parquet(truth / "defect.parquet").rows())
    schema = standardised_schema(SOURCE)
    connection = state(*pl.concat(frame.select(*schema) for frame in records).rows(named=True))
    expected = pl.read_parquet(truth / "issuer.parquet").with_columns(pl.col("^invoice_.*_on$").str.to_date())
    found = connection.sql(f"SELECT {', '.join(expected.columns)} FROM invoice_issuer ORDER BY invoice_number").pl()
    assert found.equals(expected)
    assert set(expected["issuer_kind_code"]) == {"1", "2"}
    assert expected.filter(issuer_kind_code="1")["name"].null_count() == expected.filter(issuer_kind_code="1").height
