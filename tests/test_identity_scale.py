"""What bounds the memory of matching changes no outcome: slices, parts and portions give what the whole gives."""

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registries.identity import cluster as clustering
from registries.identity import company_ledgers
from registries.identity.block import make_blocks, make_candidates
from registries.identity.cluster import cluster
from registries.identity.company_matching import company_model
from registries.identity.company_records import prepare
from registries.identity.compare import load_records
from registries.identity.matching import decide, frame, match, score_candidates
from tests.test_identity_matching import COMPANIES, PERSON, SAME, WEIGHTS, people

TEXTS = dict.fromkeys(("record_id", "name", "name_kana", "address", "postal_code", "corporate_number"), pl.String)


def written(*numbers: str | None) -> pl.DataFrame:
    rows = [
        (str(at), name, kana, address, "100-0001", number)
        for at, ((_, name, kana, address), number) in enumerate(zip(COMPANIES, numbers, strict=True))
    ]
    return pl.DataFrame([*rows, ("none", None, None, None, None, None)], schema=TEXTS, orient="row")


def test_slices_read_what_the_whole_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    records = written(*[None] * len(COMPANIES)).drop("corporate_number")
    monkeypatch.setattr(company_ledgers, "_SLICE", 2)
    connection = duckdb.connect()
    connection.register("given", records.to_arrow())
    company_ledgers.read_in_slices(connection, "given", "sliced")
    spread = frame(connection, f"FROM {company_ledgers.with_spread('sliced')}")
    whole = prepare(records)
    assert spread.select(whole.columns).sort("record_id").equals(whole.sort("record_id"))
    known = pl.DataFrame({"name_key": [whole["name_key"][0]], "companies": [7]})
    connection.register("known", known.to_arrow())
    counted = frame(connection, f"FROM {company_ledgers.with_spread('sliced', 'known')}")
    assert counted.select(whole.columns).sort("record_id").equals(prepare(records, known).sort("record_id"))


def test_a_ledger_finds_its_companies_in_the_register() -> None:
    numbers = ["1", None, None, "2", "3", None, "4", "5", None]
    connection = duckdb.connect()
    connection.register("given", written(*numbers).to_arrow())
    matched = company_ledgers.match_companies(connection, "given")
    names = frame(connection, "SELECT key, record_id, corporate_number FROM record")
    joined = matched.clusters.members.join(names, on="key")
    got = {frozenset(group) for group in joined.group_by("cluster").agg("record_id")["record_id"].to_list()}
    assert got == {frozenset(group) for group in ({"0", "1", "2"}, {"3"}, {"4"}, {"5", "6"}, {"7", "8"}, {"none"})}
    held = "SELECT count(*) FROM candidate JOIN record AS a ON a.key = l JOIN record AS b ON b.key = r"
    assert connection.execute(f"{held} WHERE a.corporate_number IS NOT NULL AND b.corporate_number IS NOT NULL").fetchall() == [(0,)]


def test_a_day_of_ledger_records_is_a_full_run() -> None:
    numbers = ["1", None, None, "2", "3", None, "4", "5", None]
    whole = written(*numbers)
    elsewhere = whole.with_columns(record_id=pl.concat_str(pl.lit("x"), "record_id"), name=pl.lit("見本商店"))
    changed = whole.head(3).with_columns(address=pl.lit("東京都千代田区霞が関１丁目１番１号"))
    kept, full = duckdb.connect(), duckdb.connect()
    for arriving, gone in (
        (pl.concat([whole.slice(1), elsewhere]), "(SELECT 'nothing' AS record_id)"),
        (changed, "(SELECT 'x1' AS record_id)"),
    ):
        kept.register("given", arriving.to_arrow())
        assert company_ledgers.update_companies(kept, "given", gone=gone) > 0
    full.register("given", pl.concat([changed, whole.slice(3), elsewhere.filter(pl.col("record_id") != "x1")]).to_arrow())
    once = company_ledgers.match_companies(full, "given")
    grown = decide(kept, company_ledgers.NUMBERED_COMPANY, company_model())
    assert frame(kept, "FROM scored ORDER BY l, r").equals(frame(full, "FROM scored ORDER BY l, r"))
    assert grown.members.sort("key").equals(once.clusters.members.sort("key"))


def test_a_block_is_measured_by_the_pairs_it_makes() -> None:
    # three pairs are allowed: one record without a number among three with one, not two among three
    numbered = [(str(at), "山田", None, str(at)) for at in range(3)]
    for open_records, expected in ((1, 3), (2, 0)):
        connection = duckdb.connect()
        connection.register("given", people(*numbered, *((f"o{at}", "山田", None, None) for at in range(open_records))).to_arrow())
        load_records(connection, PERSON, "given")
        make_blocks(connection, PERSON)
        report = make_candidates(connection, PERSON)
        assert report.filter(pl.col("rule") == "name")["pairs"].item() == expected


@pytest.mark.parametrize("pairs", [1, 2, 1000])
def test_parts_score_what_the_whole_scores(pairs: int) -> None:
    connection = duckdb.connect()
    connection.register("given", people(*SAME, ("d", "山田 次郎", "1950", None), ("e", "佐藤 太郎", "1960", None)).to_arrow())
    match(connection, PERSON, "given", WEIGHTS)
    once = frame(connection, "FROM scored ORDER BY l, r")
    assert once.height > 2
    score_candidates(connection, PERSON, WEIGHTS, pairs)
    assert frame(connection, "FROM scored ORDER BY l, r").equals(once)


@settings(max_examples=30, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19), st.integers(-6, 9)), max_size=60),
    numbers=st.lists(st.sampled_from([None, 1, 2]), min_size=20, max_size=20),
)
def test_portions_settle_what_the_whole_settles(pairs: list[tuple[int, int, int]], numbers: list[int | None]) -> None:
    unique = {(min(a, b), max(a, b)): bits for a, b, bits in pairs if a != b}
    schema = {"l": pl.UInt64, "r": pl.UInt64, "bits": pl.Float64, "veto": pl.String}
    scored = pl.DataFrame([(a, b, float(bits), None) for (a, b), bits in unique.items()], schema=schema, orient="row")
    records = pl.DataFrame({"key": pl.Series(range(20), dtype=pl.UInt64), "number": pl.Series(numbers, dtype=pl.Int64)})
    once = cluster(records, scored, threshold=1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "_PORTION", 1)
        again = cluster(records, scored, threshold=1.0)
    assert again.members.equals(once.members)
    assert again.contradictions.equals(once.contradictions)
