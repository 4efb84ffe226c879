"""A small public folder to make the site of: one release of the company registry with a handful of rows, made by hand."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from catalog.assemble import Material, assemble
from catalog.model import Catalogue, ReleaseEntry
from pipelines.catalogue_material import described_sources, measured
from pipelines.home import Home
from pipelines.warehouse import delivery_ledger
from registries.contract import Table, load_contracts

RELEASE = "2024-02-01.0"
NAMES = ["株式会社青葉", "合同会社あおば & Co.", "株式会社<b>太字</b>", "ＡＢＣ株式会社"]
ROWS = 60
_LINEAGE = {"name": [("delivered", "name")], "closed_on": [("delivered", "closed_on")], "status": list[tuple[str, str]]()}


def _value(column: Any, number: int) -> Any:
    item = column.item
    if item.name == "name":
        return NAMES[number % len(NAMES)]
    if item.name == "corporate_number":
        return f"{1000000000000 + number}"
    if item.name in {"prefecture_code", "lg_code"}:
        return {"prefecture_code": f"{number % 47 + 1:02}", "lg_code": f"{number % 47 + 1:02}1009"}[item.name]
    match item.type:
        case "date":
            return date(2020, 1 + number % 12, 1 + number % 28)
        case "integer":
            return number
        case "number":
            return number / 7
        case "boolean":
            return number % 3 == 0
        case _:
            return item.example if number % 4 else None


def _write_table(table: Table, folder: Path) -> dict[str, Any]:
    frame = pl.DataFrame({column.name: [_value(column, number) for number in range(ROWS)] for column in table.columns}, strict=False)
    path = folder / table.name / f"{table.name}.parquet"
    path.parent.mkdir(parents=True)
    frame.write_parquet(path, row_group_size=16)
    content = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "table": table.name,
        "rows": ROWS,
    }


def write_public_folder(folder: Path, scratch: Path) -> Catalogue:
    """Write a release, its manifest and its catalogue.

    Args:
        folder: Public folder to make.
        scratch: Home to read the (empty) ledger of deliveries from.

    Returns:
        The catalogue.
    """
    home = Home(scratch)
    home.prepare()
    release = folder / RELEASE
    contracts = load_contracts()
    files = [_write_table(table, release) for table in contracts["company"].tables.values()]
    entry = ReleaseEntry(name=RELEASE, date="2024-02-01", sequence=1, files=len(files), bytes=1, is_withdrawn=False, is_breaking=False)
    catalogue = assemble(
        Material(
            release=RELEASE,
            date="2024-02-01",
            first_issued="2024-02-01",
            is_sample=True,
            contracts=list(contracts.values()),
            sources=described_sources(delivery_ledger(home)),
            upstream={"company": {"company": _LINEAGE, "company_history": {"name": [("company", "name")]}}},
            measures=measured(home.root / "measures"),
            files=files,
            releases=[entry],
        )
    )
    (release / "manifest.json").write_text(json.dumps({"release": RELEASE, "files": files}), encoding="utf-8")
    (release / "catalogue.json").write_text(json.dumps(catalogue.to_json(), ensure_ascii=False), encoding="utf-8")
    (release / "quality").mkdir()
    scores = {"registries": {"company": {"by_prefecture": {"13": {"accuracy": 0.5, "currency": 1.0}, "47": {"accuracy": 1.0}}}}}
    (release / "quality" / "quality.json").write_text(json.dumps(scores), encoding="utf-8")
    places = "company,131009,2,1\ncompany,471009,1,1\n"
    (release / "quality" / "municipalities.csv").write_text(f"table_name,lg_code,rows,rows_without_violation\n{places}", encoding="utf-8")
    (release / "quality" / "index.html").write_text("<!DOCTYPE html><title>quality</title>", encoding="utf-8")
    for crosswalk in catalogue.crosswalks:
        if crosswalk.path is not None:
            (release / crosswalk.path).parent.mkdir(parents=True, exist_ok=True)
            (release / crosswalk.path).touch()
    (folder / "latest.json").write_text(json.dumps({"release": RELEASE}), encoding="utf-8")
    return catalogue
