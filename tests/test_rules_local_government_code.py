"""The repair ladder of local government codes."""

import polars as pl
import pytest

from data_standards.codes import municipalities
from data_standards.rules.local_government_code import clean, with_check_digit

CASES = [
    ("01100-2", "011002", "changed", "notation"),
    ("13-101", "131016", "repaired", "check_digit_added"),
    ("131016", "131016", "unchanged", None),
    ("１３１０１６", "131016", "changed", "notation"),
    ("131016.0", "131016", "repaired", "float_form"),
    ("13101", "131016", "repaired", "check_digit_added"),
    ("11002", "011002", "repaired", "leading_zero_restored"),
    ("11002.0", "011002", "repaired", "leading_zero_restored"),
    ("92011", "092011", "repaired", "leading_zero_restored"),
    ("1100", "011002", "repaired", "zero_and_check_digit_added"),
    ("13", "130001", "uncertain", "prefecture_completed"),
    ("1", "010006", "uncertain", "prefecture_completed"),
    ("131017", None, "invalid", "wrong_check_digit"),
    ("19999", None, "invalid", "not_listed"),
    ("480001", None, "invalid", "wrong_form"),
    ("千代田区", None, "invalid", "wrong_form"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


def outcomes(values: list[str | None]) -> pl.DataFrame:
    column = pl.DataFrame({"given": values}, schema={"given": pl.String})
    return column.with_columns(clean(pl.col("given")).alias("outcome")).unnest("outcome")


def test_the_ladder() -> None:
    assert outcomes([case[0] for case in CASES]).rows() == CASES


@pytest.mark.parametrize("lost", ["check digit", "leading zero"])
def test_no_lossy_code_becomes_another_one_silently(lost: str) -> None:
    codes = municipalities().select(code=pl.col("lg_code").unique())
    if lost == "check digit":
        lossy = codes.with_columns(given=pl.col("code").str.head(5))
    else:
        lossy = codes.filter(pl.col("code").str.starts_with("0")).with_columns(given=pl.col("code").str.slice(1))
    answers = outcomes(lossy.get_column("given").to_list()).with_columns(code=lossy.get_column("code"))
    wrong = answers.filter(pl.col("value") != pl.col("code"))
    assert wrong.filter(pl.col("status") != "uncertain").is_empty()
    assert answers.filter(pl.col("status") == "repaired").height > 0.9 * answers.height


def test_completing_five_digits() -> None:
    column = pl.DataFrame({"base": ["01100", "09201", "27100", "2710", None]})
    assert column.select(with_check_digit(pl.col("base"))).to_series().to_list() == ["011002", "092011", "271004", None, None]
