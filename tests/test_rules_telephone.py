"""Telephone numbers in the forms of GIF 445, and IMI's vectors."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_standards.rules.telephone import area_code_length, clean

IMI = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "imi" / "imi-enrichment-contact" / "spec"
CASES = [
    # given, value, status, reason, number, extension, note
    ("(03)5253-5111", "(03)5253-5111", "unchanged", None, "(03)5253-5111", None, None),
    ("03-5253-5111", "(03)5253-5111", "changed", "notation", "(03)5253-5111", None, None),
    ("０３（５２５３）５１１１", "(03)5253-5111", "changed", "notation", "(03)5253-5111", None, None),
    ("〇三五二三五二一一一", "(03)5235-2111", "changed", "notation", "(03)5235-2111", None, None),
    ("TEL:0991221234", "(09912)2-1234", "changed", "notation", "(09912)2-1234", None, None),
    ("0459876543", "(045)987-6543", "changed", "notation", "(045)987-6543", None, None),
    ("0429-22-3456", "(04)2922-3456", "changed", "notation", "(04)2922-3456", None, None),
    ("090 1234 5678", "090-1234-5678", "changed", "notation", "090-1234-5678", None, None),
    ("0120-999-999", "0120-999999", "changed", "notation", "0120-999999", None, None),
    ("0800-123-4567", "0800-1234567", "changed", "notation", "0800-1234567", None, None),
    ("352535111", "(03)5253-5111", "repaired", "leading_zero_restored", "(03)5253-5111", None, None),
    ("9012345678", "090-1234-5678", "repaired", "leading_zero_restored", "090-1234-5678", None, None),
    ("+81-3-5253-5111", "+81 (03)5253-5111", "changed", "notation", "+81 (03)5253-5111", None, None),
    ("+81 (0)3 5253 5111", "+81 (03)5253-5111", "changed", "notation", "+81 (03)5253-5111", None, None),
    ("+1 (212) 555-1234", "+1 212-555-1234", "changed", "notation", "+1 212-555-1234", None, None),
    ("03-5253-2111（内線31427）", "(03)5253-2111 内線31427", "changed", "notation", "(03)5253-2111", "31427", None),
    ("03-5253-2111 内線 999 / 998", "(03)5253-2111 内線999 / 998", "changed", "notation", "(03)5253-2111", "999 / 998", None),
    ("03-5253-2111（代表）", "(03)5253-2111", "changed", "note_set_apart", "(03)5253-2111", None, "代表"),
    (
        "03-5253-2111（代表）03-5253-2112（夜間）",
        "(03)5253-2111 / (03)5253-2112",
        "changed",
        "note_set_apart",
        "(03)5253-2111",
        None,
        "代表",
    ),
    ("03-5253-2111、090-1234-5678", "(03)5253-2111 / 090-1234-5678", "changed", "notation", "(03)5253-2111", None, None),
    ("(03)5253-2111 / (03)5253-2112", "(03)5253-2111 / (03)5253-2112", "unchanged", None, "(03)5253-2111", None, None),
    ("代表 03-5253-2111", "(03)5253-2111", "changed", "note_set_apart", "(03)5253-2111", None, "代表"),
    ("ＦＡＸ：03-5253-2111", "(03)5253-2111", "changed", "notation", "(03)5253-2111", None, None),
    ("０３－５２５３－２１１１（内）９９９", "(03)5253-2111 内線999", "changed", "notation", "(03)5253-2111", "999", None),
    ("9012345678.0", "090-1234-5678", "repaired", "leading_zero_restored", "090-1234-5678", None, None),
    ("(0120)99-9999", "0120-999999", "changed", "notation", "0120-999999", None, None),
    ("(050)3333-4444", "050-3333-4444", "changed", "notation", "050-3333-4444", None, None),
    ("5253-2111", None, "invalid", "area_code_missing", None, None, None),
    ("110", None, "invalid", "special_number", None, None, None),
    ("03-1234-5678", None, "invalid", "not_assigned", None, None, None),
    ("03-5253-511", None, "invalid", "wrong_form", None, None, None),
    ("なし", None, "unknown", "said_unknown", None, None, None),
    (None,) + (None,) * 6,
]


def test_forms() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    assert column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == CASES


# Where we differ from IMI on purpose: its number, ours, and why.
DIFFERENCES = {
    "07098765432": ("070-9876-5432", "GIF 445 writes mobile numbers 3-4-4"),
    "08098765432": ("080-9876-5432", "GIF 445 writes mobile numbers 3-4-4"),
    "09098765432": ("090-9876-5432", "GIF 445 writes mobile numbers 3-4-4"),
    "02098765432": ("020-9876-5432", "numbers of eleven digits are written 3-4-4 as mobiles"),
    "02048765432": ("020-4876-5432", "numbers of eleven digits are written 3-4-4 as mobiles"),
    "0508765432": (None, "a 050 number has eleven digits, the vector has ten"),
    "01209876543": (None, "a 0120 number has ten digits, the vector has eleven"),
    "09909876543": (None, "a 0990 number has ten digits, the vector has eleven"),
    "05709876543": (None, "a 0570 number has ten digits, the vector has eleven"),
    "06008765432": (None, "a 0600 number has ten digits, the vector has eleven"),
    "08009876543": ("0800-9876543", "445 shows toll-free numbers as prefix, hyphen, rest"),
    "+81,(03)-5253-2111": ("+81 (03)5253-2111", "IMI leaves international numbers as they are, 445 has a form"),
    "＋８１、（０３）ー５２５３ー２１１１": ("+81 (03)5253-2111", "IMI leaves international numbers as they are, 445 has a form"),
    "５２５３－２１１１": (None, "a number without its area code is no number of 445"),
    "03-1234-5678": (None, "an exchange cannot begin with 1"),
    "110": (None, "a special number is no contact"),
    "001-3-9876-5432": (None, "a carrier prefix is no part of a number"),
    "０３－５２５３－２１１１（代表）０３－５２５３－２１１２（夜間）": (
        "(03)5253-2111 / (03)5253-2112",
        "IMI keeps only the first number, 445 joins them",
    ),
}


def vectors() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(IMI.glob("*.json")):
        case: dict[str, Any]
        for case in json.loads(path.read_text(encoding="utf-8")):
            given = case["input"]["電話番号"] if isinstance(case["input"], dict) else case["input"]
            if isinstance(given, str):
                found.append((f"{path.stem} {case['name']}", given, case["output"]["電話番号"]))
    return found


@pytest.mark.real
@pytest.mark.skipif(not IMI.exists(), reason="the IMI test vectors are not beside the checkout")
def test_imi_vectors() -> None:
    cases = vectors()
    assert len(cases) > 25
    answers = pl.DataFrame({"given": [given for _, given, _ in cases]}).select(clean(pl.col("given")).alias("o")).unnest("o")
    for (name, given, imi), ours in zip(cases, answers.iter_rows(named=True), strict=True):
        if given in DIFFERENCES:
            assert ours["value"] == DIFFERENCES[given][0] != imi, (name, ours, DIFFERENCES[given][1])
        else:
            assert ours["number"] == imi, (name, given, ours)


def test_area_codes_agree_with_libphonenumber() -> None:
    phonenumbers = pytest.importorskip("phonenumbers", reason="phonenumbers is not installed")
    numbers = [f"0{head}22222" for head in range(1000, 10000)]
    services = ("020", "050", "060", "070", "080", "090", "0120", "0570", "0800", "0990")
    numbers = [number for number in numbers if not number.startswith(services)]
    ours = pl.DataFrame({"n": numbers}).select(area_code_length(pl.col("n"))).to_series().to_list()
    theirs = []
    for number in numbers:
        parsed = phonenumbers.PhoneNumber(country_code=81, national_number=int(number))
        landline = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
        area = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL).split("-")[0]
        theirs.append(len(area) if landline else None)
    assert ours == theirs
