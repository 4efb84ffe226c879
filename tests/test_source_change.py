"""A change in a source is told on the day it arrives; deliveries of one kind that differ by chance alone are not."""

import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.ingest.landing import Landing, delivered_files
from pipelines.ingest.raw import RawStore
from pipelines.source_declarations import Source, source_named
from pipelines.source_watch import SourceWatch
from pipelines.sources.nta_corporate_number.sample import write_sample
from quality.source_change import Change, Portrait, compare, describe, merged, shape_of, stability_index

TELLING = frozenset({"number", "code", "postal", "name", "day"})


def delivery(seed: int, rows: int = 800) -> pl.DataFrame:
    """Records whose codes, fill and forms follow one law."""
    rng = random.Random(seed)
    return pl.DataFrame(
        {
            "number": [str(rng.randrange(10**12, 10**13)) for _ in range(rows)],
            "code": rng.choices(["01", "11", "12", "21"], [70, 20, 9, 1], k=rows),
            "postal": [f"{rng.randrange(10**7):07d}" if rng.random() < 0.9 else None for _ in range(rows)],
            "name": [rng.choice(["株式会社", "有限会社", ""]) + rng.choice(["台帳", "ミホン", "ABC", "だいちょう"]) for _ in range(rows)],
            "day": [f"2024-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}" for _ in range(rows)],
        },
        schema=dict.fromkeys(("number", "code", "postal", "name", "day"), pl.String),
    )


