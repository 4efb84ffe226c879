"""Comparison: each candidate's answer to each question, as a small number; texts are measured once for each distinct pair of values."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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


def _measure(connection: duckdb.DuckDBPyConnection, similarity: Similarity, candidates: str) -> None:
    """Make the table ``s_<name>``: numbers of two texts and their similarity."""
    one, other = similarity.column, similarity.other or similarity.column
    scorer, scale = _SCORERS[similarity.scorer]
    texts = [
        pa.array(connection.sql(f"SELECT text FROM text_{column} ORDER BY number").to_arrow_table().column(0).to_pylist())
        for column in (one, other)
    ]
    pairs = (
        f"SELECT DISTINCT least(l.n_{one}, r.n_{one}) AS a, greatest(l.n_{one}, r.n_{one}) AS b"
        if one == other
        else f"SELECT DISTINCT l.n_{one} AS a, r.n_{other} AS b"
    )
    joined = f"{candidates} AS c JOIN record AS l ON l.key = c.l JOIN record AS r ON r.key = c.r"
    query = f"{pairs} FROM {joined} WHERE l.n_{one} IS NOT NULL AND r.n_{other} IS NOT NULL"
    if one != other:
        query += f" UNION SELECT r.n_{one} AS a, l.n_{other} AS b FROM {joined} WHERE r.n_{one} IS NOT NULL AND l.n_{other} IS NOT NULL"
    # a condition that two texts differ would tempt the engine to join the records on it
    distinct = connection.sql(query).to_arrow_table()
    if one == other:
        distinct = distinct.filter(pc.not_equal(distinct["a"], distinct["b"]))
    measured = []
    for start in range(0, distinct.num_rows, _PART):
        part = distinct.slice(start, _PART)
        queries, choices = (text.take(part.column(i).combine_chunks()).to_pylist() for i, text in enumerate(texts))
        measured.append(process.cpdist(queries, choices, scorer=scorer, dtype=np.float32, workers=-1) / scale)
    scores = np.concatenate(measured) if measured else np.zeros(0, np.float32)
    connection.register("measured", distinct.append_column("s", pa.array(scores.astype(np.float32), pa.float32())))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE s_{similarity.name} AS FROM measured")
    connection.unregister("measured")


def _similarity_sql(similarity: Similarity) -> tuple[str, str]:
    """A similarity's expression and joins."""
    one, other, name = similarity.column, similarity.other or similarity.column, similarity.name
    if one == other:
        value = f"CASE WHEN l.n_{one} = r.n_{one} THEN 1 ELSE x_{name}.s END"
        return (
            value,
            f" LEFT JOIN s_{name} AS x_{name} ON x_{name}.a = least(l.n_{one}, r.n_{one}) AND x_{name}.b = greatest(l.n_{one}, r.n_{one})",
        )
    value = f"CASE WHEN l.{one} = r.{other} OR r.{one} = l.{other} THEN 1 ELSE greatest(x_{name}.s, y_{name}.s) END"
    joins = f" LEFT JOIN s_{name} AS x_{name} ON x_{name}.a = l.n_{one} AND x_{name}.b = r.n_{other}"
    return value, joins + f" LEFT JOIN s_{name} AS y_{name} ON y_{name}.a = r.n_{one} AND y_{name}.b = l.n_{other}"


def comparison_sql(specification: Specification, candidates: str) -> str:
    """The SELECT that answers every question for every candidate."""
    measures = {s.name: _similarity_sql(s) for s in specification.similarities}
    expressions = {name: sqlglot.parse_one(value, dialect="duckdb") for name, (value, _) in measures.items()}
    joins = "".join(joins for _, joins in measures.values())

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
    for similarity in specification.similarities:
        _measure(connection, similarity, candidates)
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
