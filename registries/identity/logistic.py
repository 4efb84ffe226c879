"""Weights from labels: logistic regression over the answers, by iteratively reweighted least squares.

Learned among candidates, so what speaks *against* a pair of neighbours weighs as much as what speaks for it: a group company at the same
address agrees in much, and is another company.
"""

import math

import numpy as np

from registries.identity.model import Model
from registries.identity.specification import Specification

_ROUNDS = 50
_SETTLED = 1e-8


def _design(answers: np.ndarray, specification: Specification) -> np.ndarray:
    """One column for the prior and one for each answer; the ridge, not an omitted level, makes the solution one."""
    columns = [np.ones(len(answers))]
    for i, comparison in enumerate(specification.comparisons):
        columns.extend((answers[:, i] == number).astype(float) for number in range(len(comparison.labels)))
    return np.stack(columns, axis=1)


def fit(
    specification: Specification, answers: np.ndarray, positive: np.ndarray, negative: np.ndarray, *, version: str, ridge: float = 0.5
) -> Model:
    """Fit weights to labelled pairs.

    Args:
        specification: The questions.
        answers: Distinct combinations of answers, one row each.
        positive: How many labelled matches gave each combination.
        negative: How many labelled non-matches did.
        version: Version the model is to bear.
        ridge: Pull of every weight but the prior towards zero; few labels need more of it.

    Returns:
        The model; its scores are calibrated for candidates drawn as the labels were.

    Raises:
        ValueError: There are no labels of one kind.
    """
    if positive.sum() == 0 or negative.sum() == 0:
        raise ValueError("labels of both kinds are needed: pairs that are the same and pairs that are not")
    design, total = _design(answers, specification), positive + negative
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-6
    weights = np.zeros(design.shape[1])
    weights[0] = math.log(positive.sum() / negative.sum())
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = (design * (total * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, design.T @ (positive - total * p) - penalty * weights)
        weights += step
        if float(np.abs(step).max()) < _SETTLED:
            break
    bits = weights / math.log(2)
    table: dict[str, dict[str, float]] = {}
    at = 1
    for comparison in specification.comparisons:
        n = len(comparison.labels)
        table[comparison.name] = {label: round(float(b), 6) for label, b in zip(comparison.labels, bits[at : at + n], strict=True)}
        at += n
    return Model(
        version=version,
        subject=specification.subject,
        method="logistic",
        fingerprint=specification.fingerprint,
        prior=round(float(bits[0]), 6),
        weights=table,
        bands={"automatic": 6.0, "review": 0.0},
        training={"labels_same": int(positive.sum()), "labels_different": int(negative.sum())},
    )
