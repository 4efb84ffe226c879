"""What stands behind the town: each kind of notation, and that every character is accounted for once."""

import re
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registries.address.matching.number_groups import TOKENS
from registries.address.matching.plans import with_arrays
from registries.address.matching.remainder import SEGMENTS, parse_remainders


def _read(text: str, before: str = "町") -> dict:
    parsed = parse_remainders(pl.Series([before + text]), start=np.array([len(before)]))
    return with_arrays(parsed.texts, **parsed.ends).row(0, named=True)


def _parsed(remainder: pl.Series) -> pl.DataFrame:
    parsed = parse_remainders(remainder)
    return with_arrays(parsed.texts, **parsed.ends)


def _segments(text: str, row: dict) -> dict[str, str]:
    ends = [0, *(row[f"end_{name}"] for name in SEGMENTS)]
    assert ends == sorted(ends)
    assert ends[-1] == len(text)
    return {name: text[ends[place] : ends[place + 1]] for place, name in enumerate(SEGMENTS) if ends[place + 1] > ends[place]}


def _tokens(row: dict) -> str:
    return "-".join(row[f"t{token}"] for token in range(1, TOKENS + 1) if row[f"t{token}"])


# text behind the town; its numbers; what else is told of it
CASES = [
    ("１２番地の３ トラストタワー17階", "12-3", {"building": "トラストタワー17階"}),
    ("1-2-3-405号室", "1-2-3", {"building": "405号室"}),
    ("甲124-1", "124-1", {"series": "甲"}),
    ("セ16番地", "16", {"series": "セ", "mark": "番地"}),
    ("せ16番地", "16", {"series": "セ", "mark": "番地"}),
    ("ｾ16番地", "16", {"series": "セ", "mark": "番地"}),
    ("タの２６番地", "26", {"series": "タ"}),
    ("亥45番地1", "45-1", {"series": "亥"}),
    ("6番地のロ", "6-ロ", {}),
    ("6番地ロ", "6-ロ", {}),
    ("193番地ろ", "193-ロ", {}),
    ("2505番地の内イ", "2505-イ", {}),
    ("486番地の甲", "486-甲", {}),
    ("十四ーイ二十二", "14-イ22", {"numerals_read": True}),
    ("１４ーＡ２２ ジオロニアマンション", "14", {"building": "Ａ２２ ジオロニアマンション"}),
    ("C-3", "3", {"series": "C"}),
    ("一丁目2番地3", "2-3", {"chome": "1"}),
    ("２丁3-10", "3-10", {"chome": "2"}),
    ("6丁目", "", {"chome": "6"}),
    ("番外地", "", {"bare": "番外地"}),
    ("無番地", "", {"bare": "無番地"}),
    ("12番外地", "12", {"mark": "番外地"}),
    ("1番1号地先", "1-1", {"mark": "号", "qualifier": "地先"}),
    ("７番地地先", "7", {"mark": "番地", "qualifier": "地先"}),
    ("(内)", "", {"note": "(内)"}),
    ("(西町)1234番地", "1234", {"note": "(西町)", "unverified": None, "mark": "番地"}),
    ("字裏ノ(南栄町)8-1", "8-1", {"unverified": "字裏ノ", "note": "(南栄町)"}),
    ("（第一ビル）3-2", "3-2", {"note": "（第一ビル）", "building": None}),
    ("1-2 TEL 03-1234-5678", "1-2", {"note": "TEL 03-1234-5678", "building": None}),
    (
        "1-2 総務省ビル 電話：03(1234)5678 FAX 03-1234-5679",
        "1-2",
        {"building": "総務省ビル", "note": "電話：03(1234)5678 FAX 03-1234-5679"},
    ),
    ("1-2 第一ビル3階 山田太郎様", "1-2", {"building": "第一ビル3階", "note": "山田太郎様"}),
    ("1-2 鈴木様方", "1-2", {"building": "鈴木様方", "note": None}),
    ("1-2ほか", "1-2", {"note": None, "building": None, "left_over": None}),
    ("1番地2ほか3筆", "1-2", {"left_over": None}),
    ("1-2 ほかほか亭", "1-2", {"building": "ほかほか亭"}),
    ("1番地外苑ビル", "1", {"building": "外苑ビル"}),
    ("１バン ２ゴウ", "1-2", {"mark": "号", "left_over": None}),
    ("１バンチ ２ バンドウビル", "1-2", {"building": "バンドウビル"}),
    ("三1", "1", {"unverified": "三", "numerals_read": False}),
    ("の1920", "1920", {"unverified": None}),
    ("字神居番外地", "", {"unverified": "字神居", "bare": "番外地"}),
    ("地先", "", {"bare": "地先", "unverified": None}),
    ("２ノ８ノ１", "2-8-1", {}),
    ("二ノ八ノ一", "2-8-1", {"numerals_read": True}),
    ("5−18−5−802", "5-18-5", {"room_number": "802", "building": "802"}),
    ("５－１５－５１１", "5-15", {"room_number": "511"}),
    ("５番３－３０８号西新宿ダイヤモンドパレス", "5-3", {"room_number": "308", "building": "３０８号西新宿ダイヤモンドパレス"}),
    ("540-1-25", "540-1-25", {"room_number": None}),
    ("41番9-4号", "41-9-4", {"room_number": None}),
    ("28番31の2号", "28-31-2", {}),
    ("1番－4号-302", "1-4", {"building": "302"}),
    ("１－２３、２０３", "1-23", {"building": "２０３"}),
    ("１９番２３号十条会館204-B", "19-23", {"building": "十条会館204-B"}),
    ("9-5一ノ瀬ビル501", "9-5", {"building": "一ノ瀬ビル501"}),
    ("３３－８月ビル１０３", "33-8", {"building": "月ビル１０３"}),
    ("１３－４０１代官山エーデルハイム", "13-401", {"building": "代官山エーデルハイム"}),
    ("３番１３－４０１代官山エーデルハイム", "3-13", {"room_number": "401"}),
    ("１９番地フォルトゥーナ東寺町", "19", {"mark": "番地", "building": "フォルトゥーナ東寺町"}),
    ("1号イオンビル", "1", {"building": "イオンビル"}),
    ("第10地割85番地", "85", {"unverified": "第10地割"}),
    ("第２３地割字軽米渡１９番地２６", "19-26", {"unverified": "第２３地割字軽米渡"}),
    ("西18線9番地", "9", {"unverified": "西18線"}),
    ("渡辺3号", "3", {"unverified": "渡辺", "mark": "号"}),
    ("十輪谷甲１２４－１", "124-1", {"unverified": "十輪谷", "series": "甲"}),
    ("梶村一３８番地４", "38-4", {"unverified": "梶村一"}),
    ("字西三百二十番地", "320", {"unverified": "字西"}),
    ("馬洗淵", "", {"unverified": "馬洗淵"}),
    ("三五十", "", {"unverified": "三五十"}),
    ("一", "1", {}),
    ("目黒テラス", "", {"building": "目黒テラス"}),
    ("17階", "", {"building": "17階"}),
    ("１号館３階", "", {"building": "１号館３階"}),
    ("アベノ地下街8号", "", {"building": "アベノ地下街8号"}),
    ("3-5(小野ビル101号)", "3-5", {"note": "(小野ビル101号)"}),
    ("１番１号ＡＢＣ（株）ビル（３階）", "1-1", {"building": "ＡＢＣ（株）ビル", "note": "（３階）"}),
    ("8丁目(旭川中央郵便局私書箱第51号)", "", {"chome": "8", "note": "(旭川中央郵便局私書箱第51号)"}),
    ("旭川中央郵便局私書箱第51号", "", {"note": "旭川中央郵便局私書箱第51号"}),
    ("1一3", "1-3", {}),
    ("二〇-1-1", "20-1-1", {}),
    ("千二百三十四番地の五", "1234-5", {}),
    ("0012-003", "12-3", {}),
    ("", "", {"building": None, "kept": 0}),
]


