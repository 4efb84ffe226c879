"""Pictures drawn as inline SVG: distribution sketches, lineage, maps. Each says in words what it shows, for those who do not see it."""

from dataclasses import dataclass
from html import escape
from math import ceil, sqrt

from catalog.site.sketches import Sketch

_ROW, _BOX, _GAP = 30, 22, 60

# where each prefecture stands in the tile map: column, row
_TILES = {
    "01": (12, 0), "02": (12, 2), "03": (12, 3), "04": (12, 4), "05": (11, 3), "06": (11, 4), "07": (12, 5), "08": (13, 6),
    "09": (12, 6), "10": (11, 6), "11": (12, 7), "12": (13, 8), "13": (12, 8), "14": (12, 9), "15": (11, 5), "16": (10, 5),
    "17": (9, 5), "18": (9, 6), "19": (11, 8), "20": (10, 6), "21": (10, 7), "22": (11, 9), "23": (10, 8), "24": (9, 9),
    "25": (9, 7), "26": (8, 7), "27": (7, 8), "28": (7, 7), "29": (8, 8), "30": (8, 9), "31": (6, 7), "32": (5, 7),
    "33": (6, 8), "34": (5, 8), "35": (4, 8), "36": (7, 11), "37": (7, 10), "38": (6, 10), "39": (6, 11), "40": (3, 9),
    "41": (2, 9), "42": (1, 9), "43": (2, 10), "44": (3, 10), "45": (3, 11), "46": (2, 11), "47": (0, 12),
}  # fmt: skip
_TILE, _WIDE_TILE, _NAME = 44, 80, 16
STEPS = 8
"""Strengths of colour that maps have; 0 is the palest."""


def bars(sketch: Sketch, description: str) -> str:
    """A sketch of a column's values: a bar for each bin or frequent value.

    Args:
        sketch: Counts of the column.
        description: What the picture shows, in words.

    Returns:
        An ``svg`` element.
    """
    counts = [count for _, count in sketch.bins]
    highest, width = max(counts, default=1) or 1, 128 / max(len(counts), 1)
    drawn = "".join(
        f'<rect x="{number * width:.1f}" y="{28 - 27 * count / highest:.1f}" width="{max(width - 1, 0.5):.1f}" '
        f'height="{27 * count / highest:.1f}"><title>{escape(label)}: {count:,}</title></rect>'
        for number, (label, count) in enumerate(sketch.bins)
    )
    return f'<svg class="bars" viewBox="0 0 128 28" role="img" aria-label="{escape(description)}">{drawn}</svg>'


def _sized(width: float, height: float) -> str:
    return f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'


def _scrolling(picture: str, description: str) -> str:
    """A picture in a box that scrolls by keyboard too where the screen is narrow."""
    return f'<section class="scroll" tabindex="0" aria-label="{escape(description)}">{picture}</section>'


@dataclass(frozen=True)
class Node:
    """A box of a lineage picture.

    Attributes:
        label: Text in the box.
        href: Page of what the box stands for; empty where there is none.
    """

    label: str
    href: str = ""


def lineage(upstream: list[Node], here: str, downstream: list[Node], description: str) -> str:
    """What something is made of, and what is made of it: three columns of boxes, joined by lines.

    Args:
        upstream: What it is made of.
        here: The thing itself.
        downstream: What is made of it.
        description: What the picture shows, in words.

    Returns:
        An ``svg`` element with links.
    """
    columns = [upstream, [Node(here)], downstream]
    tallest = max(len(column) for column in columns)
    height = tallest * _ROW + 8
    width = 240
    total = 3 * width + 2 * _GAP
    parts = []
    places: list[list[float]] = []
    for number, column in enumerate(columns):
        top = (height - len(column) * _ROW) / 2
        places.append([top + row * _ROW + _BOX / 2 + 4 for row in range(len(column))])
        left = number * (width + _GAP)
        for row, node in enumerate(column):
            y = top + row * _ROW + 4
            box = f'<rect class="{"here" if number == 1 else "box"}" x="{left}" y="{y:.0f}" width="{width}" height="{_BOX}" rx="4"/>'
            shown = node.label if len(node.label) <= 34 else node.label[:33] + "…"
            text = f'<text x="{left + 8}" y="{y + 15:.0f}">{escape(shown)}</text>'
            parts.append(box + (f'<a href="{escape(node.href)}">{text}</a>' if node.href else text))
    middle = places[1][0]
    lines = [f"M{width} {y:.0f}C{width + _GAP / 2} {y:.0f} {width + _GAP / 2} {middle:.0f} {width + _GAP} {middle:.0f}" for y in places[0]]
    right = 2 * width + _GAP
    lines += [f"M{right} {middle:.0f}C{right + _GAP / 2} {middle:.0f} {right + _GAP / 2} {y:.0f} {right + _GAP} {y:.0f}" for y in places[2]]
    drawn = "".join(f'<path d="{line}"/>' for line in lines)
    return _scrolling(f'<svg class="lineage" {_sized(total, height)}>{drawn}{"".join(parts)}</svg>', description)


