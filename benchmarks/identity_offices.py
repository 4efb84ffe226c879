"""Japan Post's offices tied to real companies, against a random sample of 300 that a person judged.

``judged_offices.tsv`` holds the judgements: the company, whether name and place, the name alone, or only the law leads to it, in which
files the company stands, and why. ``none`` is an office whose company stands in no file, ``undecided`` one whose company cannot be told.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.address_data import towns
from benchmarks.company_records import read_history
from benchmarks.measuring import PROJECT
from pipelines.sources.japanpost_office.packaged import write_packaged
from registries.address.matching.address import AddressMatcher
from registries.establishment.tie import tie

SUMMARY = "Ties of Japan Post's offices to real companies, against 300 judged by hand."
JUDGED = PROJECT / "benchmarks" / "judged_offices.tsv"
_SHARED = PROJECT.parent / "shared" / "data"
_LEAST_PRECISION, _LEAST_RECALL = 0.99, 0.8
_OFFICE_COLUMNS = {1: "name_kana", 2: "name", 3: "prefecture", 4: "city", 5: "town", 6: "street", 7: "postal_code"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder with nta/diff/ and company/ (default: %(default)s)")
    parser.add_argument("--wrong", action="store_true", help="list what was judged otherwise")


def folded(name: pl.Expr) -> pl.Expr:
    """A name without differences of width and spaces, to find it in the file of judgements."""
    return name.str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars()


def judgements() -> pl.DataFrame:
    """The judged sample: ``postal_code``, ``office_name``, ``verdict``, ``corporate_number``, ``basis``, ``found_in``, ``reason``."""
    with JUDGED.open(encoding="utf-8", newline="") as lines:
        return pl.DataFrame(list(csv.DictReader(lines, delimiter="\t"))).with_columns(pl.all().replace("", None))


def offices() -> pl.DataFrame:
    """All offices of the list: ``record_id``, ``name``, ``name_kana``, ``address``, ``postal_code``."""
    with TemporaryDirectory() as folder:
        write_packaged(Path(folder))
        (path,) = Path(folder).glob("*.csv")
        read = pl.read_csv(path, has_header=False, infer_schema=False)
    named = read.select(pl.col(read.columns[at]).alias(name) for at, name in _OFFICE_COLUMNS.items())
    named = named.with_columns(address=pl.concat_str("prefecture", "city", "town", "street", ignore_nulls=True))
    named = named.unique(["postal_code", "name"], keep="first", maintain_order=True)
    return named.select(
        pl.concat_str("postal_code", pl.lit(":"), folded(pl.col("name"))).alias("record_id"), "name", "name_kana", "address", "postal_code"
    )


def companies(data: Path) -> pl.DataFrame:
    """Companies of the daily files under every name and address they bore there, and organisations of the gBizINFO extracts."""
    history = read_history(data).with_columns(address=pl.concat_str("prefecture", "city", "street"))
    published = history.select(
        pl.concat_str("number", pl.lit(":"), pl.col("version").cast(pl.String)).alias("record_id"),
        "name", "name_kana", "address", "postal_code", corporate_number="number",
    )  # fmt: skip
    paths = [data / "company" / f"{name}.csv" for name in ("jpgovs", "localgovs", "foreigns", "18207_company")]
    extracts = pl.concat([pl.read_csv(path, infer_schema=False) for path in paths], how="diagonal")
    listed = extracts.unique("corporateID", keep="first", maintain_order=True).select(
        pl.concat_str(pl.lit("gbizinfo:"), "corporateID").alias("record_id"),
        name="corporateName", name_kana="corporateKana", address="location", postal_code=pl.lit(None, pl.String),
        corporate_number="corporateID",
    )  # fmt: skip
    return pl.concat([published, listed])


def compare(tied: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Put the ties beside the judgements: the columns of both, ``corporate_number_right`` the tied one."""
    keyed = judged.with_columns(record_id=pl.concat_str("postal_code", pl.lit(":"), folded(pl.col("office_name"))))
    return keyed.join(tied, on="record_id", how="left")


def figures(beside: pl.DataFrame, bands: Sequence[str] = ("automatic",)) -> dict[str, Any]:
    """Precision and recall of the ties in some bands.

    Args:
        beside: From :func:`compare`.
        bands: Which ties count as made.

    Returns:
        ``made``, ``right``, ``wrong``, ``on_undecided`` (ties where the judge could not tell; in neither figure), ``precision``, and
        ``recall`` over the offices that name and place, or the name, lead to.
    """
    made = pl.col("match_band_code").is_in(bands).fill_null(value=False)
    right = made & (pl.col("verdict") == "same") & (pl.col("corporate_number") == pl.col("corporate_number_right"))
    undecided = made & (pl.col("verdict") == "undecided")
    findable = (pl.col("verdict") == "same") & (pl.col("basis") != "law")
    counted = beside.select(
        made=made.sum(), right=right.sum(), on_undecided=undecided.sum(), findable=findable.sum(), found=(right & findable).sum(),
        by_law=(pl.col("basis") == "law").sum(),
    ).row(0, named=True)  # fmt: skip
    decided = counted["made"] - counted["on_undecided"]
    return counted | {
        "wrong": decided - counted["right"],
        "precision": counted["right"] / decided if decided else 1.0,
        "recall": counted["found"] / counted["findable"] if counted["findable"] else 1.0,
    }


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    console = Console(width=170)
    connection = duckdb.connect(config={"memory_limit": "3GiB"})
    connection.register("office", offices().to_arrow())
    connection.register("company", companies(arguments.data).to_arrow())
    tied = tie(connection, "office", "company", matcher=AddressMatcher.build(towns(arguments.data)))
    judged = judgements()
    table = Table("band", "made", "right", "wrong", "undecided by the judge", "precision", "recall", title="Ties of 300 judged offices")
    beside = compare(tied, judged)
    for band in (["automatic"], ["automatic", "review"]):
        got = figures(beside, band)
        counts = (str(got[name]) for name in ("made", "right", "wrong", "on_undecided"))
        table.add_row(" or ".join(band), *counts, f"{got['precision']:.3f}", f"{got['recall']:.3f}")
    console.print(table)
    console.print(tied.group_by("match_band_code").len().sort("match_band_code"))
    if arguments.wrong:
        columns = ("office_name", "verdict", "corporate_number", "corporate_number_right", "match_band_code", "match_bits", "basis")
        shown = beside.filter(
            (pl.col("match_band_code").is_not_null() & pl.col("corporate_number").ne_missing(pl.col("corporate_number_right")))
            | ((pl.col("verdict") == "same") & (pl.col("match_band_code").ne_missing("automatic")))
        )
        with pl.Config(tbl_rows=300, fmt_str_lengths=40, tbl_width_chars=165, tbl_hide_dataframe_shape=True):
            console.print(shown.select(columns))
    made = figures(beside)
    short = made["precision"] < _LEAST_PRECISION or made["recall"] < _LEAST_RECALL
    if short:
        console.print(f"below what is demanded: precision {_LEAST_PRECISION}, recall {_LEAST_RECALL} of the automatic ties")
    return int(short)
