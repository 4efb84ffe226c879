"""From delivered files and stewards' judgements to ties, ids, a release and the prefilled form, as the commands run it."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.cli import main
from pipelines.home import Home
from pipelines.review_store import QUEUES, ReviewStore
from pipelines.run import run_build
from registries.establishment.judged import apply
from registries.identity.company_judgements import JUDGED, with_conflicts

# corporate number, name, prefecture, city, street, postal code
COMPANIES = [
    ("8000012010038", "デジタル庁", "東京都", "千代田区", "紀尾井町１－３", "1020094"),
    ("7000012050002", "国税庁", "東京都", "千代田区", "霞が関３丁目１－１", "1000013"),
    ("9000020011002", "札幌市", "北海道", "札幌市中央区", "北一条西２丁目", "0600001"),
]
OFFICES = [
    ("13101", "デジタル庁", "東京都", "千代田区", "紀尾井町", "1-3", "1028701"),
    ("13101", "麹町税務署", "東京都", "千代田区", "九段南", "1丁目1-15", "1028311"),
    ("13101", "国税庁", "東京都", "千代田区", "霞が関", "3丁目1-1", "1008978"),
    ("01101", "札幌市", "北海道", "札幌市中央区", "北一条西", "2丁目", "0608611"),
    ("01101", "札幌市　分室", "北海道", "札幌市中央区", "北一条西", "2丁目", "0608612"),
]
DIGITAL, TAX, SAPPORO = (f"nta_corporate_number:{company[0]}" for company in COMPANIES)


def deliver(folder: Path) -> list[tuple[str, Path]]:
    """Write a daily file of companies and a list of offices."""
    daily, offices = folder / "diff_20260529.csv", folder / "jigyosyo_20261001.csv"
    with daily.open("w", encoding="utf-8", newline="") as out:
        for at, (number, name, prefecture, city, street, postal_code) in enumerate(COMPANIES, 1):
            row = [""] * 30
            row[:8] = [str(at), number, "01", "1", "2026-05-29", "2015-10-05", name, ""]
            row[8:16] = ["101", prefecture, city, street, "", "01" if prefecture == "北海道" else "13", "101", postal_code]
            row[22], row[23], row[29] = "2015-10-05", "1", "0"
            csv.writer(out, quoting=csv.QUOTE_ALL).writerow(row)
    with offices.open("w", encoding="utf-8", newline="") as out:
        for jis, name, prefecture, city, town, street, postal_code in OFFICES:
            csv.writer(out).writerow([jis, "", name, prefecture, city, town, street, postal_code, postal_code[:3], "麹町", "0", "0", "0"])
    listed = folder / "localgovs_20261001.csv"
    listed.write_text(
        "\ufeffcorporateID,corporateName,corporateKana,cityID,location,moddate\n"
        "9000020011002,札幌市,サッポロシ,01101,北海道札幌市中央区北一条西２丁目,2018-04-01T15:00:00.000Z\n"
        "4000020010009,小樽市,オタルシ,01203,北海道小樽市花園２丁目１２－１,2018-04-01T15:00:00.000Z\n",
        encoding="utf-8",
    )
    return [("nta_corporate_number", daily), ("japanpost_office", offices), ("gbizinfo_organisation", listed)]


def told(home: Home, query: str) -> list[Any]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


TIES = """
SELECT office_name, corporate_number, match_band_code FROM establishment
WHERE office_name IN ('デジタル庁', '麹町税務署') ORDER BY office_name
"""


def test_judgements_reach_ties_ids_release_and_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path / "home")
    assert run_build(home, deliver(tmp_path), release=False, public_key=None) == 0
    assert told(home, TIES) == [("デジタル庁", COMPANIES[0][0], "automatic"), ("麹町税務署", None, None)]
    ((digital_office,), (tax_office,)) = told(
        home, "SELECT record_id FROM establishment WHERE office_name IN ('デジタル庁', '麹町税務署') ORDER BY office_name"
    )
    bridge = "SELECT record_id, entity_id FROM identity_bridge WHERE identity_subject_code = 'organisation' AND member_to IS NULL"
    before = dict(told(home, bridge))

    store = ReviewStore(home, "係")
    store.decide(tax_office, TAX, "same", "国税庁の地方機関")
    assert run_build(home, [], release=True, public_key=None) == 0
    assert told(home, TIES) == [("デジタル庁", COMPANIES[0][0], "automatic"), ("麹町税務署", COMPANIES[1][0], "judged")]
    after = dict(told(home, bridge))
    assert after[tax_office] == after[TAX] == before[TAX]
    assert after[digital_office] == before[digital_office]
    assert {record: after[record] for record in (DIGITAL, TAX, SAPPORO)} == {record: before[record] for record in (DIGITAL, TAX, SAPPORO)}
    (release,) = home.release.glob("20*")
    published = {path.name for path in release.rglob("*.parquet")}
    assert {f"{name}.parquet" for name in ("id_registry", "identity_redirect", "identity_bridge", "establishment_judgement")} <= published
    # who decided and why stays at home
    assert not any("係".encode() in path.read_bytes() or "地方機関".encode() in path.read_bytes() for path in release.rglob("*.csv"))
    capsys.readouterr()
    assert main(["prefill", COMPANIES[1][0], "--home", str(home.root), "--json"]) == 0
    form = json.loads(capsys.readouterr().out)
    basis = {office["名称"]["値"]: office["名称"]["根拠"] for office in form["事業所情報"]}
    assert basis == {"国税庁": "match", "麹町税務署": "judgement"}


@pytest.mark.parametrize(
    ("decided", "ties"),
    [
        pytest.param([], [("o1", "1", "automatic"), ("o2", "2", "review")], id="none"),
        pytest.param([("o2", "2", True)], [("o1", "1", "automatic"), ("o2", "2", "judged")], id="a_guess_confirmed"),
        pytest.param([("o2", "2", False)], [("o1", "1", "automatic")], id="a_guess_refused"),
        pytest.param([("o1", "2", True)], [("o1", "2", "judged"), ("o2", "2", "review")], id="over_the_machine"),
        pytest.param([("o3", "1", True)], [("o1", "1", "automatic"), ("o2", "2", "review"), ("o3", "1", "judged")], id="what_it_missed"),
        pytest.param([("o1", "2", True), ("o1", "3", True)], [("o1", "1", "automatic"), ("o2", "2", "review")], id="two_companies"),
        pytest.param([("o1", "9", True), ("o9", "1", True)], [("o1", "1", "automatic"), ("o2", "2", "review")], id="unknown"),
    ],
)
def test_a_judgement_wins_where_it_can_hold(decided: list[Any], ties: list[Any]) -> None:
    schema = {
        "record_id": pl.String,
        "corporate_number": pl.String,
        "match_bits": pl.Float64,
        "match_account": pl.String,
        "match_band_code": pl.String,
    }
    tied = pl.DataFrame([("o1", "1", 9.0, "", "automatic"), ("o2", "2", 1.0, "", "review")], schema=schema, orient="row")
    judged = with_conflicts(pl.DataFrame(decided, schema=JUDGED, orient="row"), pl.Series(["o1", "o2", "o3"]), pl.Series(["1", "2", "3"]))
    assert apply(tied, judged).select("record_id", "corporate_number", "match_band_code").rows() == ties


def test_a_broken_file_of_judgements_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path / "home")
    home.judgements.mkdir(parents=True)
    (home.judgements / "establishment.tsv").write_text("record_a,record_b\n", encoding="utf-8")
    inputs = [argument for source, path in deliver(tmp_path) for argument in ("--from", f"{source}={path}")]
    assert main(["build", "--home", str(home.root), *inputs]) != 0
    shown = capsys.readouterr()
    assert "establishment.tsv" in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    assert not home.warehouse.exists()


def deliver_land(folder: Path) -> list[tuple[str, Path]]:
    """Write three parcels and their registered owners, without numbers of companies."""
    parcels, owners = folder / "131016_land_20260401.csv", folder / "owners_20260401.csv"
    with parcels.open("w", encoding="utf-8", newline="") as out:
        for lot in ("1", "2", "3"):
            row = [""] * 23
            row[0] = row[1] = "千代田区紀尾井町"
            row[2], row[3], row[6], row[7], row[8], row[16] = lot, "宅地", f"010000000000{lot}", "100", "f", "131016"
            csv.writer(out).writerow(row)
    header = (
        "fudosan_bango,taisho,juni_no,toki_mokuteki,uketsuke_ymd,uketsuke_no,genin,meigi_name,meigi_addr,mochibun,"
        "kaisha_hojin_no,jusho_hihyoji"
    )
    owned = [
        ("1", "デジタル庁", "東京都千代田区紀尾井町１番３号"),
        ("2", "国税庁", "大阪府大阪市中央区大手前一丁目１番１号"),
        ("3", "麹町花子", "東京都千代田区紀尾井町１番３号"),
    ]
    lines = [f"010000000000{lot},土地,1,所有権移転,20200401,1,売買,{name},{address},,," for lot, name, address in owned]
    owners.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return [("land_register", parcels), ("real_estate_owner", owners)]


def test_owners_reach_ids_and_the_review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path / "home")
    assert run_build(home, [*deliver(tmp_path), *deliver_land(tmp_path)], release=False, public_key=None) == 0

    def bridged() -> dict[str, str]:
        with duckdb.connect(str(home.restricted), read_only=True) as connection:
            return dict(connection.execute("SELECT record_id, entity_id FROM ledger_bridge").fetchall())

    bridge = "SELECT record_id, entity_id FROM identity_bridge WHERE identity_subject_code = 'organisation' AND member_to IS NULL"
    ids = dict(told(home, bridge))
    assert bridged() == {"real_estate_owner:0100000000001:1": ids[DIGITAL]}
    store = ReviewStore(home, "係", QUEUES["land"])
    waiting = store.waiting()
    assert waiting.select("name_a", "record_b").rows() == [("/国税庁", TAX)]
    sheet = tmp_path / "owners.xlsx"
    assert main(["review", "--owners", "--export", str(sheet), "--home", str(home.root)]) == 0
    assert sheet.stat().st_mode & 0o077 == 0
    store.decide(waiting.item(0, "record_a"), TAX, "same", "国税庁の土地")
    store.decide("owner:0123456789abcdef", TAX, "same", "もういない所有者")
    assert ReviewStore(home, "係", QUEUES["land"]).next() is None
    assert run_build(home, [], release=True, public_key=None) == 0
    assert bridged() == {"real_estate_owner:0100000000001:1": ids[DIGITAL], "real_estate_owner:0100000000002:1": ids[TAX]}
    with duckdb.connect(str(home.restricted), read_only=True) as connection:
        judged = connection.execute("SELECT judgement_conflict_code FROM owner_judgement ORDER BY ALL NULLS FIRST").fetchall()
    assert judged == [(None,), ("no_such_record",)]
    # what a restricted ledger says is in no release, nor in the public file; that there is such a table is told
    data = {path.name for path in home.release.rglob("*") if path.suffix in (".parquet", ".csv")}
    assert data
    assert not [name for name in data if "ledger_bridge" in name or "owner" in name]
    restricted = "('ledger_bridge', 'owner_company', 'owner_judgement')"
    assert told(home, f"SELECT count(*) FROM duckdb_tables() WHERE table_name IN {restricted}") == [(0,)]
    capsys.readouterr()


def test_owners_need_their_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--owners", "--home", str(tmp_path)]) != 0
    assert "run daicho build first" in capsys.readouterr().err
    assert main(["review", "--owners", "--contested", "--home", str(tmp_path)]) != 0
    assert "leave out --owners" in capsys.readouterr().err
