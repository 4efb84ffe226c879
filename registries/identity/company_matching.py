"""How companies are matched: where candidates are looked for, what is asked of a pair, and what the model was taught."""

from functools import cache
from pathlib import Path

from registries.identity.model import Model, read_model
from registries.identity.specification import BlockingRule, Comparison, Similarity, Specification, agree

_NAME_MISSING = "l.name_key IS NULL OR r.name_key IS NULL"
_ANY_NAME = "(l.name_key = r.name_key OR l.name_key = r.kana_key OR r.name_key = l.kana_key)"
_NEAR_NAME = "(name_likeness >= 0.88 OR kana_likeness >= 0.95)"
_SAME_NUMBERS = "l.lg_code = r.lg_code AND l.town = r.town AND l.number = r.number"
_SAME_TOWN = "l.lg_code = r.lg_code AND l.town = r.town"
_NO_PLACE = "l.lg_code IS NULL OR r.lg_code IS NULL"
_PLACES = {
    "same_number": _SAME_NUMBERS,
    "number_in_part": f"{_SAME_TOWN} AND (starts_with(l.number, r.number || '-') OR starts_with(r.number, l.number || '-'))",
    "same_block": f"{_SAME_TOWN} AND l.block = r.block",
    "town_without_number": f"{_SAME_TOWN} AND (l.number IS NULL OR r.number IS NULL)",
    "near_number": "l.lg_code = r.lg_code AND l.number = r.number AND town_likeness >= 0.8",
    "same_town": _SAME_TOWN,
    "same_municipality": "l.lg_code = r.lg_code",
    "same_prefecture": "left(l.lg_code, 2) = left(r.lg_code, 2)",
}


def _by_spread(condition: str, name: str, column: str, steps: int) -> dict[str, str]:
    """One level for each step of frequency, the rare first."""
    rarer = {f"{name}_{step}": f"{condition} AND greatest(l.{column}, r.{column}) <= {step}" for step in range(steps)}
    return rarer | {f"{name}_frequent": condition}


_COMPARISONS = (
    Comparison(
        "name",
        _NAME_MISSING,
        _by_spread("l.name_key = r.name_key", "same", "name_spread", 4)
        | {
            "same_reading": _ANY_NAME,
            "other_number": "l.unnumbered = r.unnumbered AND contains(l.unnumbered, '#')",
            "other_group_word": "l.stem = r.stem",
            "longer": "least(length(l.name_key), length(r.name_key)) >= 3 AND "
            "(starts_with(l.name_key, r.name_key) OR starts_with(r.name_key, l.name_key))",
            "one_slip_long": "name_edits >= 0.85 AND least(length(l.name_key), length(r.name_key)) >= 6",
            "one_slip": "name_edits >= 0.74 AND name_likeness >= 0.74",
            "alike": "name_likeness >= 0.85",
            "somewhat_alike": "name_likeness >= 0.7",
        },
        frozenset({"name_key", "stem"}),
    ),
    Comparison("form", "l.form IS NULL OR r.form IS NULL", {"same": "l.form = r.form"}, frozenset({"form"})),
    Comparison(
        "form_position",
        "l.form_position IS NULL OR r.form_position IS NULL",
        {"same": "l.form_position = r.form_position"},
        frozenset({"form_position"}),
    ),
    Comparison(
        "reading",
        "l.kana_key IS NULL OR r.kana_key IS NULL",
        {"same": "l.kana_key = r.kana_key", "alike": "kana_likeness >= 0.9", "somewhat_alike": "kana_likeness >= 0.75"},
        frozenset({"kana_key"}),
    ),
    Comparison(
        "place",
        _NO_PLACE,
        _by_spread(_SAME_NUMBERS, "same_number", "place_spread", 3) | _PLACES,
        frozenset({"lg_code", "town", "number", "block"}),
    ),
    Comparison(
        "building",
        "l.building IS NULL OR r.building IS NULL",
        {"same": "l.building = r.building", "alike": "building_likeness >= 0.85"},
        frozenset({"building"}),
    ),
    agree("postal_code", "postal_code"),
    Comparison(
        "branch",
        "l.branch IS NULL AND r.branch IS NULL",
        {"same": "l.branch = r.branch", "one": "l.branch IS NULL OR r.branch IS NULL"},
        frozenset({"branch"}),
    ),
    Comparison(
        "name_and_place",
        f"({_NAME_MISSING}) OR ({_NO_PLACE})",
        {f"same_name_{name}": f"{_ANY_NAME} AND {where}" for name, where in _PLACES.items()}
        | {"same_name_elsewhere_rare": f"{_ANY_NAME} AND greatest(l.name_spread, r.name_spread) = 0 AND length(l.name_key) >= 5"}
        | {"same_name_elsewhere": _ANY_NAME}
        | {f"near_name_{name}": f"{_NEAR_NAME} AND {where}" for name, where in _PLACES.items()}
        | {"near_name_elsewhere": _NEAR_NAME}
        | {f"other_name_{name}": where for name, where in _PLACES.items()},
        frozenset({"name_key", "stem", "lg_code", "town", "number", "block"}),
    ),
    Comparison(
        "length_of_name",
        f"({_NAME_MISSING}) OR l.name_key <> r.name_key",
        {str(n): f"length(l.name_key) = {n}" for n in range(1, 8)},
        frozenset({"name_key"}),
    ),
)

COMPANY = Specification(
    subject="company",
    blocking=(
        BlockingRule("name_municipality", ("name_key", "lg_code")),
        BlockingRule("name", ("name_key",)),
        BlockingRule("reading_municipality", ("kana_key", "lg_code")),
        BlockingRule("reading_or_kana_name", ("kana_key",)),
        BlockingRule("beginning_place", ("left(name_key, 2)", "lg_code", "town", "split_part(number, '-', 1)")),
        BlockingRule("ending_place", ("right(name_key, 2)", "lg_code", "town", "block")),
        BlockingRule("place", ("lg_code", "town", "number")),
        BlockingRule("beginning_town", ("left(name_key, 3)", "lg_code", "town")),
        BlockingRule("postal_beginning", ("postal_code", "left(name_key, 2)")),
        BlockingRule("postal_ending", ("postal_code", "right(name_key, 3)")),
        BlockingRule("stem_without_first", ("substr(name_key, 2)", "lg_code")),
    ),
    similarities=(
        Similarity("name_likeness", "name_key"),
        Similarity("name_edits", "name_key", "damerau_levenshtein"),
        Similarity("kana_likeness", "kana_key"),
        Similarity("building_likeness", "building", "partial"),
        Similarity("town_likeness", "town"),
    ),
    comparisons=_COMPARISONS,
    identifiers=(),
    largest_block=60,
)
"""The questions asked of two company records."""


@cache
def company_model() -> Model:
    """The frozen model of companies."""
    return read_model(Path(__file__).parent / "weights" / "company.json")