@pytest.mark.parametrize(("text", "numbers", "more"), CASES, ids=[case[0] or "empty" for case in CASES])
def test_notations(text: str, numbers: str, more: dict) -> None:
    row = _read(text)
    _segments(text, row)
    assert _tokens(row) == numbers
    assert {name: row[name] for name in more} == more


def test_a_leading_no_joins_behind_a_number_and_is_a_name_elsewhere() -> None:
    assert _tokens(_read("ノ八ノ一", before="二")) == "8-1"
    assert _read("ノ１４－１", before="町")["unverified"] == "ノ"


def test_null_is_an_empty_remainder() -> None:
    row = _parsed(pl.Series([None], dtype=pl.String)).row(0, named=True)
    assert row["end_note"] == 0


def _digits(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "0123456789")


def _account(texts: list[str]) -> None:
    """Every character in one segment, every digit of the number among the tokens, buildings as written."""
    written = pl.Series("written", texts, dtype=pl.String)
    parsed = _parsed(written).with_columns(written)
    ends = [pl.lit(0), *(pl.col(f"end_{name}") for name in SEGMENTS)]
    ordered = pl.all_horizontal(ends[place + 1] >= ends[place] for place in range(len(SEGMENTS)))
    whole = pl.col("end_note") == pl.col("written").str.len_chars()
    texts_as_written = pl.all_horizontal(
        pl.col("written").str.contains(pl.col(name), literal=True).fill_null(value=True)
        for name in ("building", "note", "left_over", "unverified")
    )
    assert parsed.filter(~(ordered & whole & texts_as_written)).rows(named=True) == []
    number = pl.col("written").str.slice(pl.col("end_bracketed"), pl.col("end_number") - pl.col("end_bracketed"))
    read = parsed.select(
        "written", number=number, tokens=pl.concat_str([pl.col(f"t{token}").fill_null("") for token in range(1, TOKENS + 1)])
    )
    plain = read.filter(~pl.col("number").str.contains("[〇零一二三四五六七八九十百千壱壹弐貳参參拾①-⑨]|[0０][0-9０-９]|外[0-9０-９]|ほか"))
    for _, digits, tokens in plain.rows():
        assert _digits(digits) == _digits(tokens), digits


