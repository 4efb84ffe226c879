"""The warehouse's macro for written addresses: the same place written in several ways becomes one text."""

import zipfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_standards.rules.address_form import RULES
from registries.contract import load_contracts
from registries.schema import create_macro


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    for macro in load_contracts()["address"].macros:
        if macro.name == "normalize_address":
            for statement in create_macro(macro):
                opened.execute(statement)
    return opened


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("東京都千代田区霞が関２丁目１番２号", "東京都千代田区霞が関2-1-2"),
        ("東京都千代田区霞が関二丁目１番２号", "東京都千代田区霞が関2-1-2"),
        ("東京都千代田区霞が関2ー1−2", "東京都千代田区霞が関2-1-2"),
        ("東京都　千代田区　丸の内 1-1-1　丸の内ビル５Ｆ", "東京都千代田区丸の内1-1-1 丸の内ビル5F"),
        ("東京都港区芝十二丁目三番地の４", "東京都港区芝12-3-4"),
        ("山口県光市大字光井１６９６番地ノ１", "山口県光市光井1696-1"),
        ("大阪府大阪市北区百二十番地", "大阪府大阪市北区120"),
        ("長野県長野市千二百三番地", "長野県長野市1203"),
        ("東京都千代田区一番町八番十号", "東京都千代田区一番町8-10"),
        ("京都府京都市中京区一之船入町５３７番地", "京都府京都市中京区一之船入町537"),
        ("東京都中央区八丁堀2丁目", "東京都中央区八丁堀2"),
        ("沖縄県石垣市字新川１４９７番地１", "沖縄県石垣市新川1497-1"),
        ("青森県八戸市大字是川字中居３の１", "青森県八戸市是川字中居3-1"),
        ("東京都北区東十条１丁目１９番１３－１０１号", "東京都北区東十条1-19-13-101"),
        ("東京都千代田区霞が関１番２号館", "東京都千代田区霞が関1-2号館"),
        ("神奈川県横浜市スカイーマンション", "神奈川県横浜市スカイーマンション"),
        ("", ""),
        (None, None),
    ],
)
def test_a_written_address_has_one_form(connection: duckdb.DuckDBPyConnection, written: str | None, normal: str | None) -> None:
    assert connection.execute("SELECT normalize_address(?)", [written]).fetchall() == [(normal,)]
    assert connection.execute("SELECT normalize_address(?)", [normal]).fetchall() == [(normal,)]


def test_it_agrees_with_the_cleansing_rule_on_real_addresses(connection: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "nta" / "diff" / "diff_20210930.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".csv"))
        read = pl.read_csv(archive.read(name), has_header=False, infer_schema=False)
    parts = [pl.col(f"column_{number}").fill_null("") for number in (9, 10, 11)]
    given = read.select(pl.concat_str(parts).alias("written")).filter(pl.col("written") != "").unique(maintain_order=True)
    rule = next(rule for rule in RULES if rule.id == "address_three_items")
    ruled = given.with_columns(ruled=rule.apply(pl.col("written"))).unnest("ruled")
    sure = ruled.filter(
        pl.col("status").is_in(["changed", "unchanged"]) & pl.col("building").is_null() & ~pl.col("written").str.contains("条")
    )
    normal = connection.execute("SELECT list(normalize_address(written)) FROM sure").fetchall()[0][0]
    assert sure.height > 1000
    assert sum(ours == theirs for ours, theirs in zip(normal, sure["value"], strict=True)) / sure.height > 0.97
