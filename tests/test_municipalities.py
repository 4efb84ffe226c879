"""Municipal codes carried over mergers, splits, renumberings and separations, both ways."""

from datetime import date

import polars as pl
import pytest

from data_standards.codes import municipalities, municipality_changes
from data_standards.municipalities import carry_code
from data_standards.rules import local_government_code

EARLY = date(1970, 5, 1)
LATE = date(2024, 1, 2)


def carried(code: str | None, from_day: date | None, to_day: date) -> dict[str, object] | None:
    days = [pl.Series([day], dtype=pl.Date) for day in (from_day, to_day)]
    answer: dict[str, object] | None = carry_code(pl.Series([code], dtype=pl.String), *days).to_list()[0]
    return answer


@pytest.mark.parametrize(
    ("code", "from_day", "to_day", "outcome", "candidates"),
    [
        ("131016", EARLY, LATE, "unique", ["131016"]),
        ("044237", date(2016, 10, 9), LATE, "unique", ["042161"]),  # 富谷町 became a city
        ("402010", EARLY, LATE, "unique", ["401307"]),  # 福岡市 became a designated city
        ("124869", EARLY, LATE, "unique", ["122254"]),  # 君津町 kept its code in a merger, then became a city
        ("221350", date(2023, 12, 31), LATE, "split", ["221384", "221392"]),  # 浜松市北区
        ("221350", date(2023, 12, 31), date(2023, 12, 31), "unique", ["221350"]),
        ("141101", date(1975, 1, 1), LATE, "split", ["141101", "141151", "141160"]),  # 戸塚区 stands, 栄区 and 泉区 left it
        ("084042", date(1990, 1, 1), LATE, "unique", ["082228"]),  # absorbed by a town that became a city the same day
        ("133400", EARLY, LATE, "abolished", []),  # 北多摩郡
        ("999999", EARLY, LATE, "unknown", []),
        ("221384", date(2023, 12, 31), LATE, "unknown", []),  # not yet born
        ("221384", LATE, date(2023, 12, 31), "split", ["221317", "221325", "221333", "221341", "221350"]),
        ("082228", LATE, date(1990, 1, 1), "split", ["084042", "084051"]),
        ("042161", LATE, date(2016, 10, 9), "unique", ["044237"]),
        ("472018", date(1980, 1, 1), date(1971, 1, 1), "abolished", []),  # no Japanese code before the reversion of 沖縄
    ],
)
def test_a_code_is_carried(code: str, from_day: date, to_day: date, outcome: str, candidates: list[str]) -> None:
    only = candidates[0] if outcome == "unique" else None
    assert carried(code, from_day, to_day) == {"lg_code": only, "outcome": outcome, "candidates": candidates}


def test_null_stays_null() -> None:
    assert carried(None, EARLY, LATE) is None
    assert carried("131016", None, LATE) is None


def test_every_early_code_leads_to_codes_that_live_and_only_counties_end() -> None:
    table = municipalities()
    early = table.filter(pl.col("valid_from").is_null() & (pl.col("kind") != "prefecture")).unique("lg_code").sort("lg_code")
    days = [pl.Series([day] * early.height) for day in (EARLY, LATE)]
    answers = early.with_columns(carry_code(early.get_column("lg_code"), *days).alias("answer")).unnest("answer", separator=".")
    living = set(table.filter(pl.col("valid_to").is_null()).get_column("lg_code"))
    assert set(answers.get_column("answer.candidates").explode().drop_nulls()) <= living
    assert answers.filter(pl.col("answer.outcome") == "unknown").is_empty()
    assert set(answers.filter(pl.col("answer.outcome") == "abolished").get_column("kind")) == {"county"}


def test_the_table_is_sound() -> None:
    table = municipalities()
    assert table.select(local_government_code.is_valid(pl.col("lg_code")).all()).item()
    assert table.equals(table.sort("lg_code", "valid_from", nulls_last=False))
    assert table.filter(pl.col("valid_from") >= pl.col("valid_to")).is_empty()
    # The life of a code is one chain of names without gap or overlap.
    following = table.with_columns(pl.col("valid_from").shift(-1).over("lg_code").alias("next"), last=pl.len().over("lg_code"))
    inner = following.filter(pl.int_range(pl.len()).over("lg_code") < pl.col("last") - 1)
    assert inner.filter(pl.col("valid_to").ne_missing(pl.col("next"))).is_empty()
    assert table.filter(pl.col("kind") == "prefecture").height == 47
    # 1,741 municipalities, with the six villages of the northern islands, and 171 wards of 20 designated cities stood on 2024-01-02.
    standing = table.filter(pl.col("valid_to").is_null()).group_by("kind").len()
    assert dict(standing.iter_rows()) | {"county": 0} == {"prefecture": 47, "municipality": 1747, "ward": 171, "county": 0}


def test_the_changes_the_company_registry_uses_are_there() -> None:
    changes = municipality_changes()
    assert changes.columns == ["effective_on", "change_kind", "from_code", "to_code", "from_name", "to_name"]
    wards = changes.filter(pl.col("effective_on") == date(2024, 1, 1))
    assert wards.select("from_code", "to_code").rows() == [
        ("22131", "22138"), ("22132", "22138"), ("22133", "22138"), ("22134", "22138"),
        ("22135", "22138"), ("22135", "22139"), ("22136", "22139"), ("22137", "22140"),
    ]  # fmt: skip
    assert changes.equals(changes.sort("effective_on", "change_kind", maintain_order=True))
