"""The measures and scores as tables: made of what was measured, kept by run, and put into the warehouse with their history."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from quality.framework import measures
from quality.measuring import Measured
from registries.schema import quoted

HISTORY_BY_PREFECTURE = 30
"""Runs whose measures the warehouse holds by prefecture; of older ones it holds those of the whole."""

MEASURE_SCHEMA = pl.Schema(
    {
        "run": pl.String,
        "data_date": pl.Date,
        "registry": pl.String,
        "table_name": pl.String,
        "column_name": pl.String,
        "prefecture_code": pl.String,
        "check_id": pl.String,
        "characteristic": pl.String,
        "measure": pl.String,
        "state": pl.String,
        "a": pl.Int64,
        "b": pl.Int64,
        "value": pl.Float64,
        "better": pl.String,
        "severity": pl.String,
        "violations": pl.Int64,
        "scored": pl.Boolean,
        "note": pl.String,
    }
)
SCORE_SCHEMA = pl.Schema(
    {
        "run": pl.String,
        "data_date": pl.Date,
        "scope": pl.String,
        "subject": pl.String,
        "framework": pl.String,
        "item": pl.String,
        "label": pl.String,
        "prefecture_code": pl.String,
        "score": pl.Float64,
        "level": pl.Int64,
        "evidence": pl.String,
    }
)
_COMMENTS = {
    "quality_measure": {
        "": "品質測定 / Quality measures: one row per run, check and prefecture (ISO/IEC 25024; A and B kept).",
        "run": "測定の回 / Run: the beginning of the content id that was measured.",
        "data_date": "データの日 / Day the data speaks for.",
        "registry": "台帳 / Registry; null for a source.",
        "table_name": "表又は情報源 / Table, or source.",
        "column_name": "列 / Column; null for the table as a whole.",
        "prefecture_code": "都道府県コード / Prefecture; null for all together, empty for rows that name none.",
        "check_id": "検査の識別子 / Identifier of the check within the table.",
        "characteristic": "品質特性 / Characteristic of ISO/IEC 25012.",
        "measure": "測定量の符号 / Code of the measure of ISO/IEC 25024.",
        "state": "測定の有無 / measured, or not_measured: neither zero nor full.",
        "a": "A / Count A of the measure.",
        "b": "B / Count B of the measure.",
        "value": "値 / Value by the measure's function, 0 to 1.",
        "better": "望ましい向き / Whether a higher or a lower value is better.",
        "severity": "重大度 / fatal, error, warning or info.",
        "violations": "違反 / Rows that break the check.",
        "scored": "得点に数えるか / Whether it counts in the scores.",
        "note": "根拠又は測れない理由 / Evidence, or why it was not measured.",
    },
    "quality_score": {
        "": "品質得点 / Quality scores: characteristics of ISO/IEC 25012 and items of the rubric 468-2, with evidence.",
        "run": "測定の回 / Run.",
        "data_date": "データの日 / Day the data speaks for.",
        "scope": "対象の種類 / registry or source.",
        "subject": "対象 / Registry or source.",
        "framework": "枠組み / ISO/IEC 25012 or 468-2.",
        "item": "項目 / Characteristic, or item of the rubric.",
        "label": "項目名 / Japanese name.",
        "prefecture_code": "都道府県コード / Prefecture; null for all together.",
        "score": "得点 / 0 to 1; null where not measured.",
        "level": "水準 / 0 to 4 of the rubric; null where not measured.",
        "evidence": "根拠 / Evidence.",
    },
}


@dataclass(frozen=True)
class Run:
    """One measuring of a whole content.

    Attributes:
        name: The beginning of the content id.
        data_date: Day the data speaks for; None where no file says one.
    """

    name: str
    data_date: date | None


def _row(run: Run, registry: str | None, table: str, **more: Any) -> dict[str, Any]:
    return dict.fromkeys(MEASURE_SCHEMA) | {"run": run.name, "data_date": run.data_date, "registry": registry, "table_name": table} | more


def counted_row(run: Run, registry: str | None, table: str, code: str, good: int, of: int, **more: Any) -> dict[str, Any]:
    """A row of ``quality_measure`` for a measure found otherwise than by a check.

    Args:
        run: The run.
        registry: Registry; None for a source.
        table: Table, or source.
        code: Measure of ISO/IEC 25024.
        good: What is right, whatever the measure's A counts.
        of: What was looked at.
        more: Further columns.
    """
    measure = measures()[code]
    a = of - good if measure.counts_faults else good
    about = {
        "check_id": code,
        "characteristic": measure.characteristic,
        "measure": code,
        "state": "measured" if of else "not_measured",
        "a": a if of else None,
        "b": of if of else None,
        "value": measure.value(a, of),
        "better": measure.better,
        "severity": "info",
        "scored": True,
    }
    if not of:
        about["note"] = "there was nothing to look at"
    return _row(run, registry, table, **(about | more))


def measure_rows(run: Run, registry: str, table: str, results: Iterable[Measured]) -> list[dict[str, Any]]:
    """The rows of ``quality_measure`` of a table: for each check one for all, and one for each prefecture."""
    rows = []
    for result in results:
        check = result.check
        cells: list[tuple[str | None, tuple[int, int]]] = [(None, (result.counted, result.violations))]
        if set(result.counts) - {""}:
            cells += sorted(result.counts.items())
        for prefecture, (counted, violations) in cells:
            about: dict[str, Any] = {
                "column_name": check.column,
                "prefecture_code": prefecture,
                "check_id": check.name,
                "severity": check.severity,
                "violations": violations,
                "scored": check.scored,
            }
            rows.append(counted_row(run, registry, table, check.measure, counted - violations, counted, **about))
    return rows


def not_measured_rows(run: Run, registry: str, table: str, found: set[str], reasons: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each measure of ISO/IEC 25024 that nothing was found for.

    Args:
        run: The run.
        registry: Registry.
        table: Table.
        found: Codes of the measures that were found.
        reasons: Reasons of checks that could not be measured, by check.
    """
    why = {
        "data": "no column of the table bears on it",
        "declaration": "the declarations say nothing of it",
        "statement": "only people can say it, and no statement was given",
    }
    rows = []
    for code, measure in measures().items():
        if code not in found:
            about = {
                "check_id": code,
                "characteristic": measure.characteristic,
                "measure": code,
                "state": "not_measured",
                "better": measure.better,
                "severity": "info",
                "scored": False,
                "note": "; ".join(reasons.values()) if code == "Con-I-1" and reasons else why[measure.found],
            }
            rows.append(_row(run, registry, table, **about))
    return rows


