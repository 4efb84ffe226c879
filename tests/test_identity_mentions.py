"""Organisations mentioned in ledgers without a number: tied, left to a person, or left alone."""

import duckdb
import polars as pl
import pytest

from registries.identity.company_judgements import JUDGED
from registries.identity.mentions import tie_mentions

# number, name, reading, address, postal code: every name and address the company bore, today's first
COMPANIES = """
1000000000001|株式会社讃岐建設|サヌキケンセツ|香川県高松市番町1丁目2番3号|7600017
1000000000001|株式会社讃岐建設|サヌキケンセツ|香川県丸亀市大手町2丁目1番1号|7630034
1000000000002|株式会社ひうち物産|ヒウチブッサン|香川県高松市番町4丁目1番10号|7600017
2000000000003|有限会社田中商店|タナカショウテン|香川県高松市紺屋町5番6号|7600027
2000000000004|有限会社田中商店|タナカショウテン|香川県高松市鍛冶屋町7番8号|7600028
2000000000005|有限会社田中商店|タナカショウテン|香川県坂出市元町1丁目2番3号|7620001
3000000000006|株式会社檜工務店|ヒノキコウムテン|香川県高松市丸の内1番1号|7600033
4000000000007|株式会社瀬戸不動産|セトフドウサン|香川県高松市番町1丁目9番9号|7600017
4000000000008|株式会社瀬戸|セト|香川県高松市番町1丁目9番9号|7600017
5000000000009|株式会社備讃運輸|ビサンウンユ|香川県高松市浜ノ町3番3号|7600011
5000000000010|株式会社備讃運輸|ビサンウンユ|香川県高松市浜ノ町3番3号|7600011
"""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    rows = [line.split("|") for line in COMPANIES.split()]
    seen: dict[str, int] = {}
    records = []
    for number, name, kana, address, code in rows:
        seen[number] = seen.get(number, 0) + 1
        record = f"nta_corporate_number:{number}" + (f":{seen[number]}" if seen[number] > 1 else "")
        records.append((record, number, name, kana, address, code, "372013"))
    names = ["record_id", "corporate_number", "name", "name_kana", "address", "postal_code", "lg_code"]
    made = duckdb.connect()
    made.register("given", pl.DataFrame(records, schema=names, orient="row").to_arrow())
    made.execute("CREATE TABLE known_company AS FROM given")
    return made


def mentions(*written: tuple[str, str, str | None]) -> pl.DataFrame:
    rows = [(f"owner:{place}", name, None, address, None, number) for place, (name, address, number) in enumerate(written)]
    columns = ("record_id", "name", "name_kana", "address", "postal_code", "corporate_number")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


@pytest.mark.parametrize(
    ("name", "address", "number", "band"),
    [
        pytest.param("株式会社讃岐建設", "香川県高松市番町一丁目2-3", "1000000000001", "automatic", id="as registered"),
        pytest.param("㈱讃岐建設", "高松市番町１－２－３", "1000000000001", "automatic", id="abbreviated form, no prefecture"),
        pytest.param("株式会社讃岐建設", "香川県丸亀市大手町２丁目１番１号", "1000000000001", "automatic", id="former address"),
        pytest.param("株式会社ひうち物産", "高松市番町四丁目１番地１０", "1000000000002", "automatic", id="lot words"),
        pytest.param("株式会社桧工務店", "高松市丸の内１番１号", "3000000000006", "automatic", id="other glyph"),
        pytest.param("株式会社ひうち物産店", "高松市番町四丁目1番10号", "1000000000002", "automatic", id="one letter more"),
        pytest.param("有限会社田中商店", "香川県高松市鍛冶屋町７－８", "2000000000004", "automatic", id="homonyms apart by their place"),
        pytest.param("有限会社田中商店", "香川県三豊市詫間町１番地", "2000000000003", "review", id="one of several homonyms elsewhere"),
        pytest.param("株式会社瀬戸不動産", "高松市番町1-9-9", "4000000000007", "automatic", id="company of a group at one place"),
        pytest.param("株式会社備讃運輸", "高松市浜ノ町３番３号", "5000000000009", "review", id="equals are never chosen between"),
        pytest.param("番町自治会", "高松市番町1丁目2番3号", None, None, id="another body at the place of a company"),
        pytest.param("高松太郎", "高松市番町1丁目2番3号", None, None, id="a person at the place of a company"),
    ],
)
def test_a_mention_is_tied(connection: duckdb.DuckDBPyConnection, name: str, address: str, number: str | None, band: str | None) -> None:
    tied = tie_mentions(connection, mentions((name, address, None)), "known_company")
    found = tied.select("corporate_number", "match_band_code").row(0) if tied.height else (None, None)
    assert found == (number, band)


def test_each_tie_has_its_account(connection: duckdb.DuckDBPyConnection) -> None:
    tied = tie_mentions(connection, mentions(("㈱讃岐建設", "高松市番町1-2-3", None)), "known_company")
    account = tied.item(0, "match_account")
    assert sum(float(step.split()[-1]) for step in account.split("; ")) == pytest.approx(tied.item(0, "match_bits"), abs=0.5)


def test_a_numbered_mention_brings_another_name_to_its_company(connection: duckdb.DuckDBPyConnection) -> None:
    unknown = ("株式会社サヌキホーム", "香川県東かがわ市湊1847番地1", None)
    numbered = ("株式会社サヌキホーム", "香川県東かがわ市湊1847-1", "1000000000001")
    assert tie_mentions(connection, mentions(unknown), "known_company").is_empty()
    both = tie_mentions(connection, mentions(unknown, numbered), "known_company")
    assert both.select("record_id", "corporate_number", "match_band_code").rows() == [("owner:0", "1000000000001", "automatic")]


def test_judgements_win(connection: duckdb.DuckDBPyConnection) -> None:
    given = mentions(
        ("株式会社備讃運輸", "高松市浜ノ町３番３号", None), ("㈱讃岐建設", "高松市番町1-2-3", None), ("番町自治会", "高松市番町", None)
    )
    judged = pl.DataFrame(
        [
            ("owner:0", "5000000000010", True),
            ("owner:1", "1000000000001", False),
            ("owner:2", "1000000000002", True),
        ],
        schema=JUDGED,
        orient="row",
    )
    tied = tie_mentions(connection, given, "known_company", judged)
    assert tied.select("record_id", "corporate_number", "match_band_code").rows() == [
        ("owner:0", "5000000000010", "judged"),
        ("owner:2", "1000000000002", "judged"),
    ]


def test_the_order_of_mentions_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    given = mentions(
        ("㈱讃岐建設", "高松市番町1-2-3", None),
        ("有限会社田中商店", "高松市紺屋町5-6", None),
        ("株式会社備讃運輸", "高松市浜ノ町3-3", None),
    )
    forward = tie_mentions(connection, given, "known_company")
    connection.execute("CREATE TABLE backward AS FROM known_company ORDER BY record_id DESC")
    assert forward.equals(tie_mentions(connection, given.reverse(), "backward"))


def test_a_register_without_companies_ties_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE none_known AS FROM known_company LIMIT 0")
    assert tie_mentions(connection, mentions(("㈱讃岐建設", "高松市番町1-2-3", None)), "none_known").is_empty()


def test_no_mention_ties_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    assert tie_mentions(connection, mentions(), "known_company").is_empty()
