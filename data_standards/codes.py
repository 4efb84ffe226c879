"""Code lists (コード一覧), declared in ``codes/*.yaml``, and the table of municipal changes (廃置分合)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from data_standards.items import DeclarationError, read_yaml

_FOLDER = Path(__file__).parent / "codes"


@dataclass(frozen=True)
class Code:
    """One entry of a code list."""

    value: str
    label: str
    label_en: str


@dataclass(frozen=True)
class CodeList:
    """A code list.

    Attributes:
        name: English identifier.
        label: Japanese label.
        label_en: English label.
        reference: Standard and clause.
        codes: Entries by value, in declared order.
    """

    name: str
    label: str
    label_en: str
    reference: str
    codes: dict[str, Code]


@cache
def load_code_lists() -> dict[str, CodeList]:
    """Load every declared code list.

    Returns:
        Code lists by name.

    Raises:
        DeclarationError: A file is malformed or a list is declared twice.
    """
    lists: dict[str, CodeList] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for name, fields in read_yaml(path).items():
            if name in lists:
                raise DeclarationError(f"{path}: code list {name} is declared a second time")
            try:
                codes = {str(value): Code(str(value), **labels) for value, labels in fields["codes"].items()}
                lists[name] = CodeList(name, fields["label"], fields["label_en"], fields["reference"], codes)
            except (KeyError, TypeError) as error:
                raise DeclarationError(f"{path}: code list {name}: {error}") from error
    return lists


def municipality_changes() -> pl.DataFrame:
    """Changes of municipal codes and names (廃置分合) since numbers were first published in October 2015.

    Returns:
        Columns effective_on (date, 施行日), change_kind, from_code and to_code (five digits, without check digit),
        from_name, to_name. Facts from 総務省 廃置分合等情報.
    """
    path = _FOLDER / "municipality_change.csv"
    return pl.read_csv(path, infer_schema=False).with_columns(pl.col("effective_on").str.to_date())
