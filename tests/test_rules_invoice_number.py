"""Invoice numbers."""

import polars as pl

from data_standards.rules.invoice_number import clean

CASES = [
    ("T8000012010038", "T8000012010038", "unchanged", None),
    ("t８０００012010038", "T8000012010038", "changed", "notation"),
    ("Ｔ8000-0120-10038", "T8000012010038", "changed", "notation"),
    ("登録番号:T8000012010038", "T8000012010038", "changed", "notation"),
    ("8000012010038", "T8000012010038", "repaired", "prefix_added"),
    ("T8000012010039", "T8000012010039", "uncertain", "not_a_corporate_number"),
    ("T0000012010038", None, "invalid", "wrong_form"),
    ("T80000120100", None, "invalid", "wrong_form"),
    ("8000012010039", None, "invalid", "wrong_form"),
    ("-", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


def test_the_ladder() -> None:
    column = pl.DataFrame({"given": [case[0] for case in CASES]}, schema={"given": pl.String})
    assert column.select(clean(pl.col("given")).alias("outcome")).unnest("outcome").rows() == [case[1:] for case in CASES]
