"""The address base registry on worked deliveries and, where they are beside the checkout, on the real files."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.address_master import address_master
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore, sql_types, standardised_schema
from pipelines.source_declarations import source_named
from quality.quarantine import read_quarantine
from registries.address.master_report import by_prefecture
from registries.address.postal_parts import postal_parts
from registries.address.town_names import KANJI_NUMBERS, folded_part
from registries.build import connect, rebuild, refresh
from registries.contract import load_contracts

CONTRACT = load_contracts()["address"]
Row = dict[str, Any]
CHIYODA, WAKAYAMA, YAKUSHIMA = "131016", "302015", "465054"


def silent(*_: object) -> None:
    """Show no progress."""


def land(home: Home, name: str, *paths: Path) -> pl.DataFrame:
    """Deliver files of a source and standardise them."""
    source = source_named(name)
    for path in paths:
        Landing(home, source).land(path)
    raw, store = RawStore(home, source), StandardisedStore(home, source)
    raw.read_new(silent)
    store.standardise_new(raw, silent)
    return pl.concat([pl.DataFrame(schema=standardised_schema(source)), *map(pl.read_parquet, store.parts())])


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("大字霞ヶ関", "霞ケ関"), ("霞が関", "霞ケ関"), ("字大手", "大手"), ("小字中ノ島", "中ノ島"), ("中之島", "中ノ島"),
        ("２丁目", "2丁目"),
        ("二丁目", "2丁目"), ("十一丁目", "11丁目"), ("二十丁目", "20丁目"), ("四十二丁目", "42丁目"), ("一番町", "一番町"), ("字", "字"),
        ("大字", "大字"), ("三ッ沢", "三ツ沢"), ("三ツ澤", "三ツ沢"), ("渕野", "淵野"),
        ("虎ノ 門", "虎ノ門"), (None, ""), ("十字街", "十字街"),
    ],
)  # fmt: skip
def test_names_are_folded(name: str | None, folded: str) -> None:
    assert pl.DataFrame({"name": [name]}, schema={"name": pl.String}).select(folded_part(pl.col("name")))["name"].to_list() == [folded]


def test_kanji_numbers() -> None:
    assert [KANJI_NUMBERS[n] for n in (1, 9, 10, 11, 19, 20, 21, 30, 99)] == [
        "一", "九", "十", "十一", "十九", "二十", "二十一", "三十", "九十九",
    ]  # fmt: skip


# --- the rules of KEN_ALL ---------------------------------------------------------------------------------------------


def postal(*lines: str, kana: str = "カナ", lg_code: str = CHIYODA) -> list[tuple[Any, ...]]:
    """The parts of entries given by their town areas, one line each."""
    schema = standardised_schema(source_named("japanpost_postal"))
    rows = [
        {"postal_code": "1000001", "lg_code": lg_code, "postal_town": line, "postal_town_kana": kana, "file_id": "f", "source_line": n}
        for n, line in enumerate(lines, start=1)
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    columns = ("town", "postal_part_code", "postal_part", "postal_range_from", "postal_range_to", "postal_part_is_excluded")
    return postal_parts(frame.lazy()).select(columns).collect().rows()


@pytest.mark.parametrize(
    ("town", "parts"),
    [
        ("霞が関", [("霞が関", "whole", None, None, None, False)]),
        ("以下に掲載がない場合", [(None, "otherwise", None, None, None, False)]),
        ("利島村一円", [(None, "whole", None, None, None, False)]),
        ("一円", [("一円", "whole", None, None, None, False)]),
        ("小菅村の次に１〜６６３番地がくる場合", [(None, "next", None, None, None, False)]),
        ("大通西（１〜１９丁目）", [("大通西", "chome", "1〜19丁目", 1, 19, False)]),
        (
            "吾田（１、３〜５、７丁目）",
            [("吾田", "chome", "1", 1, 1, False), ("吾田", "chome", "3〜5", 3, 5, False), ("吾田", "chome", "7丁目", 7, 7, False)],
        ),
        ("右田（１〜１４６４番地）", [("右田", "lot", "1〜1464番地", 1, 1464, False)]),
        ("竹房（４５１番地以上）", [("竹房", "lot", "451番地以上", 451, None, False)]),
        ("竹房（４５０番地以下）", [("竹房", "lot", "450番地以下", None, 450, False)]),
        ("川井（第９地割〜第１１地割）", [("川井", "land_division", "第9地割〜第11地割", 9, 11, False)]),
        (
            "湯川５２地割、湯川５３地割",
            [("湯川", "land_division", "52地割", 52, 52, False), ("湯川", "land_division", "53地割", 53, 53, False)],
        ),
        ("相原（その他）", [("相原", "rest", "その他", None, None, False)]),
        ("中央一丁目（次のビルを除く）", [("中央一丁目", "whole", None, None, None, False)]),
        (
            "青葉台（２６７６、２６７７番地を除く）",
            [("青葉台", "lot", "2676", 2676, 2676, True), ("青葉台", "lot", "2677番地", 2677, 2677, True)],
        ),
        ("虎ノ門神谷町トラストタワー（３階）", [("虎ノ門神谷町トラストタワー", "floor", "3階", 3, 3, False)]),
        ("丸の内ビル（地階・階層不明）", [("丸の内ビル", "floor", "地階・階層不明", None, None, False)]),
        ("鳴海町（向田）", [("鳴海町", "name", "向田", None, None, False)]),
        (
            "箱石（第２地割「７０〜１３６」〜第４地割「３〜１１」）",
            [("箱石", "land_division", "第2地割「70〜136」〜第4地割「3〜11」", 2, 4, False)],
        ),
    ],
)  # fmt: skip
def test_the_parts_of_a_town_area(town: str, parts: list[tuple[Any, ...]]) -> None:
    assert postal(town) == parts


def test_streets_of_kyoto_are_told_from_names() -> None:
    area = "塩屋町（河原町通蛸薬師下る、蛸薬師通河原町西入）"
    assert [part[1:3] for part in postal(area, lg_code="261041")] == [("street", "河原町通蛸薬師下る"), ("street", "蛸薬師通河原町西入")]
    assert {part[1] for part in postal(area)} == {"name"}


def test_an_entry_over_several_lines_is_one() -> None:
    found = postal("大江（１丁目、２丁目「６５１、６６２、", "６６８番地」以外）", "小島")
    assert [(town, part) for town, _, part, *_ in found] == [("大江", "1丁目、2丁目「651、662、668番地」以外"), ("小島", None)]


@pytest.fixture(scope="module")
def packaged_postal(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("packaged")
    module = source_named("japanpost_postal").module("packaged")
    module.write_packaged(folder)
    module.write_packaged(again := tmp_path_factory.mktemp("again"))
    (path,), (other,) = folder.iterdir(), again.iterdir()
    assert path.read_bytes() == other.read_bytes()
    home = Home(folder / "home")
    home.prepare()
    frame = land(home, "japanpost_postal", path)
    assert read_quarantine(home.quarantine).is_empty()
    return frame


def test_the_packaged_codes_cover_the_nation(packaged_postal: pl.DataFrame) -> None:
    assert packaged_postal.height > 120_000
    parts = postal_parts(packaged_postal.lazy()).collect()
    assert parts["postal_code"].n_unique() == packaged_postal["postal_code"].n_unique()
    assert parts.select("postal_code", "lg_code", "folded_town", "postal_part_number").is_duplicated().sum() == 0
    assert parts.filter(pl.col("town").str.contains("[（）]"))["town"].to_list() == []
    # 番地 without a number means all that is written by lots
    numbered = pl.col("postal_part").str.contains(r"\d") & ~pl.col("postal_part").str.contains("[「」]")
    ranged = parts.filter(pl.col("postal_part_code").is_in(["chome", "lot"]) & numbered)
    assert ranged.height > 600
    assert ranged.filter(pl.col("postal_range_from").is_null() & pl.col("postal_range_to").is_null()).rows() == []


def test_the_packaged_offices_are_read_whole(home: Home, tmp_path: Path) -> None:
    source_named("japanpost_office").module("packaged").write_packaged(tmp_path)
    offices = land(home, "japanpost_office", *tmp_path.glob("*.csv"))
    assert offices.height > 22_000
    assert read_quarantine(home.quarantine).is_empty()
    assert offices["lg_code"].null_count() == 0


# --- the tables -------------------------------------------------------------------------------------------------------


class Registry:
    """The registry made of rows given by source."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def relations(self, **delivered: list[Row] | pl.DataFrame) -> dict[str, str]:
        relations = {}
        for name in CONTRACT.sources:
            source = source_named(name)
            given = delivered.get(name, [])
            if isinstance(given, list):
                filled = [{"file_id": "f", "source_line": n, "file_date": date(2024, 1, 1)} | row for n, row in enumerate(given)]
                given = pl.DataFrame(
                    [{key: row.get(key) for key in standardised_schema(source)} for row in filled], schema=standardised_schema(source)
                )
            table = f"records_{name}_{len(delivered)}"
            self.connection.register("incoming", given.to_arrow())
            columns = ", ".join(f"{column}::{kind} AS {column}" for column, kind in sql_types(source).items())
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns} FROM incoming")
            self.connection.unregister("incoming")
            relations[name] = table
        return relations

    def build(self, **delivered: list[Row] | pl.DataFrame) -> None:
        rebuild(self.connection, CONTRACT, self.relations(**delivered), silent)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    path = str(folder / "warehouse.duckdb")
    opened = connect(path, memory_limit="1GB", threads=1, temp_directory=str(folder), restricted=folder / "restricted.duckdb")
    yield Registry(opened)
    opened.close()


