"""How good pairs and clusters are, where the truth is known: precision and recall of pairs, and B³ (by record)."""

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Quality:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def true_pairs(entities: pl.DataFrame) -> int:
    """Number of pairs of records with one entity, in a frame with ``entity``."""
    sizes = entities.group_by("entity").len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def best_threshold(bits: np.ndarray, same: np.ndarray, total: int) -> tuple[float, Quality]:
    """The threshold with the best F1 over scored pairs.

    Args:
        bits: Score of each candidate.
        same: Whether the candidate is a true pair.
        total: True pairs there are, found or not.
    """
    order = np.argsort(-bits, kind="stable")
    score, hits = bits[order], np.cumsum(same[order])
    last = np.append(score[1:] != score[:-1], True)
    found = np.arange(1, len(score) + 1)
    f1 = np.where(last, 2 * hits / (found + total), -1)
    at = int(np.argmax(f1))
    return float(score[at]), Quality(float(hits[at] / found[at]), float(hits[at] / total))


def cluster_quality(clustered: pl.DataFrame) -> Quality:
    """Quality of the pairs that clusters imply, from columns ``cluster`` and ``entity``."""

    def pairs(*by: str) -> int:
        sizes = clustered.group_by(by).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    both, claimed, true = pairs("cluster", "entity"), pairs("cluster"), pairs("entity")
    return Quality(both / claimed if claimed else 1.0, both / true if true else 1.0)


def b_cubed(clustered: pl.DataFrame) -> Quality:
    """B³: for each record the share of its cluster that is its entity, and of its entity that is in its cluster, averaged."""
    sized = clustered.with_columns(both=pl.len().over("cluster", "entity"), claimed=pl.len().over("cluster"), true=pl.len().over("entity"))
    precision, recall = sized.select(
        precision=(pl.col("both") / pl.col("claimed")).mean(), recall=(pl.col("both") / pl.col("true")).mean()
    ).row(0)
    return Quality(precision, recall)
