"""Identity over the registries, establishments tied to companies, the review and once-only."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from openpyxl import load_workbook
from rich.console import Console

from data_standards.items import DeclarationError
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.review_page import server
from pipelines.review_store import ReviewStore, differences
from pipelines.review_terminal import review
from registries.contract import load_contracts
from registries.establishment.tie import tie
from registries.identity.company_matching import company_model
from registries.identity.overrides import by_entity, read_choices
from registries.identity.prefill import prefill
from registries.identity.run import run
from registries.schema import create_table

DIGITAL, PRINTING = "8000012010038", "7000012050002"
COMPANIES = [
    (
        DIGITAL,
        "デジタル庁",
        "デジタルチョウ",
        None,
        "101",
        "active",
        "131016",
        "東京都",
        "千代田区",
        "紀尾井町１－３",
        "1020094",
        "2024-05-01",
    ),
    (
        PRINTING,
        "国税庁",
        "コクゼイチョウ",
        None,
        "101",
        "active",
        "131016",
        "東京都",
        "千代田区",
        "霞が関３－１－１",
        "1000013",
        "2024-05-01",
    ),
]
OFFICES = [
    (
        "japanpost_office:1028701:a",
        "デジタル庁",
        "デジタルチヨウ",
        "131016",
        "東京都",
        "千代田区",
        "紀尾井町",
        "1-3",
        "1028701",
        DIGITAL,
        "automatic",
        9.0,
    ),
    (
        "japanpost_office:1028702:b",
        "国税庁　分室",
        "コクゼイチヨウ",
        "131016",
        "東京都",
        "千代田区",
        "霞が関",
        "3-1",
        "1028702",
        PRINTING,
        "review",
        0.5,
    ),
    (
        "japanpost_office:1028703:c",
        "よその<庁>",
        "ヨソノチヨウ",
        "131016",
        "東京都",
        "千代田区",
        "霞が関",
        "9-9",
        "1028703",
        PRINTING,
        "review",
        -2.0,
    ),
]


def warehouse(path: Path, offices: list[Any] = OFFICES) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE company (corporate_number VARCHAR, name VARCHAR, name_kana VARCHAR, name_en VARCHAR, kind_code VARCHAR, "
            "status VARCHAR, lg_code VARCHAR, prefecture VARCHAR, city VARCHAR, street_address VARCHAR, postal_code VARCHAR, "
            "updated_on DATE, changed_on DATE)"
        )
        connection.executemany("INSERT INTO company VALUES (?,?,?,?,?,?,?,?,?,?,?,?,NULL)", COMPANIES)
        connection.execute(
            "CREATE TABLE establishment (record_id VARCHAR, office_name VARCHAR, office_name_kana VARCHAR, lg_code VARCHAR, "
            "prefecture VARCHAR, postal_city VARCHAR, postal_town VARCHAR, office_address VARCHAR, postal_code VARCHAR, "
            "corporate_number VARCHAR, match_band_code VARCHAR, match_bits DOUBLE, match_account VARCHAR)"
        )
        connection.execute(
            "CREATE TABLE organisation_listing (record_id VARCHAR, corporate_number VARCHAR, name VARCHAR, name_kana VARCHAR, "
            "full_address VARCHAR, stated_on DATE)"
        )
        connection.execute(create_table(load_contracts()["invoice_issuer"].tables["invoice_issuer"]))
        connection.executemany("INSERT INTO establishment VALUES (?,?,?,?,?,?,?,?,?,?,?,?,'name=longer +0.4')", offices)


def with_ids(path: Path, before: Path | None = None, judgements: Path | None = None) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET VARIABLE judgements = ?", [str(judgements) if judgements else None])
        connection.execute("SET VARIABLE warehouse_in_place = ?", [str(before) if before else None])
        run(connection)
        for table in ("identity_bridge", "id_registry", "identity_redirect", "identity_event", "golden_candidate"):
            connection.execute(f"CREATE TABLE {table} AS FROM identity_run_{table}")


def asked(path: Path, query: str) -> list[Any]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def reviewed(home: Home) -> Home:
    warehouse(home.warehouse)
    return home


def test_ids_are_carried_from_warehouse_to_warehouse(tmp_path: Path) -> None:
    first, second = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    warehouse(first)
    with_ids(first)
    bridge = (
        "SELECT record_id, entity_id FROM identity_bridge WHERE identity_subject_code = 'organisation' AND member_to IS NULL ORDER BY ALL"
    )
    before = dict(asked(first, bridge))
    assert before["japanpost_office:1028701:a"] == before[f"nta_corporate_number:{DIGITAL}"]
    assert len(before) == 3  # a tie that waits for review binds nothing
    # the office turns out to be another's
    warehouse(second, [(*OFFICES[0][:9], PRINTING, *OFFICES[0][10:]), *OFFICES[1:]])
    with_ids(second, first)
    after = dict(asked(second, bridge))
    assert {record: after[record] for record in before if record.startswith("nta")} == {
        r: e for r, e in before.items() if r.startswith("nta")
    }
    assert after["japanpost_office:1028701:a"] == before[f"nta_corporate_number:{PRINTING}"]
    assert asked(second, "SELECT identity_event_code, entity_id FROM identity_event") == [
        ("moved", before[f"nta_corporate_number:{DIGITAL}"])
    ]
    golden = asked(
        first, "SELECT golden_item, candidate_value, source, chosen_by_code FROM golden_candidate WHERE candidate_rank = 1 ORDER BY 1"
    )
    assert ("name_kana", "デジタルチョウ", "nta_corporate_number", "authority") in golden


OVERRIDES = "record_id\tgolden_item\tcandidate_value\tjudged_on\tjudged_by\treason\trevoked_on\n"


def test_a_steward_chooses_a_value(tmp_path: Path) -> None:
    office = OFFICES[0][0]
    (tmp_path / "identity.tsv").write_text(
        f"{OVERRIDES}{office}\tname_kana\tデジタルチヨウ\t2026-01-01\t係\t届出\t\n{office}\tname\t別の名\t2026-01-01\t係\t誤り\t2026-01-02\n",
        encoding="utf-8",
    )
    path = tmp_path / "w.duckdb"
    warehouse(path)
    with_ids(path, judgements=tmp_path)
    golden = "SELECT golden_item, candidate_value, chosen_by_code FROM golden_candidate WHERE candidate_rank = 1 ORDER BY 1 LIMIT 2"
    assert asked(path, golden) == [("name", "デジタル庁", "only"), ("name_kana", "デジタルチヨウ", "override")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("record\n", "first line"),
        (f"{OVERRIDES}a\tname\tB\n", "line 2"),
        (f"{OVERRIDES}a\tshoe_size\tB\t2026-01-01\t係\t\t\n", "line 2.*shoe_size.*name"),
    ],
)
def test_a_broken_file_of_choices_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "identity.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=words):
        read_choices(tmp_path / "identity.tsv", ("name",))


def test_two_choices_for_one_organisation_choose_nothing() -> None:
    chosen = pl.DataFrame({"record_id": ["a", "b", "c"], "item": ["name"] * 3, "value": ["X", "Y", "Z"]})
    members = pl.DataFrame({"record_id": ["a", "b", "c"], "entity_id": ["1", "1", "2"]})
    assert by_entity(chosen, members).rows() == [("2", "name", "Z")]


def test_an_establishment_is_tied_to_its_company() -> None:
    columns = {"record_id": pl.String, "name": pl.String, "name_kana": pl.String, "address": pl.String, "postal_code": pl.String}
    offices = [
        ("o1", "株式会社　山梨中央銀行", "ヤマナシチユウオウギンコウ", "山梨県甲府市丸の内1丁目20-8", "4008601"),
        ("o2", "まったく別の会社", None, "北海道札幌市中央区北一条西2丁目", "0600001"),
    ]
    companies = [
        ("c1", "株式会社山梨中央銀行", None, "山梨県甲府市丸の内１丁目２０番８号", None, "1"),
        ("c2", "山梨中銀リース株式会社", None, "山梨県甲府市丸の内１丁目２０番８号", None, "2"),
    ]
    connection = duckdb.connect()
    connection.register("o", pl.DataFrame(offices, schema=columns, orient="row").to_arrow())
    connection.register("c", pl.DataFrame(companies, schema=columns | {"corporate_number": pl.String}, orient="row").to_arrow())
    tied = tie(connection, "o", "c")
    assert tied.select("record_id", "corporate_number", "match_band_code").rows() == [("o1", "1", "automatic")]
    told, *answers = tied["match_account"].item().split("; ")
    assert told.startswith("prior ")
    assert {answer.split("=")[0] for answer in answers} >= {"name", "form", "place"}
    weighed = sum(float(part.split(" ")[-1]) for part in (told, *answers))
    # told to a tenth of a bit, and without what weighs next to nothing
    assert abs(weighed - tied["match_bits"].item()) < 0.05 * 2 * len(company_model().weights)
    assert tie(connection, "(FROM o WHERE false)", "c").is_empty()
    assert tie(connection, "o", "(FROM c WHERE false)").schema == tied.schema


@pytest.mark.parametrize(
    ("number", "error", "words"), [("123", ValueError, "thirteen digits"), ("5000020018678", LookupError, "no company")]
)
def test_prefill_says_what_is_wrong(reviewed: Home, number: str, error: type[Exception], words: str) -> None:
    with duckdb.connect(str(reviewed.warehouse)) as connection, pytest.raises(error, match=words):
        prefill(connection, number)


def test_prefill_names_source_and_day(reviewed: Home) -> None:
    with duckdb.connect(str(reviewed.warehouse)) as connection:
        known = prefill(connection, DIGITAL)
        form = known.document()
        assert form["商号または名称"] == {"値": "デジタル庁", "出典": "nta_corporate_number", "時点": "2024-05-01", "根拠": "number"}
        assert form["登記住所"]["都道府県"]["値"] == "東京都"
        assert form["事業所情報"][0]["名称"]["根拠"] == "match"
        # what waits for a person is not told as known
        assert "事業所情報" not in prefill(connection, PRINTING).document()


def test_prefill_withholds_by_the_class_of_the_item(reviewed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from data_standards.items import load_items

    items = load_items()
    secret = items | {
        "name_kana": replace(items["name_kana"], confidentiality="secret"),
        "city": replace(items["city"], confidentiality="internal"),
    }
    monkeypatch.setattr("registries.identity.prefill.load_items", lambda: secret)
    with duckdb.connect(str(reviewed.warehouse)) as connection:
        seen = {role: {one.item for one in prefill(connection, DIGITAL, role=role).values} for role in ("public", "internal", "secret")}
        assert prefill(connection, DIGITAL).withheld == 2
    assert seen["secret"] - seen["internal"] == {"name_kana"}
    assert seen["internal"] - seen["public"] == {"city"}


def test_review_in_the_terminal(reviewed: Home) -> None:
    store = ReviewStore(reviewed, "係")
    answers = iter(["x", "y 電話で確認", "u", "n", "?", "q"])
    review(store, lambda _: next(answers), Console(quiet=True))
    lines = store.path.read_text().splitlines()[1:]
    assert [line.split("\t")[3] for line in lines] == ["different", "undecided"]
    assert ReviewStore(reviewed, "係").next() is None


def test_differences_are_marked() -> None:
    assert differences("国税庁　分室", "国税庁") == [("国税庁", "国税庁", True), ("　分室", "", False)]


@pytest.fixture
def page(reviewed: Home) -> Any:
    serving: ThreadingHTTPServer = server(ReviewStore(reviewed, "係"), 0)
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield reviewed, f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    serving.server_close()


def test_review_in_the_browser(page: tuple[Home, str]) -> None:
    from playwright.sync_api import sync_playwright

    home, address = page
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(address)
        assert "国税庁" in tab.inner_text("table")
        assert "name=longer +0.4" in tab.inner_text("table")
        assert tab.inner_text("mark") == "分室" or "分室" in tab.inner_text("mark")
        tab.keyboard.press("y")
        tab.wait_for_selector("text=よその<庁>")
        tab.keyboard.press("u")
        tab.wait_for_selector("text=分室")
        tab.keyboard.press("n")
        tab.wait_for_selector("text=よその<庁>")
        browser.close()
    lines = (home.root / "judgements" / "establishment.tsv").read_text().splitlines()
    assert [line.split("\t")[3] for line in lines[1:]] == ["different"]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_decision_needs_the_token_of_the_page(page: tuple[Home, str], token: str) -> None:
    home, address = page
    sent = urllib.parse.urlencode({"token": token, "verdict": "same", "record_a": "a", "record_b": "b"}).encode()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address, sent)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(urllib.request.Request(address, headers={"Host": "elsewhere.example"}))
    assert not (home.root / "judgements").exists()


def test_review_by_excel(reviewed: Home, tmp_path: Path) -> None:
    store, sheet = ReviewStore(reviewed, "係"), tmp_path / "review.xlsx"
    assert store.export(sheet) == 2
    book = load_workbook(sheet)
    columns = [cell.value for cell in book.active[1]]
    book.active.cell(2, columns.index("verdict") + 1).value = "same"
    book.save(sheet)
    assert store.take_in(sheet) == 1
    assert store.waiting().height == 1
    book.active.cell(3, columns.index("verdict") + 1).value = "perhaps"
    book.save(sheet)
    with pytest.raises(DaichoError, match="row 3"):
        store.take_in(sheet)
    book.active.cell(1, 1).value = "other"
    book.save(sheet)
    with pytest.raises(DaichoError, match="record_a"):
        store.take_in(sheet)
