"""Which documents a query finds, and in which order. The browser's ``search.js`` ranks by the same rules.

A query is folded (:mod:`catalog.search.tokens`) and cut at its spaces into terms; words that only ask are taken off. A term is found in
a field where the field's folded text has it: runs of CJK letters anywhere, words of ASCII letters at the beginning of a word.

**A term's worth in a field** is the field's weight times how it is met: 1 where it is the whole field, 0.75 where the field begins with
it, 0.5 elsewhere, plus a little for the part of the field it makes up. A synonym counts six tenths. **A document's worth** is the sum
over the terms of the best field, times the weight of its kind. Every term must be found. Where that finds nothing, the query is
loosened step by step: ASCII words of more than three letters with one letter wrong; the query cut where its script changes; most of a
run's pairs of letters; the query cut into the words that titles, readings, other names and synonyms know, at least half of which are
found.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from catalog.search.documents import Document
from catalog.search.tokens import fold, is_word

FIELDS = (("title", 10.0), ("names", 9.0), ("title_en", 8.5), ("reading", 8.0), ("aliases", 7.0), ("body", 3.0), ("body_en", 2.5))
"""Fields and their weights."""
KINDS = {
    "dataset": 1.3,
    "concept": 1.2,
    "code_list": 1.15,
    "external": 1.1,
    "service": 1.0,
    "source": 1.0,
    "column": 0.9,
    "code": 0.8,
}
"""Kinds and their weights."""
SYNONYM = 0.6
_PARTICLES = "のをはがにでとやへも"
_PIECES = re.compile(r"([a-z0-9]+)|([ぁ-ゖ]+)|([ァ-ヺー]+|[^a-z0-9ぁ-ゖァ-ヺー\W_]+)")
_ENOUGH_PAIRS = 0.7
_LOOSE = 0.5
_LONGEST_WORD = 12
_CUT_BY = ("title", "reading", "aliases")


@dataclass(frozen=True)
class Words:
    """The words that the ranking knows of: see ``synonyms.yaml``, all folded."""

    groups: tuple[tuple[str, ...], ...]
    unsaid: tuple[str, ...]
    passed_over: frozenset[str]

    @cached_property
    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """By word, the other words of its groups."""
        found: dict[str, list[str]] = {}
        for group in self.groups:
            for word in group:
                found.setdefault(word, []).extend(other for other in group if other != word)
        return {word: tuple(dict.fromkeys(others)) for word, others in found.items()}


@dataclass(frozen=True)
class Prepared:
    """A document with its folded fields."""

    document: Document
    fields: tuple[tuple[float, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """Everything that is searched."""
        return " ".join(value for _, values in self.fields for value in values)


def prepare(document: Document) -> Prepared:
    """Fold a document's fields."""
    fields = []
    for name, weight in FIELDS:
        value = getattr(document, name)
        values = value if isinstance(value, tuple) else (value,)
        folded = tuple(dict.fromkeys(filter(None, map(fold, values))))
        if folded:
            fields.append((weight, folded))
    return Prepared(document, tuple(fields))


def terms(query: str, words: Words) -> list[str]:
    """The terms of a query: its folded words without those that only ask; word groups that have synonyms stay together."""
    whole = fold(query)
    if whole in words.synonyms:
        return [whole]
    kept = []
    for term in whole.split():
        if not is_word(term):
            for end in words.unsaid:
                if term.endswith(end) and len(term) > len(end):
                    term = term.removesuffix(end)
                    break
        kept.append(term)
    said = [term for term in kept if term not in words.passed_over]
    joined = " ".join(said)
    return [joined] if joined in words.synonyms else (said or kept)


def _met(term: str, text: str) -> float:
    """How a term is met in a folded text: 0 where it is not."""
    if term == text:
        return 1.0
    place = _place(term, text)
    if place < 0:
        return 0.0
    return (0.75 if place == 0 else 0.5) + 0.2 * len(term) / len(text)


def _place(term: str, text: str) -> int:
    if not is_word(term[:1]):
        return text.find(term)
    place = text.find(term)
    while place > 0 and is_word(text[place - 1]) and text[place - 1] != " ":
        place = text.find(term, place + 1)
    return place