def town(machiaza_id: str, oaza: str, **more: Any) -> Row:
    return {
        "lg_code": CHIYODA, "machiaza_id": machiaza_id, "prefecture": "東京都", "city_name": "千代田区", "oaza_cho": oaza,
        "displayed_address_code": "0", "status_flg": "1", **more,
    }  # fmt: skip


def position(machiaza_id: str, flag: str, latitude: float, **more: Any) -> Row:
    place = {"latitude": latitude, "longitude": 139.0, "crs_code": "EPSG:6668"}
    return {"lg_code": CHIYODA, "machiaza_id": machiaza_id, "displayed_address_code": flag, **place, **more}


def entry(code: str, area: str, lg_code: str = CHIYODA, city: str = "千代田区", prefecture: str = "東京都") -> Row:
    about = {"postal_code": code, "postal_town": area, "postal_town_kana": "カナ", "lg_code": lg_code, "jis_code5": lg_code[:5]}
    return about | {"postal_city": city, "prefecture": prefecture}


@pytest.mark.parametrize(
    ("lg_code", "parts"),
    [
        ("131016", (None, None, "千代田区", "チヨダク", None, None)),
        ("261041", (None, None, "京都市", "キョウトシ", "中京区", "ナカギョウク")),
        ("073016", ("伊達郡", "ダテグン", "桑折町", "コオリマチ", None, None)),
        ("013463", (None, None, "八雲町", "ヤクモチョウ", None, None)),
        ("072036", (None, None, "郡山市", "コオリヤマシ", None, None)),
        ("133817", (None, None, "三宅村", "ミヤケムラ", None, None)),
    ],
)
def test_a_municipality_of_the_code_list_is_read_in_its_parts(registry: Registry, lg_code: str, parts: tuple[str | None, ...]) -> None:
    registry.build()
    columns = "county, county_kana, city_name, city_name_kana, ward, ward_kana"
    assert registry.rows(f"SELECT {columns} FROM municipality WHERE lg_code = '{lg_code}'") == [parts]