_SIGNS = st.sampled_from(
    list(
        "0123456789０１２３一二三四十百千番地号丁目のノ之-－ー−―/・、,( )（）　"
        "甲乙イロハいろ字第線条割階室館棟FＦABビルタワー私書箱郵便局内外先町々ｲｶﾞ\u3099"
    )
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(_SIGNS, max_size=24), min_size=1, max_size=20))
def test_every_character_is_accounted_for_once(texts: list[str]) -> None:
    _account(texts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_any_text_is_accounted_for(texts: list[str]) -> None:
    _account(texts)


def _real(shared_data: Path) -> list[str]:
    addresses = shared_data / "addresses"
    cases = pl.concat(
        pl.read_csv(addresses / name, columns=["input"], infer_schema=False)
        for name in ("cases_open.csv", "offices_open.csv", "abr_number_cases_open.csv")
    )
    texts = [*cases["input"].to_list(), *(addresses / "schools_open.txt").read_text(encoding="utf-8").splitlines()]
    for path in sorted((shared_data / "nta" / "diff").glob("*.zip"))[10::60]:
        with zipfile.ZipFile(path) as archive:
            rows = pl.read_csv(archive.read(archive.namelist()[0]), has_header=False, infer_schema=False, encoding="utf8-lossy")
        texts += rows.to_series(11).drop_nulls().to_list()
    return texts


@pytest.mark.real
def test_every_real_address_is_accounted_for(shared_data: Path) -> None:
    texts = _real(shared_data)
    # whole addresses, and from the first number on, as a town matcher would leave them
    _account(texts)
    _account([text[found.start() :] for text in texts if (found := re.search("[0-9０-９]", text))])
