"""The words that search knows of, from ``synonyms.yaml``."""

from functools import cache
from pathlib import Path

import yaml

from catalog.search.ranking import Words
from catalog.search.tokens import fold

_PATH = Path(__file__).with_name("synonyms.yaml")


@cache
def load_words() -> Words:
    """Read and fold the words."""
    declared = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    return Words(
        groups=tuple(tuple(dict.fromkeys(fold(word) for word in group if fold(word))) for group in declared["groups"]),
        unsaid=tuple(sorted({fold(word) for word in declared["unsaid"]}, key=lambda word: (-len(word), word))),
        passed_over=frozenset(fold(word) for word in declared["passed_over"]),
    )
