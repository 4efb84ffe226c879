"""Names under which the company of an establishment may be found, and the sample of offices that a person judged."""

import duckdb
import polars as pl
import pytest

from benchmarks.identity_offices import compare, figures, judgements
from data_standards.rules.registry import CHECKS
from registries.address.matching.warehouse import matcher_in
from registries.contract import load_contracts
from registries.establishment.address_ids import IDS, address_ids
from registries.establishment.names import further_names
from registries.schema import SQL_TYPES

NOTHING: list[str] = []


@pytest.mark.parametrize(
    ("name", "address", "further"),
    [
        ("イオンモール　千葉ニュータウン", "千葉県印西市中央北3丁目2", ["イオンモール"]),
        ("住友重機械工業　株式会社　横須賀造船所", "神奈川県横須賀市夏島町19", ["住友重機械工業　株式会社"]),
        ("株式会社　ＬＩＸＩＬ　常滑本社", "愛知県常滑市鯉江本町5丁目1番地", ["株式会社　ＬＩＸＩＬ"]),
        ("富士通　（株）　研究所", "神奈川県川崎市幸区新小倉1-1", ["富士通　（株）"]),
        ("株式会社　浅川製作所", "神奈川県横浜市港北区新吉田東1丁目", NOTHING),
        ("浅川製作所　株式会社", "神奈川県横浜市港北区新吉田東1丁目", NOTHING),
        ("四日市市役所", "三重県四日市市諏訪町1-5", ["四日市市"]),
        ("名古屋市緑区役所", "愛知県名古屋市緑区青山2丁目15", ["名古屋市"]),
        ("品川区役所", "東京都品川区広町2丁目1-36", ["品川区"]),
        ("南部町役場", "青森県三戸郡南部町大字平字広場28", ["南部町"]),
        ("白山市鶴来支所", "石川県白山市鶴来本町4丁目", ["白山市"]),
        ("津市庁　芸濃総合支所", "三重県津市芸濃町椋本6141-1", ["津市"]),
        ("農林水産省動物医薬品検査所", "茨城県つくば市観音台2-1-22", ["農林水産省"]),
        # bodies that bear the name of a place and are not that place
        ("福岡県　社会保険診療報酬支払基金", "福岡県福岡市博多区美野島1丁目", NOTHING),
        ("宮崎県　市町村職員共済組合", "宮崎県宮崎市瀬頭2丁目4-15", NOTHING),
        ("和歌山県　赤十字血液センター", "和歌山県和歌山市栄谷153", NOTHING),
        ("北海道財務局", "北海道札幌市北区北八条西2丁目", NOTHING),
        ("東京都立大塚病院", "東京都豊島区南大塚2丁目8-1", NOTHING),
        ("岡山市農業協同組合　中央支所", "岡山県岡山市北区大供1丁目", ["岡山市農業協同組合"]),
    ],
)
def test_further_names(name: str, address: str, further: list[str]) -> None:
    offices = pl.DataFrame({"record_id": ["o"], "name": [name], "address": [address]})
    assert further_names(offices)["name"].to_list() == further


def test_the_judged_sample_is_whole() -> None:
    judged = judgements()
    assert judged.height == 300
    assert judged.select("postal_code", "office_name").is_unique().all()
    assert set(judged["verdict"]) == {"same", "none", "undecided"}
    same = judged.filter(pl.col("verdict") == "same")
    assert same.select(right=CHECKS["corporate_number"](pl.col("corporate_number")))["right"].all()
    assert set(same["basis"]) == {"name_and_place", "name", "law"}
    assert judged.filter(pl.col("verdict") != "same")["corporate_number"].null_count() == judged.height - same.height
    assert judged["reason"].null_count() == 0


