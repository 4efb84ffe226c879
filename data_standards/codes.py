"""Code lists (コード一覧), declared in ``codes/*.yaml``, and the table of municipal changes (廃置分合)."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from data_standards.items import DeclarationError, read_yaml

_FOLDER = Path(__file__).parent / "codes"


@dataclass(frozen=True)
class Code:
    """One entry of a code list.

    Attributes:
        value: The code.
        label: Japanese label.
        label_en: English label.
        maps_to: Code of the list named by the list's own ``maps_to`` that means the same or holds this one.
    """

    value: str
    label: str
    label_en: str
    maps_to: str | None = None


@dataclass(frozen=True)
class CodeList:
    """A code list.

    Attributes:
        name: English identifier.
        label: Japanese label.
        label_en: English label.
        reference: Standard and clause.
        codes: Entries by value, in declared order.
        fixes: Known wrong or foreign values, and the code each becomes.
        ignored: Values that say nothing (such as a dash) and become null.
        maps_to: Name of the list that the entries map onto.
    """

    name: str
    label: str
    label_en: str
    reference: str
    codes: dict[str, Code]
    fixes: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    maps_to: str | None = None


def _code_list(name: str, fields: dict[str, Any]) -> CodeList:
    codes = {str(value): Code(str(value), **labels) for value, labels in fields["codes"].items()}
    fixes = {str(wrong): str(right) for wrong, right in fields.get("fixes", {}).items()}
    ignored = tuple(str(value) for value in fields.get("ignored", ()))
    for first, second, kinds in (
        (set(codes), set(fixes), "a code and a fix"),
        (set(codes), set(ignored), "a code and ignored"),
        (set(fixes), set(ignored), "a fix and ignored"),
    ):
        if first & second:
            raise ValueError(f"{', '.join(sorted(first & second))} cannot be both {kinds}; keep one of the two")
    if strays := sorted(set(fixes.values()) - set(codes)):
        raise ValueError(f"fixes lead to {', '.join(strays)}, not a code of the list; declare the code or mend the fix")
    return CodeList(name, fields["label"], fields["label_en"], fields["reference"], codes, fixes, ignored, fields.get("maps_to"))


def _check_mappings(lists: dict[str, CodeList]) -> None:
    for code_list in lists.values():
        target = lists.get(code_list.maps_to or "")
        for code in code_list.codes.values():
            if code.maps_to is not None and (target is None or code.maps_to not in target.codes):
                raise DeclarationError(f"code list {code_list.name}: {code.value} maps to {code.maps_to}, not in {code_list.maps_to}")


@cache
def load_code_lists() -> dict[str, CodeList]:
    """Load every declared code list.

    Returns:
        Code lists by name.

    Raises:
        DeclarationError: A file is malformed, a list is declared twice, its good, fixed and ignored values overlap, or a fix or mapping
            leads
            nowhere.
    """
    lists: dict[str, CodeList] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for name, fields in read_yaml(path).items():
            if name in lists:
                raise DeclarationError(f"{path}: code list {name} is declared a second time")
            try:
                lists[name] = _code_list(name, fields)
            except (KeyError, TypeError, ValueError) as error:
                raise DeclarationError(f"{path}: code list {name}: {error}") from error
    _check_mappings(lists)
    return lists


def municipality_changes() -> pl.DataFrame:
    """Changes of municipal codes and names (廃置分合) from 1970-04-20 to 2024-01-01.

    Returns:
        Columns effective_on (date, 施行日), change_kind, from_code and to_code (five digits, without check digit; from_code is null for a
        new area without predecessor in the table, to_code for an abolished county), from_name, to_name. One row per pair of areas,
        sorted. Facts from 総務省 廃置分合等情報.
    """
    path = _FOLDER / "municipality_change.csv"
    return pl.read_csv(path, infer_schema=False).with_columns(pl.col("effective_on").str.to_date())


@cache
def municipalities() -> pl.DataFrame:
    """Every prefecture, municipality, ward and county with the time its code and name were valid.

    Returns:
        Columns lg_code (six digits), kind (prefecture, municipality, ward, county), prefecture, name (with county or city; empty for a
        prefecture), name_kana, valid_from (null: before 1970-04-20), valid_to (first day it was no longer so; null: valid). Sorted.
    """
    table = pl.read_csv(_FOLDER / "municipality.csv", infer_schema=False)
    return table.with_columns(pl.col("valid_from", "valid_to").str.to_date(), pl.col("name").fill_null(""))
