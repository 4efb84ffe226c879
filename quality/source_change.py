"""Change in a source: what the columns of a delivery look like, held against the deliveries before it.

Nobody declares this. A delivery's columns are described by how often they are filled, by the values of those that hold codes, and by the
shapes of the others; a new delivery is compared with the descriptions of the last ones. What is found holds nothing back: it is told on the
day the file arrives. Drift is measured by the population stability index, the sum of (p - q) ln(p / q) over the classes of both; above 0.25
a shift counts as large by common use, to which the noise is added that a sample of that size has.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

CODES = 60
"""Most values of a column that holds codes."""
SAMPLE = 20_000
"""Rows of a part from which shapes are taken."""
EARLIER = 10
"""Deliveries that a new one is held against."""
LARGE = 0.25
_ALIKE = 0.1
_LEAST_ROWS = 100
_REPEATED = 10
_NOISE = 4.0
_FILLED = 0.1
_OTHER = "…"
_SHAPES = 40
_CLASSES = (
    (r"[0-9]+", "9"),
    (r"[０-９]+", "９"),
    (r"[A-Za-z]+", "A"),
    (r"[Ａ-Ｚａ-ｚ]+", "Ａ"),
    (r"\p{Hiragana}+", "あ"),
    (r"[ァ-ヿ・]+", "ア"),
    (r"[ｦ-ﾟ]+", "ｱ"),
    (r"[\p{Han}々〆]+", "漢"),
)


@dataclass
class Portrait:
    """What one column of a delivery looks like.

    Attributes:
        rows: Records.
        filled: Records with a value.
        shapes: Records by shape of the value, of a sample.
        values: Records by value, for a column of few values; None for others.
    """

    rows: int = 0
    filled: int = 0
    shapes: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] | None = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The portrait in a form that JSON keeps."""
        return vars(self)


@dataclass(frozen=True)
class Change:
    """Something that is not as it was.

    Attributes:
        column: The publisher's name of the column.
        kind: ``new_code``, ``filled``, ``drift``, ``moved``, ``column_added`` or ``column_missing``.
        text: What changed, for people.
    """

    column: str
    kind: str
    text: str


def shape_of(value: pl.Expr) -> pl.Expr:
    """The shape of a text: numbers digit by digit where there is nothing else, else runs of characters of one kind as one."""
    digits = value.str.replace_all(r"[0-9]", "9")
    runs = value
    for pattern, sign in _CLASSES:
        runs = runs.str.replace_all(pattern, sign)
    return pl.when(value.str.contains(r"^[0-9:/.\-]*$")).then(digits).otherwise(runs).str.slice(0, 16)


