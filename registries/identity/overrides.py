"""Values that stewards chose: lines of text that hang on source records, outlive every rebuild and win over every rule.

``judgements/identity.tsv``, tab-separated with a header, one line for each choice: the record whose organisation is meant, the item, the
value that is to stand, who chose it, when and why, and the day on which it was taken back.
"""

from pathlib import Path

import polars as pl

from data_standards.items import DeclarationError

COLUMNS = ("record_id", "golden_item", "candidate_value", "judged_on", "judged_by", "reason", "revoked_on")


def read_overrides(path: Path, items: tuple[str, ...]) -> pl.DataFrame:
    """Read the choices that hold.

    Args:
        path: The file; none where there is no file.
        items: Items that may be chosen.

    Returns:
        ``record_id``, ``item``, ``value``.

    Raises:
        DeclarationError: A line is no choice; the message names the line.
    """
    schema = {"record_id": pl.String, "item": pl.String, "value": pl.String}
    if not path.is_file():
        return pl.DataFrame(schema=schema)
    header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if header.split("\t") != list(COLUMNS):
        raise DeclarationError(f"{path}: the first line must be the header: {', '.join(COLUMNS)} (tab-separated)")
    held = []
    for number, line in enumerate(lines, 2):
        values = line.split("\t")
        if len(values) != len(COLUMNS) or not values[0] or not values[2]:
            raise DeclarationError(f"{path}, line {number}: not a choice; {len(COLUMNS)} values, with a record and a value")
        if values[1] not in items:
            raise DeclarationError(f"{path}, line {number}: {values[1]!r} is no item that can be chosen; write one of {', '.join(items)}")
        if not values[-1]:
            held.append(tuple(values[:3]))
    return pl.DataFrame(held, schema=schema, orient="row")


def by_entity(overrides: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Carry choices from records to the ids they bear now.

    Args:
        overrides: From :func:`read_overrides`.
        membership: ``record_id``, ``entity_id``.

    Returns:
        ``entity_id``, ``item``, ``value``; where one organisation got two values for an item neither is chosen.
    """
    named = overrides.join(membership, on="record_id").select("entity_id", "item", "value").unique()
    return named.filter(pl.len().over("entity_id", "item") == 1)
