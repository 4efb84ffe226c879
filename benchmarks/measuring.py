"""Running a command as a process of its own and taking its time and peak memory from the operating system."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measure:
    """What one run cost.

    Attributes:
        label: What ran.
        seconds: Wall-clock seconds.
        cpu_seconds: Processor seconds, user and system.
        peak_bytes: Largest resident size of the process.
    """

    label: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def run_measured(label: str, arguments: Sequence[str]) -> Measure:
    """Run a Python module's command line to its end.

    Args:
        label: What to call it.
        arguments: Arguments for the Python interpreter.

    Returns:
        What it cost.

    Raises:
        RuntimeError: The command failed; the message holds the end of what it printed.
    """
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{label} failed: {printed.decode(errors='replace')[-2000:]}")
    # Linux tells the peak in kibibytes
    return Measure(label, time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def peak_of_process() -> int:
    """Largest resident size of this process so far, in bytes; unlike ``getrusage`` not that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def show(title: str, measures: Sequence[Measure], against: Measure) -> None:
    """Print measures with their ratios to one of them.

    Args:
        title: Heading.
        measures: What was measured.
        against: The measure that counts as 1.
    """
    table = Table(title=title, title_justify="left", show_edge=False)
    table.add_column("")
    for heading in ("seconds", "cpu s", "peak GiB", f"× {against.label}"):
        table.add_column(heading, justify="right")
    for measure in measures:
        table.add_row(
            measure.label,
            f"{measure.seconds:.1f}",
            f"{measure.cpu_seconds:.1f}",
            f"{measure.peak_bytes / 1024**3:.2f}",
            f"{measure.seconds / against.seconds:.2f}",
        )
    Console(width=100).print(table)
