"""The address registry made of generated files of the nation's shape, and one municipality's new file applied."""

import argparse
import shutil
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.measuring import run_measured, show
from data_standards.codes import municipalities

SUMMARY = "The address registry's import of towns, residences and lots, and one municipality's new file."
_TOWNS_OF_LOTS, _TOWNS_OF_RESIDENCES = 280, 85
_FILE_MUNICIPALITIES = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--lots", type=int, default=4_000_000, metavar="N", help="lots, with a position each (default: 4000000)")


def run(arguments: argparse.Namespace) -> int:
    """Measure as the options say: towns and residences keep the nation's proportion to the lots."""
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
        work = Path(name)
        codes = municipalities().filter(pl.col("valid_to").is_null() & pl.col("kind").is_in(["municipality", "ward"]))["lg_code"].to_list()
        each = max(arguments.lots // len(codes), 1)
        for start in range(0, len(codes), _FILE_MUNICIPALITIES):
            _write(work / "in", codes[start : start + _FILE_MUNICIPALITIES], each, f"part{start:05}")
        inputs = [f"--from={folder.name}={folder}" for folder in sorted((work / "in").iterdir())]
        build = ["-m", "pipelines.cli", "build", "--home", str(work / "home"), "--no-release"]
        whole = run_measured("import", [*build, *inputs])
        shutil.rmtree(work / "in")
        _write(work / "in", codes[:1], each + 1, "new_20300101")
        lots = work / "in" / "abr_lot"
        one = run_measured("one municipality", [*build, f"--from=abr_lot={lots}"])
        show(f"address registry: {each * len(codes):,} lots in {len(codes):,} municipalities", [whole, one], whole)
    return 0


def _write(folder: Path, codes: list[str], each: int, name: str) -> None:
    """Write the files of some municipalities, ``each`` lots in every one of them."""
    lots = pl.DataFrame({"lg_code": codes}).join(pl.DataFrame({"n": range(each)}), how="cross")
    towns = max(each // _TOWNS_OF_LOTS, 1)
    number = pl.col("n").cast(pl.String)
    lot = lots.select(
        "lg_code",
        machiaza_id=(pl.col("n") % towns * 1000).cast(pl.String).str.zfill(7),
        prc_id=(pl.col("n") // 10).cast(pl.String).str.zfill(5) + (pl.col("n") % 10).cast(pl.String).str.zfill(5) + "00000",
        prc_num1=(pl.col("n") // 10).cast(pl.String),
        prc_num2=(pl.col("n") % 10).cast(pl.String),
        rsdt_addr_flg=pl.lit("0"),
        prc_rec_flg=pl.lit("1"),
        efct_date=pl.lit("1947-04-17"),
    )
    place = {
        "rep_lon": 135 + pl.col("n") / 1e7,
        "rep_lat": 35 + pl.col("n") / 1e7,
        "rep_srid": pl.lit("EPSG:6668"),
        "rep_scale": pl.lit("500"),
    }
    lot_place = pl.concat([lot.select("lg_code", "machiaza_id", "prc_id"), lots.select(**place)], how="horizontal")
    some = lots.filter(pl.col("n") < each * 3 // 10)
    residence = some.select(
        "lg_code",
        machiaza_id=(pl.col("n") % max(towns // 3, 1) * 1000).cast(pl.String).str.zfill(7),
        blk_id=(pl.col("n") // _TOWNS_OF_RESIDENCES % 1000).cast(pl.String).str.zfill(3),
        rsdt_id=(pl.col("n") % _TOWNS_OF_RESIDENCES).cast(pl.String).str.zfill(3),
        rsdt2_id=number.str.zfill(5).str.tail(5),
        blk_num=(pl.col("n") // _TOWNS_OF_RESIDENCES).cast(pl.String),
        rsdt_num=(pl.col("n") % _TOWNS_OF_RESIDENCES).cast(pl.String),
        rsdt_addr_flg=pl.lit("1"),
        status_flg=pl.lit("1"),
    )
    residence_place = pl.concat(
        [residence.select("lg_code", "machiaza_id", "blk_id", "rsdt_id", "rsdt2_id"), some.select(**place)], how="horizontal"
    )
    town = lots.filter(pl.col("n") < towns).select(
        "lg_code",
        machiaza_id=(pl.col("n") * 1000).cast(pl.String).str.zfill(7),
        pref=pl.lit("東京都"),
        city=pl.lit("見本市"),
        oaza_cho=pl.concat_str(pl.lit("町"), number),
        rsdt_addr_flg=pl.lit("0"),
        status_flg=pl.lit("1"),
    )
    written = {
        "abr_lot": lot,
        "abr_lot_position": lot_place,
        "abr_residence": residence,
        "abr_residence_position": residence_place,
        "abr_town": town,
    }
    for source, frame in written.items():
        (folder / source).mkdir(parents=True, exist_ok=True)
        frame.write_csv(folder / source / f"{name}.csv")