def test_towns_of_hokkaido_have_the_county_that_their_postal_codes_have(registry: Registry) -> None:
    yakumo = entry("0493123", "三杉町", "013463", "二海郡八雲町", "北海道") | {"postal_city_kana": "フタミグンヤクモチョウ"}
    registry.build(japanpost_postal=[yakumo])
    columns = "municipality_name, county, county_kana, city_name, city_name_kana"
    expected = ("二海郡八雲町", "二海郡", "フタミグン", "八雲町", "ヤクモチョウ")
    assert registry.rows(f"SELECT {columns} FROM municipality WHERE lg_code = '013463'") == [expected]


def test_every_municipality_of_the_code_list_is_read_wholly(registry: Registry) -> None:
    registry.build()
    assert (
        registry.rows(
            "SELECT municipality_name FROM municipality WHERE municipality_name <> concat(county, city_name, ward) "
            "OR municipality_name_kana IS DISTINCT FROM concat(county_kana, city_name_kana, ward_kana) "
            "OR (county IS NULL) <> (county_kana IS NULL) OR (ward IS NULL) <> (ward_kana IS NULL)"
        )
        == []
    )


def test_towns_are_one_row_for_each_id(registry: Registry) -> None:
    registry.build(
        abr_town=[
            town("0001002", "霞が関", chome="２丁目", chome_number=2, displayed_address_code="0"),
            town("0001002", "霞が関", chome="２丁目", chome_number=2, displayed_address_code="1"),
            town("0002000", "旧町", status_flg="3"),
            town("0003000", "新町", status_flg="0", koaza="字大手", postal_codes=["1000099"]),
            town("0004000", "終町", abolished_on=date(2020, 1, 1)),
            town("0005001", "大字本町", chome="一丁目", chome_number=1, oaza_cho_alias="駅前"),
            town("0006101", "大字山田", koaza="字三ノ坪", koaza_alias="桜団地"),
        ],
        abr_town_position=[
            position("0001002", "0", 35.1, crs_code="EPSG:4612"),
            position("0001002", "1", 35.2),
            position("0001002", "1", 35.3, crs_code="EPSG:4612"),
            position("0003000", "1", 35.4),
        ],
    )
    assert registry.rows(
        "SELECT town_id, town, displayed_address_code, rsdt_addr_is_mixed, is_current, latitude, crs_code FROM town ORDER BY town_id"
    ) == [
        ("0001002", "霞が関二丁目", "1", True, True, 35.2, "EPSG:6668"),
        ("0002000", "旧町", "0", False, False, None, None),
        ("0003000", "新町字大手", "0", False, True, 35.4, "EPSG:6668"),  # under the other flag
        ("0004000", "終町", "0", False, False, None, None),
        ("0005001", "大字本町一丁目", "0", False, True, None, None),
        ("0006101", "大字山田字三ノ坪", "0", False, True, None, None),
    ]
    assert registry.rows("SELECT town_id, town_aliases FROM town WHERE town_id IN ('0003000', '0005001', '0006101') ORDER BY town_id") == [
        ("0003000", ["新町大手"]),
        ("0005001", ["本町一丁目", "駅前一丁目"]),
        ("0006101", ["大字山田桜団地", "山田三ノ坪", "山田字三ノ坪"]),
    ]


