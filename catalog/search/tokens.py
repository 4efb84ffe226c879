"""The words of a text, as search knows them. The browser's ``search.js`` does the same; ``vectors.json`` holds both to it.

**Folding** makes equal what people type in several ways, in this order:

1. NFKC (half-width kana, full-width letters and digits, ㈱ and the like);
2. lower case;
3. katakana to hiragana (U+30A1..U+30F6, U+30FD, U+30FE minus 0x60);
4. every character that is neither a letter nor a digit (Unicode categories L and N) to a space, and spaces to one.

**Words**: a run of ASCII letters and digits is one word. A run of other characters is cut into its pairs of neighbours (bigrams), and
its last character is a word of its own, so that one character is found at any place of a run as the beginning of a word.
"""

import re
import unicodedata

_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9 ]+")


def fold(text: str) -> str:
    """Bring a text to the form in which it is compared.

    Args:
        text: Any text.

    Returns:
        The folded text, as the module says.
    """
    lowered = unicodedata.normalize("NFKC", text).lower().translate(_HIRAGANA)
    kept = "".join(character if unicodedata.category(character)[0] in "LN" else " " for character in lowered)
    return " ".join(kept.split())


def runs(folded: str) -> list[str]:
    """The runs of a folded text: of ASCII letters and digits, and of other characters."""
    return _RUN.findall(folded)


def is_word(run: str) -> bool:
    """Whether a run is a word of ASCII letters and digits."""
    return run.isascii()


def tokens(text: str) -> list[str]:
    """The words of a text, for an index.

    Args:
        text: Any text.

    Returns:
        Words in order, as the module says.
    """
    found: list[str] = []
    for run in runs(fold(text)):
        if is_word(run):
            found.append(run)
        else:
            found += [run[place : place + 2] for place in range(len(run))]
    return found


def phrase(run: str) -> str:
    """A run as a phrase of the full-text query language of SQLite (FTS5): its words next to each other, the last as a beginning.

    Args:
        run: A run of a folded query.

    Returns:
        A phrase that matches every text in which the run occurs (a word of ASCII letters: as a word or its beginning).
    """
    if is_word(run) or len(run) == 1:
        return f'"{run}"*'
    return '"' + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + '"'