def prefecture_map(values: dict[str, tuple[str, int | None, str]], description: str) -> str:
    """A tile map of the 47 prefectures.

    Args:
        values: By prefecture code (two digits): name, strength of its colour (0 to :data:`STEPS` - 1, None where it has no value), and the
            value in words.
        description: What the picture shows, in words.

    Returns:
        An ``svg`` element; a prefecture without a value is drawn empty.
    """
    tiles = []
    for code, (column, row) in _TILES.items():
        name, step, words = values.get(code, ("", None, ""))
        x, y = column * _TILE, row * _TILE
        tiles.append(
            f'<g class="{_class(step)}"><title>{escape(f"{name} {words}")}</title><rect x="{x}" y="{y}" width="{_TILE}" height="{_TILE}"/>'
            f'<text x="{x + _TILE / 2:.0f}" y="{y + 27}" text-anchor="middle">{escape(_short(name))}</text></g>'
        )
    return _map(tiles, 14 * _TILE, 13 * _TILE, description)


def municipality_map(values: dict[str, tuple[str, list[tuple[str, int | None, str]]]], description: str) -> str:
    """A tile map of the prefectures, each tile made of a cell for each of its municipalities.

    Args:
        values: By prefecture code (two digits): name, and for each municipality, in the order of the codes, its name, the strength of its
            colour (None where it has no value), and the value in words.
        description: What the picture shows, in words.

    Returns:
        An ``svg`` element; a municipality without a value is drawn empty.
    """
    drawn = []
    for code, (column, row) in _TILES.items():
        name, listed = values.get(code, ("", []))
        left, top = column * _WIDE_TILE, row * _WIDE_TILE
        room = _WIDE_TILE - _NAME - 4
        across = max(1, ceil(sqrt(len(listed))))
        side = room / across
        drawn.append(f'<text x="{left + 1}" y="{top + 12}">{escape(_short(name))}</text>')
        drawn += [
            f'<rect class="{_class(step)}" x="{left + number % across * side:.1f}" y="{top + _NAME + number // across * side:.1f}" '
            f'width="{side - 0.6:.1f}" height="{side - 0.6:.1f}"><title>{escape(f"{label} {words}")}</title></rect>'
            for number, (label, step, words) in enumerate(listed)
        ]
    return _map(drawn, 14 * _WIDE_TILE, 13 * _WIDE_TILE, description)


def place_map(places: list[tuple[str, float, float, int | None, str]], description: str) -> str:
    """A map of places as dots at their positions, in the plate carrée projection of Japan.

    Args:
        places: Name, longitude, latitude (degrees), strength of the colour (None where there is no value), value in words.
        description: What the picture shows, in words.

    Returns:
        An ``svg`` element.
    """
    scale, west, north, stretch = 34.0, 122.5, 45.8, 1.22
    dots = [
        f'<circle class="{_class(step)}" cx="{(longitude - west) * scale:.1f}" cy="{(north - latitude) * scale * stretch:.1f}" r="4">'
        f"<title>{escape(f'{name} {words}')}</title></circle>"
        for name, longitude, latitude, step, words in places
    ]
    return _map(dots, (146.2 - west) * scale, (north - 24.0) * scale * stretch, description)


def legend(least: str, most: str, nothing: str) -> str:
    """What the strengths of colour mean: a scale from the palest to the strongest, and the empty one.

    Args:
        least: What the palest stands for.
        most: What the strongest stands for.
        nothing: What the empty one stands for.

    Returns:
        A paragraph.
    """
    scale = "".join(f'<rect class="{_class(step)}" x="{step * 20}" y="0" width="19" height="14"/>' for step in range(STEPS))
    picture = f'<svg class="map" width="{STEPS * 20}" height="14" aria-hidden="true">{scale}</svg>'
    empty = '<svg class="map" width="20" height="14" aria-hidden="true"><rect class="m" x="0" y="0" width="19" height="14"/></svg>'
    return f'<p class="legend">{escape(least)} {picture} {escape(most)} <span>{empty} {escape(nothing)}</span></p>'


def _map(drawn: list[str], width: float, height: float, description: str) -> str:
    picture = f'<svg class="map" {_sized(width, height)} role="img" aria-label="{escape(description)}">{"".join(drawn)}</svg>'
    return _scrolling(picture, description)


def _class(step: int | None) -> str:
    return "m" if step is None else f"m{step}"


def _short(name: str) -> str:
    return name if name == "北海道" else name.removesuffix("都").removesuffix("府").removesuffix("県")
