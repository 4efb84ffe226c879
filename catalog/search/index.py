"""Searching the catalogue: SQLite's full-text index finds the candidates, the ranking orders them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from catalog.search.documents import Document
from catalog.search.ranking import (
    KINDS,
    Prepared,
    Words,
    corrected,
    cut_to_pieces,
    cut_to_words,
    known_words,
    prepare,
    share_of_pairs,
    terms,
    worth,
    worth_of_some,
)
from catalog.search.tokens import fold, is_word, phrase, runs, tokens
from catalog.search.words import load_words


@dataclass(frozen=True)
class Hit:
    """A document that was found, and its worth."""

    document: Document
    worth: float


class CatalogueIndex:
    """A full-text index over the documents of a catalogue, in memory."""

    def __init__(self, documents: list[Document]) -> None:
        self._words = load_words()
        self._prepared = [prepare(document) for document in documents]
        self._index = sqlite3.connect(":memory:")
        self._index.execute("CREATE VIRTUAL TABLE found USING fts5(words, content='', tokenize='unicode61 remove_diacritics 0')")
        rows = ((number, " ".join(tokens(prepared.text))) for number, prepared in enumerate(self._prepared))
        self._index.executemany("INSERT INTO found(rowid, words) VALUES (?, ?)", rows)
        self._known = known_words(self._prepared, self._words)
        self._vocabulary = {run for prepared in self._prepared for run in runs(prepared.text) if is_word(run)}

    def search(self, query: str, *, limit: int = 20, kinds: tuple[str, ...] = (), facets: tuple[tuple[str, str], ...] = ()) -> list[Hit]:
        """Find documents.

        Args:
            query: What was typed.
            limit: Most documents to return.
            kinds: Only these kinds; all where none are given.
            facets: Only documents that bear one of the values of every facet named, as (facet, value).

        Returns:
            Hits, best first; documents of equal worth in the order of their kinds, public ones first, and identifiers.
        """
        wanted = terms(query, self._words)
        if not wanted:
            return []
        hits = (
            self._found(wanted)
            or self._found(corrected(wanted, self._vocabulary))
            or self._found(cut_to_pieces(query, self._words))
            or self._near(wanted)
            or self._some(cut_to_words(wanted, self._known))
        )
        chosen = [hit for hit in hits if (not kinds or hit.document.kind in kinds) and _bears(hit.document, facets)]
        order = list(KINDS)
        chosen.sort(key=lambda hit: (-round(hit.worth, 6), order.index(hit.document.kind), hit.document.is_closed, hit.document.id))
        return chosen[:limit]

    def _found(self, wanted: list[str]) -> list[Hit]:
        if not wanted:
            return []
        match = " AND ".join(
            "(" + " OR ".join(_matching(alternative) for alternative in _alternatives(term, self._words)) + ")" for term in wanted
        )
        return self._ranked(match, lambda prepared: worth(wanted, prepared, self._words))

    def _near(self, wanted: list[str]) -> list[Hit]:
        """Documents that have most of the pairs of letters of every term."""
        pairs = sorted({pair for term in wanted for run in runs(term) if not is_word(run) for pair in tokens(run)})
        if not pairs or any(is_word(term) or len(term) < 4 for term in wanted):
            return []

        def near(prepared: Prepared) -> float:
            shares = [share_of_pairs(term, prepared) for term in wanted]
            return sum(shares) * KINDS[prepared.document.kind] if all(shares) else 0.0

        return self._ranked(" OR ".join(f'"{pair}"' for pair in pairs), near)

    def _some(self, wanted: list[str]) -> list[Hit]:
        """Documents that have at least half of the terms."""
        if not wanted:
            return []
        match = " OR ".join(_matching(alternative) for term in wanted for alternative in _alternatives(term, self._words))
        return self._ranked(match, lambda prepared: worth_of_some(wanted, prepared, self._words))

    def _ranked(self, match: str, worth_of: Callable[[Prepared], float]) -> list[Hit]:
        candidates = self._index.execute("SELECT rowid FROM found WHERE found MATCH ?", [match]).fetchall()
        scored = ((self._prepared[number], worth_of(self._prepared[number])) for (number,) in candidates)
        return [Hit(prepared.document, value) for prepared, value in scored if value > 0]


def _bears(document: Document, facets: tuple[tuple[str, str], ...]) -> bool:
    """Whether a document bears one of the values of every facet."""
    return {name for name, _ in facets} <= {name for name, value in document.facets if (name, value) in facets}


def _alternatives(term: str, words: Words) -> tuple[str, ...]:
    return (term, *words.synonyms.get(term, ()))


def _matching(term: str) -> str:
    return "(" + " AND ".join(phrase(run) for run in runs(fold(term))) + ")"
