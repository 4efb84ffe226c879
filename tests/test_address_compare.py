"""How far two written addresses agree."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.address_data import postal_towns
from registries.address.matching.address import AddressMatcher
from registries.address.matching.compare import AGREEMENTS, compare_addresses

_LEVELS = {
    "Exact": "exact",
    "Go": "number",
    "Banchi": "block",
    "Chome": "chome",
    "Town": "town",
    "City": "municipality",
    "Prefecture": "prefecture",
    "None": "none",
}


@pytest.fixture(scope="module")
def matcher() -> AddressMatcher:
    """Towns of 東京都 and 北海道 as the post knows them, so without 丁目."""
    towns = postal_towns().with_columns(machiaza_id=pl.lit(None, pl.String)).filter(pl.col("pref").is_in(["東京都", "北海道"]))
    return AddressMatcher.build(towns)


CASES = [
    ("東京都渋谷区道玄坂1丁目5番3号", "〒150-0043 東京都渋谷区道玄坂一－五－三", "exact"),
    ("東京都渋谷区道玄坂1-5-3 Aビル", "東京都渋谷区道玄坂1-5-3 Ｂビル", "number"),
    ("東京都渋谷区道玄坂1-5-3", "東京都渋谷区道玄坂1-5-9", "block"),
    ("東京都渋谷区道玄坂1-5-3", "東京都渋谷区道玄坂1-6-3", "chome"),
    ("東京都渋谷区道玄坂1-5-3", "東京都渋谷区道玄坂2-5-3", "town"),
    ("東京都千代田区紀尾井町1-3", "東京都千代田区紀尾井町1-4", "block"),
    ("東京都千代田区紀尾井町1-3", "東京都千代田区紀尾井町2-3", "town"),
    ("東京都千代田区紀尾井町", "東京都千代田区紀尾井町", "exact"),
    ("東京都千代田区紀尾井町1-3", "東京都千代田区麹町1-3", "municipality"),
    ("東京都千代田区紀尾井町1-3", "東京都渋谷区道玄坂1-3", "prefecture"),
    ("東京都千代田区紀尾井町1-3", "北海道帯広市自由が丘1-3", "none"),
    ("東京都千代田区紀尾井町1-3", "不明", None),
]


@pytest.mark.parametrize(("first", "second", "expected"), CASES)
def test_levels(matcher: AddressMatcher, first: str, second: str, expected: str | None) -> None:
    assert expected is None or expected in AGREEMENTS
    for pair in ((first, second), (second, first)):
        assert compare_addresses(pl.Series([pair[0]]), pl.Series([pair[1]]), matcher).to_list() == [expected]


@pytest.mark.real
def test_pairs_of_another_project(matcher: AddressMatcher, shared_data: Path) -> None:
    pairs = pl.read_csv(shared_data / "addresses" / "pairs_open.csv", infer_schema=False)
    agreed = compare_addresses(pairs["a"], pairs["b"], matcher)
    expected = pairs["expected_match_level"].replace_strict(_LEVELS)
    assert pairs.hstack([agreed.alias("agreed")]).filter(agreed.ne_missing(expected)).rows() == []
