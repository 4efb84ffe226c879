"""Code lists: declared soundly, and code columns cleaned by them."""

from pathlib import Path

import polars as pl
import pytest

from data_standards import codes
from data_standards.codes import load_code_lists
from data_standards.items import DeclarationError
from data_standards.rules.code_list import clean, rule_for

CASES = {
    "sex": [
        ("1", "1", "unchanged", None),
        ("１", "1", "changed", "notation"),
        ("男", "1", "repaired", "fixed"),
        ("女性", "2", "changed", "label_to_code"),
        ("3", None, "invalid", "not_listed"),
        ("-", None, "unknown", "said_unknown"),
        (None, None, None, None),
    ],
    "country": [("JPN", "JPN", "unchanged", None), ("JP", "JPN", "repaired", "fixed"), ("日本", "JPN", "changed", "label_to_code")],
    "land_category": [
        ("宅地", "10", "changed", "label_to_code"),
        ("溜池", "86", "repaired", "fixed"),
        ("その他", None, "unknown", "ignored"),
    ],
    "building_roof": [("瓦葺", "かわらぶき", "repaired", "fixed"), ("陸屋根", "陸屋根", "unchanged", None)],
}


@pytest.mark.parametrize("name", CASES)
def test_code_columns(name: str) -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES[name]]}, schema={"given": pl.String})
    rule = rule_for(name)
    assert column.with_columns(rule.apply(pl.col("given")).alias("outcome")).unnest("outcome").rows() == CASES[name]
    assert {case[3] for case in CASES[name]} - {None} <= set(rule.reasons)


@pytest.mark.parametrize("name", sorted(load_code_lists()))
def test_every_code_stays_and_every_fix_leads_to_a_code(name: str) -> None:
    declared = load_code_lists()[name]
    given = [*declared.codes, *declared.fixes]
    answers = pl.DataFrame({"given": given}).select(clean(pl.col("given"), name).alias("outcome")).unnest("outcome")
    assert answers.get_column("value").to_list() == [*declared.codes, *declared.fixes.values()]
    assert set(answers.get_column("status").head(len(declared.codes))) == {"unchanged"}


def test_an_unknown_list_is_named() -> None:
    with pytest.raises(DeclarationError, match="no code list 'sexes'"):
        clean(pl.col("x"), "sexes")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("fixes: {'1': '2'}", "1 cannot be both a code and a fix"),
        ("ignored: ['2']", "2 cannot be both a code and ignored"),
        ("fixes: {a: '1'}\n  ignored: [a]", "a cannot be both a fix and ignored"),
        ("fixes: {a: '3'}", "fixes lead to 3"),
        ("maps_to: nowhere\n  codes: {'1': {label: x, label_en: x, maps_to: '9'}}", "maps to 9"),
    ],
)
def test_a_list_that_contradicts_itself_does_not_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str) -> None:
    entries = "" if "codes:" in body else "\n  codes: {'1': {label: x, label_en: x}, '2': {label: y, label_en: y}}"
    text = f"wrong:\n  label: x\n  label_en: x\n  reference: x{entries}\n  {body}\n"
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(codes, "_FOLDER", tmp_path)
    load_code_lists.cache_clear()
    try:
        with pytest.raises(DeclarationError, match=message):
            load_code_lists()
    finally:
        load_code_lists.cache_clear()
