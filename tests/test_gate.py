"""The gate: what stops, holds or is shown, beside earlier runs, and what a steward lets pass; the rubric and the published files."""

import datetime
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
import rdflib

from data_standards.items import DeclarationError
from quality.checks import checks
from quality.framework import characteristics, measures
from quality.gate import Verdict, Waiver, bounds_of, judge, read_waivers
from quality.measuring import Measured, row_checks
from quality.publication import content_of, dqv, page_of
from quality.scores import ISO, RUBRIC, read_statements, rubric, rubric_means, score_rows
from quality.store import QualityStore, Run, measure_frame, measure_rows, not_measured_rows
from registries.contract import load_contracts

CONTRACT = load_contracts()["company"]
TABLE = CONTRACT.tables["company"]
TODAY = datetime.date(2026, 4, 1)
SEVERITY = {check.name: check.severity for check in row_checks(TABLE)}


def measured(rows: int = 1000, **violations: int) -> list[Measured]:
    unknown = set(violations) - set(SEVERITY)
    assert not unknown
    return [Measured(check, rows, {"13": (rows, violations.get(check.name, 0))}) for check in row_checks(TABLE)]


def history(*runs: list[Measured]) -> pl.DataFrame:
    made = [measure_frame(measure_rows(Run(f"run{n}", TODAY), "company", "company", results)) for n, results in enumerate(runs)]
    return pl.concat([measure_frame([]), *made])


def verdict(now: list[Measured], *before: list[Measured], waivers: list[Waiver] | None = None) -> Verdict:
    return judge([(CONTRACT, TABLE, now)], history(*before), waivers or [], TODAY)


def found(result: Verdict) -> dict[str, str]:
    return {finding.id.removeprefix("company.company."): finding.severity for finding in result.findings}


def test_nothing_is_found_on_a_clean_table() -> None:
    assert found(verdict(measured(), measured(), measured())) == {}
    assert found(verdict(measured())) == {}


@pytest.mark.parametrize("check", [check.name for check in checks(TABLE)])
def test_each_check_is_found_with_its_severity(check: str) -> None:
    result = verdict(measured(**{check: 1}))
    assert found(result)[check] == SEVERITY[check]
    assert ("company", "company") in result.held_tables or SEVERITY[check] not in ("error",)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (1000, {}),
        (951, {}),
        (949, {"rows_fall": "fatal"}),
        (0, {"rows_fall": "fatal"}),
        (1499, {}),
        (1501, {"rows_rise": "warning"}),
    ],
)
def test_a_fall_in_rows_stops_and_a_rise_is_shown(rows: int, expected: dict[str, str]) -> None:
    assert found(verdict(measured(rows), measured(1000))) == expected


def test_bounds_look_at_the_last_five_runs_only() -> None:
    assert found(verdict(measured(900), measured(10_000), *[measured(900)] * 5)) == {}
    assert found(verdict(measured(900), measured(10_000), *[measured(900)] * 4)) == {}
    assert found(verdict(measured(900), *[measured(1000)] * 5)) == {"rows_fall": "fatal"}


def test_a_contract_may_declare_other_bounds() -> None:
    table = replace(TABLE, bounds=(("rows_fall", 0.5),))
    assert bounds_of(table)["rows_fall"] == 0.5
    assert judge([(CONTRACT, table, measured(600))], history(measured(1000)), [], TODAY).findings == ()


def test_a_column_that_empties_holds_the_table() -> None:
    assert found(verdict(measured(filled__name_kana=300), measured(filled__name_kana=200))) == {"filled_fall__name_kana": "error"}
    assert found(verdict(measured(filled__name_kana=100), measured(filled__name_kana=200))) == {}


@pytest.mark.parametrize(("empty", "expected"), [(4, {}), (20, {"filled_fall__name_kana": "error"})])
def test_what_chance_makes_of_few_rows_is_no_fall(empty: int, expected: dict[str, str]) -> None:
    assert found(verdict(measured(42, filled__name_kana=empty), measured(36, filled__name_kana=1))) == expected


def test_a_rise_of_what_is_only_shown_is_shown() -> None:
    assert found(verdict(measured(mixed_width__name=50), measured())) == {"violations_rise__mixed_width__name": "warning"}
    assert found(verdict(measured(), measured(mixed_width__name=50))) == {}


