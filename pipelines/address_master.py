"""The report on the address master: from the standardised records of a home to files and a table for people."""

from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.delivered import delivered_records
from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.standardise import StandardisedStore
from pipelines.progress import PROGRESS
from pipelines.source_declarations import source_named
from pipelines.warehouse import memory_limit
from registries.address.master_report import FINDINGS, TOTALS, by_prefecture, master_report
from registries.address.town_names import folded_towns

_SOURCES = ("abr_town", "abr_town_position", "abr_lot", "abr_lot_position")
_CONSOLE = Console(highlight=False, soft_wrap=True)


def address_master(home: Home) -> pl.DataFrame:
    """Count the flaws of the address master that a home holds, as :func:`registries.address.master_report.master_report` does.

    Args:
        home: Home folder; the files are landed and standardised by a build.

    Raises:
        DaichoError: No towns of the address base registry were delivered, or they were standardised under other declarations.
    """
    store = StandardisedStore(home, source_named("abr_town"))
    if not store.parts():
        if any(store.folder.glob("*.parquet")):
            raise DaichoError(
                f"{home.root}: its towns were standardised by another version of daicho; run ./daicho build --home {home.root} first"
            )
        raise DaichoError(f"{home.root} holds no towns of the address base registry; run ./daicho build --from abr_town=FILE first")
    with duckdb.connect(config={"memory_limit": memory_limit(), "temp_directory": str(home.work / "spill")}) as connection:
        for source in _SOURCES:
            connection.execute(f"CREATE TEMP VIEW delivered_{source} AS FROM {delivered_records(home, source_named(source))}")
        names = connection.sql(
            "SELECT lg_code, machiaza_id, first(oaza_cho ORDER BY source_line) AS oaza_cho, first(chome ORDER BY source_line) AS chome, "
            "first(chome_number ORDER BY source_line) AS chome_number, first(koaza ORDER BY source_line) AS koaza "
            "FROM delivered_abr_town GROUP BY ALL"
        ).pl()
        return master_report(connection, names.select("lg_code", "machiaza_id", folded_town=folded_towns()))


def report_address_master(home: Home, out: Path | None) -> int:
    """Print the report by prefecture and write it by municipality.

    Args:
        home: Home folder.
        out: CSV or Parquet file to write the municipalities to, if any.

    Returns:
        Exit status.

    Raises:
        DaichoError: Nothing was delivered, or the file cannot be of that kind.
    """
    if out is not None and out.suffix.lower() not in (".csv", ".parquet"):
        raise DaichoError(f"--out {out}: give a file that ends in .csv or .parquet")
    PROGRESS.begin("address master")
    report = address_master(home)
    PROGRESS.end(f"{report.height:,} municipalities")
    totals = by_prefecture(report)
    table = Table(title="アドレス・ベース・レジストリの点検 / The address master", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    for name in totals["prefecture"]:
        table.add_column(name, justify="right")
    labels = {"town_rows": "町字の行", "town_ids": "町字ID", "position_rows": "位置の行", "lot_rows": "地番"}
    labels |= {name: label for name, (label, _) in FINDINGS.items()}
    labels |= {"mixed_chome": "丁目の表記が混在する市区町村", "mixed_crs": "測地系が混在する市区町村"}
    for name in (*TOTALS, *FINDINGS, "mixed_chome", "mixed_crs"):
        table.add_row(labels[name], *(f"{value:,}" for value in totals[name]))
    _CONSOLE.print(table)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside = out.with_name(f".{out.name}.part")
        if out.suffix.lower() == ".csv":
            report.write_csv(aside, include_bom=True)
        else:
            report.write_parquet(aside)
        aside.replace(out)
        _CONSOLE.print(f"\nby municipality: {out}")
    return 0
