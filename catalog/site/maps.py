"""How much of a dataset there is where, and how good it is there: by municipality and prefecture, for the maps."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from catalog.model import Catalogue, Dataset
from data_standards.codes import load_code_lists, municipalities

_PLACE_COLUMNS = ("lg_code", "municipality_code", "prefecture_code")


@dataclass(frozen=True)
class Municipality:
    """A municipality, or a ward of a designated city, of today.

    Attributes:
        code: Code of the local government.
        name: Name, without its prefecture.
        rows: Rows of the dataset that lie there.
        filled: Share of the cells of these rows that have a value; None where there is no row.
        faultless: Share of these rows that break no scored check, where they were judged.
        position: Longitude and latitude, where a table of municipalities publishes them.
    """

    code: str
    name: str
    rows: int
    filled: float | None
    faultless: float | None
    position: tuple[float, float] | None


@dataclass(frozen=True)
class Prefecture:
    """A prefecture with its municipalities.

    Attributes:
        code: Two digits.
        name: Name.
        rows: Rows of the dataset that lie there, those of former municipalities too.
        filled: Share of the cells of these rows that have a value.
        faultless: Share of these rows that break no scored check, where they were judged.
        quality: Score by characteristic that the scorecard of the registry gives the prefecture; empty where there is none.
        municipalities: In order of the codes; empty where the dataset tells prefectures only.
    """

    code: str
    name: str
    rows: int
    filled: float | None
    faultless: float | None
    quality: dict[str, float]
    municipalities: list[Municipality]

    @property
    def lowest(self) -> float | None:
        """The lowest of the scores."""
        return min(self.quality.values(), default=None)


@dataclass(frozen=True)
class Coverage:
    """Where the rows of a dataset are.

    Attributes:
        dataset: The dataset.
        prefectures: All 47, in order of their codes.
    """

    dataset: Dataset
    prefectures: list[Prefecture]

    @property
    def municipalities(self) -> list[Municipality]:
        """Those of all prefectures."""
        return [municipality for prefecture in self.prefectures for municipality in prefecture.municipalities]

    @property
    def covered(self) -> int:
        """Municipalities with rows."""
        return sum(municipality.rows > 0 for municipality in self.municipalities)


def coverages(catalogue: Catalogue, release: Path) -> list[Coverage]:
    """Coverage of every public dataset that tells the place of its rows.

    Args:
        catalogue: What is published.
        release: Folder of the release.

    Returns:
        In the order of the catalogue; datasets without a column of place, or with one row for each place, are left out.
    """
    positions = _positions(catalogue, release)
    scores, judged = _scores(release), _judged(release)
    found = []
    for dataset in catalogue.public_datasets:
        counted = _counted(dataset, release)
        if len({rows for rows, _ in counted.values()}) > 1:
            places = _prefectures(counted, judged.get(dataset.name, {}), positions, scores.get(dataset.registry, {}))
            found.append(Coverage(dataset, places))
    return found


def _prefectures(
    counted: dict[str, tuple[int, float]],
    judged: dict[str, tuple[int, int]],
    positions: dict[str, tuple[float, float]],
    scores: dict[str, dict[str, float]],
) -> list[Prefecture]:
    told = any(len(code) > 2 for code in counted)
    found = []
    for code, name in sorted((code.value[:2], code.label) for code in load_code_lists()["prefecture"].codes.values()):
        within = {place: numbers for place, numbers in counted.items() if place[:2] == code}
        rows = sum(number for number, _ in within.values())
        listed = []
        for place, label in _municipalities(code) if told else []:
            there, share = counted.get(place, (0, None))
            listed.append(Municipality(place, label, there, share, _faultless(judged, place), positions.get(place)))
        filled = sum(number * share for number, share in within.values()) / rows if rows else None
        found.append(Prefecture(code, name, rows, filled, _faultless(judged, code), scores.get(code, {}), listed))
    return found


@cache
def _municipalities(prefecture: str) -> list[tuple[str, str]]:
    """Municipalities of today, code and name; a designated city is told by its wards."""
    now = municipalities().filter(pl.col("valid_to").is_null() & (pl.col("lg_code").str.slice(0, 2) == prefecture)).sort("lg_code")
    wards = now.filter(pl.col("kind") == "ward")["name"].to_list()
    listed = now.filter(pl.col("kind").is_in(["municipality", "ward"])).select("lg_code", "name").iter_rows()
    return [(code, name) for code, name in listed if not any(ward.startswith(name) and ward != name for ward in wards)]


def _parquet(dataset: Dataset, release: Path) -> Path | None:
    path = next((file.path for file in dataset.distributions if file.format == "PARQUET" and file.part is None), None)
    return release / path if path else None


def _counted(dataset: Dataset, release: Path) -> dict[str, tuple[int, float]]:
    """Rows and share of filled cells by code of local government (or of prefecture); empty where the dataset has neither."""
    path = _parquet(dataset, release)
    column = next((column.name for name in _PLACE_COLUMNS for column in dataset.columns if column.name == name), None)
    if path is None or column is None:
        return {}
    # whole numbers are added, for a mean of shares depends in its last digit on the order in which the engine reads
    others = [other.name for other in dataset.columns if other.name != column]
    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in others).sum()
    counted = pl.scan_parquet(path).group_by(pl.col(column).cast(pl.String).alias("code")).agg(pl.len(), filled.alias("filled"))
    read = counted.drop_nulls("code").collect(engine="streaming").sort("code")
    return {code: (rows, cells / (rows * len(others))) for code, rows, cells in read.iter_rows() if code[:2].isdigit()}


def _scores(release: Path) -> dict[str, dict[str, dict[str, float]]]:
    """By registry and prefecture, scores by characteristic, as the release's scorecard tells them."""
    path = release / "quality" / "quality.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {registry: about.get("by_prefecture", {}) for registry, about in content.get("registries", {}).items()}


def _judged(release: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """By table and municipality, rows and those that break no scored check, as the release's quality report counts them."""
    path = release / "quality" / "municipalities.csv"
    found: dict[str, dict[str, tuple[int, int]]] = {}
    if path.exists():
        read = pl.read_csv(path, schema_overrides={"lg_code": pl.String})
        for table, lg_code, rows, faultless in read.iter_rows():
            found.setdefault(table, {})[lg_code] = (rows, faultless)
    return found


def _faultless(judged: dict[str, tuple[int, int]], code: str) -> float | None:
    """Share of rows that break nothing of all places whose code begins so."""
    within = [counts for place, counts in judged.items() if place.startswith(code)]
    rows = sum(count for count, _ in within)
    return sum(count for _, count in within) / rows if rows else None


def _positions(catalogue: Catalogue, release: Path) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each municipality, by code, where a table of municipalities with positions is published."""
    for dataset in catalogue.public_datasets:
        path = _parquet(dataset, release)
        if dataset.name == "municipality" and path is not None:
            read = pl.scan_parquet(path).select("lg_code", "longitude", "latitude").drop_nulls().unique("lg_code").collect()
            return {code: (longitude, latitude) for code, longitude, latitude in read.iter_rows()}
    return {}
