"""``daicho profile``: a file never seen before is measured, and a contract is proposed that a person can go over."""

import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import yaml

from pipelines.cli import main
from quality.profile import proposed_contract, recognise, table_name, table_of


def profiled(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["profile", str(path), "--json"]) == 0
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


def test_columns_are_recognised_by_name_and_by_content() -> None:
    frame = pl.DataFrame(
        {"0": ["8000012010038", "2010001205124"], "1": ["131016", "131024"], "2": ["1", "2"], "3": ["01", "02"], "4": [None, "x"]}
    )
    found = recognise(frame, ["番号", "全国地方公共団体コード", "個数", "整理用連番", "備考欄"])
    assert [(each.known, each.by) for each in found] == [
        ("corporate_number", "content"),
        ("lg_code", "name"),
        (None, "none"),
        (None, "none"),
        (None, "none"),
    ]
    table = table_of("shops", found, 2)
    assert table.key == ("corporate_number",)
    proposed = yaml.safe_load(proposed_contract("shops.csv", table, found))
    assert proposed["contract"]["tables"]["shops"]["columns"]["column_5"] == "optional"
    assert [proposed["items"][f"column_{n}"]["type"] for n in (3, 4, 5)] == ["integer", "text", "text"]


def test_defects_of_a_file_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "会社 2024.csv"
    lines = [
        "法人番号,商号または名称,備考",
        "8000012010038,台帳株式会社,",
        "8000012010039,不明,同上",
        "2010001205124,台帳１A,",
        "2010001205124,台帳１A,",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    content = profiled(path, capsys)
    counts = {finding["check"]: (finding["violations"], finding["of"]) for finding in content["findings"]}  # type: ignore[attr-defined,index]
    assert counts["check_digit__corporate_number"] == (1, 4)
    assert counts["placeholder__name"] == (1, 4)
    assert counts["mixed_width__name"] == (2, 4)
    characteristics = content["characteristics"]
    assert characteristics["accuracy"]["score"] < 1  # type: ignore[index]
    assert characteristics["recoverability"] is None  # type: ignore[index]


@pytest.mark.real
def test_a_real_file_is_profiled(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = profiled(shared_data / "company" / "18207_company.csv", capsys)
    assert content["rows"] == 2143
    assert next(column["item"] for column in content["columns"]) == "corporate_number"  # type: ignore[attr-defined,index]


SHOPS = pl.DataFrame(
    {"店舗番号": [f"{i:03d}" for i in range(30)], "郵便番号": ["1000005"] * 29 + ["100-0005"], "備考": [None] * 29 + ["不明"]}
)


def written_as(folder: Path, kind: str) -> Path:
    """The same records as a file of a kind."""
    path = folder / f"店舗.{'csv' if kind == 'cp932' else kind}"
    if kind == "cp932":
        path.write_bytes(SHOPS.write_csv(line_terminator="\r\n").encode("cp932"))
    elif kind == "parquet":
        SHOPS.write_parquet(path)
    else:
        sheet = openpyxl.Workbook()
        for row in [SHOPS.columns, *SHOPS.rows()]:
            sheet.active.append(row)
        sheet.save(path)
    return path


@pytest.mark.parametrize("kind", ["cp932", "xlsx", "parquet"])
def test_the_same_records_are_measured_alike_in_every_form(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = profiled(written_as(tmp_path, kind), capsys)
    counts = {finding["check"]: (finding["violations"], finding["of"]) for finding in content["findings"]}  # type: ignore[attr-defined,index]
    assert (content["rows"], content["left_out"]) == (30, 0)
    assert counts == {"pattern__postal_code": (1, 30), "placeholder__remark": (1, 1)}
    proposed = yaml.safe_load(str(content["contract"]))
    assert proposed["contract"]["tables"]["file_"]["columns"] == {"column_1": "required", "postal_code": "required", "remark": "optional"}


def test_every_row_of_a_parquet_file_is_a_record_and_left_out_lines_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"n": [1, 2, 3], "d": [None, None, None], "f": [1.5, 2.0, None]}).write_parquet(path)
    assert profiled(path, capsys)["rows"] == 3
    path = tmp_path / "t.csv"
    path.write_text("番号,名\n1,イ\n2,ロ\n※注記,\n", encoding="utf-8")
    content = profiled(path, capsys)
    assert (content["rows"], content["left_out"]) == (2, 1)


def test_a_file_is_named_once_in_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(tmp_path / "nothing.csv")]) == 1
    assert capsys.readouterr().err.count("nothing.csv") == 1


def test_what_is_no_table_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    assert main(["profile", str(path)]) == 1
    assert "empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "expected"), [("Shops 2024.csv", "shops_2024"), ("18207_company.csv", "file_18207_company"), ("会社.csv", "file_")]
)
def test_table_names(name: str, expected: str) -> None:
    assert table_name(name) == expected
