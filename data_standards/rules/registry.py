"""Rules by the names that declarations (items, sources) call them."""

from collections.abc import Callable

import polars as pl

from data_standards.rules import corporate_number, local_government_code

CHECKS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "corporate_number": corporate_number.is_valid,
    "local_government_code": local_government_code.is_valid,
}
"""Validity checks: text column in, boolean column out."""

SQL_CHECKS: dict[str, str] = {
    "corporate_number": corporate_number.SQL_IS_VALID,
    "local_government_code": local_government_code.SQL_IS_VALID,
}
"""The same checks as SQL conditions over a column ``value`` (DuckDB's dialect)."""

DERIVATIONS: dict[str, Callable[..., pl.Expr]] = {
    "local_government_code": local_government_code.from_parts,
    "local_government_code_of_jis": local_government_code.with_check_digit,
}
"""Derived values: one or more columns in, one column out."""
