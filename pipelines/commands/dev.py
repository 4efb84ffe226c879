"""``daicho dev``."""

import argparse
import os
import sys
from pathlib import Path

from pipelines.command_options import add_home, home_of

SUMMARY = "Open the orchestrator's user interface."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("--port", type=int, default=3000)


def run(arguments: argparse.Namespace) -> int:
    """Become the orchestrator's own program."""
    home_of(arguments).prepare_orchestrator()
    os.chdir(Path(__file__).resolve().parents[2])
    program = str(Path(sys.executable).with_name("dagster"))
    os.execv(program, [program, "dev", "-w", "workspace.yaml", "-p", str(arguments.port)])  # noqa: S606
