"""Names of organisations: legal forms of all kinds, their position, branches, kana, and the search key."""

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from data_standards.rules import organisation_name
from data_standards.rules.glyphs import folding
from data_standards.rules.legal_forms import KINDS, LEGAL_FORMS, LegalForm
from data_standards.rules.rule import CleansingRule
from tests.rule_checks import assert_sound, outcome_of, rows, texts

DIFF = Path(__file__).parents[1].parent / "shared" / "data" / "nta" / "diff" / "diff_20211001.zip"
RULES = {rule.id: rule for rule in organisation_name.RULES}

# value, status, reason, form, position, name part, branch
NAMES = [
    ("株式会社台帳", "株式会社台帳", "unchanged", None, "株式会社", "front", "台帳", None),
    ("台帳株式会社", "台帳株式会社", "unchanged", None, "株式会社", "back", "台帳", None),
    ("札幌市", "札幌市", "unchanged", None, None, None, "札幌市", None),
    ("㈱ABC", "株式会社ＡＢＣ", "changed", "legal_form_written_out", "株式会社", "front", "ＡＢＣ", None),
    ("(株)台帳", "株式会社台帳", "changed", "legal_form_written_out", "株式会社", "front", "台帳", None),
    ("伊藤組土建　（株）", "伊藤組土建株式会社", "changed", "legal_form_written_out", "株式会社", "back", "伊藤組土建", None),
    ("㈲渡邉ｶﾞﾗｽ店", "有限会社渡邉ガラス店", "changed", "legal_form_written_out", "有限会社", "front", "渡邉ガラス店", None),
    ("台帳株式會社", "台帳株式会社", "changed", "legal_form_written_out", "株式会社", "back", "台帳", None),
    ("(名)台帳", "合名会社台帳", "changed", "legal_form_written_out", "合名会社", "front", "台帳", None),
    ("台帳(資)", "台帳合資会社", "changed", "legal_form_written_out", "合資会社", "back", "台帳", None),
    ("(同)台帳", "合同会社台帳", "changed", "legal_form_written_out", "合同会社", "front", "台帳", None),
    ("(一社)台帳協会", "一般社団法人台帳協会", "changed", "legal_form_written_out", "一般社団法人", "front", "台帳協会", None),
    ("(社)台帳協会", "社団法人台帳協会", "uncertain", "abbreviation_unsure", "社団法人", "front", "台帳協会", None),
    ("医療法人社団　髙橋会", "医療法人社団髙橋会", "changed", "name_form", "医療法人社団", "front", "髙橋会", None),
    ("NPO法人みどり", "特定非営利活動法人みどり", "uncertain", "abbreviation_unsure", "特定非営利活動法人", "front", "みどり", None),
    ("㈻台帳学園", "学校法人台帳学園", "changed", "legal_form_written_out", "学校法人", "front", "台帳学園", None),
    (
        "株式会社　台帳新聞社　札幌支社",
        "株式会社台帳新聞社　札幌支社",
        "changed",
        "name_form",
        "株式会社",
        "front",
        "台帳新聞社",
        "札幌支社",
    ),
    ("台帳（株）札幌支店", "台帳株式会社札幌支店", "changed", "legal_form_written_out", "株式会社", "middle", "台帳", "札幌支店"),
    ("東京信用金庫　本店", "東京信用金庫　本店", "unchanged", None, None, None, "東京信用金庫", "本店"),
    ("株式会社甲株式会社", "株式会社甲株式会社", "uncertain", "two_legal_forms", "株式会社", "front", "甲", None),
    ("カ）ヤマダ", "株式会社ヤマダ", "changed", "legal_form_written_out", "株式会社", "front", "ヤマダ", None),
    ("ﾕ)ﾔﾏﾀﾞ", "有限会社ヤマダ", "changed", "legal_form_written_out", "有限会社", "front", "ヤマダ", None),
    ("ﾔﾏﾀﾞ(ｶ", "ヤマダ株式会社", "changed", "legal_form_written_out", "株式会社", "back", "ヤマダ", None),
    ("（カブ）台帳", "株式会社台帳", "changed", "legal_form_written_out", "株式会社", "front", "台帳", None),
    ("株）台帳", "株式会社台帳", "changed", "legal_form_written_out", "株式会社", "front", "台帳", None),
    ("㊑台帳", "株式会社台帳", "changed", "legal_form_written_out", "株式会社", "front", "台帳", None),
    ("山田㈲商店", "山田有限会社商店", "uncertain", "form_amid_name", "有限会社", "middle", "山田商店", None),
    ("（株）㈱台帳", "株式会社（株）台帳", "uncertain", "two_legal_forms", "株式会社", "front", "（株）台帳", None),
    ("（医）社団台帳会", "医療法人社団台帳会", "changed", "legal_form_written_out", "医療法人社団", "front", "台帳会", None),
    ("イ）台帳の部", "イ）台帳の部", "unchanged", None, None, None, "イ）台帳の部", None),
    ("(合)台帳", "（合）台帳", "uncertain", "abbreviation_unsure", None, None, "（合）台帳", None),  # 合名, 合資 or 合同
    ("【株】台帳", "株式会社台帳", "changed", "legal_form_written_out", "株式会社", "front", "台帳", None),
    ("台帳[有]", "台帳有限会社", "changed", "legal_form_written_out", "有限会社", "back", "台帳", None),
    ("株 式 会 社 台 帳", "株式会社台　帳", "changed", "name_form", "株式会社", "front", "台　帳", None),
    ("台帳有　限　会社", "台帳有限会社", "changed", "name_form", "有限会社", "back", "台帳", None),
    ("カブシキガイシャ ヤマダ", "株式会社ヤマダ", "changed", "legal_form_written_out", "株式会社", "front", "ヤマダ", None),
    ("ﾔﾏﾀﾞﾕｳｹﾞﾝｶﾞｲｼｬ", "ヤマダ有限会社", "changed", "legal_form_written_out", "有限会社", "back", "ヤマダ", None),
    ("（公益財団法人）台帳", "公益財団法人台帳", "changed", "legal_form_written_out", "公益財団法人", "front", "台帳", None),
    ("ﾔﾏﾀﾞ(ｶ)ｼﾃﾝ", "ヤマダ株式会社シテン", "uncertain", "form_amid_name", "株式会社", "middle", "ヤマダシテン", None),
    ("株式会社会　社研究会", "株式会社会　社研究会", "unchanged", None, "株式会社", "front", "会　社研究会", None),
    ("不明", None, "unknown", "says_unknown", None, None, None, None),
    ("株式会社", "株式会社", "uncertain", "no_name_beside_form", "株式会社", "front", None, None),
    ("GIF  Co.", "ＧＩＦ　Ｃｏ．", "changed", "name_form", None, None, "ＧＩＦ　Ｃｏ．", None),
    ("　", None, "unknown", "blank", None, None, None, None),
]


