"""A trained model: one weight for each answer to each question, frozen in a file, and the account it gives of a score."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from data_standards.items import DeclarationError
from registries.identity.specification import Specification

_TOLD = 0.05
"""Least weight that is told in an account written as text."""


@dataclass(frozen=True)
class Step:
    """One question's share in a score: the answer given and what it weighs, in bits."""

    comparison: str
    answer: str
    bits: float


@dataclass(frozen=True)
class Model:
    """Weights of answers.

    Attributes:
        version: Version of the model; stands beside every score.
        subject: Kind of record.
        method: ``fellegi_sunter`` or ``logistic``.
        fingerprint: Of the specification the weights were learned on.
        prior: Weight of a pair of which nothing is known, in bits.
        weights: Bits by comparison and answer; a missing answer may weigh something in a logistic model.
        bands: Least score (bits) of ``automatic`` merges and of ``review``.
        training: How the model was made: labels, counts, measured quality.
    """

    version: str
    subject: str
    method: str
    fingerprint: str
    prior: float
    weights: dict[str, dict[str, float]]
    bands: dict[str, float]
    training: dict[str, Any]

    def check(self, specification: Specification) -> None:
        """Refuse a model that was learned on other questions.

        Raises:
            DeclarationError: The questions differ.
        """
        if self.fingerprint != specification.fingerprint:
            raise DeclarationError(
                f"the model {self.version} of {self.subject} was trained on other comparisons than those declared now; train it again"
            )

    def table(self, specification: Specification) -> list[np.ndarray]:
        """Weights as arrays by answer number, one for each comparison."""
        self.check(specification)
        return [np.array([self.weights[c.name][label] for label in c.labels]) for c in specification.comparisons]

    def score_sql(self, specification: Specification) -> str:
        """SQL expression of the score in bits over the columns ``g_<comparison>``, rounded to a millionth."""
        terms = []
        for comparison, weights in zip(specification.comparisons, self.table(specification), strict=True):
            cases = " ".join(f"WHEN {number} THEN {weight!r}" for number, weight in enumerate(weights.tolist()))
            terms.append(f"CASE g_{comparison.name} {cases} END")
        return f"round({self.prior!r} + {' + '.join(terms)}, 6)"

    def account_sql(self, specification: Specification) -> str:
        """SQL expression of the account of a score as text: each answer that weighs something with its bits, the prior first."""
        terms = [f"'prior {self.prior:+.1f}'"]
        for comparison, weights in zip(specification.comparisons, self.table(specification), strict=True):
            cases = " ".join(
                f"WHEN {number} THEN '{comparison.name}={label} {weight:+.1f}'"
                for number, (label, weight) in enumerate(zip(comparison.labels, weights.tolist(), strict=True))
                if abs(weight) >= _TOLD
            )
            terms.append(f"CASE g_{comparison.name} {cases} END" if cases else "NULL")
        return f"concat_ws('; ', {', '.join(terms)})"

    def waterfall(self, specification: Specification, answers: Mapping[str, int]) -> list[Step]:
        """Account for a score: the prior first, then each question in order; the bits add up to the score.

        Args:
            specification: The questions.
            answers: Number of the answer by comparison.
        """
        steps = [Step("prior", "", self.prior)]
        for comparison in specification.comparisons:
            label = comparison.labels[answers[comparison.name]]
            steps.append(Step(comparison.name, label, self.weights[comparison.name][label]))
        return steps

    def write(self, path: Path) -> None:
        """Write the model, sorted and readable, aside and then in place."""
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        aside.replace(path)


def read_model(path: Path) -> Model:
    """Read a frozen model.

    Raises:
        DeclarationError: The file is not a model.
    """
    try:
        return Model(**json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, TypeError) as error:
        raise DeclarationError(f"{path}: not a model: {error}") from error


def probability(bits: float) -> float:
    """Turn bits (log2 odds) into a probability."""
    return 1.0 / (1.0 + math.pow(2.0, -max(min(bits, 1000.0), -1000.0)))


def score(connection: duckdb.DuckDBPyConnection, specification: Specification, model: Model, compared: str = "compared") -> None:
    """Make the table ``scored``: ``l``, ``r``, ``bits`` and ``veto``.

    Args:
        connection: With the table of answers.
        specification: The questions.
        model: The weights.
        compared: Table of answers.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE scored AS SELECT l, r, ({model.score_sql(specification)})::DOUBLE AS bits, veto FROM {compared}"
    )
