"""Records are found by any part of a name, kana, former name or address, in whatever way it is typed."""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.annotations import registry_annotation
from catalog.search.postings import Postings, common, write_postings
from catalog.search.records import RecordIndex, folded, write_record_index
from catalog.search.tokens import fold
from registries.contract import load_contracts
from tests.release_material import Publisher, company


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> RecordIndex:
    folder = tmp_path_factory.mktemp("records")
    place = {"prefecture": "香川県", "city": "高松市", "street_address": "番町１丁目８番１５号"}
    rows = [
        company(1, name="株式会社さくら商事", name_kana="サクラショウジ", name_en="Sakura Trading", **place),
        company(2, name="さくら商事株式会社", name_kana="サクラショウジ", status="closed", closed_on="2024-01-01", **place),
        company(3, name="ＡＢＣ東京合同会社", name_kana="エービーシートウキョウ", prefecture="東京都", city="港区", street_address="芝１"),
        company(4, name="桜", prefecture="京都府", city="京都市", street_address="桜町"),
        company(5, name="有限会社山田'; DROP TABLE record", prefecture="京都府", city="京都市"),
    ]
    path = folder / "warehouse.duckdb"
    with Publisher(folder).connection(rows) as made:
        history = "corporate_number, valid_from, recorded_from, event_id, process_code, name, kind_code, status"
        old = f"'{3:013}', DATE '2020-01-01', DATE '2020-01-01', 'e', '01', '旧社名興業', '301', 'active'"
        made.execute(f"INSERT INTO company_history ({history}) VALUES ({old})")
        made.execute(f"ATTACH '{path}' AS kept")
        for table in ("company", "company_history"):
            made.execute(f"CREATE TABLE kept.{table} AS FROM {table}")
        made.execute("DETACH kept")
    assert write_record_index(path, list(load_contracts().values()), folder / "index", "1GB", lambda _: None) == len(rows)
    assert not list(folder.glob(".*.part"))
    return RecordIndex(folder / "index")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("さくら商事", [1, 2]),
        ("サクラ", [1, 2]),
        ("ｻｸﾗ", [1, 2]),
        ("くら商", [1, 2]),
        ("sakura", [1]),
        ("SAKU", [1]),
        ("旧社名", [3]),
        ("東京", [3]),
        ("abc", [3]),
        ("ＡＢＣ　東京", [3]),
        ("高松市番町", [1, 2]),
        ("商事 高松", [1, 2]),
        ("桜", [4]),
        ("0000000000003", [3]),
        ("山田'; DROP", [5]),
        ("番町 8", [1, 2]),
        ("番町 3", []),
        ("京都 さくら", []),
        ("どこにもない", []),
        ("、。", []),
        ("", []),
    ],
)
def test_records_are_found(index: RecordIndex, query: str, expected: list[int]) -> None:
    assert [hit.id for hit in index.search(query)] == [f"{number:013}" for number in expected]


def test_a_hit_tells_what_it_is_and_where(index: RecordIndex) -> None:
    (hit,) = index.search("sakura trading")
    assert (hit.table, hit.title, hit.detail) == ("company", "株式会社さくら商事", "香川県高松市番町１丁目８番１５号")
    assert len(index.search("会社", limit=2)) == 2


# what this Python's tables do not know yet, the engine's newer ones may
@given(st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=30))
def test_columns_are_folded_as_single_texts_are(text: str) -> None:
    assert pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(folded(pl.col("t")))["t"][0].split() == fold(text).split()


@given(st.lists(st.tuples(st.sampled_from(["a", "ab", "b", "東", "東京", "京"]), st.integers(0, 30)), unique=True), st.integers(1, 7))
def test_lists_are_what_was_written(pairs: list[tuple[str, int]], at_a_time: int) -> None:
    table = pl.DataFrame(sorted(pairs), schema={"gram": pl.String, "n": pl.Int32}, orient="row").to_arrow()
    with tempfile.TemporaryDirectory() as folder:
        write_postings(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=at_a_time)), Path(folder))
        postings = Postings(Path(folder), 31)
        for text in ("", "a", "ab", "abc", "東", "東京", "京都"):
            assert postings.of(text).tolist() == [n for gram, n in sorted(pairs) if gram == text]
            assert postings.beginning_with(text).tolist() == sorted({n for gram, n in pairs if gram.startswith(text)})


@pytest.mark.parametrize("size", [0, 3, 30_000])
def test_what_two_lists_share(size: int) -> None:
    chance = np.random.default_rng(size)
    some, others = (np.unique(chance.integers(0, 100_000, count, dtype=np.int32)) for count in (size, size * 3))
    assert common(some, others).tolist() == np.intersect1d(some, others).tolist()


def test_a_long_list_of_beginnings_is_marked_not_sorted(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {"gram": ["東京"] * 30_000 + ["東都"] * 30_000, "n": [*range(30_000), *range(10_000, 40_000)]}, schema_overrides={"n": pl.Int32}
    )
    write_postings(pa.RecordBatchReader.from_batches(rows.to_arrow().schema, rows.to_arrow().to_batches()), tmp_path)
    assert Postings(tmp_path, 40_000).beginning_with("東").tolist() == list(range(40_000))


def test_what_is_searched_is_sql_over_the_warehouse() -> None:
    selections = [table.records for table in registry_annotation("company").tables.values() if table.records]
    assert selections
    with Publisher(Path()).connection([]) as connection:
        for sql in selections:
            names = [row[0] for row in connection.execute(f"DESCRIBE {sql}").fetchall()]
            assert names == ["id", "title", "detail", "is_current", "text"]
