"""Our own tables in the form of a GIF core data model, as the model's ``view`` declares."""

from typing import Any

import polars as pl

from data_standards.conformance import street_address
from data_standards.conformance.cleansing import APPLIED, rule_by_id
from data_standards.conformance.models import Model
from data_standards.items import DeclarationError
from data_standards.rules.rule import Status


def to_gif(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Give a table of ours the items of a model, named in Japanese with dots for the hierarchy.

    Values are brought to the form of the item's rule; a value that the rule finds invalid or uncertain stays as it is. The building is
    parted from the numbers of the address.

    Args:
        frame: The table, with the columns that the model's view names.
        model: The model.

    Returns:
        Text columns named by path, such as ``登記住所.都道府県``.

    Raises:
        DeclarationError: The model has no view, or the table lacks a column of it.
    """
    if not model.view:
        raise DeclarationError(f"model {model.name} declares no view; add one to models/{model.name}.yaml")
    columns: dict[str, pl.Expr] = {}
    for path, how in model.view.items():
        needed = [how[key] for key in ("column", "otherwise") if key in how] + how.get("join", [])
        if absent := [name for name in needed if name not in frame.columns]:
            raise DeclarationError(f"model {model.name}: {path} needs the column {', '.join(absent)}, which the table does not have")
        taken = _taken(how)
        columns[path] = taken if "take" in how else _formed(taken, model.items[path].rule)
    return frame.select(value.alias(path) for path, value in columns.items())


def _taken(how: dict[str, Any]) -> pl.Expr:
    if "text" in how:
        return pl.lit(how["text"])
    if "join" in how:
        # joined where there is an address at all; an address abroad stands alone
        parts = [pl.col(name).cast(pl.String) for name in how["join"]]
        joined = pl.concat_str([part.fill_null("") for part in parts])
        there = pl.any_horizontal(part.is_not_null() for part in parts)
        return pl.when(there).then(joined).otherwise(pl.col(how["otherwise"]))
    # a run of spaces is layout; the item has one
    value = pl.col(how["column"]).cast(pl.String).str.replace_all(" {2,}", " ")
    if "take" not in how:
        return value
    outcome = street_address.clean(value)
    return outcome.struct.field("value" if how["take"] == "street" else "building")


def _formed(value: pl.Expr, rule: str | None) -> pl.Expr:
    if rule is None:
        return value
    apply = rule_by_id(rule).apply

    def batch(series: pl.Series) -> pl.Series:
        given = series.rename("given").to_frame()
        outcome = given.select("given", apply(pl.col("given")).alias("outcome"))
        status, new = (pl.col("outcome").struct.field(name) for name in ("status", "value"))
        taken = status.is_in([*APPLIED, Status.UNCHANGED.value])
        return outcome.select(pl.when(taken).then(new).otherwise("given").alias("given")).to_series()

    return value.map_batches(batch, return_dtype=pl.String, is_elementwise=True)
