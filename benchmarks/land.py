"""Land, buildings and the tax roll: a prefecture from delivered files to the comparison, and the map parser beside the packaged one."""

import argparse
import io
import shutil
import tempfile
import time
from pathlib import Path

from mojxml.parse import ParseOptions, parse_raw

from benchmarks.measuring import Measure, run_measured, show
from pipelines.sample.addresses import towns
from pipelines.sample.land.disagreements import tell
from pipelines.sample.land.files import LEDGERS, write_ledger
from pipelines.sample.land.maps import write_maps
from pipelines.sample.land.world import MUNICIPALITIES, make_world
from pipelines.sources.moj_map_xml.reader import sheets
from pipelines.sources.moj_map_xml.sheet import read_sheet

SUMMARY = "A prefecture's register and tax roll compared, and maps parsed beside the packaged parser."
_PREFECTURE = "37"
_COMPANIES = 20_000
_MAP_PARCELS = 20_000
_NOISE = 0.1
_ROLLS = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--parcels", type=int, default=5_000_000, metavar="N", help="parcels of the prefecture (default: 5000000)")
    parser.add_argument(
        "--rolls",
        type=int,
        default=_ROLLS,
        metavar="N",
        help=f"municipalities that deliver their tax roll (default: {_ROLLS}, three million rows)",
    )
    parser.add_argument("--maps-only", action="store_true", help="measure the map parser alone")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print.

    Returns:
        Exit status.
    """
    _parsers()
    if not arguments.maps_only:
        with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
            _prefecture(Path(name), arguments.parcels, arguments.rolls)
    return 0


def _parsers() -> None:
    """Parse the same sheets with both parsers, in one process, a warm run each."""
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
        write_maps(tell(make_world(MUNICIPALITIES[0], _MAP_PARCELS, 1000, 1), _NOISE, 1), Path(name))
        contents = [stream.read() for path in Path(name).glob("*.zip") for _, stream in sheets(path)]
    size = sum(map(len, contents)) / 1e6
    options = ParseOptions(include_arbitrary_crs=True, include_chikugai=True)
    parse_raw(contents[0], options)
    read_sheet(io.BytesIO(contents[0]))
    started = time.perf_counter()
    theirs = sum(len(parse_raw(content, options)) for content in contents)
    peer = time.perf_counter() - started
    started = time.perf_counter()
    ours = sum(read_sheet(io.BytesIO(content)).height for content in contents)
    taken = time.perf_counter() - started
    assert ours == theirs
    print(f"地図XML {size:.0f} MB, {ours:,} lots: daicho {size / taken:.1f} MB/s, mojxml {size / peer:.1f} MB/s, ratio {peer / taken:.2f}")


def _prefecture(work: Path, parcels: int, rolls: int) -> None:
    every = towns().get_column("lg_code5").unique().sort()
    codes = every.filter(every.str.starts_with(_PREFECTURE)).to_list()
    rows = {"parcels": 0, "buildings": 0, "taxed": 0}
    for place, code in enumerate(codes):
        told = tell(make_world(code, parcels // len(codes), _COMPANIES, 1), _NOISE, 1)
        delivers_roll = place < rolls
        for source in LEDGERS:
            if source.startswith("fixed_asset") and not delivers_roll:
                continue
            (work / source).mkdir(exist_ok=True)
            write_ledger(source, told, work / source)
        rows["parcels"] += told.land.height
        rows["buildings"] += told.buildings.height
        rows["taxed"] += delivers_roll * (told.land.filter("in_roll").height + told.buildings.filter("in_roll").height)
    print(", ".join(f"{name} {count:,}" for name, count in rows.items()))
    sources = [argument for source in LEDGERS for argument in ("--from", f"{source}={work / source}")]
    built: Measure = run_measured("daicho build", ["-m", "pipelines.cli", "build", "--home", str(work / "home"), "--no-release", *sources])
    show(f"{parcels:,} parcels, from delivered files to the comparison", [built], built)
    shutil.rmtree(work / "home")
