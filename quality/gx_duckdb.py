"""The two adaptations without which Great Expectations cannot look at a DuckDB table.

Great Expectations knows no DuckDB. Through SQLAlchemy it can read one, but for two things:

* it opens a connection for each query and drops its temporary tables with it, except for the dialects it lists as persistent; without
  DuckDB among them every expectation ends in ``list index out of range``;
* it writes a regular expression in the dialect's own words and knows none for DuckDB, whose word is ``regexp_matches``.

Both reach into its insides. So they look first whether the insides are as they were when this was written, and say so where not.
"""

import importlib
import sys
from enum import StrEnum
from typing import Any

import sqlalchemy

_ENGINE = "great_expectations.execution_engine.sqlalchemy_execution_engine"
_UTIL = "great_expectations.expectations.metrics.util"
_REGEX = "get_dialect_regex_expression"
_PERSISTED = "_PERSISTED_CONNECTION_DIALECTS"


class _Dialect(StrEnum):
    """DuckDB in the form of the library's own list of dialects."""

    DUCKDB = "duckdb"


class AdaptationError(RuntimeError):
    """Great Expectations is not as it was when the adaptations were written."""


def _regex(original: Any) -> Any:
    def expression(column: Any, regex: str, dialect: Any, positive: bool = True) -> Any:
        name = getattr(getattr(dialect, "dialect", dialect), "name", "")
        if name != "duckdb":
            return original(column, regex, dialect, positive)
        found = sqlalchemy.func.regexp_matches(column, sqlalchemy.literal(regex))
        return found if positive else sqlalchemy.not_(found)

    expression.knows_duckdb = True  # type: ignore[attr-defined]
    return expression


def adapt() -> None:
    """Make Great Expectations read DuckDB; doing it again changes nothing.

    Raises:
        AdaptationError: A place that is to be adapted is not there.
    """
    engine, util = importlib.import_module(_ENGINE), importlib.import_module(_UTIL)
    importlib.import_module("great_expectations.expectations.core")
    if not isinstance(getattr(engine, _PERSISTED, None), tuple) or not callable(getattr(util, _REGEX, None)):
        raise AdaptationError(
            f"Great Expectations has changed: {_ENGINE}.{_PERSISTED} or {_UTIL}.{_REGEX} is no longer there. "
            "Install the locked version, or bring quality/gx_duckdb.py up to the new one."
        )
    persisted = getattr(engine, _PERSISTED)
    if _Dialect.DUCKDB not in persisted:
        setattr(engine, _PERSISTED, (*persisted, _Dialect.DUCKDB))
    original = getattr(util, _REGEX)
    if getattr(original, "knows_duckdb", False):
        return
    adapted = _regex(original)
    holders = [
        module for name, module in list(sys.modules.items()) if name.startswith("great_expectations") and getattr(module, _REGEX, None)
    ]
    if len(holders) < 2:
        raise AdaptationError(f"Great Expectations has changed: nothing takes {_REGEX} from {_UTIL} any more.")
    for module in holders:
        setattr(module, _REGEX, adapted)
