"""Values that authoritative records dispute: a steward chooses with one key, and the next build takes the value."""

import argparse
import io
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from pipelines.commands import review
from pipelines.contested_store import ContestedStore
from pipelines.contested_terminal import settle
from pipelines.errors import DaichoError
from pipelines.home import Home
from registries.identity import golden
from registries.identity.overrides import Choice, add_choice, by_entity, in_force, read_choices, write_choices
from registries.identity.run import AUTHORITY

DAY = date(2026, 5, 29)
STATED = [
    ("E1", "name", "山田商事株式会社", "nta_corporate_number", "nta:1", DAY),
    ("E1", "name", "山田商亊株式会社", "nta_corporate_number", "nta:2", DAY),
    ("E1", "name", "山田商事", "japanpost_office", "post:1", None),
    ("E2", "name_kana", "サトウ", "nta_corporate_number", "nta:3", DAY),
    ("E2", "name_kana", "サトー", "nta_corporate_number", "nta:4", DAY),
    ("E3", "name", "鈴木商店", "nta_corporate_number", "nta:5", DAY),
    ("E3", "name", "鈴木商店　本店", "japanpost_office", "post:2", None),
]
MEMBERS = pl.DataFrame([(record, entity) for entity, _, _, _, record, _ in STATED], schema=["record_id", "entity_id"], orient="row")


def ranked(choices: list[Choice] | None = None) -> pl.DataFrame:
    stated = pl.DataFrame(STATED, schema=golden.CANDIDATES, orient="row")
    return golden.choose(stated, AUTHORITY, overrides=by_entity(in_force(choices or []), MEMBERS))


@pytest.fixture
def disputed(home: Home) -> Home:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.register("ranked", ranked().to_arrow())
        connection.execute(
            "CREATE TABLE golden_candidate AS "
            "SELECT * RENAME (item AS golden_item, value AS candidate_value, agreeing AS agreeing_records) FROM ranked"
        )
        connection.register("members", MEMBERS.to_arrow())
        connection.execute(
            "CREATE TABLE identity_bridge AS SELECT *, 'organisation' AS identity_subject_code, NULL::DATE AS member_to FROM members"
        )
    return home


def told(home: Home, *answers: str) -> str:
    console, given = Console(record=True, width=150, file=io.StringIO()), iter(answers)
    settle(ContestedStore(home, "係"), lambda _: next(given), console)
    return console.export_text()


def test_only_what_is_disputed_is_asked(disputed: Home) -> None:
    shown = told(disputed, "q")
    assert all(word in shown for word in ("山田商事株式会社", "山田商亊株式会社", "japanpost_office", "nta:2", "2026-05-29"))
    assert ContestedStore(disputed, "係").items_waiting() == 2
    assert "鈴木" not in shown


def test_a_choice_stands_in_the_next_build(disputed: Home) -> None:
    told(disputed, "x", "9", "2 登記で確認", "?")
    choices = read_choices(disputed.judgements / "identity.tsv", tuple(AUTHORITY))
    assert [(one.candidate_value, one.judged_by, one.reason) for one in choices] == [("山田商事株式会社", "係", "登記で確認")]
    rebuilt = ranked(choices).filter(pl.col("candidate_rank") == 1).select("entity_id", "item", "value", "chosen_by", "is_contested")
    assert rebuilt.filter(pl.col("entity_id") == "E1").rows() == [("E1", "name", "山田商事株式会社", "override", False)]
    assert ContestedStore(disputed, "係").items_waiting() == 1


def test_a_choice_is_undone(disputed: Home) -> None:
    told(disputed, "1", "u", "u", "q")
    assert read_choices(disputed.judgements / "identity.tsv", tuple(AUTHORITY)) == []


def test_a_later_choice_takes_the_earlier_back() -> None:
    old = Choice("nta:1", "name", "A", "2026-01-01", "係")
    new = Choice("nta:2", "name", "B", "2026-02-01", "係")
    apart = Choice("nta:9", "name", "C", "2026-01-01", "係")
    kept = add_choice([old, apart], new, ["nta:1", "nta:2"])
    assert [(one.candidate_value, one.revoked_on) for one in kept] == [("A", "2026-02-01"), ("B", ""), ("C", "")]
    assert add_choice([old], Choice("nta:2", "name", "B", "2026-01-01", "係"), ["nta:1", "nta:2"]) == [
        Choice("nta:2", "name", "B", "2026-01-01", "係")
    ]


def test_what_a_line_cannot_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tab"):
        write_choices(tmp_path / "identity.tsv", [Choice("nta:1", "name", "A\tB", "2026-01-01", "係")])
    assert not (tmp_path / "identity.tsv").exists()


def test_the_command_says_what_it_needs(home: Home) -> None:
    parser = argparse.ArgumentParser()
    review.add_arguments(parser)
    with pytest.raises(DaichoError, match="no warehouse"):
        review.run(parser.parse_args(["--home", str(home.root), "--contested"]))
    with pytest.raises(DaichoError, match="terminal"):
        review.run(parser.parse_args(["--home", str(home.root), "--contested", "--web"]))
