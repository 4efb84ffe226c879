"""Addresses below the town on the real blocks, residences and lots that there are: ids, companies, speed, memory, one address."""

import argparse
import tempfile
import time
import zipfile
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks import address_data
from benchmarks.measuring import run_measured
from registries.address.matching.address import AddressMatcher
from registries.address.matching.number_register import NUMBER_SCHEMA, NumberRegister, numbers_of

SUMMARY = "Addresses below the town: ids on real cases, companies with real residences, speed, memory, one address."
_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_RESIDENCES = ("pref30", "pref13.SUBSET-A", "pref13.SUBSET-B")
_LOTS = ("city302015", "city465054")
_IDS = ("lg_code", "machiaza_id", "blk_id", "rsdt_id", "rsdt2_id")
_ROWS = 400_000
_RUNS = 50
# to the residence, to the lot, to the town, with a street of Kyoto
_ALONE = (
    "東京都文京区大塚5-18-5",
    "和歌山県和歌山市朝日31番地1",
    "東京都千代田区霞が関2-1-2",
    "京都府京都市中京区寺町通御池上る上本能寺前町488番地",
)
_CHILD = """
import sys, time
from pathlib import Path
from benchmarks.address_numbers import read_matcher
from pipelines.address_file import match_file
matcher = read_matcher(Path(sys.argv[1]))
started = time.perf_counter()
counted = match_file(matcher, Path(sys.argv[2]), "address", Path(sys.argv[3]))
seconds = time.perf_counter() - started
Path(sys.argv[3] + ".rate").write_text(str(counted.total() / seconds))
"""


def _read(path: Path) -> pl.DataFrame:
    with zipfile.ZipFile(path) as archive:
        return pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False)


def _placed(folder: Path, name: str, position: str, key: list[str]) -> pl.DataFrame:
    """A master with the positions of its other file."""
    positions = _read(folder / position).select(
        *key, latitude=pl.col("rep_lat").cast(pl.Float64), longitude=pl.col("rep_lon").cast(pl.Float64), epsg="rep_srid"
    )
    once = positions.unique(key, keep="first", maintain_order=True)
    return _read(folder / name).join(once, on=key, how="left", nulls_equal=True, maintain_order="left")


def residences(data: Path) -> pl.DataFrame:
    """Read the residences of 和歌山市, 文京区 and 羽村市 (the latter two are cut files).

    Args:
        data: Folder of the real files.

    Returns:
        The columns of the residence master, with positions.
    """
    files = [(f"mt_rsdtdsp_rsdt_{part}.csv.zip", f"mt_rsdtdsp_rsdt_pos_{part}.csv.zip") for part in _RESIDENCES]
    return pl.concat(_placed(data / "abr", name, position, [*_IDS]) for name, position in files)


def numbers(data: Path) -> pl.DataFrame:
    """Bring every block, residence and lot there is to the columns of look-ups; blocks are those of the residences.

    Args:
        data: Folder of the real files.

    Returns:
        Frame of :data:`registries.address.matching.number_register.NUMBER_SCHEMA`.
    """
    every = residences(data)
    files = [(f"mt_parcel_{part}.csv.zip", f"mt_parcel_pos_{part}.csv.zip") for part in _LOTS]
    lots = [_placed(data / "abr", name, position, ["lg_code", "machiaza_id", "prc_id"]) for name, position in files]
    blocks = every.select("lg_code", "machiaza_id", "blk_id", "blk_num").unique(maintain_order=True)
    return pl.concat([numbers_of("block", blocks), numbers_of("residence", every), *(numbers_of("lot", lot) for lot in lots)])


def read_matcher(folder: Path) -> AddressMatcher:
    """Open what the benchmark wrote: the towns and ``numbers.parquet``.

    Args:
        folder: Folder of the benchmark.

    Returns:
        The matcher; a municipality's numbers are read when first asked for.
    """
    stored = pl.scan_parquet(folder / "numbers.parquet").select(*NUMBER_SCHEMA)
    register = NumberRegister(lambda lg_code: stored.filter(pl.col("lg_code") == lg_code).collect())
    return AddressMatcher.read(folder / "towns", register)


def score_cases(matcher: AddressMatcher, data: Path) -> dict[str, tuple[int, int]]:
    """Count the right ids of the number cases.

    Args:
        matcher: The matcher.
        data: Folder of the real files.

    Returns:
        By kind (rsdt, parcel): right, all.
    """
    cases = pl.read_csv(data / "addresses" / "abr_number_cases_open.csv", infer_schema=False)
    found = cases.hstack(matcher.match(cases["input"]).rename(lambda name: f"{name}_found"))
    ids = {"rsdt": ("machiaza_id", "blk_id", "rsdt_id"), "parcel": ("machiaza_id", "prc_id")}
    scores = {}
    for kind, names in ids.items():
        rows = found.filter(pl.col("kind") == kind)
        right = rows.filter(pl.all_horizontal(pl.col(name) == pl.col(f"{name}_found") for name in names))
        scores[kind] = (right.height, rows.height)
    return scores


