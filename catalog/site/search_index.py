"""The search index of the site: the same documents, words and weights as the command's, as a script that the search page loads."""

import json
from dataclasses import asdict
from pathlib import Path

from catalog.model import Catalogue
from catalog.search.documents import documents
from catalog.search.ranking import FIELDS, KINDS, SYNONYM
from catalog.search.words import load_words


def write_search_index(catalogue: Catalogue, folder: Path) -> None:
    """Write ``search.js``. It is a script, not JSON, for a page opened from a disk may load scripts only.

    Args:
        catalogue: What is published.
        folder: Folder to write into.
    """
    words = load_words()
    found = documents(catalogue)
    # many documents bear the same facets, so each set is written once
    sets = {facets: number for number, facets in enumerate(dict.fromkeys(document.facets for document in found))}
    content = {
        "documents": [
            {key: value for key, value in asdict(document).items() if value} | {"facets": sets[document.facets]} for document in found
        ],
        "facet_sets": [_by_name(facets) for facets in sets],
        "fields": FIELDS,
        "kinds": KINDS,
        "synonym": SYNONYM,
        "groups": words.groups,
        "unsaid": words.unsaid,
        "passed_over": sorted(words.passed_over),
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (folder / "search.js").write_text(f"globalThis.daichoIndex = {text}\n", encoding="utf-8")


def _by_name(facets: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    return {name: [value for other, value in facets if other == name] for name in dict.fromkeys(name for name, _ in facets)}
