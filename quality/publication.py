"""What is published of a run's quality: a page, the same as JSON, and W3C DQV beside the DCAT record."""

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_standards.codes import load_code_lists
from quality.framework import characteristics, measures
from quality.page import quality_page
from quality.references import names_of_municipalities
from quality.scores import ISO, RUBRIC
from registries.contract import load_contracts
from registries.schema import quoted

_WORST = 12
_DQV = "http://www.w3.org/ns/dqv#"


def public_tables() -> dict[str, str]:
    """The tables that are public, with their registry."""
    return {table: contract.registry for contract in load_contracts().values() for table in contract.public_part().tables}


def _told(gate: dict[str, Any], tables: set[str]) -> dict[str, Any]:
    """What may be told of a verdict where only some tables may be spoken of."""
    names = names_of_municipalities()
    return gate | {
        "findings": [finding for finding in gate["findings"] if finding["id"].split(".")[1] in tables],
        "places": [place | {"name": names.get(place["lg_code"], "")} for place in gate.get("places", []) if place["table"] in tables],
    }


def content_of(
    measured: pl.DataFrame, scored: pl.DataFrame, gate: dict[str, Any], tables: set[str], sources: set[str] | None = None
) -> dict[str, Any]:
    """What a run found, as plain data for pages and programs.

    Args:
        measured: Rows of ``quality_measure`` of the run.
        scored: Rows of ``quality_score`` of the run.
        gate: The gate's verdict: ``findings`` and ``held``.
        tables: Tables that may be spoken of in detail.
        sources: Sources that may be spoken of; all if not given.

    Returns:
        run, data_date, gate, registries (title, characteristics, by_prefecture, worst, places, rubric) and sources (characteristics,
        worst, rubric).
    """
    whole = measured.filter(pl.col("prefecture_code").is_null() & pl.col("table_name").is_in(sorted(tables)))
    told = _told(gate, tables)
    registries: dict[str, Any] = {}
    for name, contract in load_contracts().items():
        mine = scored.filter((pl.col("scope") == "registry") & (pl.col("subject") == name))
        of_iso = mine.filter(pl.col("framework") == ISO)
        if not tables & set(contract.tables) or mine.height == 0:
            continue
        by_prefecture: dict[str, dict[str, float]] = {}
        for row in of_iso.filter(pl.col("prefecture_code").is_not_null()).iter_rows(named=True):
            by_prefecture.setdefault(row["prefecture_code"], {})[row["item"]] = row["score"]
        broken = whole.filter((pl.col("registry") == name) & (pl.col("violations") > 0) & pl.col("scored"))
        worst = broken.sort(pl.col("violations") / pl.col("b"), "table_name", "check_id", descending=[True, False, False]).head(_WORST)
        registries[name] = {
            "title": contract.title,
            "characteristics": {
                row["item"]: {"score": row["score"], "evidence": row["evidence"]}
                for item in characteristics()
                for row in of_iso.filter(pl.col("prefecture_code").is_null() & (pl.col("item") == item)).iter_rows(named=True)
            },
            "by_prefecture": by_prefecture,
            "worst": [
                {"table": row["table_name"], "check": row["check_id"], "violations": row["violations"], "of": row["b"]}
                for row in worst.iter_rows(named=True)
            ],
            "places": [place for place in told["places"] if place["table"] in contract.tables],
            "rubric": _levels(mine),
        }
    of_sources = scored.filter(pl.col("scope") == "source")
    delivered = measured.filter(pl.col("registry").is_null())
    named = sorted(set(of_sources["subject"]) if sources is None else set(of_sources["subject"]) & sources)
    day = scored["data_date"].max() if scored.height else None
    return {
        "run": scored["run"][0] if scored.height else "",
        "data_date": str(day) if day else None,
        "gate": {key: value for key, value in told.items() if key not in {"places", "municipalities"}},
        "registries": registries,
        "sources": {name: _source(delivered, of_sources, name) for name in named},
    }


def _levels(scored: pl.DataFrame) -> list[dict[str, Any]]:
    of_rubric = scored.filter(pl.col("framework") == RUBRIC).sort("item")
    return [{name: row[name] for name in ("item", "label", "level", "evidence")} for row in of_rubric.iter_rows(named=True)]


def _source(delivered: pl.DataFrame, scored: pl.DataFrame, name: str) -> dict[str, Any]:
    mine = scored.filter(pl.col("subject") == name)
    of_iso = {row["item"]: row for row in mine.filter(pl.col("framework") == ISO).iter_rows(named=True)}
    refused = delivered.filter((pl.col("table_name") == name) & (pl.col("violations") > 0)).sort(
        "violations", "check_id", descending=[True, False]
    )
    return {
        "characteristics": {
            item: {"score": of_iso[item]["score"], "evidence": of_iso[item]["evidence"]} for item in characteristics() if item in of_iso
        },
        "worst": [
            {"column": row["column_name"], "check": row["check_id"], "violations": row["violations"], "of": row["b"]}
            for row in refused.head(_WORST).iter_rows(named=True)
        ],
        "rubric": _levels(mine),
    }


