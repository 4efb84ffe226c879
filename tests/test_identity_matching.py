"""Matching decides the same whatever the order of records and pairs, obeys vetoes and judgements, and measures up on real sets."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.identity_sets import SETS
from data_standards.items import DeclarationError
from registries.identity import fellegi_sunter, logistic
from registries.identity.block import completeness, make_blocks, make_candidates
from registries.identity.cluster import cluster, components
from registries.identity.company_matching import COMPANY, company_model
from registries.identity.company_records import prepare
from registries.identity.compare import load_records
from registries.identity.matching import bands_by_precision, frame, match, prepare_pairs
from registries.identity.measure import b_cubed, best_threshold, cluster_quality, true_pairs
from registries.identity.model import Model, probability, read_model, score
from registries.identity.specification import BlockingRule, Comparison, Similarity, Specification, agree, alike

PERSON = Specification(
    subject="person",
    blocking=(BlockingRule("name", ("name",)), BlockingRule("words", (), "string_split(name, ' ')"), BlockingRule("born", ("born",))),
    similarities=(Similarity("name_similarity", "name"),),
    comparisons=(alike("name", "name", 0.9), agree("born", "born")),
    identifiers=("number",),
    largest_block=3,
)
WEIGHTS = Model(
    version="t", subject="person", method="logistic", fingerprint=PERSON.fingerprint, prior=-2.0,
    weights={"name": {"missing": 0, "same": 5, "at_least_0.9": 3, "else": -6}, "born": {"missing": 0, "same": 3, "else": -4}},
    bands={"automatic": 2.0, "review": -2.0}, training={},
)  # fmt: skip


def people(*rows: tuple[str, str | None, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"record_id": pl.String, "name": pl.String, "born": pl.String, "number": pl.String}, orient="row")


def clusters_of(records: pl.DataFrame, judgements: pl.DataFrame | None = None) -> list[list[str]]:
    connection = duckdb.connect()
    connection.register("given", records.to_arrow())
    matched = match(connection, PERSON, "given", WEIGHTS, judgements=judgements)
    named = matched.clusters.members.join(frame(connection, "SELECT key, record_id FROM record"), on="key")
    return sorted(sorted(group) for group in named.group_by("cluster").agg("record_id")["record_id"].to_list())


def judged(*rows: tuple[str, str, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"record_a": pl.String, "record_b": pl.String, "same": pl.Boolean}, orient="row")


SAME = [("a", "山田 太郎", "1950", None), ("b", "山田 太郎", "1950", None), ("c", "佐藤 花子", "1960", None)]


@pytest.mark.parametrize(
    ("records", "judgements", "expected"),
    [
        pytest.param(SAME, [], [["a", "b"], ["c"]], id="alike"),
        pytest.param(SAME, [("b", "a", False)], [["a"], ["b"], ["c"]], id="judged_different"),
        pytest.param(SAME, [("a", "c", True)], [["a", "b", "c"]], id="judged_same"),
        pytest.param(SAME, [("a", "gone", True)], [["a", "b"], ["c"]], id="judgement_on_a_record_that_is_no_more"),
        pytest.param([("a", "山田", None, "1"), ("b", "鈴木", None, "1")], [], [["a", "b"]], id="one_number"),
        pytest.param([("a", "山田", None, "1"), ("b", "鈴木", None, "1")], [("a", "b", False)], [["a"], ["b"]], id="judgement_over_number"),
        pytest.param([("a", "山田", "1950", "1"), ("b", "山田", "1950", "2")], [], [["a"], ["b"]], id="two_numbers"),
        pytest.param(
            [("a", "山田", "1950", "1"), ("b", "山田", "1950", None), ("c", "山田", "1950", "2")],
            [],
            [["a", "b"], ["c"]],
            id="two_numbers_over_a_third",
        ),
    ],
)
def test_what_decides(records: list[Any], judgements: list[Any], expected: list[list[str]]) -> None:
    got = clusters_of(people(*records), judged(*judgements))
    if len(expected) == 2 and len(records) == 3 and records[0][3]:
        # which of two numbers the record without one goes to is decided by the keys, but never both
        assert sorted(map(len, got)) == [1, 2]
        assert ["a", "c"] not in got
    else:
        assert got == expected


def test_a_contradiction_is_shown() -> None:
    connection = duckdb.connect()
    records = people(("a", "山田", "1950", None), ("b", "山田", "1950", None), ("c", "山田", "1950", None))
    connection.register("given", records.to_arrow())
    matched = match(connection, PERSON, "given", WEIGHTS, judgements=judged(("a", "b", False)))
    assert matched.clusters.contradictions["reason"].to_list() == ["veto"]
    assert matched.clusters.members["cluster"].n_unique() == 2


@settings(max_examples=30, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(-6, 9)), max_size=40),
    numbers=st.lists(st.sampled_from([None, 1, 2]), min_size=12, max_size=12),
    shuffle=st.randoms(use_true_random=False),
)
def test_clusters_do_not_depend_on_order(pairs: list[tuple[int, int, int]], numbers: list[int | None], shuffle: Any) -> None:
    unique = {(min(a, b), max(a, b)): bits for a, b, bits in pairs if a != b}
    rows = [(a, b, float(bits), None) for (a, b), bits in unique.items()]
    records = pl.DataFrame({"key": pl.Series(range(12), dtype=pl.UInt64), "number": pl.Series(numbers, dtype=pl.Int64)})
    schema = {"l": pl.UInt64, "r": pl.UInt64, "bits": pl.Float64, "veto": pl.String}
    once = cluster(records, pl.DataFrame(rows, schema=schema, orient="row"), threshold=1.0)
    shuffle.shuffle(rows)
    again = cluster(records.sample(fraction=1, shuffle=True, seed=1), pl.DataFrame(rows, schema=schema, orient="row"), threshold=1.0)
    assert once.members.equals(again.members)
    assert once.contradictions.equals(again.contradictions)
    held = once.members.join(records, on="key").drop_nulls("number").group_by("cluster").agg(pl.col("number").n_unique())
    assert held["number"].max() in (None, 1)


@settings(max_examples=30, deadline=None)
@given(edges=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_those_of_a_search(edges: list[tuple[int, int]]) -> None:
    left, right = (np.array([edge[i] for edge in edges], dtype=np.int64) for i in (0, 1))
    expected = list(range(30))
    for _ in range(30):
        for a, b in edges:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert components(30, left, right).tolist() == expected


def test_what_was_never_compared_can_speak_against_a_chain() -> None:
    records = pl.DataFrame({"key": pl.Series([1, 2, 3, 4], dtype=pl.UInt64)})
    chain = pl.DataFrame(
        {"l": [1, 2, 3], "r": [2, 3, 4], "bits": [5.0, 1.0, 5.0], "veto": [None, None, None]},
        schema_overrides={"l": pl.UInt64, "r": pl.UInt64},
    )
    assert cluster(records, chain, threshold=0.5).members["cluster"].to_list() == [1, 1, 1, 1]
    assert cluster(records, chain, threshold=0.5, unseen=-1.0).members["cluster"].to_list() == [1, 1, 3, 3]


def test_blocks_too_large_are_counted() -> None:
    connection = duckdb.connect()
    connection.register(
        "given",
        people(
            *((str(i), "山田", f"19{i}0", None) for i in range(4)), ("x", "木 村", "2000", None), ("y", "木 林", "2001", None)
        ).to_arrow(),
    )
    load_records(connection, PERSON, "given")
    make_blocks(connection, PERSON)
    report = make_candidates(connection, PERSON)
    assert report.filter(pl.col("rule") == "name").row(0) == ("name", 0, 0, 1, 4)
    assert report.filter(pl.col("rule") == "words")["pairs"].item() == 1
    connection.execute("CREATE TEMP TABLE truth AS SELECT l, r FROM candidate")
    assert completeness(connection, PERSON, "truth").filter(pl.col("rule") == "all")["pairs_completeness"].item() == 1


def test_a_record_id_stands_once() -> None:
    connection = duckdb.connect()
    connection.register("given", people(("a", "x", None, None), ("a", "y", None, None)).to_arrow())
    with pytest.raises(ValueError, match="record id a stands twice"):
        load_records(connection, PERSON, "given")


def test_likeness_counts_characters() -> None:
    connection = duckdb.connect()
    connection.register("given", people(("a", "山田商事", "1", None), ("b", "山本商事", "1", None)).to_arrow())
    edits = Specification(
        subject="x", blocking=PERSON.blocking, similarities=(Similarity("s", "name", "levenshtein"),),
        comparisons=(Comparison("name", "false", {"one_of_four": "s = 0.75"}, frozenset({"name"})),),
    )  # fmt: skip
    prepare_pairs(connection, edits, "given")
    assert connection.execute("SELECT g_name FROM compared").fetchall() == [(1,)]


def test_a_model_accounts_for_its_score(tmp_path: Path) -> None:
    steps = WEIGHTS.waterfall(PERSON, {"name": 2, "born": 1})
    assert [(step.comparison, step.answer) for step in steps] == [("prior", ""), ("name", "at_least_0.9"), ("born", "same")]
    assert sum(step.bits for step in steps) == 4.0
    assert probability(0) == 0.5
    WEIGHTS.write(tmp_path / "m.json")
    assert read_model(tmp_path / "m.json") == WEIGHTS
    other = Specification(subject="person", blocking=PERSON.blocking, comparisons=PERSON.comparisons[:1])
    with pytest.raises(DeclarationError, match="other comparisons"):
        WEIGHTS.check(other)


def test_labels_give_back_the_weights_that_made_them() -> None:
    random = np.random.default_rng(1)
    answers = np.array([[a, b] for a in range(4) for b in range(3)])
    truth = {"name": [0.0, 3.0, 0.5, -3.0], "born": [0.0, 2.0, -2.0]}
    bits = np.array([truth["name"][a] + truth["born"][b] - 0.5 for a, b in answers])
    total = 200_000
    positive = random.binomial(total, 1 / (1 + 2.0**-bits)).astype(float)
    model = logistic.fit(PERSON, answers, positive, total - positive, version="t")
    given_back = np.array([sum(step.bits for step in model.waterfall(PERSON, {"name": a, "born": b})) for a, b in answers])
    assert np.abs(given_back - bits).max() < 0.05
    with pytest.raises(ValueError, match="both kinds"):
        logistic.fit(PERSON, answers, positive, np.zeros(12), version="t")


def test_bands_hold_their_precision() -> None:
    bits = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    bands = bands_by_precision(bits, np.array([True, True, True, False, False]), np.ones(5), 0.99)
    assert bands["automatic"] == 3.0


def test_measures() -> None:
    clustered = pl.DataFrame({"cluster": [1, 1, 1, 2], "entity": ["a", "a", "b", "b"]})
    quality = cluster_quality(clustered)
    assert (quality.precision, quality.recall) == (1 / 3, 1 / 2)
    assert b_cubed(clustered).precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert true_pairs(clustered) == 2
    threshold, best = best_threshold(np.array([3.0, 2.0, 1.0]), np.array([True, True, False]), 2)
    assert (threshold, best.f1) == (2.0, 1.0)


@pytest.mark.parametrize(("name", "least"), [("febrl3", 0.9985), ("febrl4", 0.9995), ("dblp_acm", 0.966)])
@pytest.mark.real
def test_public_sets(shared_data: Path, name: str, least: float) -> None:
    made = SETS[name]
    connection = duckdb.connect()
    connection.register("given", made.read(shared_data / "matching").to_arrow())
    prepare_pairs(connection, made.specification, "given")
    score(connection, made.specification, fellegi_sunter.train(connection, made.specification, version="t", random_sample=50_000))
    pairs = frame(
        connection,
        "SELECT bits::DOUBLE AS bits, l.entity = r.entity AS same FROM scored JOIN record l ON l.key = scored.l "
        "JOIN record r ON r.key = scored.r",
    )
    between = made.specification.between
    total = true_pairs(frame(connection, "SELECT entity FROM record"))
    if between:
        total -= sum(true_pairs(part) for _, part in frame(connection, f"SELECT entity, {between} FROM record").group_by(between))
    assert best_threshold(pairs["bits"].to_numpy(), pairs["same"].to_numpy(), total)[1].f1 >= least


COMPANIES = [
    # what companies are to be one, and what others stand beside them
    ("one", "株式会社山田工務店", None, "東京都千代田区神田神保町１丁目１０５番地"),
    ("one", "(株)山田工務店", "ヤマダコウムテン", "千代田区神田神保町1-105"),
    ("one", "㈱山田工務店　神保町支店", None, "東京都千代田区神田神保町一丁目105番地 神保町ビル3階"),
    ("group", "株式会社山田工務店ホールディングス", None, "東京都千代田区神田神保町１丁目１０５番地"),
    ("form", "有限会社山田工務店", None, "大阪府堺市堺区南瓦町３番１号"),
    ("two", "カ)キヨシマデンキ", None, "福岡県福岡市博多区博多駅前２丁目１番１号"),
    ("two", "株式会社キヨシマ電機", "キヨシマデンキ", "福岡市博多区博多駅前2-1-1"),
    ("old", "株式會社澤邊製作所", None, "愛知県名古屋市中区三の丸３丁目１番１号"),
    ("old", "株式会社沢辺製作所", None, "名古屋市中区三の丸3-1-1"),
]


def test_companies() -> None:
    rows = [{"record_id": str(i), "name": n, "name_kana": k, "address": a, "postal_code": None} for i, (_, n, k, a) in enumerate(COMPANIES)]
    prepared = prepare(pl.DataFrame(rows, schema_overrides={"name_kana": pl.String, "postal_code": pl.String}))
    connection = duckdb.connect()
    connection.register("given", prepared.to_arrow())
    matched = match(connection, COMPANY, "given", company_model())
    named = matched.clusters.members.join(frame(connection, "SELECT key, record_id FROM record"), on="key")
    got = {frozenset(group) for group in named.group_by("cluster").agg("record_id")["record_id"].to_list()}
    expected: dict[str, set[str]] = {}
    for i, (entity, *_) in enumerate(COMPANIES):
        expected.setdefault(entity, set()).add(str(i))
    assert got == set(map(frozenset, expected.values()))
