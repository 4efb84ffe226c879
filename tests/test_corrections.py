"""Corrections of dirty values: data with reason and author, applied to the raw text, re-running only the batches they have to do with."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.corrections import Correction, apply, corrections_path, count_hits, read_corrections, write_correction
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore
from pipelines.source_declarations import Source
from quality.quarantine import read_quarantine


def correction(**changes: str) -> Correction:
    about = {
        "column": "day",
        "value": "2024-02-30",
        "replacement": "2024-03-01",
        "reason": "誤記",
        "author": "台帳 花子",
        "date": "2024-04-01",
    }
    return Correction(**(about | changes))


def quiet(*_: object) -> None:
    pass


@pytest.fixture
def delivered(home: Home, letters: Source, tmp_path: Path) -> tuple[RawStore, StandardisedStore]:
    raw, store = RawStore(home, letters), StandardisedStore(home, letters)
    for name, lines in (("a_all_", ["1,イ,2024-02-30", "2,ロ,2024-01-01"]), ("b_all_", ["3,ハ,2024-01-02"])):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        Landing(home, letters).land(path, None)
        raw.read_new(quiet)
    store.standardise_new(raw, quiet)
    return raw, store


def values(store: StandardisedStore) -> list[tuple[object, ...]]:
    return pl.concat([pl.read_parquet(path) for path in store.parts()]).select("no", "day").cast(pl.String).sort("no").rows()


def test_a_correction_brings_records_back_and_touches_no_other_batch(
    home: Home, letters: Source, delivered: tuple[RawStore, StandardisedStore]
) -> None:
    raw, store = delivered
    before = store.revisions()
    assert values(store) == [("2", "2024-01-01"), ("3", "2024-01-02")]
    write_correction(home, letters, correction())
    again = store.standardise_new(raw, quiet)
    assert len(again) == 1
    assert values(store) == [("1", "2024-03-01"), ("2", "2024-01-01"), ("3", "2024-01-02")]
    assert read_quarantine(home.quarantine).height == 0
    assert sum(sum(counts.values()) for counts in store.done().values()) == 3
    after = store.revisions()
    assert len(set(before) & set(after)) == 1
    assert store.corrected() == [{"batch": again[0].id, "column": "day", "value": "2024-02-30", "replacement": "2024-03-01", "records": 1}]
    assert store.standardise_new(raw, quiet) == []


def test_a_correction_of_nothing_delivered_runs_nothing_again(
    home: Home, letters: Source, delivered: tuple[RawStore, StandardisedStore]
) -> None:
    raw, store = delivered
    before = store.revisions()
    write_correction(home, letters, correction(value="2024-02-31"))
    assert store.standardise_new(raw, quiet) == []
    assert store.revisions() == before


def test_a_correction_taken_back_refuses_the_record_again(
    home: Home, letters: Source, delivered: tuple[RawStore, StandardisedStore]
) -> None:
    raw, store = delivered
    before = store.revisions()
    write_correction(home, letters, correction())
    store.standardise_new(raw, quiet)
    corrections_path(home, letters).unlink()
    assert len(store.standardise_new(raw, quiet)) == 1
    assert store.revisions() == before
    assert read_quarantine(home.quarantine)["value"].to_list() == ["2024-02-30"]


def test_corrections_are_sorted_text_and_a_later_word_replaces_an_earlier(home: Home, letters: Source) -> None:
    write_correction(home, letters, correction(value="x"))
    write_correction(home, letters, correction(value="a"))
    path = write_correction(home, letters, correction(value="x", replacement="", reason="値なし"))
    assert path.read_text(encoding="utf-8") == (
        "column,value,replacement,reason,author,date\nday,a,2024-03-01,誤記,台帳 花子,2024-04-01\nday,x,,値なし,台帳 花子,2024-04-01\n"
    )
    assert [known.value for known in read_corrections(home, letters)] == ["a", "x"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"column": "nothing"}, "no column 'nothing'"),
        ({"reason": ""}, "reason"),
        ({"author": ""}, "author"),
        ({"value": ""}, "value"),
        ({"date": "yesterday"}, "not a date"),
    ],
)
def test_an_incomplete_correction_is_refused(home: Home, letters: Source, changes: dict[str, str], message: str) -> None:
    with pytest.raises(DaichoError, match=message):
        write_correction(home, letters, correction(**changes))
    assert not corrections_path(home, letters).exists()


def test_a_malformed_list_is_told_with_its_line(home: Home, letters: Source) -> None:
    path = corrections_path(home, letters)
    path.parent.mkdir(parents=True)
    path.write_text("column,value\nday,x\n", encoding="utf-8")
    with pytest.raises(DaichoError, match="first line"):
        read_corrections(home, letters)
    path.write_text("column,value,replacement,reason,author,date\nday,x,y,,花子,2024-04-01\n", encoding="utf-8")
    with pytest.raises(DaichoError, match=r"line 2.*reason"):
        read_corrections(home, letters)


def test_only_whole_values_are_replaced(tmp_path: Path) -> None:
    frame = pl.DataFrame({"no": ["1", "2", None], "day": ["a", "aa", "a"]})
    told = [correction(column="day", value="a", replacement=""), correction(column="no", value="2", replacement="9")]
    assert apply(frame, told).rows() == [("1", None), ("9", "aa"), (None, None)]
    assert apply(frame, []).equals(frame)
    path = tmp_path / "part.parquet"
    frame.write_parquet(path)
    assert [hit["records"] for hit in count_hits([path], told)] == [2, 1]
