"""The repair ladder of the corporate number."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.rules.corporate_number import clean, from_company_registration_number, is_valid

IMI = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "imi" / "imi-enrichment-hojin" / "spec"
CASES = [
    ("8000012010038", "8000012010038", "unchanged", None),
    ("８０００-０１２０-１００３８", "8000012010038", "changed", "notation"),
    ("8000012010038 ", "8000012010038", "changed", "notation"),
    ("法人番号：8000012010038", "8000012010038", "changed", "notation"),
    ("8000012010038.0", "8000012010038", "repaired", "float_form"),
    ("000012010038", "8000012010038", "repaired", "check_digit_added"),
    ("0000-12-010038", "8000012010038", "repaired", "check_digit_added"),
    ("T8000012010038", "8000012010038", "uncertain", "invoice_number"),
    ("8000012010039", None, "invalid", "wrong_check_digit"),
    ("0123456789012", None, "invalid", "wrong_check_digit"),
    ("100000000", None, "invalid", "wrong_length"),
    ("8.00001E+12", None, "invalid", "scientific_notation"),
    ("株式会社", None, "invalid", "wrong_form"),
    ("", None, "unknown", "said_unknown"),
    ("不明", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


def outcomes(values: list[str | None]) -> list[tuple[object, ...]]:
    column = pl.DataFrame({"given": values}, schema={"given": pl.String})
    return column.select(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows()


def test_the_ladder() -> None:
    assert outcomes([case[0] for case in CASES]) == [case[1:] for case in CASES]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_never_mended(base: int, place: int, step: int) -> None:
    number = pl.select(from_company_registration_number(pl.lit(f"{base:012d}"))).item()
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    [(value, status, _)] = outcomes([wrong])
    # The check runs modulo 9, so it cannot tell 0 from 9 in the base.
    if pl.select(is_valid(pl.lit(wrong))).item():
        assert {number[place], wrong[place]} == {"0", "9"}
    else:
        assert (value, status) == (None, "invalid")


@pytest.mark.real
@pytest.mark.skipif(not IMI.exists(), reason="the IMI test vectors are not beside the checkout")
def test_imi_vectors_of_numbers_we_cannot_accept() -> None:
    cases = json.loads((IMI / "003-misc.json").read_text(encoding="utf-8"))
    faults = {
        case["input"]: case["output"]["メタデータ"]["説明"]
        for case in cases
        if isinstance(case["input"], str) and "説明" in case["output"].get("メタデータ", {})
    }
    form_or_digit = [number for number, fault in faults.items() if "桁の数字" in fault or "チェックデジット" in fault]
    assert len(form_or_digit) >= 4
    assert {status for _, status, _ in outcomes(form_or_digit)} == {"invalid"}