def written_residences(data: Path, rows: int) -> pl.DataFrame:
    """Write addresses of real residences in the notations people use, half of them with a building.

    Args:
        data: Folder of the real files.
        rows: How many; residences repeat with other buildings.

    Returns:
        Column ``address``.
    """
    prefecture = pl.when(pl.col("lg_code") == "302015").then(pl.lit("和歌山県")).otherwise(pl.lit("東京都"))
    place = pl.int_range(pl.len())
    forms = [("番", "号"), ("-", ""), ("番地", ""), ("－", "")]
    number: pl.Expr = pl.lit("")
    for turn, (between, behind) in enumerate(forms):
        written = pl.concat_str("blk_num", pl.lit(between), "rsdt_num", pl.lit(behind))
        number = pl.when(place % len(forms) == turn).then(written).otherwise(number)
    building = pl.when(place % 2 == 0).then(pl.concat_str(pl.lit("ハイツ"), (place % 97).cast(pl.String), pl.lit("号館3階")))
    every = residences(data)
    frame = every[pl.int_range(rows, eager=True) % every.height]
    parts = ["city", "oaza_cho", "chome"]
    return frame.select(address=pl.concat_str(prefecture, *(pl.col(part).fill_null("") for part in parts), number, building.fill_null("")))


def company_levels(matcher: AddressMatcher, data: Path, files: int) -> pl.DataFrame:
    """Count how far company addresses come in the municipalities whose residences or lots are there.

    Args:
        matcher: The matcher.
        data: Folder of the real files.
        files: Daily files to read, newest first; 0 is all.

    Returns:
        ``lg_code``, ``match_level``, ``rows``.
    """
    codes = ["13105", "13227", "30201", "46505"]
    paths = address_data.company_files(data)[::-1]
    counted = []
    for frame in address_data.companies(paths[: files or None]):
        addresses = frame.filter(pl.col("lg_code5").is_in(codes))["address"]
        counted.append(matcher.match(addresses).group_by("lg_code", "match_level").len("rows"))
    return pl.concat(counted).group_by("lg_code", "match_level").agg(pl.col("rows").sum()).sort("lg_code", "rows", descending=[False, True])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, default=_DATA, metavar="DIR", help="folder of the real files (default: ../shared/data)")
    parser.add_argument("--files", type=int, default=100, metavar="N", help="daily company files, newest first; 0 is all (default: 100)")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        Exit status: 1 where the real files are missing.
    """
    console, data = Console(width=120), arguments.data
    if not data.is_dir():
        console.print(f"The real addresses are missing: {data}. Name their folder with --data.")
        return 1
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
        folder = Path(name)
        AddressMatcher.build(address_data.towns(data)).write(folder / "towns")
        numbers(data).sort("lg_code", "machiaza_id").write_parquet(folder / "numbers.parquet", row_group_size=50_000)
        matcher = read_matcher(folder)
        for kind, (right, every) in score_cases(matcher, data).items():
            console.print(f"number cases, {kind}: {right:,} of {every:,} ids right ({right / every:.2%})")
        _show_companies(console, company_levels(matcher, data, arguments.files))
        _show_speed(console, folder, data)
        _show_one(console, matcher)
    return 0


def _show_companies(console: Console, levels: pl.DataFrame) -> None:
    table = Table(title="companies where residences or lots are there", title_justify="left", show_edge=False)
    for heading in ("municipality", "level", "rows", "share"):
        table.add_column(heading, justify="right" if heading in ("rows", "share") else "left")
    shares = levels.with_columns(share=pl.col("rows") / pl.col("rows").sum().over("lg_code"))
    for code, level, rows, share in shares.iter_rows():
        table.add_row(code, level, f"{rows:,}", f"{share:.1%}")
    console.print(table)


def _show_speed(console: Console, folder: Path, data: Path) -> None:
    written_residences(data, _ROWS).write_csv(folder / "in.csv")
    out = folder / "out.parquet"
    measure = run_measured("address", ["-c", _CHILD, str(folder), str(folder / "in.csv"), str(out)])
    rate = float(Path(f"{out}.rate").read_text())
    levels = dict(pl.read_parquet(out, columns=["match_level"])["match_level"].value_counts().iter_rows())
    share = levels.get("residence", 0) / _ROWS
    console.print(f"{_ROWS:,} addresses of residences, CSV to Parquet: {rate:,.0f} a second, {share:.2%} to the residence")
    console.print(f"with start: {measure.cpu_seconds:.1f} cpu s, peak {measure.peak_bytes / 2**30:.2f} GiB")


def _show_one(console: Console, matcher: AddressMatcher) -> None:
    for address in _ALONE:
        one = pl.Series([address])
        matcher.match(one)
        times = []
        for _ in range(_RUNS):
            started = time.perf_counter()
            matcher.match(one)
            times.append((time.perf_counter() - started) * 1000)
        told = f"median {sorted(times)[_RUNS // 2]:.1f} ms, best {min(times):.1f} ms"
        console.print(f"one address in a running process, {address}: {told}")
