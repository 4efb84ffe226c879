"""GIF conformance: LV1, LV2 and LV2s, the reasons why not, and our own table of companies in GIF's form."""

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from data_standards.conformance import street_address
from data_standards.conformance.cleansing import cleanse, rule_by_id
from data_standards.conformance.document import Document, Sheet, Table, find_table, position
from data_standards.conformance.gif_level import GifResult, measure
from data_standards.conformance.gif_view import to_gif
from data_standards.conformance.models import known_names, load_models, recognise, recognise_best
from data_standards.items import DeclarationError
from tests.rule_checks import assert_sound, rows, texts

Row = list[str | None]
GIF_HEADER: Row = [
    "法人番号",
    "商号または名称",
    "商号または名称(カナ)",
    "組織種別",
    "登記住所.都道府県",
    "登記住所.町字以下",
    "連絡先情報.連絡先電話番号",
]
GOOD: Row = ["8000012010038", "株式会社ＧＩＦ", "カブシキガイシャジーアイエフ", "301", "東京都", "霞が関2-1-6", "(03)5253-5111"]


def table(header: Row, *body: Row) -> Table:
    names = [str(i) for i in range(len(header))]
    grid = pl.DataFrame([header, *body], schema=dict.fromkeys(names, pl.String), orient="row")
    found = find_table(Sheet(name="", grid=grid), known_names())
    assert found is not None
    return found


def measured(one: Table, model: str | None = None) -> GifResult:
    recognition = recognise(one.headers, load_models()[model]) if model else recognise_best(one.headers)
    return measure(one, recognition, cleanse(one, recognition).changes)


def with_value(column: int, value: str | None) -> Row:
    return [value if i == column else given for i, given in enumerate(GOOD)]


def with_name(column: int, name: str) -> Row:
    return [name if i == column else given for i, given in enumerate(GIF_HEADER)]


CASES: list[tuple[str, Row, Row, str | None, str, str]] = [
    ("everything in form", GIF_HEADER, GOOD, "LV2s", "", ""),
    ("a telephone number with hyphens", GIF_HEADER, with_value(6, "03-5253-5111"), None, "LV1", "2行目の7列目"),
    ("an address with 丁目", GIF_HEADER, with_value(5, "霞が関２丁目１番６号"), None, "LV1", "2行目の6列目"),
    ("a corporate number that is wrong", GIF_HEADER, with_value(0, "8000012010039"), "LV1", "LV2", "2行目の1列目"),
    ("an abbreviated name", GIF_HEADER, with_value(1, "㈱ＧＩＦ"), "LV1", "LV2", "2行目の2列目"),
    ("a kind that is not listed", GIF_HEADER, with_value(3, "999"), "LV1", "LV2", "2行目の4列目"),
    ("a required column without values", GIF_HEADER, with_value(2, None), "LV1", "LV2", "1行目の3列目"),
    ("names of another convention", with_name(1, "法人名"), GOOD, "LV2", "LV2s", "1行目の2列目"),
    ("no hierarchy", with_name(4, "都道府県"), GOOD, "LV2", "LV2s", "1行目の5列目"),
    ("no contact", GIF_HEADER[:6], GOOD[:6], "LV1", "LV2", ""),
]


