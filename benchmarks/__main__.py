"""The benchmarks by name."""

from pathlib import Path

from benchmarks.company import run_company


def run(subject: str, files: Path | None, scale: int) -> int:
    """Run a benchmark.

    Args:
        subject: Its name.
        files: Folder of delivered files, where it takes one.
        scale: Size of generated data.

    Returns:
        Exit status.

    Raises:
        KeyError: There is no benchmark of that name.
    """
    return {"company": run_company}[subject](files, scale)
