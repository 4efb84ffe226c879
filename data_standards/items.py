"""Data items (データ項目): each declared once, in ``items/<subject>.yaml``, and meaning one thing everywhere."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

ItemType = Literal["text", "integer", "number", "date", "boolean", "timestamp", "geometry", "text_list"]
Confidentiality = Literal["public", "internal", "secret"]

_FOLDER = Path(__file__).parent / "items"
_TYPES = get_args(ItemType)
CLASSES: tuple[Confidentiality, ...] = get_args(Confidentiality)
"""Classes of confidentiality, from open to closed."""


class DeclarationError(ValueError):
    """A declaration (item, code list, contract, source) is wrong. The message names the file and what to mend."""


@dataclass(frozen=True, kw_only=True)
class DataItem:
    """One data item.

    Attributes:
        name: English identifier, used as the column name everywhere.
        label: Japanese label.
        label_en: English label.
        reading: Kana reading of the label, for search and sorting.
        definition: What the value means, in Japanese.
        definition_en: The same in English.
        type: Logical type; a ``timestamp`` is in UTC, a ``geometry`` is WKB with longitude first, a ``text_list`` an ordered list of texts.
        reference: Standard and clause the item follows.
        confidentiality: Who may see it.
        example: One value in its text form.
        pattern: Regular expression every value matches.
        max_length: Most characters a value may have.
        minimum: Least value of a number.
        code_list: Name of the code list the values come from.
        check: Name of the rule that verifies the check digit (see ``data_standards.rules.registry``).
        unit: Unit of a number.
        gif: English name of the item in GIF's core data models (such as ``tradeName``), where it is one.
    """

    name: str
    label: str
    label_en: str
    reading: str
    definition: str
    definition_en: str
    type: ItemType
    reference: str
    confidentiality: Confidentiality
    example: str
    pattern: str | None = None
    max_length: int | None = None
    minimum: int | None = None
    code_list: str | None = None
    check: str | None = None
    unit: str | None = None
    gif: str | None = None


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a declaration file.

    Raises:
        DeclarationError: The file is not YAML or its top level is not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DeclarationError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise DeclarationError(f"{path}: expected a mapping at the top level")
    return content


def _item(path: Path, name: str, fields: dict[str, Any]) -> DataItem:
    try:
        item = DataItem(name=name, **fields)
    except TypeError as error:
        raise DeclarationError(f"{path}: item {name}: {error}") from error
    if item.type not in _TYPES:
        raise DeclarationError(f"{path}: item {name}: type {item.type!r} is not one of {', '.join(_TYPES)}")
    if item.confidentiality not in CLASSES:
        raise DeclarationError(f"{path}: item {name}: confidentiality {item.confidentiality!r} is unknown")
    return item


@cache
def load_items() -> dict[str, DataItem]:
    """Load every declared data item.

    Returns:
        Items by name.

    Raises:
        DeclarationError: A file is malformed or an item is declared twice.
    """
    items: dict[str, DataItem] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for name, fields in read_yaml(path).items():
            if name in items:
                raise DeclarationError(f"{path}: item {name} is declared a second time")
            items[name] = _item(path, name, fields)
    return items
