"""What every cleansing rule has to hold, and ways to run one over a few values."""

from typing import Any

import polars as pl
from hypothesis import strategies as st

from data_standards.rules.rule import CleansingRule, Status


def rows(rule: CleansingRule, values: list[str | None]) -> list[dict[str, Any]]:
    """Apply a rule and give one dictionary of its fields per value."""
    frame = pl.DataFrame({"given": pl.Series(values, dtype=pl.String)})
    return frame.select(rule.apply(pl.col("given")).alias("outcome")).unnest("outcome").to_dicts()


def outcome_of(rule: CleansingRule, value: str | None) -> tuple[str | None, str | None, str | None]:
    """Apply a rule to one value and give value, status and reason."""
    row = rows(rule, [value])[0]
    return row["value"], row["status"], row["reason"]


def assert_sound(rule: CleansingRule, values: list[str | None]) -> None:
    """Check what holds for every rule on every text: fields, nulls, reasons, idempotence."""
    first = rows(rule, values)
    assert len(first) == len(values)
    for value, row in zip(values, first, strict=True):
        assert list(row)[:3] == ["value", "status", "reason"]
        if value is None:
            assert set(row.values()) == {None}, (rule.id, row)
            continue
        assert row["status"] in set(Status), (rule.id, value, row)
        assert (row["reason"] is None) == (row["status"] == Status.UNCHANGED), (rule.id, value, row)
        assert row["reason"] is None or row["reason"] in rule.reasons, (rule.id, value, row)
        assert (row["value"] is None) == (row["status"] in {Status.INVALID, Status.UNKNOWN}), (rule.id, value, row)
        if row["status"] == Status.UNCHANGED:
            assert row["value"] == value, (rule.id, value, row)
    results = [row["value"] for row in first]
    for value, again in zip(results, rows(rule, results), strict=True):
        assert again["value"] == value, (rule.id, value, again)
        if value is not None:
            assert again["status"] in {Status.UNCHANGED, Status.UNCERTAIN}, (rule.id, value, again)


def texts(alphabet: str, pieces: list[str] | None = None) -> st.SearchStrategy[list[str | None]]:
    """Columns of any Unicode text, of text over an alphabet of the subject, and of joined pieces of it."""
    one = st.text(max_size=12) | st.text(alphabet=alphabet, max_size=16)
    if pieces:
        one = one | st.lists(st.sampled_from(pieces), max_size=5).map("".join)
    return st.lists(st.none() | one, max_size=12)
