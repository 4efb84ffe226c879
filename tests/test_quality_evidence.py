"""What is measured otherwise than by checks of rows: sources, cycles, access, round trips, the restore drill, the worst places."""

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from data_standards.rules.registry import SQL_CHECKS
from pipelines.home import Home
from pipelines.quality_evidence import _currentness, _refusals, by_sources, of_access
from pipelines.restore_drill import drill_path, of_drill, restore_drill
from pipelines.source_declarations import Source, load_sources
from quality.measuring import measure
from quality.places import JudgedPlace, judged_places, worst_places
from quality.publication import content_of
from quality.quarantine import SCHEMA
from quality.references import prepare
from quality.round_trip import round_trip
from quality.scores import RUBRIC, score_rows
from quality.store import QualityStore, Run, counted_row, measure_frame
from registries.contract import load_contracts
from registries.schema import create_table

DAY = datetime.date(2024, 4, 30)
RUN = Run("run0", DAY)
CONTRACT = load_contracts()["company"]
TABLE = CONTRACT.tables["company"]


def source(cadence: str) -> Source:
    known = load_sources()["nta_corporate_number"]
    return replace(known, about=known.about | {"cadence": cadence})


def told(rows: list[dict[str, Any]]) -> dict[str, tuple[Any, Any]]:
    return {row["check_id"]: (row["a"], row["b"]) for row in rows}


@pytest.mark.parametrize(
    ("cadence", "newest", "in_time"),
    [
        ("monthly", "2024-03-30", 1),
        ("monthly", "2024-03-29", 0),
        ("yearly", "2023-05-01", 1),
        ("yearly", "2023-04-28", 0),
        ("business_daily", "2024-04-26", 1),  # the 27th to the 29th are a weekend and a holiday
        ("business_daily", "2024-04-25", 0),
        ("snapshot", "2001-01-01", None),
    ],
)
def test_currentness_is_held_against_the_promised_cycle(cadence: str, newest: str, in_time: int | None) -> None:
    rows = told(_currentness(RUN, source(cadence), [("full", datetime.date.fromisoformat(newest))]))
    assert rows == ({} if in_time is None else {"Cur-I-2": (in_time, 1)})


def test_missing_business_days_lower_the_update_frequency() -> None:
    days = [("daily", datetime.date(2024, 4, day)) for day in (22, 23, 25, 26)]
    assert told(_currentness(RUN, source("business_daily"), days))["Cur-I-1"] == (4, 5)


def test_refusals_are_told_by_measure_and_column() -> None:
    about = dict.fromkeys(SCHEMA.names(), "") | {"stage": "standardised", "line": 3, "original": b""}
    refused = [("process", "unknown_code"), ("name", "missing"), ("postCode", "bad_form"), ("changeDate", "impossible_date")]
    rows = [about | {"column": column, "code": code, "line": number} for number, (column, code) in enumerate(refused, start=1)]
    rows.append(about | {"stage": "raw", "code": "encoding"})
    found = told(_refusals(RUN, source("business_daily"), pl.DataFrame(rows, schema=SCHEMA), 10))
    assert found == {
        "Acc-I-1": (8, 10),
        "Com-I-4": (9, 10),
        "Cmp-I-1": (9, 10),
        "Acc-D-1": (10, 10),
        "unknown_code__process": (9, 10),
        "missing__name": (9, 10),
        "bad_form__postCode": (9, 10),
        "impossible_date__changeDate": (9, 10),
    }


def test_a_source_has_levels_of_the_rubric_with_their_evidence() -> None:
    rows = [
        counted_row(RUN, None, "nta_corporate_number", "Com-I-3", 97, 100),
        counted_row(RUN, None, "nta_corporate_number", "Acc-I-1", 97, 100),
    ]
    frame = measure_frame(rows)
    scores = score_rows(RUN, [CONTRACT], frame, {}).filter((pl.col("scope") == "source") & (pl.col("framework") == RUBRIC))
    assert scores.height == 79
    levels = {row["item"]: row["level"] for row in scores.iter_rows(named=True)}
    assert (levels["r45"], levels["r46"], levels["r59"], levels["r10"]) == (2, 2, None, None)
    assert levels["r72"] == 2
    assert scores["evidence"].null_count() == 0
    of_registry = by_sources(RUN, CONTRACT, TABLE, [counted_row(RUN, None, "nta_corporate_number", "Cre-I-1", 3, 4)])
    assert told(of_registry) == {"sources__Cre-I-1": (3, 4)}


def test_access_counts_closed_columns_and_files_that_others_can_read(tmp_path: Path) -> None:
    land = load_contracts()["land"]
    parcel = land.tables["parcel"]
    restricted = tmp_path / "restricted.duckdb"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE company (corporate_number VARCHAR, name VARCHAR, owner_name VARCHAR)")
        row = of_access(RUN, connection, CONTRACT, TABLE, restricted)
        assert (row["a"], row["b"], row["value"]) == (1, 3, 1 - 1 / 3)  # 1-A/B: A counts what is closed
        assert "owner_name" in row["note"]
        for mode, good in ((0o600, 1.0), (0o644, 0.0)):
            restricted.touch()
            restricted.chmod(mode)
            assert of_access(RUN, connection, land, parcel, restricted)["value"] == good


