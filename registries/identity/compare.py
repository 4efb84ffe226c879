"""Comparison: each candidate's answer to each question, as a small number; texts are measured once for each distinct pair of values."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import sqlglot
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein
from sqlglot import exp

from registries.identity.specification import Similarity, Specification

COMPARED = "compared"
"""Table of answers: ``l``, ``r``, ``found_by``, ``veto`` (name of what forbids the pair), and ``g_<comparison>`` for each question."""

_PART = 500_000
_SCORERS: dict[str, tuple[Callable[..., Any], float]] = {
    "jaro_winkler": (JaroWinkler.normalized_similarity, 1.0),
    "damerau_levenshtein": (DamerauLevenshtein.normalized_similarity, 1.0),
    "levenshtein": (Levenshtein.normalized_similarity, 1.0),
    "token_set": (fuzz.token_set_ratio, 100.0),
    "token_sort": (fuzz.token_sort_ratio, 100.0),
    "partial": (fuzz.partial_ratio, 100.0),
}


def load_records(connection: duckdb.DuckDBPyConnection, specification: Specification, relation: str) -> None:
    """Make the table ``record`` from a relation with ``record_id`` and the columns the specification speaks of.

    Every record gets a ``key`` that follows from its id alone, so that no order of input can change an outcome. Texts that are to be
    measured are numbered.

    Args:
        connection: To make the table in.
        specification: What is to be compared.
        relation: SQL of the relation.

    Raises:
        ValueError: Two records bear one id.
    """
    numbered = sorted({column for s in specification.similarities for column in (s.column, s.other) if column})
    for column in numbered:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE text_{column} AS "
            f"SELECT {column} AS text, (row_number() OVER (ORDER BY {column}) - 1)::INTEGER AS number "
            f"FROM (SELECT DISTINCT {column} FROM {relation} WHERE {column} IS NOT NULL)"
        )
    numbers = "".join(f", t_{column}.number AS n_{column}" for column in numbered)
    joins = "".join(f" LEFT JOIN text_{column} AS t_{column} ON t_{column}.text = s.{column}" for column in numbered)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE record AS SELECT md5_number_lower(record_id) AS key, s.*{numbers} FROM {relation} AS s{joins}"
    )
    ((doubled,),) = connection.execute(
        "SELECT min(record_id) FROM (SELECT key, min(record_id) AS record_id FROM record GROUP BY key HAVING count(*) > 1)"
    ).fetchall()
    if doubled is not None:
        raise ValueError(f"the record id {doubled} stands twice")


def _measured_columns(specification: Specification) -> dict[tuple[str, str], list[Similarity]]:
    """Similarities by the columns they are between."""
    columns: dict[tuple[str, str], list[Similarity]] = {}
    for similarity in specification.similarities:
        columns.setdefault((similarity.column, similarity.other or similarity.column), []).append(similarity)
    return columns


def _measure(connection: duckdb.DuckDBPyConnection, specification: Specification, candidates: str) -> None:
    """Make the tables ``s_<column>_<other column>``: numbers ``a``, ``b`` of two texts and their similarities by name."""
    by_columns = _measured_columns(specification)
    if not by_columns:
        return
    texts = sorted({column for pair in by_columns for column in pair})
    sided = ", ".join(f"{side}.{column} AS {side}_{column}, {side}.n_{column} AS {side}_n_{column}" for side in "lr" for column in texts)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE pair_text AS SELECT {sided} "
        f"FROM {candidates} AS c JOIN record AS l ON l.key = c.l JOIN record AS r ON r.key = c.r"
    )
    for (one, other), similarities in by_columns.items():
        if one == other:
            # texts are numbered in their order, so the lesser number is that of the lesser text
            sides = f"least(l_n_{one}, r_n_{one}), greatest(l_n_{one}, r_n_{one}), least(l_{one}, r_{one}), greatest(l_{one}, r_{one})"
            rows = f"SELECT {sides} FROM pair_text WHERE l_n_{one} <> r_n_{one}"
        else:
            rows = (
                f"SELECT l_n_{one}, r_n_{other}, l_{one}, r_{other} FROM pair_text UNION ALL "
                f"SELECT r_n_{one}, l_n_{other}, r_{one}, l_{other} FROM pair_text"
            )
        distinct = connection.sql(
            f"SELECT a, b, any_value(x) AS x, any_value(y) AS y FROM ({rows}) AS t(a, b, x, y) "
            "WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b"
        ).to_arrow_table()
        measured: dict[str, list[np.ndarray]] = {similarity.name: [] for similarity in similarities}
        for start in range(0, distinct.num_rows, _PART):
            part = distinct.slice(start, _PART)
            queries, choices = (part[side].to_pylist() for side in "xy")
            for similarity in similarities:
                scorer, scale = _SCORERS[similarity.scorer]
                scores = process.cpdist(queries, choices, scorer=scorer, dtype=np.float32, workers=-1) / scale
                measured[similarity.name].append(scores.astype(np.float32))
        table = distinct.select(["a", "b"])
        for name, scored in measured.items():
            table = table.append_column(name, pa.array(np.concatenate([np.zeros(0, np.float32), *scored]), pa.float32()))
        connection.register("measured", table)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE s_{one}_{other} AS FROM measured")
        connection.unregister("measured")
    connection.execute("DROP TABLE pair_text")


def _similarities_sql(specification: Specification) -> tuple[dict[str, str], str]:
    """Each similarity's expression, and the joins they need."""
    values, joins = {}, ""
    for (one, other), similarities in _measured_columns(specification).items():
        table = f"s_{one}_{other}"
        for similarity in similarities:
            name = similarity.name
            if one == other:
                values[name] = f"CASE WHEN l.n_{one} = r.n_{one} THEN 1 ELSE x_{table}.{name} END"
            else:
                values[name] = (
                    f"CASE WHEN l.{one} = r.{other} OR r.{one} = l.{other} THEN 1 ELSE greatest(x_{table}.{name}, y_{table}.{name}) END"
                )
        if one == other:
            lesser, greater = f"least(l.n_{one}, r.n_{one})", f"greatest(l.n_{one}, r.n_{one})"
            joins += f" LEFT JOIN {table} AS x_{table} ON x_{table}.a = {lesser} AND x_{table}.b = {greater}"
        else:
            joins += f" LEFT JOIN {table} AS x_{table} ON x_{table}.a = l.n_{one} AND x_{table}.b = r.n_{other}"
            joins += f" LEFT JOIN {table} AS y_{table} ON y_{table}.a = r.n_{one} AND y_{table}.b = l.n_{other}"
    return values, joins