def worth_of_term(term: str, prepared: Prepared, words: Words) -> float:
    """The worth of a term, or of the best of its synonyms, in a document."""
    best = 0.0
    for alternative, share in ((term, 1.0), *((other, SYNONYM) for other in words.synonyms.get(term, ()))):
        for weight, values in prepared.fields:
            for value in values:
                best = max(best, share * weight * _met(alternative, value))
    return best


def worth(wanted: list[str], prepared: Prepared, words: Words) -> float:
    """The worth of a document for a query; 0 where a term is not found."""
    found = [worth_of_term(term, prepared, words) for term in wanted]
    return sum(found) * KINDS[prepared.document.kind] if found and all(found) else 0.0


def one_letter_apart(left: str, right: str) -> bool:
    """Whether two words differ by one letter put in, left out, replaced, or by two neighbours exchanged."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    first = 0
    while first < min(len(left), len(right)) and left[first] == right[first]:
        first += 1
    return (
        left[first + 1 :] == right[first + 1 :]
        or left[first:] == right[first + 1 :]
        or left[first + 1 :] == right[first:]
        or (left[first : first + 2] == right[first : first + 2][::-1] and left[first + 2 :] == right[first + 2 :])
    )


def corrected(wanted: list[str], vocabulary: set[str]) -> list[str]:
    """Terms with ASCII words that occur nowhere replaced by the first word, in order, that is one letter apart."""
    corrections = []
    for term in wanted:
        near = [word for word in sorted(vocabulary) if one_letter_apart(term, word)] if is_word(term) and len(term) > 3 else []
        corrections.append(near[0] if near and term not in vocabulary else term)
    return corrections


def cut_to_pieces(query: str, words: Words) -> list[str]:
    """A query cut where its script changes: words of ASCII letters, runs of hiragana, of katakana, and of other letters, each folded.

    Hiragana loses the particles at its ends; pieces too short to mean anything alone are dropped: one letter, or hiragana of up to three.
    """
    pieces = []
    for ascii_word, hiragana, other in _PIECES.findall(unicodedata.normalize("NFKC", query).lower()):
        piece = fold(ascii_word or hiragana.strip(_PARTICLES) or other)
        if len(piece) > (0 if ascii_word else 3 if hiragana else 1) and piece not in words.passed_over:
            pieces.append(piece)
    return pieces


def share_of_pairs(term: str, prepared: Prepared) -> float:
    """The worth of a term of which most pairs of letters are found in one field; 0 where fewer are."""
    if is_word(term) or len(term) < 4:
        return 0.0
    pairs = {term[place : place + 2] for place in range(len(term) - 1)}
    best = 0.0
    for weight, values in prepared.fields:
        for value in values:
            share = sum(pair in value for pair in pairs) / len(pairs)
            if share >= _ENOUGH_PAIRS:
                best = max(best, _LOOSE * weight * share * min(1.0, len(term) / len(value)))
    return best


def known_words(documents: list[Prepared], words: Words) -> set[str]:
    """The words that a query is cut into at last: whole titles, readings, other names, and synonyms, of two letters or more."""
    said = {word for group in words.groups for word in group}
    for prepared in documents:
        for name in _CUT_BY:
            value = getattr(prepared.document, name)
            said.update(map(fold, value if isinstance(value, tuple) else (value,)))
    return {word for word in said if 2 <= len(word) <= _LONGEST_WORD and not any(map(is_word, word))}


def cut_to_words(wanted: list[str], known: set[str]) -> list[str]:
    """The known words of a query's terms, the longest first from the left; nothing where they make up less than half of it."""
    found: list[str] = []
    letters = covered = 0
    for run in (run for term in wanted for run in term.split()):
        if is_word(run):
            found.append(run)
            continue
        place = 0
        while place < len(run):
            longest = range(min(_LONGEST_WORD, len(run) - place), 1, -1)
            word = next((run[place : place + length] for length in longest if run[place : place + length] in known), "")
            letters += len(word) or (run[place] not in _PARTICLES)
            covered += len(word)
            found += [word] if word else []
            place += len(word) or 1
    return list(dict.fromkeys(found)) if letters and covered * 2 >= letters else []


def worth_of_some(wanted: list[str], prepared: Prepared, words: Words) -> float:
    """The worth of a document in which at least half of the terms are found; 0 where fewer are."""
    found = [value for term in wanted if (value := worth_of_term(term, prepared, words))]
    return _LOOSE * sum(found) * len(found) / len(wanted) * KINDS[prepared.document.kind] if len(found) * 2 >= len(wanted) else 0.0
