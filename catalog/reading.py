"""Reading a catalogue back from the ``catalogue.json`` of a release."""

import json
import types
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from catalog.model import Catalogue


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(kind: Any, value: Any) -> Any:
    """A plain value as the declared type."""
    if value is None:
        return None
    if is_dataclass(kind) and isinstance(kind, type):
        return kind(**{field.name: _typed(_hints(kind)[field.name], value[field.name]) for field in fields(kind) if field.name in value})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _typed(next(choice for choice in inner if choice is not type(None)), value)
    if origin is list:
        return [_typed(inner[0], entry) for entry in value]
    if origin is tuple:
        return tuple(value)
    if origin is dict:
        return {key: _typed(inner[1], entry) for key, entry in value.items()}
    return value


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue.

    Args:
        path: A release's ``catalogue.json``.

    Returns:
        The catalogue, equal to the one it was written from.
    """
    found: Catalogue = _typed(Catalogue, json.loads(path.read_text(encoding="utf-8")))
    return found
