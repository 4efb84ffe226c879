"""Releases of a handful of invented companies, written straight from tables, for tests of what a release is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from catalog.assemble import Material
from catalog.model import Source, SourceColumn
from catalog.release import Edition, Staging, next_name, publish
from catalog.release_writer import write_release
from catalog.withdrawals import Withdrawal
from data_standards.rules.registry import SQL_CHECKS
from registries.contract import Contract, load_contracts
from registries.schema import create_table

COMPANY = load_contracts()["company"]

SOURCE = Source(
    name="nta_corporate_number",
    title="法人番号公表サイト",
    title_en="Corporate Number Publication Site",
    publisher="国税庁",
    publisher_en="National Tax Agency",
    homepage="https://www.houjin-bangou.nta.go.jp/",
    licence="公共データ利用規約（第1.0版）",
    licence_url="https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    attribution="国税庁法人番号公表サイトのデータをもとに作成。",
    attribution_en="Made from data of the Corporate Number Publication Site.",
    cadence="business_daily",
    columns=[SourceColumn(name="corporateNumber", label="法人番号", item="corporate_number", required=True)],
    derived=[],
)


def company(number: int, **values: Any) -> dict[str, Any]:
    """A row of the table ``company``; the number is invented and its check digit is not looked at here."""
    row = {
        "corporate_number": f"{number:013}",
        "name": f"株式会社見本{number}",
        "kind_code": "301",
        "status": "active",
        "lg_code": "131016" if number % 2 else "472018",
        "prefecture_code": "13" if number % 2 else "47",
        "changed_on": "2024-01-04",
        "updated_on": "2024-01-05",
        "event_id": f"{number:013}-20240105-001",
    }
    return {**row, **values}


@dataclass
class Publisher:
    """Publishes releases of companies into a folder."""

    folder: Path
    key: Path | None = None
    contract: Contract = COMPANY
    withdrawals: list[Withdrawal] = field(default_factory=list)

    def connection(self, rows: Iterable[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
        """A warehouse of the given companies; the other tables of the registry are empty."""
        connection = duckdb.connect()
        connection.execute("ATTACH ':memory:' AS restricted")
        for rule, condition in SQL_CHECKS.items():
            connection.execute(f"CREATE TEMP MACRO is_{rule}(value) AS {condition}")
        for table in self.contract.tables.values():
            connection.execute(create_table(table))
        names = {column.name for column in self.contract.tables["company"].columns}
        for row in rows:
            held = {name: value for name, value in row.items() if name in names}
            marks = ", ".join("?" * len(held))
            connection.execute(f"INSERT INTO company ({', '.join(held)}) VALUES ({marks})", [*held.values()])
        return connection

    def publish(self, rows: Iterable[dict[str, Any]], date: str = "2024-02-01") -> Path:
        """Publish a release and return its folder."""
        rows = list(rows)
        name = next_name(self.folder, date)
        staging = Staging(root=self.folder.parent / "staging", name=name)
        edition = Edition(
            date=date,
            content_id=hashlib.sha256(f"{rows}{self.withdrawals}".encode()).hexdigest(),
            code_version="test",
            sources=[],
            checks={"measured": 0, "violated": 0},
            is_sample=True,
        )
        material = Material(
            release=name, date=date, first_issued=date, is_sample=True, contracts=[self.contract], sources=[replace(SOURCE, files=1)]
        )
        with self.connection(rows) as connection:
            write_release(
                connection,
                edition,
                staging,
                lambda _: None,
                published=self.folder,
                material=material,
                withdrawals=self.withdrawals,
                key=self.key,
            )
        publish(self.folder, staging)
        return self.folder / name
