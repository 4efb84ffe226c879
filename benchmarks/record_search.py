"""Searching the records of a warehouse of national size: a made-up register of 5.7 million companies at real towns."""

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from catalog.search.records import RecordIndex, write_record_index
from registries.contract import load_contracts

SUMMARY = "Searching 5.7 million companies by name part, kana, former name, address and number."
MOST_MILLISECONDS = 50.0
_COMPANIES = 5_700_000
_TYPED = (
    "桜",
    "東京",
    "佐藤",
    "株式会社",
    "株式会社 東京",
    "ｻｸﾗ",
    "さくら 建設",
    "千代田区 丸の内",
    "大阪市 運輸",
    "sakura",
    "存在しない名の会社",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--home", type=Path, default=Path("var"), metavar="DIR", help="home whose towns the companies get (default: var)")
    parser.add_argument("--companies", type=int, default=_COMPANIES, metavar="N", help=f"companies (default: {_COMPANIES})")
    parser.add_argument("--queries", type=int, default=300, metavar="N", help="queries of each kind, drawn from the records (default: 300)")


def _write_warehouse(towns: Path, path: Path, companies: int) -> None:
    """A company table and its history: named after towns, trades and legal forms, at addresses of real towns."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"ATTACH '{towns}' AS given (READ_ONLY)")
        connection.execute(
            "CREATE TABLE place AS SELECT row_number() OVER (ORDER BY lg_code, town_id) - 1 AS n, prefecture, municipality_name, "
            "town, coalesce(town_kana, '') AS town_kana FROM given.town WHERE town IS NOT NULL AND is_current"
        )
        connection.execute(
            "CREATE TABLE trade AS SELECT * FROM (VALUES (0, '建設', 'ケンセツ', 'kensetsu'), (1, '商事', 'ショウジ', 'shoji'), "
            "(2, '運輸', 'ウンユ', 'unyu'), (3, '不動産', 'フドウサン', 'estate'), (4, 'システム', 'システム', 'systems'), "
            "(5, '工業', 'コウギョウ', 'kogyo'), (6, '食品', 'ショクヒン', 'foods'), (7, '設計', 'セッケイ', 'design'), "
            "(8, '薬局', 'ヤッキョク', 'pharmacy'), (9, 'サービス', 'サービス', 'service')) AS t (n, trade, kana, en)"
        )
        connection.execute(
            f"""CREATE TABLE company AS
            WITH drawn AS (
              SELECT i, hash(i, 1) % (SELECT count(*) FROM place) AS a, hash(i, 2) % (SELECT count(*) FROM place) AS b,
                hash(i, 3) % 10 AS w, hash(i, 4) % 10 AS form
              FROM range({companies}) AS r (i))
            SELECT lpad((1000000000000 + i * 1543)::VARCHAR, 13, '0') AS corporate_number,
              CASE WHEN form < 5 THEN '株式会社' || named.town || trade WHEN form < 8 THEN '有限会社' || named.town || trade
                ELSE named.town || trade || '合同会社' END AS name,
              named.town_kana || trade.kana AS name_kana, CASE WHEN form = 9 THEN trade.en || ' ' || i % 9973 END AS name_en,
              spot.prefecture AS prefecture, spot.municipality_name AS city,
              spot.town || i % 30 + 1 || '丁目' || i % 20 + 1 || '番' || i % 15 + 1 || '号' AS street_address,
              NULL::VARCHAR AS address_abroad,
              CASE WHEN form = 4 THEN 'closed' ELSE 'active' END AS status, a
            FROM drawn JOIN place AS named ON named.n = b JOIN place AS spot ON spot.n = a JOIN trade ON trade.n = w
            ORDER BY corporate_number"""
        )
        connection.execute(
            "CREATE TABLE company_history AS SELECT corporate_number, name FROM company UNION ALL "
            "SELECT c.corporate_number, '株式会社旧' || p.town FROM company AS c JOIN place AS p ON p.n = c.a WHERE c.a % 12 = 0"
        )


def _drawn(path: Path, number: int) -> dict[str, list[str]]:
    """Queries of each kind, drawn from the records themselves."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT c.name, c.name_kana, c.city, c.street_address, c.corporate_number, h.name FROM company AS c "
            "LEFT JOIN company_history AS h ON h.corporate_number = c.corporate_number AND h.name <> c.name "
            f"ORDER BY hash(c.corporate_number, 7) LIMIT {number * 12}"
        ).fetchall()
    chance = random.Random(1)
    bare = [name.replace("株式会社", "").replace("有限会社", "").replace("合同会社", "") for name, *_ in rows]
    starts = [chance.randint(0, max(0, len(name) - 3)) for name in bare]
    return {
        "part of a name": [name[start : start + 3] for name, start in zip(bare, starts, strict=True)][:number],
        "kana": [row[1][:5] for row in rows if len(row[1]) > 4][:number],
        "former name": [row[5].removeprefix("株式会社") for row in rows if row[5]][:number],
        "address": [f"{row[2]} {row[3].split('丁目')[0]}" for row in rows][:number],
        "name and place": [f"{name} {row[2]}" for name, row in zip(bare, rows, strict=True)][:number],
        "number": [row[4] for row in rows][:number],
        "typed": list(_TYPED),
    }


def _cold(path: Path, query: str) -> float:
    """Milliseconds to open the index and to ask it once, with none of it in the system's memory."""
    os.sync()
    for file in path.iterdir():
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    begun = time.perf_counter()
    RecordIndex(path).search(query)
    return 1000 * (time.perf_counter() - begun)


def _warm(path: Path) -> None:
    """Read the index once, so that the system's memory holds it."""
    for file in path.iterdir():
        with file.open("rb") as opened:
            while opened.read(1 << 24):
                pass


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    console = Console()
    towns = arguments.home / "warehouse.duckdb"
    if not towns.exists():
        console.print(f"{arguments.home}: no warehouse. Make one with ./daicho build --home {arguments.home}")
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        warehouse, path = Path(scratch) / "warehouse.duckdb", Path(scratch) / "records"
        _write_warehouse(towns, warehouse, arguments.companies)
        begun = time.perf_counter()
        company = [contract for contract in load_contracts().values() if contract.registry == "company"]
        records = write_record_index(warehouse, company, path, "4GB", lambda _: None)
        size = sum(file.stat().st_size for file in path.iterdir())
        console.print(f"{records:,} records indexed in {time.perf_counter() - begun:.0f} s, {size / 1e6:,.0f} MB")
        drawn = _drawn(warehouse, arguments.queries)
        cold = {kind: _cold(path, queries[0]) for kind, queries in drawn.items()}
        _warm(path)
        index = RecordIndex(path)
        table = Table("queries", "number", "found", "median ms", "95 % ms", "most ms", "slowest", "cold ms", title="95 of 100 within 50 ms")
        late = 0
        for kind, queries in drawn.items():
            times, found = [], 0
            for query in queries:
                begun = time.perf_counter()
                found += bool(index.search(query))
                times.append(1000 * (time.perf_counter() - begun))
            slowest = queries[times.index(max(times))]
            times.sort()
            middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
            late += high > MOST_MILLISECONDS
            table.add_row(
                kind, str(len(queries)), str(found), f"{middle:.1f}", f"{high:.1f}", f"{times[-1]:.1f}", slowest, f"{cold[kind]:.0f}"
            )
        console.print(table)
    return 0 if not late else 1
