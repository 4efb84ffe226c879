"""How much of a dataset there is where: counts by prefecture and municipality, for the maps."""

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import polars as pl

from catalog.model import Catalogue, Dataset
from data_standards.codes import load_code_lists

_PLACE_COLUMNS = ("lg_code", "municipality_code", "prefecture_code")


@dataclass(frozen=True)
class Coverage:
    """Where the rows of a dataset are.

    Attributes:
        title: What is counted, in Japanese.
        title_en: The same in English.
        prefectures: Code (two digits), name, square root of the share of the highest count (0..1; a few metropolises would
            leave the rest blank otherwise) and count, in order of the codes.
        places: Name, longitude, latitude, share and count of municipalities whose position is published.
    """

    title: str
    title_en: str
    prefectures: list[tuple[str, str, float, int]]
    places: list[tuple[str, float, float, float, int]]


def coverages(catalogue: Catalogue, release: Path) -> list[Coverage]:
    """Coverage of every public dataset that tells the place of its rows.

    Args:
        catalogue: What is published.
        release: Folder of the release.

    Returns:
        In the order of the catalogue; datasets without a column of place are left out.
    """
    positions = _positions(catalogue, release)
    names = {code.value[:2]: code.label for code in load_code_lists()["prefecture"].codes.values()}
    found = []
    for dataset in catalogue.public_datasets:
        counts = _counts(dataset, release)
        if len(set(counts.values())) > 1:  # a table with one row for each place says nothing by its counts
            by_prefecture: Counter[str] = Counter()
            for code, number in counts.items():
                by_prefecture[code[:2]] += number
            most, densest = max(by_prefecture.values()), max(counts.values())
            found.append(
                Coverage(
                    f"{dataset.title}の行数",
                    f"Rows of {dataset.title_en}",
                    [(code, name, sqrt(by_prefecture[code] / most), by_prefecture[code]) for code, name in sorted(names.items())],
                    [(*positions[code], sqrt(number / densest), number) for code, number in sorted(counts.items()) if code in positions],
                )
            )
    return found


def _parquet(dataset: Dataset, release: Path) -> Path | None:
    path = next((file.path for file in dataset.distributions if file.format == "PARQUET" and file.part is None), None)
    return release / path if path else None


def _counts(dataset: Dataset, release: Path) -> dict[str, int]:
    """Rows by code of local government (or of prefecture); empty where the dataset has neither."""
    path = _parquet(dataset, release)
    column = next((column.name for name in _PLACE_COLUMNS for column in dataset.columns if column.name == name), None)
    if path is None or column is None:
        return {}
    counted = pl.scan_parquet(path).group_by(pl.col(column).cast(pl.String).alias("code")).len().drop_nulls("code").collect()
    return {code: number for code, number in counted.sort("code").iter_rows() if code[:2].isdigit()}


def _positions(catalogue: Catalogue, release: Path) -> dict[str, tuple[str, float, float]]:
    """Name, longitude and latitude of each municipality, by code, where a table of municipalities with positions is published."""
    for dataset in catalogue.public_datasets:
        columns = {column.name for column in dataset.columns}
        path = _parquet(dataset, release)
        if dataset.name == "municipality" and path is not None and {"lg_code", "longitude", "latitude"} <= columns:
            name = next(column for column in ("municipality", "municipality_name", "city", "lg_code") if column in columns)
            read = (
                pl.scan_parquet(path)
                .select("lg_code", name, "longitude", "latitude")
                .drop_nulls()
                .unique("lg_code")
                .sort("lg_code")
                .collect()
            )
            return {code: (str(label), longitude, latitude) for code, label, longitude, latitude in read.iter_rows()}
    return {}
