"""Matching from records to clusters in one call, with the account of every step; and training on labels."""

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from registries.identity import logistic
from registries.identity.block import CANDIDATE, make_blocks, make_candidates, parts
from registries.identity.cluster import Clusters, cluster, components
from registries.identity.compare import compare, load_records, patterns
from registries.identity.model import Model
from registries.identity.specification import Specification

_PARTS = 5
_PAIRS = 1_500_000
"""About how many pairs are compared at a time."""


@dataclass(frozen=True)
class Matched:
    """The outcome of matching.

    Attributes:
        clusters: Which records are one, at the automatic band.
        blocking: What each blocking rule brought and left out.
    """

    clusters: Clusters
    blocking: pl.DataFrame


def frame(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """Read the result of a query as a frame."""
    read = pl.from_arrow(connection.sql(query).to_arrow_table())
    return read if isinstance(read, pl.DataFrame) else read.to_frame()


def prepare_pairs(connection: duckdb.DuckDBPyConnection, specification: Specification, relation: str) -> pl.DataFrame:
    """Load records, find candidates and answer every question about them.

    Args:
        connection: To work in; the tables ``record``, ``candidate`` and ``compared`` remain.
        specification: Of the kind of record.
        relation: SQL of the records.

    Returns:
        What each blocking rule brought and left out.
    """
    load_records(connection, specification, relation)
    make_blocks(connection, specification)
    report = make_candidates(connection, specification)
    compare(connection, specification)
    return report


def score_candidates(connection: duckdb.DuckDBPyConnection, specification: Specification, model: Model, pairs: int = _PAIRS) -> None:
    """Make the table ``scored`` from the candidates, part by part, so that memory does not follow their number.

    Args:
        connection: With the tables ``record`` and ``candidate``.
        specification: Of the kind of record.
        model: Frozen weights.
        pairs: About how many pairs to compare at a time.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE scored (l UBIGINT, r UBIGINT, bits DOUBLE, veto VARCHAR)")
    for part in parts(connection, CANDIDATE, pairs):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE candidate_part AS FROM {CANDIDATE} WHERE {part}")
        compare(connection, specification, "candidate_part", "compared_part")
        connection.execute(f"INSERT INTO scored SELECT l, r, {model.score_sql(specification)}, veto FROM compared_part")
    for table in ("candidate_part", "compared_part"):
        connection.execute(f"DROP TABLE {table}")


def certain_pairs(connection: duckdb.DuckDBPyConnection, specification: Specification, judgements: pl.DataFrame | None) -> pl.DataFrame:
    """Pairs decided without weighing: equal checked numbers, and what stewards judged. A judgement wins over a number.

    Args:
        connection: With the table ``record``.
        specification: Whose identifiers prove identity.
        judgements: ``record_a``, ``record_b``, ``same``; pairs with a record that is no more are left out.

    Returns:
        ``l`` < ``r``, ``same``.
    """
    parts = [pl.DataFrame(schema={"l": pl.UInt64, "r": pl.UInt64, "same": pl.Boolean})]
    for column in specification.identifiers:
        # a star around the first record: as good as all pairs, and never too many
        star = f"SELECT min(key) OVER (PARTITION BY {column}) AS l, key AS r FROM record WHERE {column} IS NOT NULL"
        parts.append(frame(connection, f"SELECT l, r, true AS same FROM ({star}) WHERE l <> r"))
    proved = pl.concat(parts).unique(["l", "r"])
    if judgements is None or judgements.is_empty():
        return proved.sort("l", "r")
    connection.register("judged", judgements.to_arrow())
    decided = frame(
        connection,
        "SELECT least(a.key, b.key) AS l, greatest(a.key, b.key) AS r, j.same FROM judged AS j "
        "JOIN record AS a ON a.record_id = j.record_a JOIN record AS b ON b.record_id = j.record_b",
    )
    connection.unregister("judged")
    return pl.concat([proved.join(decided, on=["l", "r"], how="anti"), decided]).sort("l", "r")


def exclusive_numbers(connection: duckdb.DuckDBPyConnection, specification: Specification) -> pl.DataFrame:
    """Keys of all records, with a number for each value of which a cluster holds one at most."""
    columns = (*specification.identifiers, *specification.exclusive)
    coded = "".join(f", CASE WHEN {c} IS NOT NULL THEN dense_rank() OVER (ORDER BY {c} NULLS LAST)::BIGINT END AS {c}" for c in columns)
    return frame(connection, f"SELECT key{coded} FROM record")


def match(
    connection: duckdb.DuckDBPyConnection,
    specification: Specification,
    relation: str,
    model: Model,
    *,
    judgements: pl.DataFrame | None = None,
    unseen: float = 0.0,
) -> Matched:
    """Decide which records are one.

    Args:
        connection: To work in; ``record``, ``candidate`` and ``scored`` remain for review.
        specification: Of the kind of record.
        relation: SQL of the records: ``record_id`` and the columns the specification speaks of.
        model: Frozen weights.
        judgements: Stewards' decisions: ``record_a``, ``record_b``, ``same``.
        unseen: See :func:`registries.identity.cluster.cluster`.

    Returns:
        Clusters and the blocking report.
    """
    load_records(connection, specification, relation)
    return match_loaded(connection, specification, model, judgements=judgements, unseen=unseen)


def match_loaded(
    connection: duckdb.DuckDBPyConnection,
    specification: Specification,
    model: Model,
    *,
    judgements: pl.DataFrame | None = None,
    unseen: float = 0.0,
) -> Matched:
    """Decide which records of the table ``record`` are one; as :func:`match`."""
    make_blocks(connection, specification)
    report = make_candidates(connection, specification)
    connection.execute("DROP TABLE block_key")
    score_candidates(connection, specification, model)
    return Matched(decide(connection, specification, model, judgements=judgements, unseen=unseen), report)


def decide(
    connection: duckdb.DuckDBPyConnection,
    specification: Specification,
    model: Model,
    *,
    judgements: pl.DataFrame | None = None,
    unseen: float = 0.0,
) -> Clusters:
    """Cluster what has been scored; only pairs within a component of records that might be one are taken into memory."""
    threshold, records = model.bands["automatic"], exclusive_numbers(connection, specification)
    certain = certain_pairs(connection, specification, judgements)
    merging = frame(connection, f"SELECT l, r FROM scored WHERE bits >= {threshold} AND veto IS NULL")
    keys = records["key"].sort().to_numpy()
    edges = pl.concat([merging, certain.filter("same").select("l", "r")])
    left, right = (np.searchsorted(keys, edges[side].to_numpy()) for side in "lr")
    root = components(len(keys), left, right)
    several = np.flatnonzero(np.bincount(root, minlength=len(root))[root] > 1)
    connection.register("component", pl.DataFrame({"key": keys[several], "root": root[several]}).to_arrow())
    inside = frame(
        connection,
        "SELECT s.l, s.r, s.bits, s.veto FROM scored AS s JOIN component AS a ON a.key = s.l JOIN component AS b ON b.key = s.r "
        "WHERE a.root = b.root",
    )
    connection.unregister("component")
    return cluster(records, inside, threshold=threshold, certain=certain, unseen=unseen)


def train_on_labels(
    connection: duckdb.DuckDBPyConnection, specification: Specification, label: str, *, version: str, precision: float = 0.99
) -> Model:
    """Learn weights from records whose entity is known, and set the bands by the precision measured on pairs left out of training.

    Args:
        connection: With ``record`` and ``compared``.
        specification: The questions.
        label: Column with the entity.
        version: Version the model is to bear.
        precision: Least precision of automatic mergers, on a fifth of the entities kept back.

    Returns:
        The model.
    """
    kept_back = f"md5_number_upper({label}) % {_PARTS} = 0"
    entities = f"SELECT key, {label} AS entity, {kept_back} AS kept_back FROM record WHERE {label} IS NOT NULL"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW label AS {entities}")
    joined = "compared AS c JOIN label AS l ON l.key = c.l JOIN label AS r ON r.key = c.r"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE labelled AS SELECT c.* EXCLUDE (found_by, veto), l.entity = r.entity AS same, "
        f"l.kept_back AND r.kept_back AS proof, "
        f"NOT l.kept_back AND NOT r.kept_back AS lesson FROM {joined}"
    )
    sides = [patterns(connection, specification, "labelled", f"lesson AND {which}") for which in ("same", "NOT same")]
    answers = np.concatenate([sides[0][0], sides[1][0]])
    positive = np.concatenate([sides[0][1], np.zeros(len(sides[1][1]))])
    # both records of a non-match must have escaped, one entity of a match only: weights bring back the proportion of the candidates
    negative = np.concatenate([np.zeros(len(sides[0][1])), sides[1][1] * _PARTS / (_PARTS - 1)])
    learned = logistic.fit(specification, answers, positive, negative, version=version)
    proof = connection.execute(
        f"SELECT {learned.score_sql(specification)} AS bits, same FROM labelled WHERE proof ORDER BY bits DESC"
    ).fetchnumpy()
    connection.execute("DROP TABLE labelled")
    same = np.asarray(proof["same"], dtype=bool)
    bands = bands_by_precision(np.asarray(proof["bits"], dtype=np.float64), same, np.where(same, 1.0, float(_PARTS)), precision)
    training = learned.training | {"precision_wanted": precision, "pairs_kept_back": len(proof["same"])}
    return Model(**(learned.__dict__ | {"bands": bands, "training": training}))


def bands_by_precision(bits: np.ndarray, same: np.ndarray, weight: np.ndarray, precision: float) -> dict[str, float]:
    """Bands from labelled scores.

    Args:
        bits: Scores.
        same: Whether each pair is one thing.
        weight: How many candidates each pair stands for.
        precision: Least precision among the pairs at or above the automatic band.

    Returns:
        ``automatic``: the least score above which that precision holds all the way; ``review``: the least score of which one pair in twenty
        is a match, within half a bit.
    """
    order = np.argsort(-bits, kind="stable")
    score = bits[order]
    held = np.cumsum((weight * same)[order]) / np.cumsum(weight[order])
    enough = np.flatnonzero((held >= precision) & np.append(score[1:] != score[:-1], True))
    automatic = float(score[enough[-1]]) if len(enough) else float("inf")
    review = automatic
    while review > -20:
        inside = (bits >= review - 0.5) & (bits < review)
        if inside.sum() >= 20 and (weight * same)[inside].sum() / weight[inside].sum() < 0.05:
            break
        review -= 0.5
    return {"automatic": round(automatic, 6), "review": round(review, 6)}