@pytest.mark.parametrize(("header", "body", "level", "barred", "where"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_level_and_its_first_reason(header: Row, body: Row, level: str | None, barred: str, where: str) -> None:
    one = table(header, body)
    result = measured(one, "company")
    assert result.level == level
    assert [reason.level for reason in result.obstacles[:1]] == ([barred] if barred else [])
    if barred:
        document = Document(kind="csv", sheets=(one.sheet,))
        assert position(document, result.obstacles[0].finding) == where
    assert result.reaches("LV1") == (level is not None)


def test_english_names_are_as_good() -> None:
    model = load_models()["company"]
    header: Row = [model.items[str(name)].path_en for name in GIF_HEADER]
    assert header[4] == "registeredAddress.prefecture"
    assert measured(table(header, GOOD)).level == "LV2s"


@pytest.mark.parametrize(
    ("header", "model", "paths"),
    [
        (
            ["施設名", "施設名フリガナ", "所在地", "緯度", "定員"],
            "facility",
            ["名称", "名称(カナ)", "施設住所.連結表記", "施設住所.代表点の緯度", "収容人数"],
        ),
        (
            ["corporate_number", "name", "lg_code", "ふりがな"],
            "company",
            ["法人番号", "商号または名称", "登記住所.全国地方公共団体コード", "商号または名称(カナ)"],
        ),
        (["氏", "名", "生年月日", "電話番号"], "person", ["氏", "名", "生年月日", "連絡先情報.連絡先電話番号"]),
        (["都道府県", "市区町村", "町字", "番地以下"], "address", ["都道府県", "市区町村(郡)", "町字", "番地以下"]),
        (["名称", "延床面積", "構造", "竣工年月日"], "building", ["名称", "延べ面積", "構造", "竣工日"]),
        (["地目", "地積", "地番"], "land", ["用途.コード", "土地面積", "土地住所.地番"]),
        (["連絡先名称", "メールアドレス", "連絡先URL"], "contact", ["連絡先名称", "連絡先メールアドレス", "連絡先URL"]),
    ],
)
def test_columns_are_recognised_and_the_model_chosen(header: list[str], model: str, paths: list[str]) -> None:
    found = recognise_best(header)
    assert found.model.name == model
    assert [item.path for _, item in sorted(found.columns.items())] == paths


def test_a_table_of_other_things_has_no_level() -> None:
    result = measured(table(["果物", "色"], ["りんご", "赤"]))
    assert (result.level, result.pattern) == (None, None)
    assert {reason.level for reason in result.obstacles} >= {"LV1"}


def test_blank_values_and_foreign_columns_are_remarks() -> None:
    one = table([*GIF_HEADER, "備忘"], [*GOOD, "x"], [*with_value(2, None), None])
    result = measured(one, "company")
    assert result.level == "LV2s"
    assert [remark.count for remark in result.remarks] == [1, 1]


@pytest.mark.parametrize("model", load_models().values(), ids=lambda model: model.name)
def test_every_rule_a_model_names_exists(model: Any) -> None:
    for item in model.items.values():
        if item.rule is not None:
            assert rule_by_id(item.rule).reasons, item.path


def test_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no cleansing rule 'nonsense'"):
        rule_by_id("nonsense")


@pytest.mark.real
def test_models_have_gifs_items_and_patterns(shared_data: Path) -> None:
    labels = {model.label: model for model in load_models().values()}
    required: dict[str, dict[str, set[str]]] = {}
    with (shared_data / "standards" / "gif" / "gif_core_datamodel.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["model"] not in labels or row["section"] != "基礎項目":
                continue
            name, name_en = (row[key].replace("(*1)", "").strip() for key in ("name_ja", "name_en"))
            model = labels[row["model"]]
            assert model.items[name].path_en == name_en
            numbers = re.findall(r"パターン(\d)", row["required"]) or (["必須"] if row["required"] else [])
            for number in numbers:
                key = number if number == "必須" else f"P{number}"
                required.setdefault(model.name, {}).setdefault(key, set()).add(name)
    ours = {name: {key: set(items) for key, items in model.patterns.items() if items} for name, model in load_models().items()}
    assert {name: patterns for name, patterns in ours.items() if patterns} == required


STREETS = [
    ("霞が関２丁目１番６号", "霞が関2-1-6", None),
    ("霞が関二丁目１番６号", "霞が関2-1-6", None),
    ("西山町１３番２２号", "西山町13-22", None),
    ("１番地の１", "1-1", None),
    ("北1条西1-3", "北1条西1-3", None),
    ("北三条西６丁目１", "北3条西6-1", None),
    ("一番町１５番２０号", "一番町15-20", None),
    ("東品川６丁目５－２－７９６", "東品川6-5-2-796", None),
    ("寺町通御池上る上本能寺前町488", "寺町通御池上る上本能寺前町488", None),
    ("字三本木無番地", "三本木無番地", None),
    ("丸の内１丁目４番１号　丸の内ビル", "丸の内1-4-1", "丸の内ビル"),
    ("日本橋３丁目２番１７号日本橋Ｋ・Ｎビル４Ｆ", "日本橋3-2-17", "日本橋K・Nビル4F"),
]


@pytest.mark.parametrize(("text", "value", "building"), STREETS)
def test_addresses_below_the_municipality(text: str, value: str, building: str | None) -> None:
    row = rows(street_address.RULES[0], [text])[0]
    assert (row["value"], row["building"]) == (value, building)
    assert row["status"] == ("uncertain" if building else "unchanged" if value == text else "changed")


@settings(deadline=None)
@given(texts("0123０１２一二十丁目番地号の- －ビル町条", pieces=["丁目", "番地", "番", "号", "１", "2", "十", "ビル", "町", "-"]))
def test_street_addresses_are_sound(values: list[str | None]) -> None:
    assert_sound(street_address.RULES[0], values)


def companies() -> pl.DataFrame:
    """Three rows as our release publishes them: with a building, without an address, abroad."""
    common = {"kind_code": "301", "name_en": "Gif Co., Ltd.", "assigned_on": dt.date(2015, 10, 5)}
    home = {"lg_code": "131016", "prefecture": "東京都", "city": "千代田区", "postal_code": "1000013", "address_abroad": None}
    away = dict.fromkeys(home) | {"street_address": None, "address_abroad": "アメリカ合衆国デラウェア州"}
    names = [
        ("8000012010038", "株式会社ＧＩＦ", "ジーアイエフ"),
        ("7000012050002", "国税庁", "コクゼイチョウ"),
        ("8700150000003", "アリックス", None),
    ]
    places = [home | {"street_address": "霞が関３丁目１番１号合同庁舎"}, home | {"street_address": "霞が関３丁目１番１号"}, away]
    return pl.DataFrame(
        [{"corporate_number": a, "name": b, "name_kana": c} | common | place for (a, b, c), place in zip(names, places, strict=True)]
    )


def test_our_companies_in_gifs_form_reach_lv2s() -> None:
    frame = to_gif(companies(), load_models()["company"])
    assert frame["登記住所.町字以下"].to_list() == ["霞が関3-1-1", "霞が関3-1-1", None]
    assert frame["登記住所.建物名等(方書)"].to_list() == ["合同庁舎", None, None]
    assert frame["登記住所.連結表記"].to_list() == [
        "東京都千代田区霞が関３丁目１番１号合同庁舎",
        "東京都千代田区霞が関３丁目１番１号",
        "アメリカ合衆国デラウェア州",
    ]
    result = measured(table(list(frame.columns), *(list(row) for row in frame.iter_rows())))
    assert (result.level, result.pattern, result.obstacles) == ("LV2s", "P2", ())


def test_a_model_without_a_view_and_a_table_without_its_columns_are_refused() -> None:
    with pytest.raises(DeclarationError, match="declares no view"):
        to_gif(companies(), load_models()["land"])
    with pytest.raises(DeclarationError, match="needs the column kind_code"):
        to_gif(companies().drop("kind_code"), load_models()["company"])


def test_an_abbreviation_in_a_registered_name_is_no_breach_of_form() -> None:
    named = {"ＮＰＯ法人みどり": "LV2s", "NPO法人みどり": "LV1"}
    for name, level in named.items():
        assert measured(table(GIF_HEADER, with_value(1, name)), "company").level == level, name


def test_a_table_of_many_chunks_is_the_same_as_one_of_one_chunk() -> None:
    """Rules are run one chunk of one column at a time: run side by side they overflow the stack of Polars' threads."""
    one, model = companies(), load_models()["company"]
    many = pl.concat([one] * 300, rechunk=False)
    assert many.n_chunks() > 100
    gif = to_gif(many, model)
    assert gif.equals(pl.concat([to_gif(one, model)] * 300))


@pytest.mark.parametrize(
    ("name", "street", "expected"),
    [
        ("原木　　医生Ⅳ", "豊平１３３３番地１　カーサⅠ", ("原木　医生Ⅳ", "豊平1333-1", "カーサⅠ", "豊平１３３３番地１　カーサⅠ")),
        ("成田商店", "湊町５番地　成田ヒ゛ル　　５０３号", ("成田商店", "湊町5", "成田ビル 503号", "湊町５番地　成田ビル　５０３号")),
    ],
)
def test_layout_stays_behind_and_names_are_kept(name: str, street: str, expected: tuple[str, ...]) -> None:
    one = companies().head(1).with_columns(name=pl.lit(name), street_address=pl.lit(street), prefecture=pl.lit(""), city=pl.lit(""))
    gif = to_gif(one, load_models()["company"])
    assert gif.select("商号または名称", "登記住所.町字以下", "登記住所.建物名等(方書)", "登記住所.連結表記").row(0) == expected
