"""Weights without labels, after Fellegi and Sunter: how often an answer is given by matches and by chance.

Chance (u) is measured on random pairs. What matches do (m) is estimated by expectation maximisation inside one blocking rule at a time,
leaving
out the questions about what the rule already demands; the estimates of several rules are averaged. Estimating both freely, or over all
candidates at once, takes blocking for evidence and fails on real data.
"""

import math

import duckdb
import numpy as np

from registries.identity.compare import compare, patterns
from registries.identity.model import Model
from registries.identity.specification import Comparison, Specification

_ROUNDS = 100
_SETTLED = 1e-5
_LEAST = 1e-7


def random_pairs(connection: duckdb.DuckDBPyConnection, specification: Specification, pairs: int) -> None:
    """Make the table ``random_pair``: pairs drawn by a hash of the record ids, so that the same records give the same pairs."""
    ((records,),) = connection.execute("SELECT count(*) FROM record").fetchall()
    shifts = max(1, math.ceil(pairs / max(records, 1)))
    ends = differ = ""
    if specification.between:
        ends = " JOIN record AS ra ON ra.key = s.key JOIN record AS rb ON rb.key = b.key"
        differ = f" AND nullif(ra.{specification.between}, rb.{specification.between}) IS NOT NULL"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE random_pair AS
        WITH placed AS (SELECT key, row_number() OVER (ORDER BY key) - 1 AS place FROM record),
             shifted AS (SELECT a.place, a.key, (a.place + 1 + (s.i * 7919) % greatest({records} - 1, 1)) % {records} AS other
                         FROM placed AS a, range({shifts}) AS s(i))
        SELECT DISTINCT least(s.key, b.key) AS l, greatest(s.key, b.key) AS r, 0::UINTEGER AS found_by
        FROM shifted AS s JOIN placed AS b ON b.place = s.other{ends} WHERE s.place <> s.other{differ}""")


def _shares(answers: np.ndarray, weight: np.ndarray, levels: int, floor: float) -> np.ndarray:
    """Share of each answer but the missing one; index 0 stays 1 so that a missing answer weighs nothing."""
    counts = np.bincount(answers, weights=weight, minlength=levels)[1:] + floor
    return np.concatenate([[1.0], counts / counts.sum()])


def _first_guess(comparison: Comparison) -> np.ndarray:
    """Matches mostly give the first answer."""
    n = len(comparison.levels) + 1
    rest = np.array([2.0 ** -(i + 1) for i in range(1, n)])
    shares = np.concatenate([[0.9], 0.1 * rest / rest.sum()]) if n > 1 else np.array([1.0])
    return np.concatenate([[1.0], shares])


def _train(
    specification: Specification, answers: np.ndarray, counts: np.ndarray, u: list[np.ndarray], asked: list[int]
) -> dict[int, np.ndarray]:
    """Expectation maximisation over one rule's pairs with the questions asked of them."""
    m = {i: _first_guess(specification.comparisons[i]) for i in asked}
    share = 0.3
    for _ in range(_ROUNDS):
        log_odds = np.full(len(counts), math.log(share / (1 - share)))
        for i in asked:
            log_odds += np.log(m[i][answers[:, i]]) - np.log(u[i][answers[:, i]])
        belief = counts / (1 + np.exp(-np.clip(log_odds, -500, 500)))
        share = float(np.clip(belief.sum() / counts.sum(), 1e-6, 1 - 1e-6))
        better = {i: _shares(answers[:, i], belief, len(u[i]), 0.1) for i in asked}
        moved = max(float(np.abs(better[i] - m[i]).max()) for i in asked)
        m = better
        if moved < _SETTLED:
            break
    return m


def train(
    connection: duckdb.DuckDBPyConnection,
    specification: Specification,
    *,
    version: str,
    random_sample: int = 1_000_000,
    rules: tuple[str, ...] | None = None,
) -> Model:
    """Learn weights from the records alone.

    Args:
        connection: With the tables ``record`` and ``compared``.
        specification: The questions.
        version: Version the model is to bear.
        random_sample: Random pairs that chance agreement is measured on.
        rules: Blocking rules to train on (default: all that leave two questions or more).

    Returns:
        The model; a question that no training rule leaves open gets the shares of its first guess.
    """
    random_pairs(connection, specification, random_sample)
    compare(connection, specification, "random_pair", "random_compared")
    answers, counts = patterns(connection, specification, "random_compared")
    u = [_shares(answers[:, i], counts, len(c.labels), 0.5) for i, c in enumerate(specification.comparisons)]
    sessions: dict[int, list[np.ndarray]] = {i: [] for i in range(len(specification.comparisons))}
    for number, rule in enumerate(specification.blocking):
        if rules is not None and rule.name not in rules:
            continue
        asked = [i for i, c in enumerate(specification.comparisons) if not c.columns & rule.columns]
        answers, counts = patterns(connection, specification, where=f"found_by >> {number} & 1 = 1")
        if len(asked) < 2 or counts.sum() < 50:
            continue
        for i, shares in _train(specification, answers, counts, u, asked).items():
            sessions[i].append(np.log(shares[1:] / (1 - np.minimum(shares[1:], 1 - _LEAST)).clip(_LEAST)))
    m = []
    for i, comparison in enumerate(specification.comparisons):
        if sessions[i]:
            shares = 1 / (1 + np.exp(-np.mean(sessions[i], axis=0)))
            m.append(np.concatenate([[1.0], shares / shares.sum()]))
        else:
            m.append(_first_guess(comparison))
    bits = [np.log2(mi) - np.log2(ui) for mi, ui in zip(m, u, strict=True)]
    answers, counts = patterns(connection, specification)
    ((records,),) = connection.execute("SELECT count(*) FROM record").fetchall()
    prior = _prior(answers, counts, bits, records * (records - 1) / 2)
    return Model(
        version=version,
        subject=specification.subject,
        method="fellegi_sunter",
        fingerprint=specification.fingerprint,
        prior=round(prior, 6),
        weights={
            c.name: {label: round(float(b), 6) for label, b in zip(c.labels, w, strict=True)}
            for c, w in zip(specification.comparisons, bits, strict=True)
        },
        bands={"automatic": 6.0, "review": 0.0},
        training={"records": records, "candidates": int(counts.sum()), "random_pairs": random_sample},
    )


def _prior(answers: np.ndarray, counts: np.ndarray, bits: list[np.ndarray], pairs: float) -> float:
    """Share of matches among all pairs, in bits: the share at which the candidates' probabilities add up to it."""
    evidence = sum(w[answers[:, i]] for i, w in enumerate(bits))
    prior = -math.log2(max(pairs, 2.0) / max(float(counts[evidence > 10].sum()), 1.0))
    for _ in range(20):
        expected = float((counts / (1 + np.exp2(-np.clip(evidence + prior, -500, 500)))).sum())
        prior = math.log2(max(expected, 1.0) / max(pairs - expected, 1.0))
    return prior
