"""The cleansing rules of the data standard beside the packaged functions that come nearest, in one run on the same values.

No package does what a rule does; each peer does a part of it, one value at a time, and its part is named. Peers that are not installed are
reported as absent.
"""

import argparse
import importlib
import time
from collections.abc import Callable
from typing import Any, Literal

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.standards_columns import load_columns
from data_standards.rules import address_form, characters, dates, kana, numbers, organisation_name, repertoire
from data_standards.rules.rule import CleansingRule

SUMMARY = "The cleansing rules, beside the nearest packages."
PEER_ROWS = 100_000
_RUNS = 3
_ENGINES: tuple[Literal["in-memory", "streaming"], ...] = ("in-memory", "streaming")

Peer = Callable[[Any], Callable[[str], object]]
"""From the imported package to its function of one value."""


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


def _japanera_or_none(package: Any) -> Callable[[str], object]:
    read = _japanera(package)
    return lambda text: _attempt(read, text)


def _kanji_numerals_or_none(package: Any) -> Callable[[str], object]:
    return lambda text: _attempt(package.kanji2number, text)


def _attempt(read: Callable[[str], object], text: str) -> object:
    """What a package reads, or nothing where it refuses the text."""
    try:
        return read(text)
    except ValueError:
        return None


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
    ("date_iso", "dates all different", "japanera", "one known form only", _japanera_or_none),
    ("address_lower", "addresses", "kanjize", "kanji numerals only", _kanji_numerals_or_none),
    ("number_plain", "amounts", "kanjize", "kanji numerals only", lambda package: package.kanji2number),
)


def run_standards() -> list[dict[str, Any]]:
    """Measure each rule on a million values, and its peer on a sample of them.

    Returns:
        One row per rule: ``rule``, ``rows``, ``distinct``, ``rows_per_second``, ``peer``, ``peer_does``, ``peer_rows_per_second`` (null
        where the package is not installed) and ``ratio`` (the rule's rate to the peer's).
    """
    modules = (organisation_name, kana, characters, repertoire, dates, numbers, address_form)
    rules = {rule.id: rule for module in modules for rule in module.RULES}
    columns = load_columns()
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
