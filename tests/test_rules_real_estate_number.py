"""Real estate numbers and ids."""

import polars as pl
import pytest

from data_standards.rules.real_estate_number import RULES, clean, clean_id

NUMBERS = [
    ("1812345678901", "1812345678901", "unchanged", None),
    ("０１２３４５６７８９０１２", "0123456789012", "changed", "notation"),
    ("1234-56-7890123", "1234567890123", "changed", "notation"),
    ("123456789012", "0123456789012", "repaired", "leading_zero_restored"),
    ("1812345678901.0", "1812345678901", "repaired", "float_form"),
    ("12345678901", None, "invalid", "wrong_form"),
    ("0000000000000", None, "unknown", "said_unknown"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]
IDS = [
    ("1812345678901-0000", "1812345678901-0000", "unchanged", None),
    ("1812345678901-G018", "1812345678901-G018", "unchanged", None),
    ("1812345678901-000B", "1812345678901-000B", "unchanged", None),
    ("１８１２３４５６７８９０１－０２０４", "1812345678901-0204", "changed", "notation"),
    ("1812345678901b001", "1812345678901-B001", "changed", "notation"),
    ("812345678901-0000", "0812345678901-0000", "repaired", "leading_zero_restored"),
    ("1812345678901", "1812345678901-0000", "uncertain", "specific_code_missing"),
    ("1812345678901-X001", None, "invalid", "unknown_specific_code"),
    ("1812345678901-204", None, "invalid", "wrong_form"),
    ("不明", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


@pytest.mark.parametrize(("rule", "cases"), [(clean, NUMBERS), (clean_id, IDS)], ids=[rule.id for rule in RULES])
def test_the_ladders(rule, cases) -> None:  # type: ignore[no-untyped-def]
    column = pl.DataFrame({"given": [case[0] for case in cases]}, schema={"given": pl.String})
    assert column.select(rule(pl.col("given")).alias("outcome")).unnest("outcome").rows() == [case[1:] for case in cases]