@pytest.mark.parametrize(("passing", "severity"), [(2, None), (4, "fatal")])
def test_individual_numbers_stop_where_more_pass_than_chance_allows(passing: int, severity: str | None) -> None:
    results = [
        replace(result, counts={"": (10, passing)}) if result.check.name == "individual_number__name" else result for result in measured()
    ]
    assert found(verdict(results)).get("individual_number__name") == severity


def waiver(**changes: object) -> Waiver:
    about = {"finding": "company.company.rows_fall", "steward": "台帳 花子", "reason": "合併", "expires": TODAY}
    return Waiver(**(about | changes))  # type: ignore[arg-type]


def test_a_waiver_lets_its_finding_pass_until_it_expires() -> None:
    now, before = measured(500), measured(1000)
    assert verdict(now, before).stops
    passed = verdict(now, before, waivers=[waiver()])
    assert not passed.stops
    assert passed.findings[0].as_json()["waiver"] == {"steward": "台帳 花子", "reason": "合併", "expires": "2026-04-01"}
    expired = verdict(now, before, waivers=[waiver(expires=TODAY - datetime.timedelta(days=1))])
    assert expired.stops
    assert "台帳 花子" in expired.findings[0].note
    assert verdict(now, before, waivers=[waiver(finding="company.company.rows_rise")]).stops


@pytest.mark.parametrize("missing", ["finding", "steward", "reason", "expires"])
def test_a_waiver_without_a_name_reason_or_expiry_is_refused(tmp_path: Path, missing: str) -> None:
    about = {"finding": "a.b.c", "steward": "x", "reason": "y", "expires": "2026-01-01"}
    lines = "\n  ".join(f"{key}: {value}" for key, value in about.items() if key != missing)
    path = tmp_path / "waivers.yaml"
    path.write_text(f"waivers:\n- {lines}\n")
    with pytest.raises(DeclarationError, match=missing):
        read_waivers(path)
    path.write_text("waivers:\n- " + "\n  ".join(f"{key}: {value}" for key, value in about.items()) + "\n")
    assert read_waivers(path) == [Waiver("a.b.c", "x", "y", datetime.date(2026, 1, 1))]
    assert read_waivers(tmp_path / "none.yaml") == []


def rows_of(results: list[Measured]) -> pl.DataFrame:
    run = Run("run0", TODAY)
    made = measure_rows(run, "company", "company", results)
    codes = {row["measure"] for row in made if row["state"] == "measured"}
    return measure_frame([*made, *not_measured_rows(run, "company", "company", codes, {})])


def test_what_is_not_measured_is_neither_zero_nor_full() -> None:
    frame = rows_of(measured())
    missing = frame.filter(pl.col("state") == "not_measured")
    assert set(frame["measure"]) == set(measures())
    assert missing.height > 0
    assert missing.select(pl.col("a", "b", "value").is_null().all()).row(0) == (True, True, True)
    assert missing["note"].null_count() == 0
    scores = score_rows(Run("run0", TODAY), [CONTRACT], frame, {})
    whole = scores.filter((pl.col("framework") == ISO) & pl.col("prefecture_code").is_null())
    assert whole["item"].to_list() == sorted(characteristics())
    told = dict(whole.select("item", "score").rows())
    assert told["availability"] is None
    assert told["recoverability"] is None
    assert told["accuracy"] == 1.0


def test_a_score_is_the_mean_of_its_measures() -> None:
    frame = rows_of(measured(pattern__postal_code=100))
    scores = score_rows(Run("run0", TODAY), [CONTRACT], frame, {})
    (accuracy,) = scores.filter((pl.col("item") == "accuracy") & pl.col("prefecture_code").is_null())["score"]
    of_measure = frame.filter(
        (pl.col("characteristic") == "accuracy") & pl.col("scored") & pl.col("prefecture_code").is_null() & (pl.col("state") == "measured")
    )
    syntactic = of_measure.filter(pl.col("measure") == "Acc-I-1").height
    others = of_measure["measure"].n_unique() - 1
    assert accuracy == pytest.approx((1 - 100 / (1000 * syntactic) + others) / (others + 1))