def test_japan_post_stands_in_where_no_towns_were_delivered(registry: Registry) -> None:
    entries = [
        entry("1000013", "霞が関（１丁目）"), entry("1000014", "霞が関（２丁目）"), entry("1006001", "霞が関ビル（１階）"),
        entry("1000000", "以下に掲載がない場合"),
        entry("0600042", "大通西（１〜１９丁目）", "011011", "札幌市中央区", "北海道"),
        entry("8914311", "安房", YAKUSHIMA, "熊毛郡屋久島町", "鹿児島県"),
        entry("5220317", "一円", "254436", "犬上郡多賀町", "滋賀県"),
    ]  # fmt: skip
    registry.build(abr_town=[town("0001001", "霞が関", chome="一丁目", chome_number=1)], japanpost_postal=entries)
    stands = registry.rows("SELECT lg_code, town, county, city_name, ward, postal_codes FROM town WHERE id_source = 'japanpost' ORDER BY 1")
    assert stands == [
        ("011011", "大通西", None, "札幌市", "中央区", ["0600042"]),
        ("254436", "一円", "犬上郡", "多賀町", None, ["5220317"]),
        (YAKUSHIMA, "安房", "熊毛郡", "屋久島町", None, ["8914311"]),
    ]
    assert registry.rows("SELECT town, postal_codes FROM town WHERE id_source = 'abr'") == [("霞が関一丁目", ["1000013", "1000014"])]
    before = registry.rows("SELECT town_id FROM town WHERE town = '安房'")
    registry.build(japanpost_postal=entries[::-1])
    assert registry.rows("SELECT town_id FROM town WHERE town = '安房'") == before, "an own id hangs on municipality and name alone"
    assert registry.rows("SELECT count(*) FROM town WHERE lg_code = '131016'") == [(1,)]


