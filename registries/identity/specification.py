"""What matching a kind of record means: keys that make candidates, comparisons in levels, what proves and what forbids.

A specification is pure declaration. Its SQL conditions are in DuckDB's dialect and see the two records of a pair as ``l`` and ``r``.
"""

import hashlib
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from data_standards.items import DeclarationError

SCORERS = ("jaro_winkler", "damerau_levenshtein", "levenshtein", "token_set", "token_sort", "partial")


@dataclass(frozen=True)
class BlockingRule:
    """Records that agree in all keys become candidates.

    Attributes:
        name: Identifier.
        keys: SQL expressions over a record's columns; a record where one is null is not blocked by the rule.
        explode: Expression giving a list, of which each element stands as a further key.
        columns: Columns the keys speak of (read from the SQL).
    """

    name: str
    keys: tuple[str, ...] = ()
    explode: str | None = None

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the record that the keys are made of."""
        texts = (*self.keys, self.explode) if self.explode else self.keys
        parsed = (sqlglot.parse_one(text, dialect="duckdb") for text in texts)
        return frozenset(column.name for tree in parsed for column in tree.find_all(exp.Column))


@dataclass(frozen=True)
class Similarity:
    """A measure of two texts in characters, from 0 to 1, computed once for each distinct pair of values.

    DuckDB's own string distances count bytes, which means nothing for kana and kanji.

    Attributes:
        name: Name by which conditions use it; null where a value is missing, 1 where both are equal.
        column: Column of the record.
        scorer: One of :data:`SCORERS`.
        other: Column of the second record, where it is another one; the better of both directions counts.
    """

    name: str
    column: str
    scorer: str = "jaro_winkler"
    other: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One question asked of a pair, with its possible answers.

    Attributes:
        name: Identifier.
        missing: SQL condition under which the question cannot be asked; it then weighs nothing.
        levels: Answers by label with their SQL condition, the first that holds; what is left is ``else``.
        columns: Columns the question is about; it is left out where training pairs were found by them.
    """

    name: str
    missing: str
    levels: dict[str, str]
    columns: frozenset[str]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in the order of their numbers: 0 is missing."""
        return ("missing", *self.levels, "else")


@dataclass(frozen=True, kw_only=True)
class Specification:
    """All that matching one kind of record needs.

    Attributes:
        subject: What the records are of.
        blocking: Rules that make candidates.
        similarities: Text measures used by the comparisons.
        comparisons: Questions asked of each pair.
        identifiers: Columns with checked numbers: equal values prove one thing, and a cluster never holds two values.
        exclusive: Columns of which a cluster never holds two values, without equality proving anything.
        vetoes: SQL conditions over a pair that forbid it, by name.
        between: Column that must differ within a pair (linking lists that hold no duplicates themselves).
        largest_block: Most records one value of a key may bring together; larger blocks are counted and left out.
    """

    subject: str
    blocking: tuple[BlockingRule, ...]
    comparisons: tuple[Comparison, ...]
    similarities: tuple[Similarity, ...] = ()
    identifiers: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    vetoes: dict[str, str] = field(default_factory=dict)
    between: str | None = None
    largest_block: int = 200

    def __post_init__(self) -> None:
        """Refuse what cannot be matched by."""
        names = [rule.name for rule in self.blocking]
        if len(set(names)) != len(names):
            raise DeclarationError(f"{self.subject}: two blocking rules bear one name")
        if len(names) > 31:
            raise DeclarationError(f"{self.subject}: at most 31 blocking rules are possible")
        for similarity in self.similarities:
            if similarity.scorer not in SCORERS:
                raise DeclarationError(f"{self.subject}: {similarity.scorer!r} is not one of {', '.join(SCORERS)}")

    @property
    def fingerprint(self) -> str:
        """Digest of the questions; weights hold for the questions they were learned on only."""
        said = [(c.name, c.missing, list(c.levels.items())) for c in self.comparisons]
        said.append([(s.name, s.column, s.scorer, s.other) for s in self.similarities])  # type: ignore[arg-type]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def agree(name: str, column: str) -> Comparison:
    """A comparison that only asks whether two values are the same."""
    return Comparison(name, f"l.{column} IS NULL OR r.{column} IS NULL", {"same": f"l.{column} = r.{column}"}, frozenset({column}))


def alike(name: str, column: str, *thresholds: float, measure: str | None = None) -> Comparison:
    """A comparison of equality and falling likeness of texts.

    Args:
        name: Identifier.
        column: Column compared.
        thresholds: Least similarity of each level, falling.
        measure: Similarity to use (default: ``<column>_similarity``).
    """
    measured = measure or f"{column}_similarity"
    levels = {"same": f"l.{column} = r.{column}"} | {f"at_least_{t:g}": f"{measured} >= {t}" for t in thresholds}
    return Comparison(name, f"l.{column} IS NULL OR r.{column} IS NULL", levels, frozenset({column}))
