"""The company registry against cases worked out by hand and against an oracle that was written from the rules alone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_standards.codes import municipality_changes
from data_standards.rules import local_government_code
from pipelines.ingest.standardise import standardise
from pipelines.source_declarations import source_named
from registries.build import connect, rebuild, refresh
from registries.contract import load_contracts
from tests import company_oracle
from tests.company_cases import CASES, CHUO, HOME, NAKA, NAMES, SASAYAMA, SCHEMA, TAMBA, Row, daily, day, event, full, party

Connection = duckdb.DuckDBPyConnection
Tables = dict[str, list[tuple[Any, ...]]]

CONTRACT = load_contracts()["company"]
SOURCE = source_named("nta_corporate_number")
SLICES = Path(__file__).parents[1].parent / "shared" / "data" / "nta" / "slices"

# what the drawn deliveries are made of
LETTERS_DRAWN = "ABC"
DAYS = [102, 104, 108, 110, 205, 210]
PLACES = [HOME, NAKA, CHUO, SASAYAMA, TAMBA]
SENTENCES = [None, "{}を合併", "{}の合併により設立", "{}と合併して甲を設立し解散", "合併無効の判決確定（{}を合併）", "{}に権利義務を承継"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    opened = connect(":memory:", memory_limit="1GB", threads=1, temp_directory=str(tmp_path_factory.mktemp("spill")))
    yield opened
    opened.close()


def quiet(_: str) -> None:
    """Take no notice of progress."""


def load(connection: Connection, name: str, records: list[Row] | pl.DataFrame) -> None:
    frame = records if isinstance(records, pl.DataFrame) else pl.DataFrame(records, schema=SCHEMA, orient="row")
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM incoming")
    connection.unregister("incoming")


def written(connection: Connection) -> Tables:
    return {name: connection.sql(f"FROM {name} ORDER BY ALL").fetchall() for name in CONTRACT.tables}


def built(connection: Connection, records: list[Row] | pl.DataFrame) -> Tables:
    load(connection, "records", records)
    rebuild(connection, CONTRACT, {"nta_corporate_number": "records"}, quiet)
    return written(connection)


def foretold(records: list[Row]) -> Tables:
    """The oracle's tables, as rows in the order of the contract's columns."""
    code = local_government_code.with_check_digit
    changes = municipality_changes().select("effective_on", code(pl.col("from_code")), code(pl.col("to_code"))).drop_nulls().rows()
    tables = company_oracle.tables(records, changes)
    return {
        name: sorted((tuple(row[column.name] for column in table.columns) for row in tables[name]), key=nulls_last)
        for name, table in CONTRACT.tables.items()
    }


def nulls_last(row: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(value is None, value) for value in row]


def show(value: Any) -> Any:
    """Write a value the short way of the cases."""
    if isinstance(value, date):
        return value.month * 100 + value.day
    if isinstance(value, str) and value[:13] in NAMES:
        number, *rest = value.split("-")
        return NAMES[number] + (f"{int(rest[0][4:])}.{int(rest[1])}" if rest else "")
    return value


@pytest.mark.parametrize("case", CASES)
def test_worked_case(connection: Connection, case: str) -> None:
    records, view, expected = CASES[case]
    whole = built(connection, records)
    rows = connection.sql(f"SELECT {view.columns} FROM {view.table}").fetchall()
    assert sorted((tuple(show(value) for value in row) for row in rows), key=str) == sorted(expected, key=str)
    assert foretold(records) == whole


@st.composite
def drawn_rows(draw: st.DrawFn, letter: str) -> list[Row]:
    """The rows of one number in one daily file: a withdrawal, new events, or a history sent again."""
    nature = draw(st.sampled_from(["new", "new", "new", "corrected", "mixed", "withdrawn"]))
    if nature == "withdrawn":
        return [event(letter, "99", 0)]
    rows = [draw(drawn_event(letter)) for _ in range(draw(st.integers(1, 3)))]
    if nature != "new":
        rows = [{**row, "is_correction": nature == "corrected" or row is rows[0]} for row in rows]
    return rows


@st.composite
def drawn_event(draw: st.DrawFn, letter: str) -> Row:
    process = draw(st.sampled_from(["01", "11", "12", "13", "21", "21", "22", "71", "72", "81"]))
    values: Row = {**draw(st.sampled_from(PLACES)), "street_address": draw(st.sampled_from(["一丁目１番１号", "９番地", None]))}
    if process == "21" and draw(st.booleans()):
        values["into"] = draw(st.sampled_from(LETTERS_DRAWN))
    elif draw(st.integers(0, 3)) == 0:
        values["closed"] = 107
    others = "".join(draw(st.lists(st.sampled_from(LETTERS_DRAWN), max_size=2)))
    sentence = draw(st.sampled_from(SENTENCES))
    values["change_cause"] = sentence.format(party(*others)) if sentence else None
    return event(letter, process, draw(st.sampled_from(DAYS)), draw(st.sampled_from("甲乙丙")), **values)


@st.composite
def drawn_files(draw: st.DrawFn) -> list[list[Row]]:
    """Files of few numbers on few days, so that groups meet, repeat and overlap."""
    files = []
    for place in range(draw(st.integers(1, 7))):
        letters = draw(st.lists(st.sampled_from(LETTERS_DRAWN), min_size=1, unique=True))
        published = draw(st.sampled_from(DAYS))
        if draw(st.integers(0, 3)) == 0:
            rows = [draw(drawn_event(letter)) | {"is_correction": draw(st.booleans())} for letter in letters]
            files.append(full(draw(st.sampled_from(DAYS)), published, *rows, file_id=f"file{place}"))
        else:
            # a daily file may be dated later than the day it speaks for
            rows = [row | {"updated_on": day(published)} for letter in letters for row in draw(drawn_rows(letter))]
            files.append(daily(max(published, draw(st.sampled_from(DAYS))), *rows, file_id=f"file{place}"))
    return files


@settings(max_examples=70, deadline=None)
@given(files=drawn_files(), data=st.data())
def test_any_deliveries(connection: Connection, files: list[list[Row]], data: st.DataObject) -> None:
    """A rebuild and a refresh both give the oracle's tables, so they agree, however the files arrive."""
    arriving = data.draw(st.permutations(files))
    split = data.draw(st.integers(0, len(files)))
    before, arrived = ([row for delivered in part for row in delivered] for part in (arriving[:split], arriving[split:]))
    assert built(connection, before) == foretold(before)
    load(connection, "records", before + arrived)
    load(connection, "arrived", arrived)
    refresh(connection, CONTRACT, {"nta_corporate_number": "records"}, {"nta_corporate_number": "arrived"}, quiet)
    assert written(connection) == foretold([row for delivered in files for row in delivered])
    check_periods(connection)