def test_figures_of_a_comparison() -> None:
    judged = (
        judgements().filter((pl.col("verdict") != "same") | (pl.col("basis") != "law")).group_by("verdict", maintain_order=True).head(2)
    )
    tied = judged.select(
        record_id=pl.concat_str("postal_code", pl.lit(":"), "office_name"),
        corporate_number=pl.coalesce("corporate_number", pl.lit("1")),
        match_band_code=pl.lit("automatic"),
        match_bits=pl.lit(9.0),
    )
    got = figures(compare(tied, judged))
    # two right, two of which nothing is known, two where there is no company
    assert (got["made"], got["right"], got["wrong"], got["on_undecided"]) == (6, 2, 2, 2)
    assert (got["precision"], got["recall"]) == (0.5, 1.0)


def _address_registry(connection: duckdb.DuckDBPyConnection) -> None:
    tables = load_contracts()["address"].tables
    for name in ("prefecture", "municipality", "town", "block", "residence"):
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.item.type]}" for column in tables[name].columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")
    lists = "[]::VARCHAR[]"
    connection.execute(
        "INSERT INTO town BY NAME SELECT '131016' AS lg_code, machiaza_id, machiaza_id AS town_id, '東京都' AS prefecture, "
        "'千代田区' AS city_name, oaza_cho, chome, '1' AS displayed_address_code, true AS is_current, "
        f"{lists} AS postal_codes, {lists} AS old_names, {lists} AS town_aliases "
        "FROM (VALUES ('0000100', '霞が関', NULL), ('0000101', '霞が関', '一丁目'), ('0002000', '紀尾井町', NULL)) "
        "AS t(machiaza_id, oaza_cho, chome)"
    )
    connection.execute(
        "INSERT INTO block BY NAME SELECT '131016' AS lg_code, '0000101' AS machiaza_id, '003' AS blk_id, '3' AS blk_num, "
        "true AS is_current"
    )
    connection.execute(
        "INSERT INTO residence BY NAME SELECT '131016' AS lg_code, '0000101' AS machiaza_id, '003' AS blk_id, '001' AS rsdt_id, "
        "'00000' AS rsdt2_id, '3' AS blk_num, '1' AS rsdt_num, true AS is_current"
    )


@pytest.mark.parametrize(
    ("lg_code", "town", "address", "expected"),
    [
        pytest.param("131016", "霞が関", "１丁目３−１", ("0000101", "003", "001", None), id="residence"),
        pytest.param("131016", "霞が関", "１丁目３番", ("0000101", "003", None, None), id="block"),
        pytest.param("131016", "霞が関", "１丁目９９番", ("0000101", None, None, None), id="number_that_is_not_registered"),
        pytest.param("131016", "紀尾井町", None, ("0002000", None, None, None), id="town"),
        pytest.param("131016", "見本町", "１番", (None, None, None, None), id="no_such_town"),
        pytest.param("131024", "霞が関", "１丁目３−１", (None, None, None, None), id="another_municipality_than_delivered"),
    ],
)
def test_a_place_has_its_address_ids(lg_code: str, town: str, address: str | None, expected: tuple[str | None, ...]) -> None:
    connection = duckdb.connect()
    _address_registry(connection)
    office = {"lg_code": lg_code, "prefecture": "東京都", "postal_city": "千代田区", "postal_town": town, "office_address": address}
    found = address_ids(matcher_in(connection), pl.DataFrame([office], schema_overrides={"office_address": pl.String}))
    assert found.columns == list(IDS)
    assert found.row(0) == expected


@pytest.mark.parametrize("rows", [0, 2])
def test_without_an_address_registry_there_are_no_ids(rows: int) -> None:
    connection = duckdb.connect()
    _address_registry(connection)
    connection.execute("DELETE FROM town")
    office = {"lg_code": "131016", "prefecture": "東京都", "postal_city": "千代田区", "postal_town": "霞が関", "office_address": "１"}
    found = address_ids(matcher_in(connection), pl.DataFrame([office] * 2).head(rows))
    assert found.columns == list(IDS)
    assert found.rows() == [(None,) * 4] * rows
