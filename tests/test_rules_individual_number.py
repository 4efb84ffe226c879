"""Individual numbers are found and never shown."""

import polars as pl

from data_standards.rules.individual_number import is_valid, scan, share_passing

# Made-up numbers that pass the check; no person is known to have them.
CASES = [
    ("621498320257", "invalid", "individual_number"),
    ("9832-0567-3214", "invalid", "individual_number"),
    ("９８３２ ０５６７ ３２１４", "invalid", "individual_number"),
    ("氏名 個人番号621498320257 備考", "invalid", "individual_number_within"),
    ("2024 621498320257", "invalid", "individual_number_within"),
    ("621498320258", "unknown", "no_individual_number"),
    ("8000012010038", "unknown", "no_individual_number"),
    ("0621498320257", "unknown", "no_individual_number"),
    ("", "unknown", "no_individual_number"),
    (None, None, None),
]


def test_the_scan_tells_the_finding_and_not_the_number() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    rows = column.select(scan(pl.col("given")).alias("outcome")).unnest("outcome").rows()
    assert rows == [(None, *case[1:]) for case in CASES]


def test_one_last_digit_of_ten_passes() -> None:
    numbers = [f"62149832025{digit}" for digit in range(10)]
    assert pl.Series(numbers).to_frame("n").select(is_valid(pl.col("n")).sum()).item() == 1


def test_a_column_is_judged_by_its_share() -> None:
    column = pl.DataFrame({"n": ["621498320257", "983205673214", "621498320250", "8000012010038", None]})
    assert abs(column.select(share_passing(pl.col("n"))).item() - 2 / 3) < 1e-9
    assert column.head(0).select(share_passing(pl.col("n"))).item() is None