def check_periods(connection: Connection) -> None:
    """What holds of the two axes of time whatever was delivered."""
    for what, query in NEVER.items():
        assert connection.sql(query).fetchall() == [], what
    days = [found for (found,) in connection.sql("SELECT DISTINCT updated_on FROM company_event").fetchall()]
    last = max(days, default=day(101))
    assert connection.execute(NOW, {"today": last}).fetchall() == []


NEVER = {
    "a period ends before it begins": "FROM company_history WHERE valid_to <= valid_from OR recorded_to <= recorded_from",
    "two versions hold at once": """
        FROM company_history AS one JOIN company_history AS other
            ON one.corporate_number = other.corporate_number
            AND (one.event_id, one.recorded_from) < (other.event_id, other.recorded_from)
            AND one.valid_from < coalesce(other.valid_to, DATE '9999-12-31')
            AND other.valid_from < coalesce(one.valid_to, DATE '9999-12-31')
            AND one.recorded_from < coalesce(other.recorded_to, DATE '9999-12-31')
            AND other.recorded_from < coalesce(one.recorded_to, DATE '9999-12-31')""",
    "a publication that replaces nothing lengthens or reopens a version": """
        FROM company_history AS earlier JOIN company_history AS later
            ON earlier.event_id = later.event_id AND earlier.recorded_to = later.recorded_from
        WHERE later.valid_to IS NULL OR later.valid_to >= earlier.valid_to""",
    "a publication in the order of the events touches more than the open end": """
        FROM company_history AS earlier JOIN company_event AS event
            ON event.event_id = earlier.event_id AND event.retracted_on IS DISTINCT FROM earlier.recorded_to
        WHERE earlier.valid_to IS NOT NULL AND earlier.recorded_to IS NOT NULL AND NOT EXISTS (
            FROM company_event AS late
            WHERE late.corporate_number = earlier.corporate_number
                AND late.updated_on = earlier.recorded_to AND late.changed_on < earlier.valid_to)""",
    "a belief outlives its replacement": """
        FROM company_history JOIN company_event USING (event_id)
        WHERE retracted_on IS NOT NULL AND (recorded_to IS NULL OR recorded_to > retracted_on)""",
}
NOW = """
    WITH believed AS (FROM company_as_of($today, $today)), due AS (FROM company WHERE changed_on <= $today)
    SELECT event_id, name, status, street_address, closed_on FROM due
    EXCEPT SELECT event_id, name, status, street_address, closed_on FROM believed
    UNION ALL SELECT event_id, NULL, NULL, NULL, NULL FROM believed SEMI JOIN due USING (corporate_number) ANTI JOIN due USING (event_id)
    UNION ALL SELECT event_id, NULL, NULL, NULL, NULL FROM believed ANTI JOIN company USING (corporate_number)"""


