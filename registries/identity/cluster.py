"""Clusters from scored pairs: merging in the order of scores, against vetoes, judgements and what speaks against a merger.

Plain connected components chain neighbours into one; they only say here which records have to be looked at together. A component in which
nothing speaks against anything is a cluster. In the others, pairs are taken from the best score down, and two clusters are merged only if
no veto
stands between them, they do not hold two values of an exclusive number, and the scored pairs between them speak for it in sum. The
outcome is a function of the set of pairs, whatever their order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

_PORTION = 200_000
"""About how many pairs of troubled components are settled at a time."""
_CERTAIN = 1_000.0
"""Bits of an edge that a checked number or a judgement proves."""


@dataclass(frozen=True)
class Clusters:
    """Which records are one.

    Attributes:
        members: ``key`` and ``cluster`` (the least key in it), one row for each record given.
        contradictions: ``l``, ``r``, ``bits``, ``reason``: pairs that score for a merger which something forbids.
    """

    members: pl.DataFrame
    contradictions: pl.DataFrame


def components(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Least member of the connected component of each node.

    Args:
        size: Number of nodes.
        left: One end of each edge.
        right: The other end.
    """
    root = np.arange(size)
    while True:
        a, b = root[left], root[right]
        open_edges = a != b
        if not open_edges.any():
            return root
        left, right = left[open_edges], right[open_edges]
        a, b = a[open_edges], b[open_edges]
        low, high = np.minimum(a, b), np.maximum(a, b)
        np.minimum.at(root, high, low)
        while True:
            jumped = root[root]
            if (jumped == root).all():
                break
            root = jumped