def portraits(frame: pl.DataFrame, telling: frozenset[str] = TELLING) -> dict[str, Portrait]:
    found: dict[str, Portrait] = {}
    for part in (frame[: frame.height // 2], frame[frame.height // 2 :]):
        describe(found, part, telling)
    return found


EARLIER = [portraits(delivery(seed)) for seed in range(5)]


@pytest.mark.parametrize("seed", range(100, 130))
@pytest.mark.parametrize("rows", [40, 300, 3000])
def test_deliveries_of_one_law_do_not_differ(seed: int, rows: int) -> None:
    assert compare(portraits(delivery(seed, rows)), EARLIER) == []


def some(share: float, changed: pl.Expr, column: str) -> pl.Expr:
    chosen = pl.int_range(pl.len()) % 100 < share * 100
    return pl.when(chosen).then(changed).otherwise(pl.col(column)).alias(column)


def one_new_code(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(code=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("99")).otherwise("code"))


def hyphens(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(postal=pl.col("postal").str.slice(0, 3) + "-" + pl.col("postal").str.slice(3))


def full_width(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(name=pl.lit("株式会社ＡＢＣ１２３"))


CHANGES: list[tuple[str, Callable[[pl.DataFrame], pl.DataFrame], set[tuple[str, str]]]] = [
    ("a new code, once", one_new_code, {("code", "new_code")}),
    ("other codes prevail", lambda f: f.with_columns(some(0.6, pl.lit("21"), "code")), {("code", "drift")}),
    ("values lost", lambda f: f.with_columns(some(0.5, pl.lit(None, pl.String), "postal")), {("postal", "filled")}),
    ("all lost", lambda f: f.with_columns(postal=pl.lit(None, pl.String)), {("postal", "filled")}),
    ("hyphens", hyphens, {("postal", "drift")}),
    ("leading zeros lost", lambda f: f.with_columns(postal=pl.col("postal").str.slice(1)), {("postal", "drift")}),
    ("dates in slashes", lambda f: f.with_columns(day=pl.col("day").str.replace_all("-", "/")), {("day", "drift")}),
    ("full width", full_width, {("name", "drift"), ("name", "new_code")}),
    (
        "columns moved",
        lambda f: f.with_columns(number="postal", postal="day", day="number"),
        {("number", "moved"), ("postal", "moved"), ("day", "moved")},
    ),
]


@pytest.mark.parametrize(("change", "expected"), [pytest.param(change, expected, id=name) for name, change, expected in CHANGES])
def test_a_change_is_told_with_its_column_and_kind(change: Callable[[pl.DataFrame], pl.DataFrame], expected: set[tuple[str, str]]) -> None:
    found = {(told.column, told.kind) for told in compare(portraits(change(delivery(7))), EARLIER)}
    assert expected <= found
    assert {column for column, _ in found} == {column for column, _ in expected}


def test_a_code_of_the_list_or_of_another_kind_of_delivery_is_no_news() -> None:
    now = portraits(one_new_code(delivery(7)))
    assert [told.kind for told in compare(now, EARLIER)] == ["new_code"]
    assert compare(now, EARLIER, declared={"code": {"99"}}) == []
    assert compare(now, EARLIER, other_kinds=[portraits(one_new_code(delivery(8)))]) == []


def test_rare_values_that_chance_brings_are_no_news() -> None:
    rare = [f"r{number:02d}" for number in range(30)]
    before = pl.DataFrame({"code": ["a"] * 500 + rare[:10]})
    one, many = pl.DataFrame({"code": ["a"] * 100 + rare[10:12]}), pl.DataFrame({"code": ["a"] * 100 + ["z"] * 60})
    earlier = [portraits(before)]
    assert compare(portraits(one), earlier) == []
    assert ("code", "new_code") in {(told.column, told.kind) for told in compare(portraits(many), earlier)}


def test_twenty_days_of_the_sample_tell_of_its_one_unknown_code_alone(home: Home, tmp_path: Path) -> None:
    source = source_named("nta_corporate_number")
    write_sample(tmp_path, scale=2_000, seed=3)
    raw, watch = RawStore(home, source), SourceWatch(home, source)
    told: list[Change] = []
    for path in sorted(delivered_files(tmp_path / source.name, source)):
        Landing(home, source).land(path, None)
        batch = raw.read_new(lambda *_: None)
        told += watch.watch(raw, batch) if batch else []
    # the sample holds one record with a code that is none
    assert {(change.column, change.kind) for change in told} == {("process", "new_code")}
    assert all("'55'" in change.text for change in told)


def test_moved_columns_name_where_the_values_come_from() -> None:
    moved = delivery(7).with_columns(postal="day", day="postal")
    texts = {told.column: told.text for told in compare(portraits(moved), EARLIER) if told.kind == "moved"}
    assert "those that day had" in texts["postal"]
    assert "those that postal had" in texts["day"]


def test_the_first_delivery_and_a_new_column_are_held_against_nothing() -> None:
    assert compare(portraits(delivery(1)), []) == []
    assert compare(portraits(delivery(1)), [{name: told for name, told in EARLIER[0].items() if name != "code"}]) == []


def test_values_of_closed_columns_are_not_kept() -> None:
    found = portraits(delivery(1), frozenset({"number"}))
    assert found["code"].values is None
    assert "01" not in found["code"].shapes


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("0123", "9999"),
        ("2024-01-05", "9999-99-99"),
        ("１丁目23番", "９漢9漢"),
        ("ABCストア", "Aア"),
        ("だい", "あ"),
        ("ﾀﾞｲ", "ｱ"),
        ("", ""),
    ],
)
def test_shapes(value: str, shape: str) -> None:
    assert pl.DataFrame({"v": [value]}).select(shape_of(pl.col("v"))).item() == shape


def test_the_stability_index_is_that_of_its_definition() -> None:
    index, _ = stability_index({"a": 50_000, "b": 50_000}, {"a": 90_000, "b": 10_000})
    # (0.5 - 0.9) ln(0.5 / 0.9) + (0.5 - 0.1) ln(0.5 / 0.1)
    assert index == pytest.approx(0.8789, abs=0.001)
    assert stability_index({"a": 10}, {"a": 1000})[0] == pytest.approx(0)
    assert stability_index({}, {"a": 1}) == (0.0, 0.0)


def test_merging_adds_counts_and_keeps_no_values_where_one_has_none() -> None:
    one, other = Portrait(2, 1, {"9": 1}, {"1": 1}), Portrait(3, 3, {"9": 2, "A": 1}, None)
    assert merged([one, one]).values == {"1": 2}
    assert merged([one, other]) == Portrait(5, 4, {"9": 3, "A": 1}, None)


def test_a_batch_is_held_against_those_before_it_and_described_once(home: Home, letters: Source, tmp_path: Path) -> None:
    raw, watch = RawStore(home, letters), SourceWatch(home, letters)
    told: list[list[Change]] = []
    for number, word in enumerate(("イ", "イ", "ロ")):
        path = tmp_path / f"{number}_all_.csv"
        path.write_text("".join(f"{number}{line:04d},{word},2024-01-0{line % 9 + 1}\n" for line in range(200)), encoding="utf-8")
        Landing(home, letters).land(path, None)
        batch = raw.read_new(lambda *_: None)
        assert batch is not None
        told.append(watch.watch(raw, batch))
        assert watch.watch(raw, batch) == told[-1]
    assert told[:2] == [[], []]
    assert [(change.column, change.kind) for change in told[2]] == [("word", "new_code"), ("word", "drift")]
    assert "'ロ' (200)" in told[2][0].text
    assert watch.latest()[1] == told[2]
    assert len(list(watch.folder.glob("*.json"))) == 3
