"""Files of stewards' decisions: a header and a line for each, tab-separated, sorted so that they diff well."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from data_standards.items import DeclarationError


def read_lines(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Read a file of decisions; nothing where there is no file.

    Args:
        path: The file.
        columns: What its header must be.

    Yields:
        Number of each line below the header, and its values, however many they are.

    Raises:
        DeclarationError: The file has another header.
    """
    if not path.is_file():
        return
    header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if header.split("\t") != list(columns):
        raise DeclarationError(f"{path}: the first line must be the header: {', '.join(columns)} (tab-separated)")
    yield from ((number, line.split("\t")) for number, line in enumerate(lines, 2))


def write_lines(path: Path, columns: tuple[str, ...], decisions: Iterable[tuple[str, ...]]) -> None:
    """Write decisions, sorted and each once, aside and then in place."""
    lines = ["\t".join(columns), *("\t".join(one) for one in sorted(set(decisions)))]
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(path)