@pytest.mark.parametrize(("value", "result", "status", "reason", "form", "position", "part", "branch"), NAMES)
def test_names(
    value: str,
    result: str | None,
    status: str,
    reason: str | None,
    form: str | None,
    position: str | None,
    part: str | None,
    branch: str | None,
) -> None:
    row = rows(RULES["organisation_name"], [value])[0]
    assert (row["value"], row["status"], row["reason"]) == (result, status, reason)
    assert (row["legal_form"], row["legal_form_position"], row["name_part"], row["branch"]) == (form, position, part, branch)
    assert row["legal_form_kind"] == (KINDS[form] if form else None)


def test_a_column_keeps_its_order() -> None:
    values = [value for value, *_ in NAMES]
    assert [row["value"] for row in rows(RULES["organisation_name"], values)] == [result for _, result, *_ in NAMES]
    assert [row["value"] for row in rows(RULES["organisation_name"], values * 3)] == [result for _, result, *_ in NAMES] * 3


@pytest.mark.parametrize("form", LEGAL_FORMS, ids=[form.name for form in LEGAL_FORMS])
def test_every_spelling_of_every_form_is_parted(form: LegalForm) -> None:
    ways = [form.name, *form.spellings, *(f"（{short}）" for short in form.short)]
    found = rows(RULES["organisation_name"], [way + "台帳" for way in ways] + ["台帳" + way for way in ways])
    assert {row["legal_form"] for row in found} == {form.name}
    assert {row["name_part"] for row in found} == {"台帳"}
    assert [row["value"] for row in found] == [form.name + "台帳"] * len(ways) + ["台帳" + form.name] * len(ways)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈱渡邉商會", "株式会社 渡辺商会"),
        ("髙島屋", "高島屋"),
        ("\ufa11野", "崎野"),
        ("ＡＢＣコンピューター", "abcコンピユータ"),
        ("みどり・ガーデン", "ミドリガーデン"),
        ("第Ⅱビル", "第2ビル"),
        ("台帳(株)札幌支店", "台帳株式会社"),
    ],
)
def test_search_keys_meet(one: str, other: str) -> None:
    keys = [row["search_key"] for row in rows(RULES["organisation_name"], [one, other])]
    assert keys[0] == keys[1]
    assert keys[0]