def test_the_crosswalk_gives_reasons(registry: Registry) -> None:
    registry.build(
        abr_town=[
            town("0001000", "霞ヶ関"),
            town("0002001", "永田町", chome="１丁目", chome_number=1),
            town("0003000", "飯田橋"),
            town("0005000", "麹町"),
        ],
        japanpost_postal=[entry("1000013", "霞が関"), entry("1000014", "永田町"), entry("1010001", "神田"), entry("1020083", "麹町")],
        mlit_isj=[{"lg_code": CHIYODA, "isj_town_code": "131010002001", "isj_town": "永田町一丁目", "jis_code5": "13101"}],
    )
    query = "SELECT folded_town, {0} FROM town_crosswalk ORDER BY folded_town"
    codes = "abr_correspondence_code, japanpost_correspondence_code, isj_correspondence_code"
    assert {row[0]: row[1:] for row in registry.rows(query.format(codes))} == {
        "永田町1丁目": ("same_name", "listed_as_oaza", "same_when_folded"),
        "永田町": ("not_listed", "same_name", "not_listed"),
        "神田": ("not_listed", "same_name", "not_listed"),
        "霞ケ関": ("same_name", "same_when_folded", "not_listed"),
        "飯田橋": ("same_name", "not_listed", "not_listed"),
        "麹町": ("same_name", "same_name", "not_listed"),
    }
    assert registry.rows("SELECT abr_town_ids, postal_codes, isj_town_codes FROM town_crosswalk WHERE folded_town = '永田町1丁目'") == [
        (["0002001"], ["1000014"], ["131010002001"])
    ]


def test_residences_blocks_and_lots_are_one_row_for_each_id(registry: Registry) -> None:
    residence = {"lg_code": CHIYODA, "machiaza_id": "0001001", "blk_id": "001", "rsdt_id": "002", "blk_num": "1", "rsdt_num": "2"}
    lot = {"lg_code": CHIYODA, "machiaza_id": "0001001", "parcel_id": "000010000200000", "prc_num1": "1", "prc_num2": "2"}
    place = {"latitude": 35.5, "longitude": 139.5, "crs_code": "EPSG:6668"}
    registry.build(
        abr_residence=[residence, residence, {**residence, "rsdt2_id": "00101", "rsdt_num2": "101"}],
        abr_residence_position=[{**residence, **place}, {**residence, **place}],
        abr_block=[{key: residence[key] for key in ("lg_code", "machiaza_id", "blk_num")} | {"blk_id": "009", "blk_num": "9"}],
        abr_lot=[lot, lot],
        abr_lot_position=[{**lot, **place}, {**lot, **place}],
    )
    assert registry.rows("SELECT rsdt_id, rsdt2_id, latitude FROM residence ORDER BY 2") == [("002", "00000", 35.5), ("002", "00101", None)]
    assert registry.rows("SELECT blk_id, blk_num, is_current FROM block ORDER BY 1") == [("001", "1", True), ("009", "9", True)]
    assert registry.rows("SELECT parcel_id, latitude FROM restricted.lot") == [("000010000200000", 35.5)], "lots lie apart"