def measure_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows of ``quality_measure`` as a frame in a fixed order."""
    frame = pl.DataFrame(rows, schema=MEASURE_SCHEMA)
    return frame.sort("registry", "table_name", "check_id", "column_name", "prefecture_code", nulls_last=False)


class QualityStore:
    """The kept runs of one home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, run: Run, measured: pl.DataFrame, scored: pl.DataFrame, held: Iterable[str] = ()) -> None:
        """Keep a run, in place of an earlier one of the same content.

        Args:
            run: The run.
            measured: Rows of ``quality_measure``.
            scored: Rows of ``quality_score``.
            held: Tables that the gate held back.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        number = self._number(run)
        told = self.folder / f"{number:06d}-{run.name}-held.json"
        aside = told.with_name(f".{told.name}.part")
        aside.write_text(json.dumps(sorted(held)), encoding="utf-8")
        aside.replace(told)
        for kind, frame in (("measure", measured), ("score", scored)):
            path = self.folder / f"{number:06d}-{run.name}-{kind}.parquet"
            aside = path.with_name(f".{path.name}.part")
            frame.write_parquet(aside, compression="zstd")
            aside.replace(path)

    def _number(self, run: Run) -> int:
        names = self.runs()
        return names.index(run.name) + 1 if run.name in names else len(names) + 1

    def runs(self) -> list[str]:
        """Names of the kept runs, oldest first."""
        return [path.name.split("-")[1] for path in sorted(self.folder.glob("*-score.parquet"))]

    def published(self) -> pl.DataFrame:
        """The measures of all runs, oldest first, without those of tables that were held back: they never were what people had."""
        frames = [pl.DataFrame(schema=MEASURE_SCHEMA)]
        for run in self.runs():
            (path,) = self.folder.glob(f"*-{run}-measure.parquet")
            told = path.with_name(path.name.replace("-measure.parquet", "-held.json"))
            held = json.loads(told.read_text(encoding="utf-8")) if told.exists() else []
            of_run = pl.read_parquet(path).select(MEASURE_SCHEMA.names())
            frames.append(of_run.filter(pl.col("registry").is_null() | ~pl.col("table_name").is_in(held)))
        return pl.concat(frames)

    def read(self, kind: str, last: int | None = None) -> pl.DataFrame:
        """Read kept runs, oldest first.

        Args:
            kind: ``measure`` or ``score``.
            last: Only so many of the newest.
        """
        schema = MEASURE_SCHEMA if kind == "measure" else SCORE_SCHEMA
        paths = sorted(self.folder.glob(f"*-{kind}.parquet"))
        chosen = paths[-last:] if last else paths
        frames = [pl.read_parquet(path).select(schema.names()) for path in chosen]
        return pl.concat([pl.DataFrame(schema=schema), *frames])

    def fill(self, connection: duckdb.DuckDBPyConnection, tables: dict[str, str], sources: set[str]) -> None:
        """Put the kept runs into the warehouse as ``quality_measure`` and ``quality_score``, with comments.

        Args:
            connection: On the warehouse being made.
            tables: Tables that may be spoken of there, with their registry; nothing is counted over the others.
            sources: Sources that may be spoken of.
        """
        recent = set(self.runs()[-HISTORY_BY_PREFECTURE:])
        listed, delivering, told_of = pl.col("table_name").is_in(list(tables)), sorted(sources), sorted(set(tables.values()))
        measured = self.read("measure").filter(
            (pl.col("prefecture_code").is_null() | pl.col("run").is_in(recent))
            & pl.when(pl.col("registry").is_null()).then(pl.col("table_name").is_in(delivering)).otherwise(listed)
        )
        of_sources = pl.col("subject").is_in(delivering)
        scored = self.read("score").filter(
            pl.when(pl.col("scope") == "source").then(of_sources).otherwise(pl.col("subject").is_in(told_of))
        )
        for table, frame in (("quality_measure", measured), ("quality_score", scored)):
            connection.register("quality_rows", frame.to_arrow())
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM quality_rows")
            connection.unregister("quality_rows")
            for column, comment in _COMMENTS[table].items():
                target = f"COLUMN {table}.{column}" if column else f"TABLE {table}"
                connection.execute(f"COMMENT ON {target} IS {quoted(comment)}")
