"""The company registry's whole chain beside a floor and a peer, and a day's file applied beside the full build."""

import argparse
import shutil
import tempfile
import zipfile
from pathlib import Path

from benchmarks.company_floor import decoded
from benchmarks.measuring import Measure, run_measured, show

SOURCE = "nta_corporate_number"
SUMMARY = "The company registry's whole chain, and a day's file applied."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--files", type=Path, metavar="DIR", help="delivered zips to measure the chain on (default: a sample)")
    parser.add_argument("--scale", type=int, default=300_000, metavar="N", help="companies of the sample (default: 300000)")


def run(arguments: argparse.Namespace) -> int:
    """Measure as the options say."""
    return run_company(arguments.files, arguments.scale)


def run_company(files: Path | None, scale: int) -> int:
    """Measure and print.

    Args:
        files: Folder of delivered zips to measure the chain on; the generated sample's where not given.
        scale: Companies of the generated sample.

    Returns:
        Exit status.
    """
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as name:
        work = Path(name)
        if files is not None:
            _chain(files.resolve(), work)
        else:
            sample = work / "sample"
            run_measured("sample", ["-m", "pipelines.cli", "sample", "--scale", str(scale), "--out", str(sample)])
            _chain(sample / SOURCE, work)
            _day(sample / SOURCE, work)
    return 0


def _build(label: str, home: Path, delivered: Path, *more: str) -> Measure:
    return run_measured(label, ["-m", "pipelines.cli", "build", "--home", str(home), "--from", f"{SOURCE}={delivered}", *more])


def _chain(folder: Path, work: Path) -> None:
    """The whole chain - landing to published release - beside the floor and the peer, on the same files."""
    floor = run_measured("floor", ["-m", "benchmarks.company_floor", str(folder), str(work / "floor.parquet")])
    # the peer reads UTF-8 only, so it is given the files in UTF-8; that is not counted against it
    peer = run_measured("jpcorpreg", ["-m", "benchmarks.company_peer", str(_in_utf8(folder, work / "utf8")), str(work / "peer")])
    daicho = _build("daicho build", work / "home", folder)
    show(f"company: {folder}", [floor, peer, daicho], floor)
    show("beside the peer", [peer, daicho], peer)
    shutil.rmtree(work / "home")


def _in_utf8(folder: Path, out: Path) -> Path:
    out.mkdir()
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out / path.name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in archive.namelist():
                # the sample's damaged records are no test of speed
                content = archive.read(name).replace(b"\0", b"")
                lines = [line for line in content.split(b"\n") if _whole(line)]
                copy.writestr(name, decoded(b"\n".join(lines)))
    return out


def _whole(line: bytes) -> bool:
    """Whether a line has the fields and bytes that a peer without quarantine can take."""
    try:
        decoded(line)
    except UnicodeDecodeError:
        return False
    return line.count(b",") >= 29 or not line


def _day(folder: Path, work: Path) -> None:
    """A day's file applied to the registry beside the full build."""
    files = sorted(folder.glob("*.zip"))
    before, day = work / "before", work / "day"
    before.mkdir()
    day.mkdir()
    for path in files[:-2]:
        shutil.copy(path, before)
    full = _build("full build", work / "home", before)
    shutil.copy(files[-2], day)
    applied = _build("a day applied", work / "home", day, "--no-release")
    shutil.copy(files[-1], day)
    released = _build("a day applied and released", work / "home", day)
    show(f"a day's file ({files[-2].name})", [full, applied, released], full)
