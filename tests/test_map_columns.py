"""Mapping files: proposed by names, applied to a municipality's own export, refused where they do not fit."""

from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.errors import DaichoError
from pipelines.map_columns import apply_mapping, missing, propose, read_export, read_mapping, written
from pipelines.source_declarations import source_named

HEADER = "団体コード,年度,物件番号,所在,地番名称,登記地目,現況地目,登記地積,課税地積,所有者番号,共有区分,メモ"
ROWS = ["372013,2026,1,番町三丁目,12の3,宅地,宅地,100.05,100.05,123,-1,x", "372013,2026,2,番町三丁目,13,宅地,畑,50,50,124,1,"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes("\n".join([HEADER, *ROWS, ""]).encode("cp932"))
    return path


def test_a_mapping_is_proposed_by_names(export: Path) -> None:
    mapping = propose(export, source_named("fixed_asset_land"))
    expected = {
        "lg_code6": "団体コード",
        "bukken_no": "物件番号",
        "shozai": "所在",
        "toki_chimoku": "登記地目",
        "genkyo_chimoku": "現況地目",
        "toki_chiseki": "登記地積",
        "kazei_chiseki": "課税地積",
        "kyoyu_kbn": "共有区分",
    }
    assert expected.items() <= mapping.columns.items()
    assert mapping.encoding == "cp932"
    assert "メモ" not in mapping.columns.values()
    assert mapping.values["kyoyu_kbn"] == {"-1": "-1", "1": "1"}


def test_a_mapping_that_was_looked_through_is_applied(export: Path, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    text = written(propose(export, source_named("fixed_asset_land")))
    lines = [line for line in text.splitlines() if not (line.strip().startswith(("nendo:", "chiban_text:", "gimusha_atena_no:")))]
    lines.insert(lines.index("columns:") + 1, "  nendo: 年度\n  chiban_text: 地番名称\n  gimusha_atena_no: 所有者番号")
    path.write_text("\n".join(lines).replace("'-1': '-1'", "'-1': '0'") + "\n", encoding="utf-8")
    mapping = read_mapping(path)
    assert missing(mapping) == []
    made = apply_mapping(read_export(export, mapping.encoding), mapping)
    assert made.get_column("chiban_text").to_list() == ["12の3", "13"]
    assert made.get_column("kyoyu_kbn").to_list() == ["0", "1"]
    out = tmp_path / "canonical.csv"
    assert main(["map-columns", str(export), "--mapping", str(path), "--out", str(out)]) == 0
    assert read_export(out, "utf-8").equals(made)
    assert out.stat().st_mode & 0o077 == 0


WRONG = [
    ("source: fixed_asset_land\nencoding: cp932\ncolumns: {nope: 所在}\n", "no column 'nope'"),
    ("source: nowhere\nencoding: cp932\ncolumns: {}\n", "no source named"),
    ("encoding: cp932\n", "not a mapping file"),
    ("- a\n", "not a mapping file"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_mapping_is_told(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DaichoError, match=message):
        read_mapping(path)


def test_what_is_missing_is_named(export: Path, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("source: fixed_asset_land\nencoding: cp932\ncolumns: {shozai: 所在}\nconstants: {nendo: '2026'}\n", encoding="utf-8")
    with pytest.raises(DaichoError, match="chiban_text"):
        apply_mapping(read_export(export, "cp932"), read_mapping(path))
