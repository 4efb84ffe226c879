"""Our own tables in the form of a GIF core data model, as the model's ``view`` declares."""

from typing import Any

import polars as pl

from data_standards.conformance import street_address
from data_standards.conformance.cleansing import APPLIED, Progress, rule_by_id
from data_standards.conformance.models import Model
from data_standards.items import DeclarationError
from data_standards.rules.batch import SLICE_ROWS, slices
from data_standards.rules.rule import Status

_KEPT = [*APPLIED, Status.UNCHANGED.value]


def columns_needed(model: Model) -> list[str]:
    """Names of the columns of our table that a model's view is made from.

    Args:
        model: The model.

    Returns:
        Names, sorted.
    """
    return sorted({name for how in model.view.values() for name in _needed(how)})


def to_gif(frame: pl.DataFrame, model: Model, progress: Progress | None = None) -> pl.DataFrame:
    """Give a table of ours the items of a model, named in Japanese with dots for the hierarchy.

    Values are brought to the form of the item's rule; a value that the rule finds invalid or uncertain stays as it is. The building is
    parted from the numbers of the address. The table is worked slice after slice, so that only its result grows with it.

    Args:
        frame: The table, with the columns that the model's view names.
        model: The model.
        progress: Told of every slice that is done, in rows.

    Returns:
        Text columns named by path, such as ``登記住所.都道府県``.

    Raises:
        DeclarationError: The model has no view, or the table lacks a column of it.
    """
    if not model.view:
        raise DeclarationError(f"model {model.name} declares no view; add one to models/{model.name}.yaml")
    for path, how in model.view.items():
        if absent := [name for name in _needed(how) if name not in frame.columns]:
            raise DeclarationError(f"model {model.name}: {path} needs the column {', '.join(absent)}, which the table does not have")
    pieces = []
    for start in range(0, max(frame.height, 1), SLICE_ROWS):
        if progress is not None:
            progress(start, frame.height)
        pieces.append(_slice_to_gif(frame.slice(start, SLICE_ROWS), model))
    return pl.concat(pieces)


def _needed(how: dict[str, Any]) -> list[str]:
    return [how[key] for key in ("column", "otherwise") if key in how] + list(how.get("join", []))


def _slice_to_gif(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The items of a model for one slice; a value that several items take is worked once."""
    worked: dict[str, pl.Series] = {}

    def taken(how: dict[str, Any]) -> pl.Series:
        key = repr(how)
        if key not in worked:
            if "take" in how:
                streets = frame.select(_plain(pl.col(how["column"])).alias("street")).to_series()
                read = _outcomes(street_address.RULES[0].id, streets)
                for take, name in (("street", "value"), ("building", "building")):
                    worked[repr({"column": how["column"], "take": take})] = read.get_column(name)
            else:
                worked[key] = frame.select(_taken(how).alias("taken")).to_series()
        return worked[key]

    def formed(path: str, how: dict[str, Any]) -> pl.Series:
        value, rule = taken(how), model.items[path].rule
        if rule is None or how.get("take") == "street":
            return value
        key = f"{rule}: {how!r}"
        if key not in worked:
            kept = pl.when(pl.col("status").is_in(_KEPT)).then("value").otherwise("given")
            worked[key] = _outcomes(rule, value).select(kept.alias("formed")).to_series()
        return worked[key]

    return pl.DataFrame([formed(path, how).rename(path) for path, how in model.view.items()])


def _outcomes(rule: str, values: pl.Series) -> pl.DataFrame:
    """Outcomes of a rule over one slice."""
    pieces = [outcomes for _, outcomes in slices(rule_by_id(rule), values)]
    return pl.concat(pieces) if pieces else pl.DataFrame(schema=dict.fromkeys(("given", "value", "status", "building"), pl.String))


def _plain(value: pl.Expr) -> pl.Expr:
    """A run of spaces, and spaces at the ends, are layout (L1-06)."""
    return value.cast(pl.String).str.replace_all("([ 　])[ 　]+", "${1}").str.strip_chars(" 　")


def _taken(how: dict[str, Any]) -> pl.Expr:
    if "text" in how:
        return pl.repeat(how["text"], pl.len(), dtype=pl.String)
    if "join" in how:
        # joined where there is an address at all; an address abroad stands alone
        parts = [pl.col(name).cast(pl.String) for name in how["join"]]
        joined = pl.concat_str([part.fill_null("") for part in parts])
        there = pl.any_horizontal(part.is_not_null() for part in parts)
        return _plain(pl.when(there).then(joined).otherwise(pl.col(how["otherwise"]).cast(pl.String)))
    return _plain(pl.col(how["column"]))
