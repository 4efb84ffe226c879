"""Scores of the characteristics, and levels of the government's rubric (468-2), each with its evidence."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from data_standards.items import DeclarationError, read_yaml
from quality.framework import characteristics
from quality.store import SCORE_SCHEMA, Run
from registries.contract import Column, Contract, Table

ISO = "ISO/IEC 25012"
RUBRIC = "468-2"
FULL, PART = 0.999, 0.95
"""Shares from which a characteristic counts as met (level 3, and 4 where the check runs by itself), and as met in part (level 2)."""

_RUBRIC = Path(__file__).with_name("rubric.csv")


@dataclass(frozen=True)
class RubricItem:
    """One of the 79 items of the rubric.

    Attributes:
        id: ``r01`` to ``r79``, in the rubric's order.
        axis: ``metadata``, ``service``, ``data`` or ``process``.
        section: Section of the axis.
        label: What the item is about, in a few words of ours.
        required: ``required``, ``recommended`` or empty.
        rule: How its level is found from data and declarations; empty where only people can say it.
    """

    id: str
    axis: str
    section: str
    label: str
    required: str
    rule: str


@cache
def rubric() -> tuple[RubricItem, ...]:
    """The items of the rubric 468-2."""
    with _RUBRIC.open(encoding="utf-8", newline="") as handle:
        return tuple(RubricItem(**row) for row in csv.DictReader(handle))


@dataclass(frozen=True)
class Statement:
    """What a steward says of an item of the rubric that data cannot tell."""

    level: int
    evidence: str


def read_statements(path: Path) -> dict[str, Statement]:
    """Read the stewards' statements.

    Args:
        path: A YAML file: by item of the rubric ``level`` (0 to 4), ``evidence``, ``steward`` and ``date``. There need be none.

    Raises:
        DeclarationError: The file is malformed.
    """
    if not path.exists():
        return {}
    known, found = {item.id for item in rubric()}, {}
    for name, about in read_yaml(path).items():
        if name not in known or not isinstance(about, dict) or about.get("level") not in (0, 1, 2, 3, 4):
            raise DeclarationError(f"{path}: {name}: an item of the rubric (r01 to r79) with a level from 0 to 4 is expected")
        missing = [key for key in ("evidence", "steward", "date") if not about.get(key)]
        if missing:
            raise DeclarationError(f"{path}: {name} has no {', '.join(missing)}")
        found[name] = Statement(int(about["level"]), f"{about['evidence']} ({about['steward']}, {about['date']})")
    return found


def characteristic_scores(measured: pl.DataFrame) -> pl.DataFrame:
    """Score the characteristics: the mean of the values of their measures, each over all counts of the registry.

    Args:
        measured: Rows of ``quality_measure`` of one run.

    Returns:
        Columns registry, characteristic, prefecture_code, score (null where nothing was measured), measures (their codes), a worst column.
    """
    told = measured.filter((pl.col("state") == "measured") & pl.col("scored"))
    good = pl.when(pl.col("better") == "lower").then(1 - pl.col("value")).otherwise(pl.col("value"))
    weighted = told.with_columns(good.alias("good"))
    by_measure = weighted.group_by("registry", "characteristic", "prefecture_code", "measure").agg(
        ((pl.col("good") * pl.col("b")).sum() / pl.col("b").sum()).alias("value")
    )
    return (
        by_measure.group_by("registry", "characteristic", "prefecture_code")
        .agg(pl.col("value").mean().alias("score"), pl.col("measure").sort().str.join(", ").alias("measures"))
        .sort("registry", "characteristic", "prefecture_code", nulls_last=False)
    )


@dataclass(frozen=True)
class Subject:
    """What the levels of a registry, or of a source, are found from.

    Attributes:
        contract: The registry's contract; None for a source.
        measured: Rows of ``quality_measure`` of the registry, of the whole.
        scores: Score by characteristic; None where not measured.
        sources: Rows of ``quality_measure`` of its sources; of a source, its own.
    """

    contract: Contract | None
    measured: pl.DataFrame
    scores: dict[str, float | None]
    sources: pl.DataFrame


Found = tuple[int | None, str]


def _level(share: float, automatic: bool) -> int:
    if share >= FULL:
        return 4 if automatic else 3
    return 2 if share >= PART else 1


def _share(of: int, total: int, what: str) -> Found:
    if total == 0:
        return None, "there was nothing to look at"
    return _level(of / total, automatic=True), f"{of:,} / {total:,} {what}"


def _tables(subject: Subject) -> list[Table]:
    return list(subject.contract.tables.values()) if subject.contract else []


def _columns(subject: Subject) -> list[Column]:
    return [column for table in _tables(subject) for column in table.columns]


def _described(subject: Subject) -> Found:
    columns = _columns(subject)
    full = sum(bool(column.item.definition and column.item.definition_en and column.item.label_en) for column in columns)
    return _share(full, len(columns), "columns have label and definition in two languages, published as metadata")


def _standard_named(subject: Subject) -> Found:
    columns = _columns(subject)
    return _share(sum(bool(column.item.reference) for column in columns), len(columns), "columns name the standard they follow")


def _structured(subject: Subject) -> Found:
    tables = _tables(subject)
    return _share(sum(bool(table.key) for table in tables), len(tables), "tables have types and a key that are checked on every run")


def _gating(subject: Subject) -> Found:
    rules = subject.measured.filter(pl.col("severity").is_in(["fatal", "error"]))
    return (
        (4, f"{rules.height} rules are measured on every run and hold back what breaks them")
        if rules.height
        else (None, "no rule holds back")
    )


def _measured(subject: Subject) -> Found:
    told = subject.measured.filter(pl.col("state") == "measured")
    return (
        (4, f"{told.height} measures taken by the run, {told['measure'].n_unique()} of ISO/IEC 25024")
        if told.height
        else (None, "nothing measured")
    )


def _sources(code: str, what: str) -> Callable[[Subject], Found]:
    def found(subject: Subject) -> Found:
        rows = subject.sources.filter((pl.col("check_id") == code) & (pl.col("state") == "measured"))
        if rows.height == 0:
            return None, "no source of the registry was measured"
        return _share(int((rows["b"] - rows["a"]).sum() if code == "Con-I-1" else rows["a"].sum()), int(rows["b"].sum()), what)

    return found


def _sources_measured(subject: Subject) -> Found:
    if subject.contract is None:
        return None, "it is said of registries"
    told = set(subject.sources.filter(pl.col("state") == "measured")["table_name"])
    return _share(len(told & set(subject.contract.sources)), len(subject.contract.sources), "sources were measured by this run")


def _uses(column: str, registry: str) -> Callable[[Subject], Found]:
    def found(subject: Subject) -> Found:
        if subject.contract is None:
            return None, "it is said of registries"
        if subject.contract.registry == registry:
            return None, "the registry is that base registry itself"
        names = {found.name for found in _columns(subject)}
        return (3, f"{column} is held against the base registry") if column in names else (None, f"no table has {column}")

    return found


_RULES: dict[str, Callable[[Subject], Found]] = {
    "described": _described,
    "standard_named": _standard_named,
    "structured": _structured,
    "collected": _gating,
    "integrated": _gating,
    "processed": _gating,
    "gated": _gating,
    "measures_defined": _measured,
    "measured": _measured,
    "cleansed": _sources("Com-I-3", "records of its sources were brought to the data standard, the rest quarantined"),
    "transferred": _sources("Cre-I-1", "delivered files have a receipt with digest"),
    "sources_measured": _sources_measured,
    "sources_accepted": _sources("Com-I-3", "delivered records keep to the declaration of their source"),
    "uses_address": _uses("machiaza_id", "address"),
    "uses_company": _uses("corporate_number", "company"),
}


def _checked_records(subject: Subject) -> Found:
    rows = subject.sources.filter((pl.col("check_id") == "Com-I-3") & (pl.col("state") == "measured"))
    if rows.height == 0:
        return None, "no record was read"
    return 4, f"{int(rows['b'].sum()):,} records were checked one by one, {int((rows['b'] - rows['a']).sum()):,} set aside with reason"


_SOURCE_RULES: dict[str, Callable[[Subject], Found]] = _RULES | {
    "described": _sources("Und-I-2", "columns are described"),
    "standard_named": _sources("Com-D-2", "columns name the standard they follow"),
    "structured": _sources("Con-I-2", "files have the structure declared"),
    "collected": _checked_records,
    "integrated": _checked_records,
    "processed": _checked_records,
    "gated": _checked_records,
}
"""Rules of the rubric for a source."""


def _found(item: RubricItem, subject: Subject, statements: dict[str, Statement]) -> Found:
    if item.id in statements:
        return statements[item.id].level, statements[item.id].evidence
    kind, _, characteristic = item.rule.partition(":")
    if kind == "characteristic":
        score = subject.scores.get(characteristic)
        if score is None:
            return None, "not measured"
        gating = subject.measured.filter(
            (pl.col("characteristic") == characteristic) & pl.col("severity").is_in(["fatal", "error", "warning"])
        ).height
        if subject.contract is None:  # what is refused while standardising is refused by itself
            gating = subject.measured.filter((pl.col("characteristic") == characteristic) & (pl.col("state") == "measured")).height
        return _level(score, automatic=gating > 0), f"score {score:.4f}; {gating} rules run by themselves"
    if item.rule:
        return (_RULES if subject.contract else _SOURCE_RULES)[item.rule](subject)
    return None, "only people can say it, and no statement was given"


def _why_not(measured: pl.DataFrame, characteristic: str) -> str:
    """Why a characteristic has no score: the reasons that its measures give, each once."""
    rows = measured.filter((pl.col("characteristic") == characteristic) & (pl.col("state") == "not_measured"))
    reasons = rows["note"].drop_nulls().unique().sort().to_list()
    return f"not measured: {'; '.join(reasons) or 'nothing of a source bears on it'}"


def score_rows(run: Run, contracts: list[Contract], measured: pl.DataFrame, statements: dict[str, Statement]) -> pl.DataFrame:
    """The rows of ``quality_score`` of a run.

    Args:
        run: The run.
        contracts: Contracts of the registries measured.
        measured: Rows of ``quality_measure`` of the run.
        statements: What stewards say.

    Returns:
        For each registry and source its characteristics, in all and by prefecture, and the items of the rubric; a statement of a
        steward speaks of all registries.
    """
    rows: list[dict[str, Any]] = []
    labels = characteristics()

    def add(scope: str, subject: str, framework: str, item: str, label: str, **more: Any) -> None:
        about = {"run": run.name, "data_date": run.data_date, "scope": scope, "subject": subject, "framework": framework}
        rows.append(dict.fromkeys(SCORE_SCHEMA.names()) | about | {"item": item, "label": label} | more)

    of_sources = measured.filter(pl.col("registry").is_null())
    renamed = of_sources.with_columns(pl.col("table_name").alias("registry"))
    of_registries = measured.filter(pl.col("registry").is_not_null())
    for scope, frame in (("registry", of_registries), ("source", renamed)):
        scores = characteristic_scores(frame)
        for row in scores.filter(pl.col("prefecture_code").is_not_null()).iter_rows(named=True):
            name = row["characteristic"]
            add(scope, row["registry"], ISO, name, labels[name], prefecture_code=row["prefecture_code"], score=row["score"])
        whole = scores.filter(pl.col("prefecture_code").is_null())
        for subject in sorted(set(frame["registry"])):
            told = {row["characteristic"]: row for row in whole.filter(pl.col("registry") == subject).iter_rows(named=True)}
            for name, label in labels.items():
                found = told.get(name)
                evidence = found["measures"] if found else _why_not(frame.filter(pl.col("registry") == subject), name)
                add(scope, subject, ISO, name, label, score=found["score"] if found else None, evidence=evidence)
    for contract in contracts:
        mine = of_registries.filter((pl.col("registry") == contract.registry) & pl.col("prefecture_code").is_null())
        scores_of = {
            row["item"]: row["score"]
            for row in rows
            if row["scope"] == "registry" and row["subject"] == contract.registry and row["prefecture_code"] is None
        }
        subject_of = Subject(contract, mine, scores_of, of_sources.filter(pl.col("table_name").is_in(list(contract.sources))))
        for entry in rubric():
            level, evidence = _found(entry, subject_of, statements)
            add("registry", contract.registry, RUBRIC, entry.id, entry.label, level=level, evidence=evidence)
    for name in sorted(set(of_sources["table_name"])):
        mine = of_sources.filter(pl.col("table_name") == name)
        scores_of = {row["item"]: row["score"] for row in rows if row["scope"] == "source" and row["subject"] == name}
        for entry in rubric():
            level, evidence = _found(entry, Subject(None, mine, scores_of, mine), {})
            add("source", name, RUBRIC, entry.id, entry.label, level=level, evidence=evidence)
    frame = pl.DataFrame(rows, schema=SCORE_SCHEMA)
    return frame.sort("scope", "subject", "framework", "item", "prefecture_code", nulls_last=False)


def rubric_means(scores: pl.DataFrame) -> pl.DataFrame:
    """The mean level of each axis of the rubric: items without level are left out, as 468-2 does with 該当しない・未選択.

    Returns:
        Columns subject, axis, level (mean), items (with a level), of (items of the axis).
    """
    axes = pl.DataFrame({"item": [item.id for item in rubric()], "axis": [item.axis for item in rubric()]})
    return (
        scores.filter(pl.col("framework") == RUBRIC)
        .join(axes, on="item")
        .group_by("subject", "axis", maintain_order=True)
        .agg(pl.col("level").mean(), pl.col("level").count().alias("items"), pl.len().alias("of"))
    )