def page_of(content: dict[str, Any]) -> str:
    """The stewards' page of :func:`content_of`."""
    prefectures = {code.value: code.label for code in load_code_lists()["prefecture"].codes.values()}
    return quality_page(content, prefectures, characteristics())


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def dqv(measured: pl.DataFrame, base: str, tables: set[str]) -> str:
    """The measures as W3C Data Quality Vocabulary, in Turtle.

    Args:
        measured: Rows of ``quality_measure`` of one run.
        base: Address below which the datasets stand: ``<base><table>`` is the dataset of a table.
        tables: Tables to speak of.

    Returns:
        Metrics in dimensions of ISO/IEC 25012, and for each check of a table one measurement with its counts.
    """
    lines = [
        f"@prefix dqv: <{_DQV}> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        f"@prefix q: <{base}quality#> .",
        "",
    ]
    groups = {measure.characteristic: measure.group for measure in measures().values()}
    lines += [f'q:{group} a dqv:Category ; skos:prefLabel "{group}"@en .' for group in sorted(set(groups.values()))]
    for name, label in characteristics().items():
        lines.append(f'q:{name} a dqv:Dimension ; dqv:inCategory q:{groups[name]} ; skos:prefLabel "{label}"@ja, "{name}"@en .')
    for code, measure in measures().items():
        lines.append(
            f"q:{code} a dqv:Metric ; dqv:inDimension q:{measure.characteristic} ; dqv:expectedDataType xsd:double ; "
            f"skos:prefLabel {_literal(measure.measure)}@en ; skos:definition {_literal(measure.function)} ."
        )
    told = measured.filter(
        (pl.col("state") == "measured") & pl.col("prefecture_code").is_null() & pl.col("table_name").is_in(sorted(tables))
    )
    for row in told.iter_rows(named=True):
        name = f"{row['table_name']}.{row['check_id']}"
        counts = f"{row['check_id']}: A = {row['a']}, B = {row['b']}"
        value = f'"{float(row["value"])!r}"^^xsd:double'
        lines.append(
            f"<{base}quality#{name}> a dqv:QualityMeasurement ; dqv:isMeasurementOf q:{row['measure']} ; "
            f"dqv:computedOn <{base}{row['table_name']}> ; dqv:value {value} ; rdfs:comment {_literal(counts)} ."
        )
    return "\n".join(lines) + "\n"


def municipalities_csv(gate: dict[str, Any], tables: set[str]) -> str:
    """How many rows each municipality has in a table, and how many of these break no scored check.

    Args:
        gate: The gate's verdict; of tables that it holds nothing is told, for not their measured rows are published.
        tables: Tables to speak of.

    Returns:
        CSV: table_name, lg_code, rows, rows_without_violation.
    """
    lines = ["table_name,lg_code,rows,rows_without_violation"]
    for table, places in sorted(gate.get("municipalities", {}).items()):
        if table in tables and table not in gate["held"]:
            lines += [f"{table},{lg_code},{rows},{faultless}" for lg_code, (rows, faultless) in sorted(places.items())]
    return "\n".join(lines) + "\n"


def _rows(connection: duckdb.DuckDBPyConnection, table: str, run: str) -> pl.DataFrame:
    rows = connection.sql(f"SELECT * FROM {table} WHERE run = {quoted(run)} ORDER BY ALL").to_arrow_table()
    return pl.DataFrame(pl.from_arrow(rows))


def write_quality(
    connection: duckdb.DuckDBPyConnection, run: str, folder: Path, gate: dict[str, Any], sources: set[str], *, base: str
) -> list[Path]:
    """Write what a release tells of the quality of its tables.

    Args:
        connection: On the warehouse that is released, with ``quality_measure`` and ``quality_score``.
        run: The run to tell of.
        folder: Folder of the release.
        gate: The gate's verdict.
        sources: Sources that may be spoken of.
        base: Address below which the datasets stand.

    Returns:
        The files written: a page, JSON, Turtle and the counts by municipality as CSV, below ``quality/``.
    """
    measured = _rows(connection, "quality_measure", run)
    scored = _rows(connection, "quality_score", run)
    tables = set(public_tables())
    content = content_of(measured, scored, gate, tables, sources)
    target = folder / "quality"
    target.mkdir(parents=True, exist_ok=True)
    texts = {
        "index.html": page_of(content),
        "quality.json": json.dumps(content, ensure_ascii=False, indent=2) + "\n",
        "quality.ttl": dqv(measured, base, tables),
        "municipalities.csv": municipalities_csv(gate, tables),
    }
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")
    return [target / name for name in texts]
