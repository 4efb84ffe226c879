"""The ``daicho`` command."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from data_standards.items import DeclarationError
from pipelines.errors import DaichoError
from pipelines.home import Home, home_from_environment
from pipelines.progress import PROGRESS


def _home(arguments: argparse.Namespace) -> Home:
    return Home(Path(arguments.home).resolve()) if arguments.home else home_from_environment()


def _build(arguments: argparse.Namespace) -> int:
    from pipelines.run import run_build

    return run_build(_home(arguments), arguments.inputs, release=arguments.release, public_key=arguments.public_key)


def _sample(arguments: argparse.Namespace) -> int:
    from pipelines.source_declarations import load_sources

    if arguments.scale < 1:
        raise DaichoError("--scale must be at least 1")
    out = Path(arguments.out)
    for name, source in load_sources().items():
        if source.has("sample"):
            PROGRESS.begin(f"sample {name}")
            source.module("sample").write_sample(out, scale=arguments.scale, seed=arguments.seed)
            PROGRESS.end(str(out / name))
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    from pipelines.run import run_fetch

    return run_fetch(_home(arguments), arguments.source, full=arguments.full, since=arguments.since, public_key=arguments.public_key)


def _quarantine(arguments: argparse.Namespace) -> int:
    from pipelines.run import show_quarantine

    return show_quarantine(_home(arguments), arguments.source, arguments.limit)


def _conform(arguments: argparse.Namespace) -> int:
    from pipelines.conform import run_conform

    return run_conform(arguments)


def _dev(arguments: argparse.Namespace) -> int:
    home = _home(arguments)
    home.prepare_orchestrator()
    project = Path(__file__).resolve().parents[1]
    os.chdir(project)
    program = str(Path(sys.executable).with_name("dagster"))
    os.execv(program, [program, "dev", "-w", "workspace.yaml", "-p", str(arguments.port)])  # noqa: S606


def _inputs(text: str) -> tuple[str, Path]:
    source, equals, path = text.partition("=")
    if not equals or not source or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form SOURCE=PATH")
    return source, Path(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="daicho",
        description="Daicho (台帳): a base-registry warehouse.",
        epilog="For those who work on Daicho itself: daicho test, daicho lint, daicho bench, daicho lock.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    def with_home(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added.add_argument("--home", metavar="DIR", help="where everything goes (default: DAICHO_HOME, else var/)")
        return added

    build = with_home(command("build", _build, "Build the warehouse and a release from delivered files."))
    build.add_argument(
        "--from",
        dest="inputs",
        metavar="SOURCE=PATH",
        type=_inputs,
        action="append",
        default=[],
        help="a csv or zip file or a folder of them; may be repeated (default: the inbox, else an embedded sample)",
    )
    build.add_argument("--no-release", dest="release", action="store_false", help="bring the warehouse up to date only")
    build.add_argument("--public-key", metavar="FILE", help="the publisher's OpenPGP key, to check signatures with")

    sample = command("sample", _sample, "Write sample ledgers in the official layouts, with a truth beside them.")
    sample.add_argument("--scale", type=int, default=20_000, metavar="N", help="number of companies (default: 20000)")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes (default: 1)")
    sample.add_argument("--out", required=True, metavar="DIR", help="folder to write into")

    fetch = with_home(command("fetch", _fetch, "Fetch a source's official files into the inbox."))
    fetch.add_argument("source", metavar="SOURCE")
    fetch.add_argument("--no-full", dest="full", action="store_false", help="daily files only")
    fetch.add_argument("--since", metavar="YYYY-MM-DD", help="daily files from this day on")
    fetch.add_argument("--public-key", metavar="FILE", help="the publisher's OpenPGP key, to check signatures with")

    quarantine = with_home(command("quarantine", _quarantine, "Show the records that were set aside, and why."))
    quarantine.add_argument("--source", metavar="SOURCE", help="only this source")
    quarantine.add_argument("--limit", type=int, default=20, metavar="N", help="records to show (default: 20)")

    conform = command("conform", _conform, "Say how far a file follows the government's data standards, and cleanse it.")
    conform.add_argument("file", metavar="FILE", type=Path, help="a CSV, Excel (.xlsx) or Parquet file")
    models = ("address", "building", "company", "contact", "facility", "land", "person")
    conform.add_argument("--as", dest="model", choices=models, help="GIF model (default: the one that fits the column names)")
    conform.add_argument("--level", choices=("LV1", "LV2", "LV2s"), default="LV1", help="level to conform at (default: LV1)")
    conform.add_argument("--fix", metavar="OUT", type=Path, help="write the cleansed file (.csv, .xlsx, .parquet) and OUT.changes.csv")
    conform.add_argument("--lang", choices=("ja", "en"), default="ja", help="language of the report (default: ja)")
    conform.add_argument("--json", action="store_true", help="report for programs")

    dev = with_home(command("dev", _dev, "Open the orchestrator's user interface."))
    dev.add_argument("--port", type=int, default=3000)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments, without the program's name; those of the process if not given.

    Returns:
        Exit status: 0 when all went well, 1 when something a person can mend went wrong, 2 for wrong arguments.
    """
    arguments = _parser().parse_args(argv)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    PROGRESS.quiet = False
    try:
        status: int = arguments.run(arguments)
    except (DaichoError, DeclarationError) as error:
        print(f"daicho: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("daicho: stopped; nothing published has changed", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
