"""The command conform: on messy files as municipalities keep them, and on files that are no tables at all."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.styles import Font, PatternFill

from catalog.conformance import FILE as CONFORMANCE
from catalog.conformance import write_conformance
from data_standards.conformance.document import Companion
from data_standards.conformance.gif_view import to_gif
from data_standards.conformance.machine_readability import Outcome, level_score
from data_standards.conformance.models import load_models
from pipelines.cli import main
from pipelines.conform import examine
from pipelines.conform_csv import read_csv
from pipelines.conform_read import read_file
from registries.contract import load_contracts
from tests.test_gif_level import companies

MESSY = """法人番号,法人名,フリガナ,都道府県,市区町村,町字以下,郵便番号,電話番号,設立年月日
8000012010038,㈱ＧＩＦ,ｼﾞｰｱｲｴﾌ,東京都,千代田区,霞が関２丁目１番６号,100-8926,03-5253-5111,平成2年4月1日
7000012050002,国税庁,コクゼイチョウ,東京都,千代田区,霞が関３丁目１番１号,〒1008978,(03)3581-4161,2001-01-06
8000012010039,(有)田中商店,タナカショウテン,東京都,千代田区,丸の内１－２,,不明,S63.2.31
"""


def run(*arguments: object) -> int:
    return main(["conform", *(str(argument) for argument in arguments)])


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "法人一覧.csv"
    path.write_bytes(MESSY.replace("\n", "\r\n").encode("cp932"))
    return path


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_messy_list_is_explained_with_positions(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(messy, "--as", "company") == 1
    text = capsys.readouterr().out
    for said in (
        "cp932",
        "GIF準拠: なし",
        "2行目の8列目",
        "03-5253-5111 → (03)5253-5111",
        "株式会社ＧＩＦ",
        "LV2に届かない理由",
        "連絡先情報",
        "[誤り]",
    ):
        assert said in text
    assert run(messy, "--lang", "en") == 1
    english = capsys.readouterr().out
    assert "line 2, column 8" in english
    assert "does not conform to LV1" in english


def test_fixing_keeps_the_original_and_fixing_twice_changes_nothing(
    messy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    assert run(messy, "--fix", once) == 1
    assert once.read_bytes().startswith(b"\xef\xbb\xbf")
    fixed = pl.read_csv(once, infer_schema=False).rows()
    assert fixed[0] == (
        "8000012010038",
        "株式会社ＧＩＦ",
        "ジーアイエフ",
        "東京都",
        "千代田区",
        "霞が関2-1-6",
        "1008926",
        "(03)5253-5111",
        "1990-04-01",
    )
    assert fixed[2][0] == "8000012010039", "an invalid value stays"
    changes = pl.read_csv(f"{once}.changes.csv", infer_schema=False)
    assert changes.columns == ["位置", "項目名", "GIF項目", "変更前", "変更後", "規則", "標準", "条項", "状態", "理由"]
    before = {row["位置"]: row for row in changes.to_dicts()}
    assert before["2行目の2列目"]["変更前"] == "㈱ＧＩＦ"
    assert before["4行目の1列目"]["状態"] == "誤り"
    assert changes["標準"].null_count() == changes["理由"].null_count() == 0
    original = [line.split(",") for line in MESSY.splitlines()]
    for place, row in before.items():
        line, _, column = place.removesuffix("列目").partition("行目の")
        assert row["変更前"] == original[int(line) - 1][int(column) - 1]
    run(once, "--fix", twice)
    assert twice.read_bytes() == once.read_bytes()
    assert set(pl.read_csv(f"{twice}.changes.csv", infer_schema=False)["状態"]) <= {"誤り", "要確認", "不明"}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_the_fixed_file_is_of_the_kind_its_name_says(messy: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    outs = [tmp_path / f"{name}{suffix}" for name in ("a", "b")]
    for out in outs:
        run(messy, "--fix", out)
    assert outs[0].read_bytes() == outs[1].read_bytes(), "the same input gives the same bytes"
    capsys.readouterr()
    run(outs[0], "--json")
    found = answer(capsys)
    assert found["kind"] == {".csv": "csv", ".parquet": "parquet", ".xlsx": "excel"}[suffix]
    assert set(found["changes"]) <= {"invalid", "uncertain", "unknown"}


GOOD = """法人番号,商号または名称,商号または名称(カナ),組織種別,連絡先情報.連絡先電話番号
8000012010038,株式会社ＧＩＦ,ジーアイエフ,301,(03)5253-5111
"""


@pytest.mark.parametrize(
    ("text", "level", "status"),
    [
        (GOOD, "LV2s", 0),
        (GOOD.replace("商号または名称,", "会社名,"), "LV2", 0),
        (GOOD.replace("商号または名称,", "会社名,"), "LV2s", 1),
        (GOOD.replace(",301,", ",300,"), "LV1", 0),
        (GOOD.replace(",301,", ",300,"), "LV2", 1),
        (GOOD.replace("(03)5253-5111", "03-5253-5111"), "LV1", 1),
        (GOOD + '7000012050002,"国税\n庁",コクゼイチョウ,101,(03)3581-4161\n', "LV1", 1),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_exit_status_by_level(
    tmp_path: Path, text: str, level: str, status: int, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    assert run(path, "--level", level, "--as", "company") == status


UNREADABLE: dict[str, bytes] = {
    "empty.csv": b"",
    "blank.csv": b"\r\n \r\n",
    "binary.csv": bytes(range(256)) * 20,
    "report.pdf": b"%PDF-1.7 ...",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "broken.xlsx": b"PK\x03\x04" + b"x" * 50,
    "broken.parquet": b"PAR1" + b"x" * 50,
    "undecodable.csv": "名称\n".encode() + b"\x81\xff\xff\n",
    "two encodings.csv": "名称,電話\n台帳,1\n".encode() + "髙島屋,2\n".encode("cp932"),
    "named.xlsx": "名称,電話\n台帳,1\n".encode(),
    "page.xls": b"<html><table><tr><td>1</td></tr></table></html>",
}


@pytest.mark.parametrize("name", list(UNREADABLE))
def test_what_cannot_be_read_is_said_without_a_traceback(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(UNREADABLE[name])
    assert run(path) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"daicho: {name}: ")
    assert "Traceback" not in said.err
    assert run(path, "--json", "--lang", "en") == 2
    assert name in answer(capsys)["error"]


def test_the_line_is_told_where_the_encoding_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two encodings.csv"
    path.write_bytes(UNREADABLE[path.name])
    run(path)
    assert "3行目の文字がutf-8として読めません" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_other_encodings_and_delimiters_are_read(tmp_path: Path, encoding: str, delimiter: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("商号,電話番号\n株式会社台帳,(03)5253-5111\n株式会社山田,(03)5253-5112\n".replace(",", delimiter).encode(encoding))
    run(path)
    said = capsys.readouterr().out
    assert encoding in said
    assert "2件 2列" in said
    assert "商号 → 商号または名称" in said


def test_dates_and_numbers_outside_the_model_are_cleansed_too(tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "out.csv"
    path.write_text(
        "名称,住所,開設日,面積(㎡),枝,更新日時\n"
        '北館,東京都港区1-1,令和2年4月1日,"1,234.5",007,2020-04-01T10:00:00\n'
        "南館,東京都港区1-2,R3.5,１２,008,2020-04-02T10:00:00\n"
        "東館,東京都港区1-3,2020-02-30,x,009,2020-04-03T10:00:00\n",
        encoding="utf-8",
    )
    run(path, "--as", "facility", "--fix", out)
    rows = [line.split(",") for line in out.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert [row[2:] for row in rows] == [
        ["2020-04-01", "1234.5", "007", "2020-04-01T10:00:00"],
        ["2021-05", "12", "008", "2020-04-02T10:00:00"],
        ["2020-02-30", "x", "009", "2020-04-03T10:00:00"],
    ]
    changes = (tmp_path / "out.csv.changes.csv").read_text(encoding="utf-8-sig")
    assert "4行目の3列目,開設日,,2020-02-30,,date_iso" in changes
    assert "number_plain" in changes


def test_a_file_whose_columns_tell_no_model_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_text("甲欄,乙欄\n1,2\n", encoding="utf-8")
    run(path)
    assert "--as で指定してください" in capsys.readouterr().out


def test_a_missing_file_and_a_bad_target_are_said(messy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none.csv") == 2
    assert "ファイルがありません" in capsys.readouterr().err
    for target, said in ((messy, "上書きしません"), (tmp_path / "x.txt", "拡張子"), (tmp_path / "no" / "x.csv", "フォルダー")):
        assert run(messy, "--fix", target) == 2
        assert said in capsys.readouterr().err


STRANGE: dict[str, bytes] = {
    "one cell": b"x",
    "header only": "名称,住所\n".encode(),
    "huge cell": f"名称,住所\n{'あ' * 300_000},東京都\n".encode(),
    "ragged": "名称,住所\na\nb,c,d,e\n\n\nf,g\n".encode(),
    "open quote": '名称,住所\n"a,b\nc,d\n'.encode(),
    "quotes amid": '名称,住所\na"b,c\n'.encode(),
    "bare returns": b"a,b\rc,d\r",
    "thousands of columns": ",".join(f"c{i}" for i in range(3000)).encode() + b"\n" + b"," * 2999 + b"\n",
    "duplicate names": "名称,名称,住所\na,b,c\n".encode(),
    "lines of commas": b",,,\n,,,\n",
}


@pytest.mark.parametrize("name", list(STRANGE))
def test_no_file_brings_it_down(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "strange.csv"
    path.write_bytes(STRANGE[name])
    assert run(path, "--fix", tmp_path / "out.csv") in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_an_unquoted_comma_is_placed_on_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_text("名称,住所\na,東京都\nb,c,d\ne,大阪府\n", encoding="utf-8")
    assert run(path, "--json") == 1
    rule = next(one for one in answer(capsys)["machine_readability"]["rules"] if one["id"] == "L1-15")
    assert [finding["position"] for finding in rule["findings"]] == ["3行目"]


def sheet() -> tuple[openpyxl.Workbook, Any]:
    workbook = openpyxl.Workbook()
    one = workbook.active
    assert one is not None
    one.title = "施設"
    for row in (["施設名", "区分", "都道府県", "定員(人)"], *([f"施設{c}", "市立", "東京都", i] for i, c in enumerate("東西南北中"))):
        one.append(row)
    return workbook, one


def merge(workbook: openpyxl.Workbook, one: Any) -> None:
    one.merge_cells("B2:B3")


def second_table(workbook: openpyxl.Workbook, one: Any) -> None:
    for row in ([], ["地区", "人口"], ["東部", 100], ["西部", 200]):
        one.append(row)


def hide_row(workbook: openpyxl.Workbook, one: Any) -> None:
    one.row_dimensions[4].hidden = True


def hide_column(workbook: openpyxl.Workbook, one: Any) -> None:
    one.column_dimensions["C"].hidden = True


def hide_sheet(workbook: openpyxl.Workbook, one: Any) -> None:
    other = workbook.create_sheet("控え")
    other.append(["名称"])
    other.append(["港会館"])
    other.sheet_state = "hidden"


def colour(workbook: openpyxl.Workbook, one: Any) -> None:
    one["A3"].fill = PatternFill("solid", fgColor="FFFF00")


def strike(workbook: openpyxl.Workbook, one: Any) -> None:
    one["A4"].font = Font(strike=True)


def formula(workbook: openpyxl.Workbook, one: Any) -> None:
    one["E1"] = "倍(人)"
    for row in range(2, 7):
        one[f"E{row}"] = f"=D{row}*2"


def unit(workbook: openpyxl.Workbook, one: Any) -> None:
    one["D3"] = "1人"


def number_as_text(workbook: openpyxl.Workbook, one: Any) -> None:
    one["D4"] = "2"


def title(workbook: openpyxl.Workbook, one: Any) -> None:
    one.insert_rows(1)
    one["A1"] = "公共施設一覧"


def chart(workbook: openpyxl.Workbook, one: Any) -> None:
    from openpyxl.chart import BarChart, Reference

    bars = BarChart()
    bars.add_data(Reference(one, min_col=4, min_row=1, max_row=6))
    one.add_chart(bars, "C3")


WORKBOOKS = [
    (merge, {"L1-12": "施設!B2:B3"}),
    (second_table, {"L1-02": "施設!8"}),
    (hide_row, {"L1-13": "施設!4"}),
    (hide_column, {"L1-13": "施設!C:C"}),
    (hide_sheet, {"L1-13": "控え!（シート全体）"}),
    (colour, {"L1-11": "施設!A3"}),
    (strike, {"L1-11": "施設!A4"}),
    (formula, {"L2-06": "施設!E2"}),
    (unit, {"L2-01": "施設!D3"}),
    (number_as_text, {"L2-01": "施設!D4"}),
    (title, {"L1-04": "施設!1", "L3-01": "施設!2"}),
    (chart, {"L1-10": "施設!C3"}),
]


@pytest.mark.parametrize(("spoil", "expected"), WORKBOOKS, ids=[spoil.__name__ for spoil, _ in WORKBOOKS])
def test_workbooks_say_what_is_wrong_in_cells(
    tmp_path: Path, spoil: Any, expected: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    workbook, one = sheet()
    spoil(workbook, one)
    path = tmp_path / "施設.xlsx"
    workbook.save(path)
    run(path, "--json")
    rules = answer(capsys)["machine_readability"]["rules"]
    assert {rule["id"]: rule["findings"][0]["position"] for rule in rules if rule["outcome"] == "failed"} == expected


def test_a_clean_workbook_breaks_no_rule_and_keeps_its_other_sheets_when_fixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workbook, one = sheet()
    one["E1"] = "電話番号"
    for row in range(2, 7):
        one[f"E{row}"] = "03-5253-5111"
    other = workbook.create_sheet("コード一覧")
    other.append(["コード", "意味"])
    path, out = tmp_path / "施設.xlsx", tmp_path / "out.xlsx"
    workbook.save(path)
    run(path, "--json", "--fix", out)
    assert [rule["id"] for rule in answer(capsys)["machine_readability"]["rules"] if rule["outcome"] == "failed"] == []
    fixed = openpyxl.load_workbook(out)
    assert fixed.sheetnames == ["施設", "コード一覧"]
    assert [fixed["施設"][f"E{row}"].value for row in (1, 2, 6)] == ["電話番号", "(03)5253-5111", "(03)5253-5111"]
    assert fixed["施設"]["D3"].value == 1
    changes = pl.read_csv(f"{out}.changes.csv", infer_schema=False)
    assert changes["位置"].to_list() == [f"施設!E{row}" for row in range(2, 7)]


PIECES: dict[str, str] = {
    "clean": "名称,住所\n" + "".join(f"港会館{i},東京都\n" for i in range(40)),
    "a break within a value": "名称,住所\n" + "".join(f'"港\n会館{i}",東京都\n' for i in range(40)),
    "faults late": "名称,住所\n" + "".join(f"港会館{i},東京都\n" for i in range(40)) + "a,b,c\n\nd\ne,f\n",
    "no line end": "名称,住所\n" + "".join(f"港会館{i},東京都\n" for i in range(40)) + "終わり,大阪府",
    "returns": "名称,住所\r\n" + "".join(f'"港会館{i}","東京都"\r\n' for i in range(40)),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("name", list(PIECES))
def test_a_file_reads_the_same_in_pieces_as_at_once(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(PIECES[name].encode(encoding))
    (whole, said), (pieced, said_in_pieces) = read_csv(path), read_csv(path, 64)
    assert said == said_in_pieces == encoding
    assert whole.grid.height == len(list(csv.reader(io.StringIO(PIECES[name], newline=""))))
    assert pieced.grid.equals(whole.grid)
    assert (pieced.broken_lines, pieced.badly_quoted) == (whole.broken_lines, whole.badly_quoted)
    lines = list(range(1, whole.grid.height + 1))
    assert list(pieced.lines or lines) == list(whole.lines or lines)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "company.csv"
    to_gif(companies(), load_models()["company"]).write_csv(path)
    yield path


def test_our_own_companies_reach_lv2s_with_full_marks(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = tuple(pl.read_csv(own).columns)
    beside = Companion(definitions=frozenset(columns), code_lists=frozenset(columns), history=True, encoding=True, earlier_columns=columns)
    result = examine(read_file(own), own.name, level="LV2s", companion=beside)
    assert result.conforms
    assert not [one.rule.id for one in result.judgements if one.outcome in (Outcome.FAILED, Outcome.NOT_JUDGED)]
    assert [level_score(result.judgements, level) for level in (1, 2, 3)] == [100, 100, 100]
    assert run(own, "--level", "LV2s") == 0


def test_a_model_asked_for_gives_its_names_to_the_columns(messy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in (".csv", ".xlsx", ".parquet"):
        out = tmp_path / f"named{suffix}"
        run(messy, "--as", "company", "--fix", out)
        renamed = pl.read_csv(f"{out}.changes.csv", infer_schema=False).filter(pl.col("規則") == "gif_item_name")
        assert dict(renamed.select("変更前", "変更後").iter_rows())["都道府県"] == "登記住所.都道府県"
        assert renamed["位置"][0] == "1行目の2列目"
        capsys.readouterr()
        run(out, "--as", "company", "--json")
        found = answer(capsys)
        assert list(found["columns"]) == list(found["columns"].values())
        assert not [reason for reason in found["gif"]["obstacles"] if reason["level"] == "LV2s"]
    run(messy, "--fix", tmp_path / "guessed.csv")
    assert "法人名" in (tmp_path / "guessed.csv").read_text(encoding="utf-8-sig")


def test_several_files_are_scored_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    years = {name: tmp_path / f"{name}.csv" for name in ("2023", "2024", "2025")}
    years["2023"].write_text(GOOD, encoding="utf-8")
    years["2024"].write_text(GOOD, encoding="utf-8")
    years["2025"].write_text(GOOD.replace("組織種別", "資本金(円)").replace("株式会社ＧＩＦ", "㈱ＧＩＦ"), encoding="utf-8")
    assert run(years["2023"], years["2024"], "--json", "--as", "company") == 0
    found = answer(capsys)
    assert (len(found["files"]), found["together"]["scores"]["1"], found["together"]["same_layout"]) == (2, 100, True)
    run(*years.values(), "--as", "company", "--json")
    found = answer(capsys)
    each = [one["machine_readability"]["scores"] for one in found["files"]]
    assert [one["1"] for one in each] == [100, 100, 90]
    assert found["together"]["same_layout"] is False
    assert found["together"]["scores"]["1"] == round(290 / 3)
    assert found["together"]["scores"]["3"] == round(0.7 * sum(one["3"] for one in each) / 3)
    run(*years.values(), "--as", "company")
    assert "3ファイルをまとめた点数" in capsys.readouterr().out
    assert run(years["2023"], tmp_path / "none.csv") == 2
    assert run(years["2023"], years["2024"], "--fix", tmp_path / "out.csv") == 1
    assert "one FILE" in capsys.readouterr().err


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The files of a release that the conformance command looks at."""
    folder = tmp_path / "2026-05-29.0"
    files = []
    for name, frame in (("company", companies()), ("company_event", companies().select("corporate_number", "name"))):
        (folder / name).mkdir(parents=True)
        frame.write_parquet(folder / name / f"{name}.parquet")
        files.append({"path": f"{name}/{name}.parquet", "table": name})
    (folder / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    return folder


def test_a_released_table_is_judged_in_gifs_form_and_with_what_stands_beside_it(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = release / "company" / "company.parquet"
    assert run(path, "--level", "LV2s", "--json") == 0
    found = answer(capsys)
    assert (found["model"], found["gif"]["level"]) == ("company", "LV2s")
    assert set(found["machine_readability"]["scores"].values()) == {100}
    assert run(release / "company_event" / "company_event.parquet", "--json") == 0
    assert not answer(capsys)["gif"]["applies"]
    assert run(path, "--as", "company", "--level", "LV2s") == 1, "asked for by name, the file is judged as it is"
    path.rename(release / "company" / "other.parquet")
    assert run(release / "company" / "other.parquet", "--level", "LV2s") == 1, "no table that the manifest names"


def test_a_release_holds_how_far_its_tables_conform(release: Path) -> None:
    contract = load_contracts()["company"]
    tables = {name: contract.tables[name] for name in ("company", "company_event", "company_history")}
    write_conformance([replace(contract, tables=tables)], release, lambda _: None)
    told = json.loads((release / CONFORMANCE).read_text(encoding="utf-8"))["tables"]
    assert told["company"]["rows_judged"] == told["company"]["rows"] == companies().height
    assert (told["company"]["gif"]["level"], told["company"]["gif"]["reasons_not_higher"]) == ("LV2s", [])
    assert told["company"]["gif"]["machine_readability"]["scores"] == {"1": 100, "2": 100, "3": 100}
    assert told["company_event"]["gif"] is None
    assert "company_history" not in told, "a table held back is not judged"
    assert told["company"]["columns_not_judged"] == []
    spoilt = companies().with_columns(postal_code=pl.lit("100-0001"), name=pl.lit("㈱①"), parts=pl.struct("name"))
    spoilt.write_parquet(release / "company" / "company.parquet")
    write_conformance([replace(contract, tables=tables)], release, lambda _: None)
    told = json.loads((release / CONFORMANCE).read_text(encoding="utf-8"))["tables"]
    assert told["company"]["columns_not_judged"] == ["parts"]
    assert [broken["rule"] for broken in told["company"]["machine_readability"]["broken"]] == ["L1-08"]
    assert told["company"]["machine_readability"]["scores"]["1"] == 90


@pytest.mark.parametrize(("encoding", "broken"), [("utf-8", set()), ("cp932", {"L1-08"})])
def test_roman_numerals_in_one_sign_are_machine_dependent_in_the_code_page_of_old(
    tmp_path: Path, encoding: str, broken: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("名称,住所\n港会館Ⅳ,東京都千代田区霞が関2-1-6\n".encode(encoding))
    run(path, "--json")
    assert {rule["id"] for rule in answer(capsys)["machine_readability"]["rules"] if rule["outcome"] == "failed"} == broken


@pytest.mark.real
@pytest.mark.parametrize("name", ["18207_company.csv", "localgovs.csv", "foreigns.csv", "jpgovs.csv", "procurement_202104.csv"])
def test_real_lists_are_read_and_judged(shared_data: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    assert run(shared_data / "company" / name, "--json", "--fix", once) in (0, 1)
    found = answer(capsys)
    assert len(found["machine_readability"]["rules"]) == 30
    run(once, "--fix", twice)
    assert twice.read_bytes() == once.read_bytes()
