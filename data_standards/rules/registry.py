"""Rules by the names that declarations (items, sources) call them."""

from collections.abc import Callable

import polars as pl

from data_standards.rules import (
    acreage,
    building_register,
    code_list,
    corporate_number,
    dates,
    invoice_number,
    land_category,
    local_government_code,
    lot_number,
    numbers,
    owner_kind,
    property_location,
    real_estate_number,
)
from data_standards.rules.folding import code_text, half_width
from data_standards.rules.rule import Status, outcome

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

_TRUE, _FALSE = ["1", "t", "true", "y", "yes", "有", "あり", "○"], ["0", "f", "false", "n", "no", "無", "なし", "×"]


def _flag(value: pl.Expr) -> pl.Expr:
    """Read the words of ledgers for yes and no as 1 and 0."""
    folded = code_text(value).str.to_lowercase()
    read = pl.when(folded.is_in(_TRUE)).then(pl.lit("1")).when(folded.is_in(_FALSE)).then(pl.lit("0"))
    return _made(value, read)


def _zeros(places: int) -> Callable[[pl.Expr], pl.Expr]:
    """Restore the zeros that a code of so many digits lost in front."""

    def clean(value: pl.Expr) -> pl.Expr:
        folded = code_text(value)
        return _made(value, pl.when(folded.str.contains(f"^[0-9]{{1,{places}}}$")).then(folded.str.zfill(places)))

    return clean


def _made(value: pl.Expr, made: pl.Expr) -> pl.Expr:
    """Outcome of a plain reading; what could not be read is invalid."""
    status = pl.when(made.is_null()).then(pl.lit(Status.INVALID.value)).otherwise(pl.lit(Status.CHANGED.value))
    return outcome(value, made, status, pl.when(made.is_null()).then(pl.lit("wrong_form")).otherwise(pl.lit("notation")))


def _category(value: pl.Expr) -> pl.Expr:
    read = land_category.clean(value).struct
    return outcome(value, read.field("code"), read.field("status"), read.field("reason"))


def _material(value: pl.Expr) -> pl.Expr:
    """Bring a building's materials to the words of the register; a word that the list does not know stays."""
    folded = half_width(value).str.replace_all(r"\s", "")
    return _made(value, folded.replace(code_list.code_list("building_material").fixes))


def _day_in_japan(value: pl.Expr) -> pl.Expr:
    """Read an instant in UTC (``2018-04-01T15:00:00.000Z``) as the day it is in Japan."""
    instant = half_width(value).str.extract(r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$")
    day = instant.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).dt.offset_by("9h").dt.strftime("%Y-%m-%d")
    return _made(value, day)


CLEANSINGS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "area": acreage.clean,
    "building_kind": building_register.clean_kinds,
    "building_material": _material,
    "corporate_number": corporate_number.clean,
    "date": next(rule.apply for rule in dates.RULES if rule.id == "date_iso"),
    "day_in_japan": _day_in_japan,
    "flag": _flag,
    "floor_area": building_register.clean_floor_area,
    "house_number": building_register.clean_house_number,
    "invoice_number": invoice_number.clean,
    "land_category": _category,
    "lg_code": local_government_code.clean,
    "lot_number": lot_number.clean,
    "machiaza_id": _zeros(7),
    "number": next(rule.apply for rule in numbers.RULES if rule.id == "number_plain"),
    "office": _zeros(4),
    "property_kind": lambda value: code_list.clean(value, "property_kind"),
    "real_estate_number": real_estate_number.clean,
    "registration_number": _zeros(12),
}
"""Rules that bring the text of a column to the data standard before it is read: text column in, column of outcomes out."""

DERIVATIONS: dict[str, Callable[..., pl.Expr]] = {
    "address_key": property_location.address_key,
    "building_lots": property_location.building_lots,
    "built_on": building_register.built_on,
    "corporate_number_of_registration": corporate_number.from_company_registration_number,
    "farmland_present_category": lambda code: land_category.from_farmland(code, present=True),
    "farmland_registered_category": lambda code: land_category.from_farmland(code, present=False),
    "local_government_code": local_government_code.from_parts,
    "local_government_code_of_jis": local_government_code.with_check_digit,
    "lot_kind": lambda lot: lot_number.clean(lot).struct.field("kind").fill_null("unreadable"),
    "lot_number": lambda lot: lot_number.clean(lot).struct.field("value"),
    "map_town_key": property_location.map_town_key,
    "municipality_stands": property_location.municipality_stands,
    "name_key": property_location.name_key,
    "owner_kind": owner_kind.owner_kind,
    "share_denominator": lambda share: property_location.share_part(share, denominator=True),
    "share_numerator": lambda share: property_location.share_part(share, denominator=False),
    "total_floor_area": lambda text: building_register.clean_floor_area(text).struct.field("total").cast(pl.Float64, strict=False),
    "town_key": property_location.town_key,
}
"""Derived values: one or more columns in, one column out."""