def _most(counts: dict[str, int], most: int) -> dict[str, int]:
    """The most frequent classes; the others together as one."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    kept, rest = dict(ordered[:most]), sum(count for _, count in ordered[most:])
    return kept | ({_OTHER: kept.get(_OTHER, 0) + rest} if rest else {})


def _add(counts: dict[str, int], more: Iterable[tuple[str, int]]) -> dict[str, int]:
    for key, count in more:
        counts[key] = counts.get(key, 0) + int(count)
    return counts


def describe(portraits: dict[str, Portrait], frame: pl.DataFrame, telling: frozenset[str] | set[str]) -> None:
    """Add the records of one part to the portraits of a delivery.

    Args:
        portraits: Portraits by column, changed in place.
        frame: Text columns.
        telling: Columns whose values may be kept; of others only shapes are.
    """
    step = max(frame.height // SAMPLE, 1)
    sampled = frame.gather_every(step)
    for name in frame.columns:
        of_column = portraits.setdefault(name, Portrait(values={} if name in telling else None))
        column = frame[name]
        of_column.rows += frame.height
        of_column.filled += frame.height - column.null_count()
        given = sampled.select(shape_of(pl.col(name)).alias("shape")).drop_nulls()
        shapes = given.group_by("shape").len().sort("len", "shape", descending=[True, False]).head(_SHAPES * 5)
        of_column.shapes = _most(_add(of_column.shapes, shapes.iter_rows()), _SHAPES * 5)
        if of_column.values is None:
            continue
        if sampled[name].n_unique() > CODES + 1:
            of_column.values = None
            continue
        _add(of_column.values, column.drop_nulls().alias("value").to_frame().group_by("value").len().iter_rows())
        if len(of_column.values) > CODES:
            of_column.values = None


def merged(portraits: Iterable[Portrait]) -> Portrait:
    """Several portraits of one column as one."""
    total = Portrait()
    for portrait in portraits:
        total.rows += portrait.rows
        total.filled += portrait.filled
        _add(total.shapes, portrait.shapes.items())
        total.values = None if total.values is None or portrait.values is None else _add(total.values, portrait.values.items())
    if total.values is not None and len(total.values) > CODES:
        total.values = None
    return total


def stability_index(now: Mapping[str, int], before: Mapping[str, int]) -> tuple[float, float]:
    """The population stability index of two distributions, and the noise to be expected of samples of their sizes.

    Args:
        now: Counts by class.
        before: Counts by class.
    """
    classes = sorted(_most(dict(before), _SHAPES).keys() | _most(dict(now), _SHAPES).keys())
    here, there = sum(now.values()), sum(before.values())
    if not here or not there:
        return 0.0, 0.0

    def share(counts: Mapping[str, int], total: int, name: str) -> float:
        others = total - sum(counts.get(known, 0) for known in classes if known != _OTHER)
        count = others if name == _OTHER else counts.get(name, 0)
        return (count + 0.5) / (total + 0.5 * len(classes))

    pairs = [(share(now, here, name), share(before, there, name)) for name in classes]
    index = sum((p - q) * math.log(p / q) for p, q in pairs)
    return index, _NOISE * (len(classes) - 1) * (1 / here + 1 / there)


def _codes(portrait: Portrait) -> dict[str, int] | None:
    """The values of a column that holds codes: few, each of them many times."""
    values = portrait.values
    return values if values and portrait.filled >= _REPEATED * len(values) and portrait.filled >= _LEAST_ROWS else None


def _distribution(portrait: Portrait, other: Portrait) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """What to compare two portraits by: their values where both hold codes, else their shapes."""
    here, there = _codes(portrait), _codes(other)
    return (here, there) if here is not None and there is not None else (portrait.shapes, other.shapes)


def _drift(now: Portrait, before: Portrait) -> float:
    """How far a column has moved beyond what chance does; 0 where there is too little to say."""
    here, there = _distribution(now, before)
    if min(sum(here.values()), sum(there.values())) < _LEAST_ROWS:
        return 0.0
    index, noise = stability_index(here, there)
    return max(index - noise, 0.0)


def _looks_like(name: str, now: Portrait, before: Mapping[str, Portrait], most: float) -> str | None:
    """Another column whose values of before are those of this column now; much more so than its own were."""
    found = []
    for other, portrait in before.items():
        if other == name or min(sum(now.shapes.values()), sum(portrait.shapes.values())) < _LEAST_ROWS:
            continue
        index, noise = stability_index(now.shapes, portrait.shapes)
        if index < min(_ALIKE + noise, most):
            found.append((index, other))
    return min(found)[1] if found else None


def _filled(now: Portrait, before: list[Portrait]) -> str | None:
    shares = [portrait.filled / portrait.rows for portrait in before if portrait.rows]
    if now.rows < _LEAST_ROWS or not shares:
        return None
    share, low, high = now.filled / now.rows, min(shares), max(shares)
    mean = sum(portrait.filled for portrait in before) / sum(portrait.rows for portrait in before)
    bound = _FILLED + _NOISE * math.sqrt(mean * (1 - mean) / now.rows)
    if low - bound <= share <= high + bound:
        return None
    return f"{share:.1%} of the records have a value, before it was {low:.1%} to {high:.1%}"


def _new_codes(now: Portrait, before: Portrait, declared: Collection[str]) -> list[str]:
    """Values that were never delivered before and stand in no list; rare ones only where chance does not bring them.

    The share of records whose value was never seen is estimated as Good and Turing do: by the values seen once, among
    all records.
    """
    if now.values is None or not (known := _codes(before)):
        return []
    new = sorted(set(now.values) - set(known) - set(declared))
    by_chance = now.filled * sum(count == 1 for count in known.values()) / before.filled
    records = sum(now.values[value] for value in new)
    return new if records > by_chance + _NOISE * math.sqrt(by_chance) else []


def compare(
    now: Mapping[str, Portrait],
    earlier: Sequence[Mapping[str, Portrait]],
    *,
    other_kinds: Sequence[Mapping[str, Portrait]] = (),
    declared: Mapping[str, Collection[str]] | None = None,
) -> list[Change]:
    """Hold a delivery against those before it.

    Args:
        now: Portraits of the delivery by column.
        earlier: Portraits of earlier deliveries, of the same kind.
        other_kinds: Portraits of earlier deliveries of other kinds; their values are known too.
        declared: Values of the code lists by column; one of those is no news.

    Returns:
        What changed, in order of the columns. Nothing where there is no earlier delivery.
    """
    before = {name: merged(known[name] for known in earlier if name in known) for name in now if any(name in known for known in earlier)}
    found: list[Change] = []
    for name, portrait in now.items():
        if name not in before:
            continue
        known_values = merged([before[name], *(known[name] for known in other_kinds if name in known)])
        new = _new_codes(portrait, known_values, (declared or {}).get(name, ()))
        if new and portrait.values is not None:
            listed = ", ".join(f"{value!r} ({portrait.values[value]:,})" for value in new[:5]) + (" …" if len(new) > 5 else "")
            found.append(Change(name, "new_code", f"{len(new)} values never delivered before: {listed}"))
        filled = _filled(portrait, [known[name] for known in earlier if name in known])
        if filled is not None:
            found.append(Change(name, "filled", filled))
        drift = _drift(portrait, before[name])
        if drift > LARGE:
            index, noise = stability_index(portrait.shapes, before[name].shapes)
            like = _looks_like(name, portrait, before, drift) if index - noise > LARGE else None
            if like is not None:
                found.append(Change(name, "moved", f"its values look like those that {like} had: have columns moved?"))
            else:
                found.append(Change(name, "drift", f"the distribution has shifted (stability index {drift:.2f} beyond chance)"))
    return found