def delivered_slice(name: str) -> pl.DataFrame:
    """Standardised records of a slice, each day of it one daily file."""
    path = SLICES / name
    if not path.exists():
        pytest.skip(f"the real records are not beside the checkout: {name}")
    rows = pl.read_csv(path, infer_schema=False)
    dated = pl.col("file_id").str.to_date("%Y%m%d")
    raw = rows.select(*(column.name for column in SOURCE.columns), file_id="file_date", line=pl.int_range(1, pl.len() + 1))
    accepted, refused = standardise(SOURCE, raw)
    assert refused.is_empty()
    return accepted.with_columns(delivery_kind=pl.lit("daily"), source_file="file_id", file_date=dated).select(*SCHEMA)


@pytest.mark.real
@pytest.mark.parametrize("name", ["top300_most_changed_corporations_all_rows.csv", "rare_events_72_81_99_hihyoji1.csv"])
def test_real_slice(connection: Connection, name: str) -> None:
    records = delivered_slice(name)
    assert built(connection, records) == foretold(records.rows(named=True))
    check_periods(connection)


@pytest.mark.real
def test_real_companies_changed_most(connection: Connection) -> None:
    built(connection, delivered_slice("top300_most_changed_corporations_all_rows.csv"))
    marked = "SELECT count(*) FROM company c SEMI JOIN records r ON {} AND r.is_latest AND r.changed_on = c.changed_on AND r.name = c.name"
    same = "r.corporate_number = c.corporate_number AND r.updated_on = c.updated_on"
    assert connection.sql("SELECT count(*) FROM company").fetchall() == [(300,)]
    # the publisher marks one row of each group as latest, the last
    assert connection.sql(marked.format(same)).fetchall() == [(300,)]
    # every number that a standing sentence of a merger names is the other end of an edge
    sentences = connection.sql(
        "SELECT corporate_number, change_cause FROM company_event WHERE process_code = '71' AND retracted_on IS NULL"
    ).fetchall()
    named = {(other, number) for number, sentence in sentences for other in company_oracle.named_numbers(sentence)}
    edges = connection.sql(
        "SELECT predecessor_corporate_number, successor_corporate_number FROM company_succession WHERE evidence_code <> 'predecessor'"
    ).fetchall()
    assert len(named) > 800
    assert named <= set(edges)
    # one sentence of 5120001158218 names two absorbed companies
    assert {("8190001017546", "5120001158218"), ("8380001008088", "5120001158218")} <= named


@pytest.mark.real
def test_real_rare_events(connection: Connection) -> None:
    records = delivered_slice("rare_events_72_81_99_hihyoji1.csv")
    built(connection, records)
    counts = dict(connection.sql("SELECT process_code, count(*) FROM company_event GROUP BY 1").fetchall())
    assert {code: counts[code] for code in ("72", "81", "99")} == {"72": 11, "81": 55, "99": 113}
    withdrawn = "FROM company_event WHERE process_code = '99'"
    assert connection.sql(f"SELECT count(*) {withdrawn} AND (is_correction, changed_on) IS NOT DISTINCT FROM (NULL, NULL)").fetchall() == [
        (113,)
    ]
    assert connection.sql(f"FROM company SEMI JOIN ({withdrawn}) USING (corporate_number)").fetchall() == []
