"""Cutting many rows into portions by ranges of a column, so that what is made of them stays in memory."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from registries.schema import quoted

PORTION = 5_000_000
"""Rows of a portion, about; fewer are not cut. A value's rows stay together."""

Query = Callable[[str], list[tuple[Any, ...]]]


def portions(query: Query, relation: str, column: str) -> list[str]:
    """Cut rows into portions.

    Args:
        query: Runs SQL and gives all rows.
        relation: SQL of the rows, or of those that decide where to cut.
        column: Column to cut by.

    Returns:
        Conditions of the portions, by ascending values: every row, those without a value too, meets one of them. ``true`` alone where
        the rows are few.
    """
    ((rows,),) = query(f"SELECT count(*) FROM {relation}")
    if rows <= PORTION:
        return ["true"]
    starts = query(
        f"SELECT min({column}) FROM (SELECT {column}, (sum(count(*)) OVER (ORDER BY {column}) - count(*)) // {PORTION} AS portion "
        f"FROM {relation} WHERE {column} IS NOT NULL GROUP BY {column}) GROUP BY portion ORDER BY 1"
    )
    edges = [quoted(str(start)) for (start,) in starts[1:]]
    if not edges:
        return ["true"]
    between = [f"{column} >= {low} AND {column} < {high}" for low, high in pairwise(edges)]
    return [f"({column} < {edges[0]} OR {column} IS NULL)", *between, f"{column} >= {edges[-1]}"]