def test_the_rubric_has_its_79_items_and_levels_only_with_evidence(tmp_path: Path) -> None:
    assert len(rubric()) == 79
    assert [sum(item.axis == axis for item in rubric()) for axis in ("metadata", "service", "data", "process")] == [1, 43, 15, 20]
    assert sum(item.required == "required" for item in rubric() if item.axis == "data") == 13
    path = tmp_path / "rubric.yaml"
    path.write_text("r78: {level: 2, evidence: 規程 第3条, steward: 台帳 花子, date: 2026-04-01}\n")
    scores = score_rows(Run("run0", TODAY), [CONTRACT], rows_of(measured()), read_statements(path))
    levels = {row["item"]: row for row in scores.filter(pl.col("framework") == RUBRIC).iter_rows(named=True)}
    assert len(levels) == 79
    assert levels["r78"]["level"] == 2
    assert "台帳 花子" in levels["r78"]["evidence"]
    assert levels["r79"]["level"] is None
    assert all(row["evidence"] for row in levels.values())
    means = {row["axis"]: row for row in rubric_means(scores).iter_rows(named=True)}
    assert means["process"]["items"] < means["process"]["of"] == 20
    path.write_text("r80: {level: 2}\n")
    with pytest.raises(DeclarationError, match="r80"):
        read_statements(path)


def test_runs_are_kept_and_put_into_the_warehouse(tmp_path: Path) -> None:
    store = QualityStore(tmp_path)
    frame = rows_of(measured())
    scores = score_rows(Run("run0", TODAY), [CONTRACT], frame, {})
    for name in ("b", "a", "b"):
        store.write(Run(name, TODAY), frame.with_columns(run=pl.lit(name)), scores)
    assert store.runs() == ["b", "a"]
    with duckdb.connect() as connection:
        store.fill(connection, {"company": "company"}, set())
        assert connection.execute("SELECT count(*) FROM quality_measure").fetchall() == [(2 * frame.height,)]
        without = "SELECT count(*) FROM duckdb_columns() WHERE table_name LIKE 'quality_%' AND comment IS NULL"
        assert connection.execute(without).fetchall() == [(0,)]


def test_a_run_that_was_held_is_no_measure_of_the_next(tmp_path: Path) -> None:
    store = QualityStore(tmp_path)
    scores = score_rows(Run("run0", TODAY), [CONTRACT], rows_of(measured()), {})
    lost = rows_of(measured(filled__name_kana=700))
    for name, frame, held in (("good", rows_of(measured()), []), ("bad", lost, ["company"])):
        store.write(Run(name, TODAY), frame.with_columns(run=pl.lit(name)), scores, held)
    history = store.published()
    assert set(history["run"]) == {"good"}
    again = judge([(CONTRACT, TABLE, measured(filled__name_kana=700))], history, [], TODAY)
    assert [finding.id for finding in again.holds] == ["company.company.filled_fall__name_kana"]
    store.write(Run("bad", TODAY), lost.with_columns(run=pl.lit("bad")), scores)
    assert set(store.published()["run"]) == {"good", "bad"}


def test_dqv_and_page_say_the_same(tmp_path: Path) -> None:
    frame = rows_of(measured(pattern__postal_code=100))
    scores = score_rows(Run("run0", TODAY), [CONTRACT], frame, {})
    graph = rdflib.Graph().parse(data=dqv(frame, "https://daicho.example/id/dataset/", {"company"}), format="turtle")
    dqv_names = rdflib.Namespace("http://www.w3.org/ns/dqv#")
    told = frame.filter((pl.col("state") == "measured") & pl.col("prefecture_code").is_null())
    assert len(set(graph.subjects(rdflib.RDF.type, dqv_names.QualityMeasurement))) == told.height
    assert len(set(graph.subjects(rdflib.RDF.type, dqv_names.Dimension))) == 15
    assert len(set(graph.subjects(rdflib.RDF.type, dqv_names.Metric))) == 62
    content = content_of(frame, scores, {"findings": [], "held": []}, {"company"})
    page = page_of(content)
    assert "pattern__postal_code" in page
    assert "<svg" in page
    assert "http" not in page.replace("http-equiv", "")
    assert content["registries"]["company"]["worst"][0]["violations"] == 100