@pytest.mark.parametrize("text", ['a,"b"\n', "", "　", "改行\r\nあり", "NULL", "\\N", "'"])
def test_a_round_trip_gives_every_text_back(text: str, tmp_path: Path) -> None:
    table = load_contracts()["company"].tables["company"]
    with duckdb.connect() as connection:
        connection.execute(create_table(table).replace(" NOT NULL", ""))
        connection.execute(
            "INSERT INTO company (corporate_number, name, closed_on) VALUES ('1', ?, DATE '2024-01-01'), ('2', NULL, NULL)", [text]
        )
        assert round_trip(connection, table, "company", tmp_path) == (2, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_row_that_does_not_come_back_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = load_contracts()["company"].tables["company"]
    monkeypatch.setattr(
        "quality.round_trip._back", lambda name, kind: f"nullif({name}, 'lost') AS {name}" if kind == "text" else f"{name}::DATE AS {name}"
    )
    columns = tuple(column for column in table.columns if column.item.type in ("text", "date"))
    with duckdb.connect() as connection:
        connection.execute(create_table(table).replace(" NOT NULL", ""))
        connection.execute("INSERT INTO company (corporate_number, name) VALUES ('1', 'kept'), ('2', 'lost')")
        assert round_trip(connection, replace(table, columns=columns), "company", tmp_path) == (1, 2)


def test_the_restore_drill_compares_rows_and_landed_files(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    release = home.release / "2024-04-30.0"
    (release / "company").mkdir(parents=True)
    (home.release / "latest.json").write_text('{"release": "2024-04-30.0"}')
    one = replace(CONTRACT, tables={"company": TABLE})
    monkeypatch.setattr("pipelines.restore_drill.load_contracts", lambda: {"company": one})
    required = [column.name for column in TABLE.columns if column.required]
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(create_table(TABLE))
        for number in ("1", "2"):
            values = ", ".join(f"'{number}'" if c.item.type == "text" else "'2024-01-01'" for c in TABLE.columns if c.required)
            connection.execute(f"INSERT INTO company ({', '.join(required)}) VALUES ({values})")
        connection.execute(f"COPY company TO '{release / 'company' / 'company.parquet'}' (FORMAT parquet)")
    today = datetime.date(2024, 5, 1)
    assert restore_drill(home, today)["tables"] == {"company": [2, 2]}
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE company SET name = 'changed' WHERE corporate_number = '2'")
    assert restore_drill(home, today)["tables"] == {"company": [1, 2]}
    (row,) = of_drill(RUN, home)
    assert (row["measure"], row["a"], row["b"], row["registry"]) == ("Rec-D-1", 1, 2, "company")
    drill_path(home).unlink()
    assert of_drill(RUN, home) == []


def test_the_worst_municipality_comes_first() -> None:
    with duckdb.connect() as connection:
        for rule, condition in SQL_CHECKS.items():
            connection.execute(f"CREATE MACRO is_{rule}(value) AS {condition}")
        prepare(connection)
        connection.execute(create_table(TABLE).replace(" NOT NULL", ""))
        connection.execute(
            "INSERT INTO company (corporate_number, lg_code, name) SELECT i::VARCHAR, "
            "CASE WHEN i < 60 THEN '131016' WHEN i < 90 THEN '131024' ELSE '131032' END, "
            "CASE WHEN i < 90 AND i % 3 = 0 OR i = 62 THEN '不明' ELSE '台帳' END FROM range(100) AS n (i)"
        )
        query = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
        check = [result for result in measure(query, TABLE, "company") if result.check.name == "placeholder__name"]
        found = judged_places(query, TABLE, "company", check)
        assert found == [
            JudgedPlace("company", "131016", 60, 40, 20, "placeholder__name"),
            JudgedPlace("company", "131024", 30, 19, 11, "placeholder__name"),
            JudgedPlace("company", "131032", 10, 10, 0, ""),
        ]
        assert worst_places(found) == found[:2]
        assert judged_places(query, TABLE, "company", []) == []


def test_nothing_of_restricted_tables_and_sources_is_told(tmp_path: Path) -> None:
    store = QualityStore(tmp_path)
    rows = [
        counted_row(RUN, "land", "parcel", "Acc-I-1", 1, 2),
        counted_row(RUN, "company", "company", "Acc-I-1", 1, 2),
        counted_row(RUN, None, "land_register", "Com-I-3", 1, 2),
        counted_row(RUN, None, "nta_corporate_number", "Com-I-3", 1, 2),
    ]
    frame = measure_frame(rows)
    scores = score_rows(RUN, list(load_contracts().values()), frame, {})
    store.write(RUN, frame, scores)
    with duckdb.connect() as connection:
        store.fill(connection, {"company": "company"}, {"nta_corporate_number"})
        assert connection.execute("SELECT DISTINCT table_name FROM quality_measure ORDER BY 1").fetchall() == [
            ("company",),
            ("nta_corporate_number",),
        ]
        assert connection.execute("SELECT DISTINCT subject FROM quality_score ORDER BY 1").fetchall() == [
            ("company",),
            ("nta_corporate_number",),
        ]
    gate = {
        "findings": [
            {"id": "land.parcel.x", "severity": "warning", "text": ""},
            {"id": "company.company.y", "severity": "warning", "text": ""},
        ],
        "held": [],
        "places": [{"table": "parcel", "lg_code": "131016", "rows": 1, "violations": 1, "check": "x"}],
    }
    content = content_of(frame, scores, gate, {"company"}, {"nta_corporate_number"})
    assert "parcel" not in str(content)
    assert "land_register" not in str(content)