def test_what_a_code_stood_for_on_a_day(registry: Registry) -> None:
    registry.build()
    on = "SELECT municipality_name FROM municipality_on('{0}', DATE '{1}')"
    assert registry.rows(on.format("221317", "2023-12-31")) == [("浜松市中区",)]
    assert registry.rows(on.format("221317", "2024-01-01")) == []
    assert registry.rows(on.format("221384", "2024-01-01")) == [("浜松市中央区",)]
    assert registry.rows("SELECT count(*) FROM prefecture") == [(47,)], "the list of codes stands in for the master"
    assert registry.rows("SELECT county, city_name, ward FROM municipality WHERE lg_code IN ('465054', '011011') ORDER BY lg_code") == [
        (None, "札幌市", "中央区"),
        ("熊毛郡", "屋久島町", None),
    ]


def test_a_new_file_of_one_municipality_gives_what_a_rebuild_gives(registry: Registry) -> None:
    codes = [entry("1000013", "霞が関"), entry("8914311", "安房", YAKUSHIMA, "熊毛郡屋久島町", "鹿児島県")]
    old = [town("0001000", "霞が関")]
    new = [town("0000121", "", koaza="安房", lg_code=YAKUSHIMA, county="熊毛郡", city_name="屋久島町", prefecture="鹿児島県")]
    tables = [name for name in CONTRACT.tables if name != "lot"]
    registry.build(abr_town=[*old, *new], japanpost_postal=codes)
    expected = {name: registry.rows(f"FROM {name} ORDER BY ALL") for name in tables}
    registry.build(abr_town=old, japanpost_postal=codes)
    assert registry.rows("SELECT id_source FROM town ORDER BY 1") == [("abr",), ("japanpost",)]
    delivered = registry.relations(abr_town=[*old, *new], japanpost_postal=codes)
    registry.connection.register("incoming", pl.DataFrame({"lg_code": [YAKUSHIMA]}).to_arrow())
    refresh(registry.connection, CONTRACT, delivered, {"abr_town": "(SELECT lg_code FROM incoming)"}, silent)
    assert {name: registry.rows(f"FROM {name} ORDER BY ALL") for name in tables} == expected


# --- files ------------------------------------------------------------------------------------------------------------


def test_official_layouts_are_read_in_any_dress(home: Home, tmp_path: Path) -> None:
    columns = [*(column.name for column in source_named("abr_town").columns if not column.name.startswith("alias_")), "oaza_cho_aka_flg"]
    values = {
        "lg_code": CHIYODA,
        "machiaza_id": "0001002",
        "pref": "東京都",
        "oaza_cho": "霞が関",
        "chome_number": "2",
        "post_code": "1000013",
    }
    for name, end in (("mt_town_city131016.csv", "\n"), ("mt_town_pref13.csv", "\r\n")):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, columns if end == "\n" else columns[::-1], lineterminator=end)
            writer.writeheader()
            writer.writerow(values | {"oaza_cho": "霞が関" + ("" if end == "\n" else "外")})
    found = land(home, "abr_town", *tmp_path.glob("*.csv"))
    assert sorted(found.select("oaza_cho", "chome_number").rows()) == [("霞が関", 2), ("霞が関外", 2)]
    assert found["postal_codes"].to_list() == [["1000013"]] * 2
    files = RawStore(home, source_named("abr_town")).files()
    assert [(file.fault, file.unknown_columns, file.absent_columns) for file in files] == [(None, (), ("alias_oaza", "alias_koaza"))] * 2


def test_a_report_without_towns_is_told(home: Home) -> None:
    with pytest.raises(DaichoError, match="holds no towns of the address base registry"):
        address_master(home)
    folder = StandardisedStore(home, source_named("abr_town")).folder
    folder.mkdir(parents=True)
    (folder / "000000000000-0001.parquet").write_bytes(b"")
    with pytest.raises(DaichoError, match="another version of daicho"):
        address_master(home)


