"""``daicho profile``: a file never seen before is measured, and a contract is proposed that a person can go over."""

import json
from pathlib import Path

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