def comparison_sql(specification: Specification, candidates: str) -> str:
    """The SELECT that answers every question for every candidate."""
    measures, joins = _similarities_sql(specification)
    expressions = {name: sqlglot.parse_one(value, dialect="duckdb") for name, value in measures.items()}

    def written_out(condition: str) -> str:
        """Put a similarity's expression where a condition names it."""
        tree = sqlglot.parse_one(condition, dialect="duckdb")
        put = tree.transform(
            lambda node: (
                exp.Paren(this=expressions[node.name].copy())
                if isinstance(node, exp.Column) and not node.table and node.name in expressions
                else node
            )
        )
        return put.sql(dialect="duckdb")

    answers = []
    for comparison in specification.comparisons:
        cases = " ".join(f"WHEN {written_out(when)} THEN {number}" for number, when in enumerate(comparison.levels.values(), 1))
        answers.append(
            f"(CASE WHEN {comparison.missing} THEN 0 {cases} ELSE {len(comparison.levels) + 1} END)::UTINYINT AS g_{comparison.name}"
        )
    different = {column: f"l.{column} <> r.{column}" for column in (*specification.identifiers, *specification.exclusive)}
    vetoes = " ".join(f"WHEN {written_out(when)} THEN '{name}'" for name, when in (different | specification.vetoes).items())
    veto = f"CASE {vetoes} END" if vetoes else "NULL::VARCHAR"
    return f"""
        SELECT c.l, c.r, c.found_by, {veto} AS veto, {", ".join(answers)}
        FROM {candidates} AS c JOIN record AS l ON l.key = c.l JOIN record AS r ON r.key = c.r{joins}"""


def compare(
    connection: duckdb.DuckDBPyConnection, specification: Specification, candidates: str = "candidate", into: str = COMPARED
) -> None:
    """Make the table of answers.

    Args:
        connection: With the tables ``record`` and that of candidates.
        specification: Whose questions are asked.
        candidates: Table of candidates: ``l``, ``r``, ``found_by``.
        into: Name of the table made.
    """
    _measure(connection, specification, candidates)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {comparison_sql(specification, candidates)}")


def patterns(
    connection: duckdb.DuckDBPyConnection, specification: Specification, compared: str = COMPARED, where: str = "true"
) -> tuple[np.ndarray, np.ndarray]:
    """Count the distinct combinations of answers.

    Returns:
        Answers (one row for each combination, sorted) and how many pairs gave it.
    """
    names = ", ".join(f"g_{c.name}" for c in specification.comparisons)
    found = connection.execute(f"SELECT {names}, count(*) AS pairs FROM {compared} WHERE {where} GROUP BY ALL ORDER BY ALL").fetchnumpy()
    answers = np.stack([np.asarray(found[f"g_{c.name}"], dtype=np.int64) for c in specification.comparisons], axis=1)
    return answers, np.asarray(found["pairs"], dtype=np.float64)
