"""Pages of maps: where the rows of a dataset are, how many of their cells have a value, and how the scorecard judges."""

from collections.abc import Callable, Iterator
from math import sqrt
from typing import Any

from catalog.site.maps import Coverage, Municipality, Prefecture
from catalog.site.page import Link, Page, Say, Values, drawn
from catalog.site.pictures import STEPS, legend, municipality_map, place_map, prefecture_map

_MAPS = ("map.html", "地図", "Map")
MEASURES = (
    ("rows", "行数", "rows"),
    ("filled", "記入率", "cells filled"),
    ("faultless", "違反のない行", "rows without violation"),
    ("quality", "品質の評点", "quality score"),
)
"""What maps are coloured by: name, and title in both languages."""
_MANY = 20
"""Rows of which a share says something."""

Place = Municipality | Prefecture


def map_page(coverage: Coverage, measure: str) -> str:
    """Path of a map."""
    return f"maps/{coverage.dataset.name}-{measure}.html"


def map_pages(found: list[Coverage]) -> Iterator[Page]:
    """The list of maps, and a page for each dataset and measure.

    Args:
        found: Coverage of the datasets.

    Yields:
        Pages.
    """
    listed = [(coverage, [(*measure, map_page(coverage, measure[0])) for measure in _measures(coverage)]) for coverage in found]
    yield Page(_MAPS[0], "maps.html", _MAPS[1:], values=lambda _link, _say: {"maps": listed})
    for coverage, measures in listed:
        dataset = coverage.dataset
        for name, title, title_en, path in measures:
            titles = (f"{dataset.title}の{title}", f"{dataset.title_en}: {title_en}")
            yield Page(path, "map.html", titles, (_MAPS,), _values(coverage, name, measures))


def _measures(coverage: Coverage) -> list[tuple[str, str, str]]:
    known = {
        "rows": True,
        "filled": True,
        "faultless": any(prefecture.faultless is not None for prefecture in coverage.prefectures),
        "quality": any(prefecture.quality for prefecture in coverage.prefectures),
    }
    return [measure for measure in MEASURES if known[measure[0]]]


def _values(coverage: Coverage, measure: str, measures: list[tuple[str, str, str, str]]) -> Values:
    def values(_link: Link, say: Say) -> dict[str, Any]:
        title, title_en = next((ja, en) for name, ja, en in MEASURES if name == measure)
        described = f"{say(coverage.dataset.title, coverage.dataset.title_en)} – {say(title, title_en)}"
        scaled = list(coverage.prefectures) if measure == "quality" or not coverage.municipalities else list(coverage.municipalities)
        step, least, most = _scale(measure, scaled)
        return {
            "coverage": coverage,
            "measure": measure,
            "measures": measures,
            "worst": _worst(coverage),
            "picture": drawn(_picture(coverage, measure, step, described)),
            "legend": drawn(legend(least, most, say("値なし", "no value"))),
        }

    return values


def _worst(coverage: Coverage) -> list[Municipality]:
    """The municipalities with the smallest share of rows without violation; few rows say nothing."""
    many = [place for place in coverage.municipalities if place.faultless is not None and place.rows >= _MANY]
    return sorted((place for place in many if place.faultless != 1), key=lambda place: (place.faultless, place.code))[:3]


def _picture(coverage: Coverage, measure: str, step: Callable[[Place], int | None], described: str) -> str:
    if measure == "quality" or not coverage.municipalities:
        tiles = {place.code: (place.name, step(place), _words(measure, place)) for place in coverage.prefectures}
        return prefecture_map(tiles, described)
    cells = {
        prefecture.code: (prefecture.name, [(place.name, step(place), _words(measure, place)) for place in prefecture.municipalities])
        for prefecture in coverage.prefectures
    }
    dots = [
        (place.name, *place.position, step(place), _words(measure, place))
        for place in coverage.municipalities
        if place.position is not None
    ]
    return municipality_map(cells, described) + (place_map(dots, described) if dots else "")


def _value(measure: str, place: Place) -> float | None:
    if measure == "rows":
        return float(place.rows) or None
    if measure == "filled":
        return place.filled
    if measure == "faultless":
        return place.faultless
    return place.lowest if isinstance(place, Prefecture) else None


def _words(measure: str, place: Place) -> str:
    value = _value(measure, place)
    return "–" if value is None else f"{place.rows:,}" if measure == "rows" else _percent(value)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _scale(measure: str, places: list[Municipality] | list[Prefecture]) -> tuple[Callable[[Place], int | None], str, str]:
    """From a place to the strength of its colour, and what the palest and the strongest stand for.

    Rows are told apart by their square root, for a few metropolises would leave the rest blank; shares between the lowest and highest of
    places with rows enough, for the share of one row is nothing or all.
    """
    every = sorted((value, place.rows) for place in places if (value := _value(measure, place)) is not None)
    known = [value for value, rows in every if measure == "rows" or rows >= _MANY] or [value for value, _ in every]
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)
    bend: Callable[[float], float] = sqrt if measure == "rows" else float

    def step(place: Place) -> int | None:
        value = _value(measure, place)
        if value is None:
            return None
        share = (bend(value) - bend(low)) / (bend(high) - bend(low)) if high > low else 1.0
        return min(STEPS - 1, max(0, int(share * STEPS)))

    told = (lambda value: f"{value:,.0f}") if measure == "rows" else _percent
    return step, f"≤ {told(low)}" if every and every[0][0] < low else told(low), told(high)