# measured on the same files by others before us; the reference material of the project states them
MEASURED = {
    "13": {
        "town_rows": 5_940, "town_ids": 5_930, "duplicate_town_id": 10, "both_residence_flags": 10, "position_rows": 6_819,
        "duplicate_position": 1_077, "town_without_position": 1_698, "position_under_other_flag": 1_077, "position_without_town": 429,
        "crs_4612": 6_369, "crs_6668": 450, "chome_in_digits": 3_601, "chome_in_kanji": 1_227, "mixed_chome": 2, "starts_with_oaza": 33,
        "starts_with_aza": 487, "without_postal_code": 5_940 - 575,
    },
    "30": {
        "town_rows": 3_544, "town_ids": 3_525, "duplicate_town_id": 19, "both_residence_flags": 19, "position_rows": 3_537,
        "duplicate_position": 102, "town_without_position": 1_709, "position_under_other_flag": 103, "position_without_town": 1_516,
        "crs_4612": 2_014, "crs_6668": 1_523, "chome_in_digits": 437, "chome_in_kanji": 96, "starts_with_oaza": 1_766,
        "starts_with_aza": 1_481, "without_postal_code": 3_544 - 1_401, "lot_rows": 367_519, "lots_without_position": 367_519 - 117_836,
        "lots_with_residence_flag": 38_825,
    },
    "46": {"lot_rows": 84_418, "lots_without_position": 84_418 - 83_514},
}  # fmt: skip


@pytest.mark.real
def test_the_real_address_master_has_the_flaws_that_were_measured(home: Home, shared_data: Path) -> None:
    folder = shared_data / "abr"
    for name, pattern in (
        ("abr_town", "mt_town_pref*"),
        ("abr_town_position", "mt_town_pos_pref*"),
        ("abr_lot", "mt_parcel_city*"),
        ("abr_lot_position", "mt_parcel_pos_city*"),
    ):
        land(home, name, *sorted(folder.glob(pattern)))
    assert read_quarantine(home.quarantine).is_empty()
    report = address_master(home)
    found = {row["prefecture_code"]: row for row in by_prefecture(report).iter_rows(named=True)}
    assert {code: {name: found[code][name] for name in told} for code, told in MEASURED.items()} == MEASURED
    by_code = {row["lg_code"]: row for row in report.iter_rows(named=True)}
    assert (by_code[WAKAYAMA]["lot_rows"], by_code[WAKAYAMA]["lots_without_position"]) == (367_519, 367_519 - 117_836)
    assert (by_code[YAKUSHIMA]["lot_rows"], by_code[YAKUSHIMA]["lots_without_position"]) == (84_418, 904)


@pytest.mark.real
def test_the_real_towns_of_tokyo(home: Home, shared_data: Path, registry: Registry) -> None:
    folder = shared_data / "abr"
    towns = land(home, "abr_town", folder / "mt_town_pref13.csv.zip")
    positions = land(home, "abr_town_position", folder / "mt_town_pos_pref13.csv.zip")
    isj = land(home, "mlit_isj", folder / "isj" / "13_2023.csv")
    registry.build(abr_town=towns, abr_town_position=positions, mlit_isj=isj)
    assert registry.rows("SELECT count(*), count(DISTINCT (lg_code, town_id)), count(*) FILTER (rsdt_addr_is_mixed) FROM town") == [
        (5_930, 5_930, 10)
    ]
    # 1,698 rows lack a position under their flag, of which 1,077 have one under the other
    ((without,),) = registry.rows("SELECT count(*) FROM town WHERE latitude IS NULL")
    assert without <= 1_698 - 1_077
    assert registry.rows("SELECT count(*) FROM town WHERE regexp_matches(town, '[0-9０-９]丁目')") == [(0,)]
    ((met, listed),) = registry.rows(
        "SELECT count(*) FILTER (abr_correspondence_code = 'same_name'), count(*) FROM town_crosswalk WHERE isj_town_codes IS NOT NULL"
    )
    assert met / listed > 0.98
