"""Postal codes."""

import polars as pl

from data_standards.rules.postal_code import clean

CASES = [
    ("(100-8926)", "1008926", "changed", "notation"),
    ("1020094", "1020094", "unchanged", None),
    ("102-0094", "1020094", "changed", "notation"),
    ("〒１０２－００９４", "1020094", "changed", "notation"),
    ("１０２ー００９４", "1020094", "changed", "notation"),
    ("1020094.0", "1020094", "repaired", "float_form"),
    ("600001", "0600001", "repaired", "leading_zero_restored"),
    ("60-0001", "0600001", "repaired", "leading_zero_restored"),
    ("600001.0", "0600001", "repaired", "leading_zero_restored"),
    ("100", None, "invalid", "old_code"),
    ("100-91", None, "invalid", "old_code"),
    ("0001234", None, "invalid", "wrong_form"),
    ("10200941", None, "invalid", "wrong_form"),
    ("9999999", None, "unknown", "said_unknown"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


def test_the_ladder() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    assert column.select(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == [case[1:] for case in CASES]