class _Merging:
    """Greedy merging inside the components that hold a conflict."""

    def __init__(self, exclusive: list[np.ndarray], unseen: float) -> None:
        self._unseen = unseen
        self._size: dict[int, int] = {}
        self._seen: dict[int, dict[int, int]] = {}
        self._root: dict[int, int] = {}
        self._held: dict[int, list[set[int]]] = {}
        self._exclusive = exclusive
        self._between: dict[int, dict[int, float]] = {}
        self._forbidden: dict[int, set[int]] = {}

    def add(self, node: int) -> None:
        if node not in self._root:
            self._root[node] = node
            self._held[node] = [{int(values[node])} - {-1} for values in self._exclusive]
            self._size[node] = 1
            self._between[node] = {}
            self._seen[node] = {}
            self._forbidden[node] = set()

    @property
    def nodes(self) -> list[int]:
        """Records seen, in order."""
        return sorted(self._root)

    def find(self, node: int) -> int:
        while self._root[node] != node:
            self._root[node] = self._root[self._root[node]]
            node = self._root[node]
        return node

    def relate(self, a: int, b: int, bits: float, *, forbidden: bool) -> None:
        if forbidden:
            self._forbidden[a].add(b)
            self._forbidden[b].add(a)
        self._between[a][b] = self._between[a].get(b, 0.0) + bits
        self._between[b][a] = self._between[a][b]
        self._seen[a][b] = self._seen[b][a] = self._seen[a].get(b, 0) + 1

    def try_merge(self, a: int, b: int) -> str | None:
        """Merge the clusters of two nodes; give the reason where that must not be."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return None
        if b in self._forbidden[a]:
            return "veto"
        if any(len(one | other) > 1 for one, other in zip(self._held[a], self._held[b], strict=True)):
            return "exclusive_number"
        unseen = self._size[a] * self._size[b] - self._seen[a].get(b, 0)
        if self._between[a].get(b, 0.0) + unseen * self._unseen <= 0:
            return "evidence_against"
        keep, gone = (
            (a, b) if len(self._between[a]) + len(self._forbidden[a]) >= len(self._between[b]) + len(self._forbidden[b]) else (b, a)
        )
        self._root[gone] = keep
        self._size[keep] += self._size.pop(gone)
        self._held[keep] = [one | other for one, other in zip(self._held[keep], self._held[gone], strict=True)]
        seen = self._seen.pop(gone)
        for other, bits in self._between.pop(gone).items():
            del self._between[other][gone], self._seen[other][gone]
            if other != keep:
                self._between[keep][other] = self._between[keep].get(other, 0.0) + bits
                self._between[other][keep] = self._between[keep][other]
                self._seen[keep][other] = self._seen[keep].get(other, 0) + seen[other]
                self._seen[other][keep] = self._seen[keep][other]
        for other in self._forbidden.pop(gone):
            self._forbidden[other].discard(gone)
            self._forbidden[keep].add(other)
            self._forbidden[other].add(keep)
        return None


def cluster(
    records: pl.DataFrame,
    scored: pl.DataFrame,
    *,
    threshold: float,
    certain: pl.DataFrame | None = None,
    floor: float = -8.0,
    unseen: float = 0.0,
) -> Clusters:
    """Merge records into clusters.

    Args:
        records: ``key`` and any further integer columns, of which a cluster holds at most one value each (null: none).
        scored: ``l``, ``r``, ``bits``, ``veto`` (null where nothing forbids the pair).
        threshold: Least bits of a pair that may merge.
        certain: ``l``, ``r`` and ``same``: pairs that judgements or checked numbers decide; they win over scores and vetoes of the machine.
        floor: Least weight that one pair against a merger counts with.
        unseen: Weight of a pair between two clusters that is no candidate; 0 where only what was compared is to count.

    Returns:
        Clusters and the contradictions met.
    """
    ordered = records.sort("key")
    keys = ordered["key"].to_numpy()
    exclusive = [ordered[name].fill_null(-1).to_numpy() for name in ordered.columns if name != "key"]
    pairs = _with_certain(scored, certain)
    left = np.searchsorted(keys, pairs["l"].to_numpy())
    right = np.searchsorted(keys, pairs["r"].to_numpy())
    bits, vetoed = pairs["bits"].to_numpy(), pairs["veto"].is_not_null().to_numpy()
    merging = (bits >= threshold) & ~vetoed
    root = components(len(keys), left[merging], right[merging])
    inside = root[left] == root[right]
    troubled = _troubled(root, exclusive, left, right, inside & (~merging), bits, vetoed)
    if unseen < 0:
        size = np.bincount(root, minlength=len(root)).astype(np.int64)
        known = np.bincount(root[left[inside]], minlength=len(root))
        troubled |= (known < size * (size - 1) // 2)[root]
    chosen = inside & troubled[left]
    order = np.flatnonzero(chosen)[np.argsort(root[left[chosen]], kind="stable")]
    settled, refused = root.copy(), []
    for part in _portions(root[left[order]]):
        at = order[part]
        refused += _settle(_Merging(exclusive, unseen), settled, left[at], right[at], bits[at], vetoed[at], threshold, floor)
    refused.sort(key=lambda one: (-one[2], one[0], one[1]))
    schema: Mapping[str, pl.DataType] = {"l": pl.UInt64(), "r": pl.UInt64(), "bits": pl.Float64(), "reason": pl.String()}
    rows = [(int(keys[a]), int(keys[b]), weight, reason) for a, b, weight, reason in refused]
    contradictions = pl.DataFrame(rows, schema=dict(schema), orient="row")
    return Clusters(pl.DataFrame({"key": keys, "cluster": keys[settled]}), contradictions)


def _portions(component: np.ndarray) -> list[slice]:
    """Cut pairs that are sorted by component into portions of whole components."""
    bounds = [0]
    while bounds[-1] < len(component):
        last = component[min(bounds[-1] + _PORTION, len(component)) - 1]
        bounds.append(int(np.searchsorted(component, last, side="right")))
    return [slice(start, end) for start, end in pairwise(bounds)]


def _with_certain(scored: pl.DataFrame, certain: pl.DataFrame | None) -> pl.DataFrame:
    pairs = scored.select("l", "r", pl.col("bits").cast(pl.Float64), pl.col("veto").cast(pl.String))
    if certain is None or certain.is_empty():
        return pairs
    decided = certain.select(
        "l",
        "r",
        bits=pl.when("same").then(_CERTAIN).otherwise(-_CERTAIN),
        veto=pl.when(~pl.col("same")).then(pl.lit("judgement")),
    ).cast({"l": pairs.schema["l"], "r": pairs.schema["r"]})
    return pl.concat([pairs.join(decided, on=["l", "r"], how="anti"), decided])


def _troubled(
    root: np.ndarray,
    exclusive: list[np.ndarray],
    left: np.ndarray,
    right: np.ndarray,
    against: np.ndarray,
    bits: np.ndarray,
    vetoed: np.ndarray,
) -> np.ndarray:
    """Nodes of components in which something speaks against the whole being one."""
    bad = np.zeros(len(root), dtype=bool)
    speaks = against & (vetoed | (bits < 0))
    bad[root[left[speaks]]] = True
    for values in exclusive:
        held = values >= 0
        least = np.full(len(root), np.iinfo(np.int64).max)
        most = np.full(len(root), -1)
        np.minimum.at(least, root[held], values[held])
        np.maximum.at(most, root[held], values[held])
        bad |= most > least
    return np.asarray(bad[root])


def _settle(
    merging: _Merging,
    settled: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    bits: np.ndarray,
    vetoed: np.ndarray,
    threshold: float,
    floor: float,
) -> list[tuple[int, int, float, str]]:
    """Merge the records of some troubled components anew, pair by pair, and write their clusters; give what was refused."""
    order = np.lexsort((right, left, -bits))
    rows = list(zip(left[order].tolist(), right[order].tolist(), bits[order].tolist(), vetoed[order].tolist(), strict=True))
    for a, b, weight, forbidden in rows:
        merging.add(a)
        merging.add(b)
        merging.relate(a, b, max(weight, floor), forbidden=forbidden)
    refused: list[tuple[int, int, float, str]] = []
    for a, b, weight, forbidden in rows:
        if weight < threshold:
            break
        if forbidden:
            continue
        reason = merging.try_merge(a, b)
        if reason is not None:
            refused.append((a, b, weight, reason))
    least: dict[int, int] = {}
    for node in merging.nodes:
        settled[node] = least.setdefault(merging.find(node), node)
    return refused