def test_search_keys_keep_apart_what_differs() -> None:
    keys = [
        row["search_key"] for row in rows(RULES["organisation_name"], ["株式会社山田", "株式会社山本", "株式会社やまだ", "東京信用金庫"])
    ]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("rule", "value", "result", "status", "reason"),
    [
        ("organisation_search_key", "髙島屋・Ａ", "高島屋a", "changed", "folded"),
        ("organisation_search_key", "高島屋", "高島屋", "unchanged", None),
        ("organisation_search_key", "・", None, "unknown", "blank"),
        ("organisation_kana_gif", "カブシキガイシャジーアイエフ", "カブシキガイシャジーアイエフ", "unchanged", None),
        ("organisation_kana_nta", "カブシキガイシャジーアイエフ", "ジーアイエフ", "changed", "legal_form_dropped"),
        ("organisation_kana_gif", "ｶ)ﾀﾞｲﾁﾖｳ", "カブシキガイシャダイチヨウ", "changed", "legal_form_written_out"),
        ("organisation_kana_nta", "ｶ)ﾀﾞｲﾁﾖｳ", "ダイチヨウ", "changed", "legal_form_dropped"),
        ("organisation_kana_gif", "ダイチョウ（ユ", "ダイチョウユウゲンガイシャ", "changed", "legal_form_written_out"),
        ("organisation_kana_gif", "ダイチョウ(ド)ホンテン", "ダイチョウゴウドウガイシャホンテン", "changed", "legal_form_written_out"),
        ("organisation_kana_nta", "(カブ) ダイチヨウ サツポロシシヤ", "ダイチヨウ サツポロシシヤ", "changed", "legal_form_dropped"),
        ("organisation_kana_nta", "ダイチヨウ カブシキガイシヤ", "ダイチヨウ", "changed", "legal_form_dropped"),
        ("organisation_kana_nta", "だいちょう", "ダイチョウ", "changed", "kana_form"),
        ("organisation_kana_nta", "カブシキガイシャ", None, "invalid", "not_kana"),
        ("organisation_kana_gif", "台帳", None, "invalid", "not_kana"),
        ("organisation_kana_gif", "", None, "unknown", "blank"),
    ],
)
def test_other_rules(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(RULES[rule], value) == (result, status, reason)


def test_kana_names_the_form() -> None:
    found = rows(RULES["organisation_kana_nta"], ["イツパンザイダンホウジン ダイチヨウ", "ダイチョウ（カ", "ダイチョウ", None])
    assert [row["legal_form"] for row in found] == ["一般財団法人", "株式会社", None, None]


def test_glyphs_fold_in_one_step() -> None:
    table = folding()
    assert not set(table) & set(table.values())
    assert table["\ufa11"] == table["﨑"] == "崎"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(max_examples=80, deadline=None)
@given(
    values=texts(
        "株式会社有(（)）㈱カブユイ　 Aａ髙・ー゛\u3099İK",
        [
            "株式会社",
            "（株）",
            "(有)",
            "医療法人",
            "社団",
            "台帳",
            "　",
            "札幌支店",
            "カ）",
            "（カ",
            "（ユ）",
            "カブシキガイシャ",
            "ダイ",
            "シャ",
        ],
    )
)
def test_every_rule_is_sound(rule: CleansingRule, values: list[str | None]) -> None:
    assert_sound(rule, values)


@pytest.mark.real
def test_published_names_need_no_change() -> None:
    if not DIFF.exists():
        pytest.skip(f"the daily file of the corporate number site is not there: {DIFF}")
    with zipfile.ZipFile(DIFF) as archive:
        name = next(entry for entry in archive.namelist() if entry.endswith(".csv"))
        published = [(row[6], row[8]) for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8"))) if row[6]]
    found = pl.DataFrame(rows(RULES["organisation_name"], [name for name, _ in published]), infer_schema_length=None).with_columns(
        kind=pl.Series([kind for _, kind in published])
    )
    # the site publishes names in the form of the standard already: nearly all must pass unchanged, with the form of their kind
    assert found.filter(pl.col("status") == "unchanged").height / found.height > 0.99
    companies = found.filter(pl.col("kind").is_in(["301", "302", "303", "304", "305"]))
    assert (companies["kind"] == companies["legal_form_kind"]).mean() > 0.99
