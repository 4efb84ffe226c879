"""Search finds what people mean: the same words and the same order in Python and in the browser, and the relevance gate."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Catalogue
from catalog.search import tokens as tokens_module
from catalog.search.documents import documents
from catalog.search.facets import facets
from catalog.search.index import CatalogueIndex
from catalog.search.ranking import one_letter_apart
from catalog.search.tokens import fold, tokens
from catalog.search.words import load_words
from catalog.site.search_index import write_search_index
from tests.site_material import write_public_folder

ROOT = Path(__file__).resolve().parents[1]
VECTORS = json.loads(Path(tokens_module.__file__).with_name("vectors.json").read_text(encoding="utf-8"))["cases"]
QUERIES: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("search_queries.yaml").read_text(encoding="utf-8"))
ALL = [(str(query["q"]), query["find"]) for group in QUERIES.values() for query in group]
RECALL_AT_20, SUCCESS_AT_3 = 0.97, 0.9

IN_NODE = """
const fs = require('node:fs')
const [script, index, asked] = process.argv.slice(1)
for (const path of [script, index]) new Function(fs.readFileSync(path, 'utf8'))()
const { queries, texts } = JSON.parse(fs.readFileSync(asked, 'utf8'))
const { search } = globalThis.daichoSearch.build(globalThis.daichoIndex)
const { fold, tokens } = globalThis.daichoSearch
process.stdout.write(JSON.stringify({
  found: queries.map(query => search(query).slice(0, 20).map(hit => `${hit.document.kind}:${hit.document.id}`)),
  words: texts.map(text => [fold(text), tokens(text)]),
}))
"""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return write_public_folder(tmp_path_factory.mktemp("public"), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> CatalogueIndex:
    return CatalogueIndex(documents(catalogue))


def _found(index: CatalogueIndex, query: str) -> list[str]:
    return [f"{hit.document.kind}:{hit.document.id}" for hit in index.search(query)]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["text"])
def test_words_of_a_text(case: dict[str, Any]) -> None:
    assert fold(case["text"]) == case["folded"]
    assert tokens(case["text"]) == case["tokens"]


@given(st.text())
def test_folding_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        ("prefecture", "prefectre", True),
        ("postal", "postla", True),
        ("signature", "signiture", True),
        ("number", "number", False),
        ("number", "numbers", True),
        ("number", "umbers", False),
        ("abcd", "badc", False),
    ],
)
def test_one_letter_apart(left: str, right: str, apart: bool) -> None:
    assert one_letter_apart(left, right) is apart
    assert one_letter_apart(right, left) is apart


def test_words_of_the_list_are_each_worth_a_place() -> None:
    words = load_words()
    assert all(len(group) > 1 for group in words.groups)
    assert "会社番号" in words.synonyms["法人番号"]


def test_the_relevance_gate(index: CatalogueIndex, catalogue: Catalogue) -> None:
    assert len(ALL) >= 120
    known = {f"{document.kind}:{document.id}" for document in documents(catalogue)}
    recalls, successes, missed = [], [], []
    for query, wanted in ALL:
        assert set(wanted) <= known, f"{query}: {set(wanted) - known} is not in the catalogue"
        found = _found(index, query)
        if not wanted:
            assert found == [], f"{query} is to find nothing"
            continue
        recalls.append(sum(name in found for name in wanted) / len(wanted))
        successes.append(any(name in found[:3] for name in wanted))
        if recalls[-1] < 1 or not successes[-1]:
            missed.append((query, found[:3]))
    assert sum(recalls) / len(recalls) >= RECALL_AT_20, missed
    assert sum(successes) / len(successes) >= SUCCESS_AT_3, missed


def test_public_datasets_stand_before_restricted_ones(index: CatalogueIndex) -> None:
    columns = [hit.document for hit in index.search("法人番号", kinds=("column",), limit=50) if hit.document.title == "法人番号"]
    assert {document.is_closed for document in columns} == {False, True}
    assert [document.is_closed for document in columns] == sorted(document.is_closed for document in columns)


def test_kinds_can_be_chosen(index: CatalogueIndex) -> None:
    hits = index.search("法人番号", kinds=("code_list",))
    assert hits
    assert {hit.document.kind for hit in hits} == {"code_list"}


def test_a_search_is_narrowed_by_facets(index: CatalogueIndex) -> None:
    chosen = (("registry", "company"), ("registry", "address"), ("access", "public"))
    free, narrowed = (index.search("番号", limit=1000, facets=facets) for facets in ((), chosen))
    assert [
        hit
        for hit in free
        if {("registry", "company"), ("registry", "address")} & {*hit.document.facets} and ("access", "public") in hit.document.facets
    ] == narrowed
    assert 0 < len(narrowed) < len(free)


def test_facets_count_what_is_in_the_catalogue(catalogue: Catalogue) -> None:
    offered = {facet.name: {value.value: value for value in facet.values} for facet in facets(catalogue)}
    assert offered["kind"]["dataset"].documents == len(catalogue.datasets)
    assert offered["kind"]["column"].documents == sum(len(dataset.columns) for dataset in catalogue.datasets)
    public = sum(1 + len(dataset.columns) for dataset in catalogue.public_datasets)
    assert (offered["access"]["public"].documents, offered["access"]["public"].label) == (public, "公開")
    assert offered["registry"].keys() == {registry.name for registry in catalogue.registries}
    assert offered["mode"]["catalogue_link"].documents == len(catalogue.external)
    assert offered["format"].keys() == {file.format for dataset in catalogue.datasets for file in dataset.distributions}
    assert all(value.label and value.label_en and value.documents for values in offered.values() for value in values.values())


@given(query=st.text(max_size=30))
def test_no_query_is_an_error(index: CatalogueIndex, query: str) -> None:
    assert len(index.search(query)) <= 20


def test_the_browser_finds_the_same_in_the_same_order(index: CatalogueIndex, catalogue: Catalogue, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    write_search_index(catalogue, tmp_path)
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"queries": [query for query, _ in ALL], "texts": [case["text"] for case in VECTORS]}), encoding="utf-8")
    script = ROOT / "catalog" / "site" / "assets" / "search.js"
    told = subprocess.run(
        [node, "-e", IN_NODE, str(script), str(tmp_path / "search.js"), str(asked)], capture_output=True, text=True, check=True
    )
    answer = json.loads(told.stdout)
    assert answer["words"] == [[case["folded"], case["tokens"]] for case in VECTORS]
    for (query, _), found in zip(ALL, answer["found"], strict=True):
        assert found == _found(index, query), query
