"""Ids outlive new records, cleansing and mergers; an increment gives what a full run gives.

Judgements and golden records keep their rules.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_standards.items import DeclarationError
from registries.identity import golden, judgements
from registries.identity.ids import Identities, assign, check_sign, mint, no_identities, redirects
from registries.identity.increment import update
from registries.identity.matching import decide, frame, match
from tests.test_identity_matching import PERSON, WEIGHTS

DAY = [date(2026, 1, day) for day in range(1, 9)]


def grouped(*groups: str, numbered: str = "") -> pl.DataFrame:
    """Clusters written as words, one sign a record; records in ``numbered`` bear an authoritative number."""
    rows = [(sign, at, 1000 if sign in numbered else 1) for at, group in enumerate(groups) for sign in group]
    return pl.DataFrame(rows, schema={"record_id": pl.String, "cluster": pl.Int64, "authority": pl.Int64}, orient="row")


def after(*days: pl.DataFrame) -> list[Identities]:
    states = [no_identities()]
    for on, clusters in zip(DAY, days, strict=False):
        states.append(assign(states[-1], clusters, subject="t", on=on))
    return states[1:]


def held(state: Identities) -> dict[str, str]:
    return dict(state.membership.filter(pl.col("member_to").is_null()).select("record_id", "entity_id").iter_rows())


def happened(state: Identities) -> list[str]:
    return state.events["identity_event_code"].to_list()


def test_merger_redirect_and_undoing() -> None:
    apart, merged, undone = after(grouped("ab", "c"), grouped("abc"), grouped("ab", "c"))
    ab, c = held(apart)["a"], held(apart)["c"]
    assert set(held(merged).values()) == {ab}
    assert redirects(merged.registry).rows() == [(c, ab, "active")]
    assert happened(merged) == ["merged"]
    assert held(undone) == held(apart)
    assert happened(undone) == ["reactivated", "split"]
    assert redirects(undone.registry).is_empty()


def test_redirects_are_flattened() -> None:
    first, *_, last = after(grouped("abcd", "ef", "g"), grouped("abcd", "efg"), grouped("abcdefg"))
    root = held(first)["a"]
    assert sorted(redirects(last.registry).rows()) == sorted([(held(first)["e"], root, "active"), (held(first)["g"], root, "active")])


def test_the_part_with_the_number_keeps_the_id() -> None:
    whole, parted = after(grouped("abcd", numbered="d"), grouped("abc", "d", numbered="d"))
    assert held(parted)["d"] == held(whole)["d"]
    assert held(parted)["a"] != held(whole)["a"]
    assert happened(parted) == ["created", "split"]


def test_withdrawn_and_back_again() -> None:
    first, gone, back = after(grouped("ab", "c"), grouped("ab"), grouped("ab", "c"))
    assert happened(gone) == ["withdrawn"]
    assert gone.registry.filter(pl.col("entity_id") == held(first)["c"])["identity_status_code"].item() == "withdrawn"
    assert held(back) == held(first)
    assert happened(back) == ["reactivated"]


def test_a_founder_founds_a_new_id_each_time() -> None:
    # c leaves and is replaced in its cluster by others, then founds again beside them
    states = after(grouped("ab"), grouped("b"), grouped("b", "a"))
    assert len(set(states[-1].registry["entity_id"])) == 2
    assert mint("t", "a", 0) != mint("t", "a", 1)


def test_ids_are_opaque_and_checked() -> None:
    identity = mint("company", "nta:8000012010038", 0)
    assert len(identity) == 14
    assert "8000012010038" not in identity
    assert check_sign(identity[:-1]) == identity[-1]
    wrong = ("1" if identity[3] != "1" else "2").join([identity[:3], identity[4:]])
    assert check_sign(wrong[:-1]) != wrong[-1]


PARTS = st.lists(st.integers(0, 5), min_size=12, max_size=12)


def partition(labels: list[int], records: range) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_id": [f"r{i:02}" for i in records],
            "cluster": [labels[i] for i in records],
            "authority": [100 if i % 5 == 0 else 1 for i in records],
        }
    )


@settings(max_examples=30, deadline=None)
@given(runs=st.lists(PARTS, min_size=1, max_size=4), shuffle=st.integers(0, 9))
def test_ids_do_not_depend_on_order_and_are_never_lost(runs: list[list[int]], shuffle: int) -> None:
    straight, shuffled = no_identities(), no_identities()
    minted: set[str] = set()
    for on, labels in zip(DAY, runs, strict=False):
        clusters = partition(labels, range(12))
        straight = assign(straight, clusters, subject="t", on=on)
        shuffled = assign(shuffled, clusters.sample(fraction=1, shuffle=True, seed=shuffle), subject="t", on=on)
        assert straight.membership.equals(shuffled.membership)
        assert straight.registry.equals(shuffled.registry)
        assert straight.events.equals(shuffled.events)
        # the ids are those of the clusters, one each; no id was ever lost; every merged id leads to a living one
        groups = clusters.join(straight.membership.filter(pl.col("member_to").is_null()), on="record_id")
        assert groups.height == 12
        assert groups.select("cluster", "entity_id").n_unique() == groups["cluster"].n_unique() == groups["entity_id"].n_unique()
        assert minted <= set(straight.registry["entity_id"])
        minted |= set(straight.registry["entity_id"])
        assert straight.registry["entity_id"].is_unique().all()
        active = set(straight.registry.filter(pl.col("identity_status_code") == "active")["entity_id"])
        assert active == set(groups["entity_id"])
        assert redirects(straight.registry)["replaced_by"].is_in(straight.registry["entity_id"].to_list()).all()
    again = assign(straight, clusters, subject="t", on=DAY[5])
    assert again.events.is_empty()
    assert again.membership.equals(straight.membership)


@settings(max_examples=30, deadline=None)
@given(labels=st.lists(st.integers(0, 9), min_size=22, max_size=22))
def test_new_records_change_no_id_but_by_true_mergers(labels: list[int]) -> None:
    clusters = partition(labels, range(20))
    before = assign(no_identities(), clusters, subject="t", on=DAY[0])
    grown = assign(before, partition(labels, range(22)), subject="t", on=DAY[1])
    assert all(held(grown)[record] == identity for record, identity in held(before).items())
    assert set(happened(grown)) <= {"created"}


@settings(max_examples=30, deadline=None)
@given(before=PARTS, after_cleansing=PARTS, grown=st.lists(st.integers(0, 7), min_size=2, max_size=2), renamed=st.permutations(range(8)))
def test_other_cleansing_moves_no_id_but_of_what_it_regroups(
    before: list[int], after_cleansing: list[int], grown: list[int], renamed: list[int]
) -> None:
    first = assign(no_identities(), partition(before, range(12)), subject="t", on=DAY[0])
    # the same groups under other keys, as other cleansing gives them, and some more records
    same = assign(first, partition([renamed[label] for label in [*before, *grown]], range(14)), subject="t", on=DAY[1])
    assert all(held(same)[record] == identity for record, identity in held(first).items())
    # where cleansing does regroup, whatever it left alone keeps its id
    second = assign(first, partition(after_cleansing, range(12)), subject="t", on=DAY[1])
    groups = [{frozenset(f"r{i:02}" for i in range(12) if labels[i] == label) for label in labels} for labels in (before, after_cleansing)]
    for group in groups[0] & groups[1]:
        assert {held(second)[record] for record in group} == {held(first)[record] for record in group}


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["山田 太郎", "山田 太朗", "佐藤 花", "佐藤 華", "林"]),
        st.sampled_from(["1950", "1951", None]),
        st.sampled_from([None, None, None, "1", "2"]),
    ),
    min_size=2,
    max_size=9,
)


def relation(connection: duckdb.DuckDBPyConnection, people: dict[str, tuple[Any, ...]]) -> str:
    rows = [(identity, *values) for identity, values in people.items()]
    schema = {"record_id": pl.String, "name": pl.String, "born": pl.String, "number": pl.String}
    connection.register("given", pl.DataFrame(rows, schema=schema, orient="row").to_arrow())
    return "given"


@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(first=PEOPLE, second=PEOPLE, gone=st.sets(st.integers(0, 8)))
def test_an_increment_is_a_full_run(first: list[tuple[Any, ...]], second: list[tuple[Any, ...]], gone: set[int]) -> None:
    kept = duckdb.connect()
    before = {f"r{i}": values for i, values in enumerate(first)}
    # the second day changes some records, adds others, and some are gone
    now = {name: values for i, (name, values) in enumerate(before.items()) if i not in gone} | {
        f"r{i + 4}": v for i, v in enumerate(second)
    }
    update(kept, PERSON, relation(kept, before), WEIGHTS)
    update(kept, PERSON, relation(kept, now), WEIGHTS)
    grown = decide(kept, PERSON, WEIGHTS)
    full = duckdb.connect()
    whole = match(full, PERSON, relation(full, now), WEIGHTS)
    order = "ORDER BY l, r"
    columns = "SELECT l, r, bits::DOUBLE AS bits, veto FROM"
    assert frame(kept, f"{columns} scored {order}").equals(frame(full, f"{columns} scored {order}"))
    assert grown.members.sort("key").equals(whole.clusters.members.sort("key"))
    assert update(kept, PERSON, relation(kept, now), WEIGHTS) == 0


def test_judgements_are_lines_that_can_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "person.tsv"
    assert judgements.read_judgements(path) == []
    made = judgements.add([], judgements.judgement("b", "a", "same", by="係", on=DAY[0], reason="同じ\n電話"))
    made = judgements.add(made, judgements.judgement("a", "c", "different", by="係", on=DAY[0]))
    made = judgements.add(made, judgements.judgement("a", "d", "undecided", by="係", on=DAY[0]))
    judgements.write_judgements(path, list(reversed(made)))
    assert judgements.read_judgements(path) == made
    assert path.read_text().splitlines()[1] == "a\tb\t2026-01-01\tsame\t係\t同じ 電話\t"
    assert judgements.in_force(made).rows() == [("a", "b", True), ("a", "c", False)]
    assert judgements.asked(made).height == 3
    changed = judgements.add(made, judgements.judgement("a", "b", "different", by="係", on=DAY[1]))
    assert [(one.verdict, one.revoked_on) for one in changed if one.record_b == "b"] == [("same", "2026-01-02"), ("different", "")]
    assert judgements.in_force(judgements.revoke(changed, "b", "a", on=DAY[2])).rows() == [("a", "c", False)]
    with pytest.raises(ValueError, match="no verdict"):
        judgements.judgement("a", "b", "perhaps", by="係", on=DAY[0])
    with pytest.raises(ValueError, match="on two"):
        judgements.judgement("a", "a", "same", by="係", on=DAY[0])
    path.write_text(path.read_text().replace("same", "perhaps"))
    with pytest.raises(DeclarationError, match="line 2"):
        judgements.read_judgements(path)


AUTHORITY = {"name": ["register", "post"], "phone": ["post", "register"]}


@pytest.mark.parametrize(
    ("stated", "override", "value", "reason", "contested"),
    [
        pytest.param([("register", "A", 1), ("post", "B", 5)], None, "A", "authority", False, id="authority"),
        pytest.param([("register", "A", 1), ("register", "B", 5)], None, "B", "recency", False, id="recency"),
        pytest.param([("post", "A", 1), ("post", "B", 1), ("post", "B", 1)], None, "B", "agreement", False, id="agreement"),
        pytest.param([("register", "A", 1), ("register", "B", 1)], None, "A", "order", True, id="contested"),
        pytest.param([("register", "A", 1), ("post", "B", 5)], "B", "B", "override", False, id="override"),
        pytest.param([("post", "A", 1), ("post", "A", 2)], None, "A", "only", False, id="only"),
        pytest.param([("register", None, 1), ("post", "B", 5)], None, "B", "only", False, id="nothing_said"),
    ],
)
def test_which_value_is_golden(stated: list[Any], override: str | None, value: str, reason: str, contested: bool) -> None:
    rows = [("e", "name", said, source, f"{source}{at}", DAY[day]) for at, (source, said, day) in enumerate(stated)]
    candidates = pl.DataFrame(rows, schema=golden.CANDIDATES, orient="row")
    overrides = pl.DataFrame({"entity_id": ["e"], "item": ["name"], "value": [override]}) if override else None
    ranked = golden.choose(candidates, AUTHORITY, overrides=overrides)
    chosen = golden.golden(ranked).row(0, named=True)
    assert (chosen["value"], chosen["chosen_by"], chosen["is_contested"]) == (value, reason, contested)
    assert golden.tasks(ranked).is_empty() == (not contested)
    assert ranked.height == sum(said is not None for _, said, _ in stated)
    assert golden.choose(candidates.reverse(), AUTHORITY, overrides=overrides).equals(ranked)
