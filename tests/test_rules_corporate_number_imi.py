"""The corporate number of every IMI 法人 vector: what the rule answers of itself, and what is a look-up in the company registry."""

import json
from pathlib import Path
from typing import Any

import pytest

from data_standards.rules.corporate_number import RULES
from tests.rule_checks import rows

SPEC = Path(__file__).parents[1].parent / "shared" / "data" / "standards" / "imi" / "imi-enrichment-hojin" / "spec"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SPEC.exists(), reason="the IMI company vectors are not beside the checkout (../shared)"),
]
FORM = "法人番号は1～9ではじまる13桁の数字でなければなりません"
CHECK_DIGIT = "法人番号のチェックデジットが不正です"
NOT_FOUND = "該当する法人番号がありません"
REFUSED = {
    "100000000": (FORM, "wrong_length"),
    "10000000000000000": (FORM, "wrong_length"),
    "0123456789012": (FORM, "wrong_check_digit"),
    "9000012090004": (CHECK_DIGIT, "wrong_check_digit"),
}
LOOK_UP = "name, kind, seat and closing are facts of the company registry, found by the number alone"
"""Why the rule does not answer the rest of a vector; asserted by the number being valid as it stands."""


def _numbers(node: Any) -> list[tuple[str, str | None]]:
    """Numbers of 法人 in a vector's output with the message beside each."""
    if isinstance(node, list):
        return [found for part in node for found in _numbers(part)]
    if not isinstance(node, dict):
        return []
    inner = [found for part in node.values() for found in _numbers(part)]
    number = node.get("ID", {}).get("識別値") if node.get("@type") == "法人型" else None
    notes = node.get("メタデータ", {})
    return inner if number is None else [(number, notes.get("説明") if isinstance(notes, dict) else None), *inner]


def _vectors() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(SPEC.glob("*.json")):
        found += [(f"{path.stem}: {vector['name']}", vector) for vector in json.loads(path.read_text(encoding="utf-8"))]
    return found


VECTORS = _vectors() if SPEC.exists() else []


def test_all_vectors_are_here() -> None:
    assert len(VECTORS) >= 20
    assert set(REFUSED) <= {number for _, vector in VECTORS for number, _ in _numbers(vector["output"])}


@pytest.mark.parametrize("vector", [vector for _, vector in VECTORS], ids=[name for name, _ in VECTORS])
def test_the_number_of_each_vector(vector: dict[str, Any]) -> None:
    found = _numbers(vector["output"])
    assert found
    for number, message in found:
        row = rows(RULES[0], [number])[0]
        if number in REFUSED:
            assert (message, row["value"], row["status"], row["reason"]) == (REFUSED[number][0], None, "invalid", REFUSED[number][1])
        elif message == NOT_FOUND:
            assert (row["value"], row["status"]) == (number, "unchanged"), (
                "whether a well-formed number was assigned only the registry knows"
            )
        else:
            assert (message, row["value"], row["status"]) == (None, number, "unchanged"), LOOK_UP
