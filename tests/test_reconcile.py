"""The list a clerk works from: words instead of codes, lots in their order, headings that stay."""

from pathlib import Path

import openpyxl
import pytest

from pipelines.cli import main
from pipelines.reconcile import write_workbook
from pipelines.sample.land.disagreements import tell
from pipelines.sample.land.world import MUNICIPALITIES, make_world
from tests.land_cases import registry_of

SCALE, SEED = 1000, 5


def test_the_list_is_made_for_people(tmp_path: Path) -> None:
    told = [tell(make_world(MUNICIPALITIES[0], 500, SCALE, SEED), 0.3, SEED)]
    connection = registry_of(told, tmp_path, SCALE, SEED)
    connection.execute(
        "UPDATE register_tax_comparison SET register_value = '=1+1', roll_value = '10' WHERE comparison_id = "
        "(SELECT min(comparison_id) FROM register_tax_comparison WHERE outcome_code = 'owner_other')"
    )
    path = tmp_path / "list.xlsx"
    listed = write_workbook(connection, path, "372013", everything=False)
    assert path.stat().st_mode & 0o077 == 0
    summary, sheet = openpyxl.load_workbook(path).worksheets
    heads, *rows = sheet.iter_rows(values_only=True)
    assert heads[:8] == ("対象", "団体コード", "市区町村", "町字", "地番・家屋番号", "物件番号", "年度", "結果")
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["A1"].font.bold) == ("A2", f"A1:O{listed + 1}", True)
    assert len(rows) == listed
    table = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {row["市区町村"] for row in table} == {"高松市"}
    by_outcome: dict[str, list[dict[str, object]]] = {}
    for row in table:
        by_outcome.setdefault(str(row["結果"]), []).append(row)
    for outcome in ("登記地目相違", "現況地目相違"):
        assert all(
            str(row[side]) in ["宅地", "田", "畑", "山林", "公衆用道路", "雑種地", "用悪水路"]
            for row in by_outcome[outcome]
            for side in ("登記の値", "台帳の値")
        )
    assert all(row["登記の値"] for row in by_outcome["農地台帳相違"])
    assert "/" not in "".join(str(row["登記の値"]) for row in by_outcome["所有者相違（別の者）"])
    assert "=1+1" in {row["登記の値"] for row in by_outcome["所有者相違（別の者）"]}
    lots = [
        (row["対象"], row["結果"], row["町字"], int(str(row["地番・家屋番号"]).split("-")[0])) for row in table if row["対象"] == "土地"
    ]
    assert lots == sorted(lots, key=lambda lot: (list(by_outcome).index(str(lot[1])), lot[2], lot[3]))
    assert summary.max_row - 1 == connection.sql("SELECT count(*) FROM comparison_summary").fetchall()[0][0]


@pytest.mark.parametrize(("arguments", "message"), [(["--out", "list.csv"], "written as .xlsx"), ([], "no restricted tables")])
def test_what_cannot_be_listed_is_told(arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile", "--home", str(tmp_path / "home"), *arguments]) != 0
    assert message in capsys.readouterr().err
