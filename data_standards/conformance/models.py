"""GIF's core data models as we read them, and how the columns of a table are recognised as their items.

Source: GIF 438-1 コアデータモデル データ項目定義 (2026-03, CC0). Aliases are ours: names that ledgers in use give the same item.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from data_standards.conformance.document import fold_name
from data_standards.items import DeclarationError, load_items, read_yaml

_FOLDER = Path(__file__).with_name("models")
_DEPTH = 4


@dataclass(frozen=True, kw_only=True)
class ModelItem:
    """One item of a model, of its own or nested.

    Attributes:
        path: Japanese names from the model down, joined by dots, such as ``登記住所.都道府県``.
        path_en: GIF's English names likewise.
        aliases: Other names of a column that holds it.
        rule: Cleansing rule of its form (a rule's id, or ``code_list:<name>``); None where GIF leaves the form open.
        core: Whether the form is that of a core data part (LV1), and not only of the item (LV2).
        number: Whether the value is a number.
        unit: Unit of a number.
        nested: Whether the item is a model itself and holds no value.
        may_be_blank: Whether a required column may be blank throughout (a house has no building name).
    """

    path: str
    path_en: str
    aliases: tuple[str, ...] = ()
    rule: str | None = None
    core: bool = False
    number: bool = False
    unit: str | None = None
    nested: bool = False
    may_be_blank: bool = False


@dataclass(frozen=True, kw_only=True)
class Model:
    """A core data model.

    Attributes:
        name: Name in commands, such as ``company``.
        label: Japanese name.
        label_en: English name.
        reference: Document and edition.
        patterns: Items that each 必須パターン requires; one pattern without items where the model requires none.
        items: Items by path, nested ones included.
        names: Path by folded column name.
        view: How a table of ours becomes this model: path, and what it is taken from.
        view_of: Name of that table; None where the model has no view.
    """

    name: str
    label: str
    label_en: str
    reference: str
    patterns: dict[str, tuple[str, ...]]
    items: dict[str, ModelItem]
    names: dict[str, str] = field(repr=False)
    view: dict[str, dict[str, Any]] = field(repr=False)
    view_of: str | None = None


@dataclass(frozen=True)
class Recognition:
    """Which columns of a table are which items of a model.

    Attributes:
        model: The model.
        columns: Item by index of the column.
    """

    model: Model
    columns: dict[int, ModelItem]


@cache
def _declaration(name: str) -> dict[str, Any]:
    path = _FOLDER / f"{name}.yaml"
    if not path.exists():
        raise DeclarationError(f"{path}: there is no such model")
    return read_yaml(path)


def _expand(name: str, above: str = "", above_en: str = "", depth: int = 0) -> Iterator[ModelItem]:
    """Yield the items of a model and of those nested in it."""
    for label, fields in _declaration(name)["items"].items():
        path, path_en = above + label, above_en + fields["en"]
        nested = fields.get("model")
        yield ModelItem(
            path=path,
            path_en=path_en,
            aliases=tuple(fields.get("aliases", ())),
            rule=fields.get("rule"),
            core=fields.get("core", False),
            number=fields.get("number", False),
            unit=fields.get("unit"),
            nested=nested is not None,
            may_be_blank=fields.get("may_be_blank", False),
        )
        if nested is not None and depth < _DEPTH:
            yield from _expand(nested, f"{path}.", f"{path_en}.", depth + 1)


def _plain_parents(name: str) -> list[str]:
    """Nested items whose own items may stand in a table without the parent's name."""
    return [label for label, fields in _declaration(name)["items"].items() if fields.get("plain")]


def _names(name: str, items: dict[str, ModelItem]) -> dict[str, str]:
    """Folded column names of the items; a name nearer to the model wins."""
    ours: dict[str, list[str]] = {}
    for declared in load_items().values():
        if declared.gif is not None:
            ours.setdefault(declared.gif, []).extend((declared.name, declared.label, declared.label_en))
    names: dict[str, str] = {}

    def add(path: str, *candidates: str) -> None:
        for candidate in candidates:
            names.setdefault(fold_name(candidate), path)

    for path, item in items.items():
        add(path, path, item.path_en)
    plain = _plain_parents(name)
    own = [path for path in items if "." not in path]
    below = [path for parent in plain for path in items if path.startswith(f"{parent}.") and path.count(".") == 1]
    for path in own + below:
        item = items[path]
        leaf, leaf_en = path.rpartition(".")[2], item.path_en.rpartition(".")[2]
        target = path
        if item.nested:
            # A column named after the whole nested item holds its joined text, where the model below has one.
            target = next((below for below in (f"{path}.連結表記", f"{path}.コード") if below in items), path)
            names[fold_name(path)] = target
        add(target, leaf, leaf_en, *item.aliases, *ours.get(leaf_en, ()))
    for path in own:
        # A part by its parent's alias: 本店所在地都道府県.
        for alias in items[path].aliases if items[path].nested else ():
            for child in items:
                if child.startswith(f"{path}."):
                    add(child, alias + child.removeprefix(f"{path}."))
    return names


@cache
def load_models() -> dict[str, Model]:
    """Load the models that a table can be judged by.

    Returns:
        Models by name.

    Raises:
        DeclarationError: A file is malformed, or a pattern requires an item that the model does not have.
    """
    models = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        content = _declaration(path.stem)
        if content.get("part"):
            continue
        items = {item.path: item for item in _expand(path.stem)}
        patterns = {key: tuple(required) for key, required in content.get("patterns", {"": []}).items()}
        strays = {name for required in patterns.values() for name in required} | set(content.get("view", {}))
        if strays := strays - set(items):
            raise DeclarationError(f"{path}: {', '.join(sorted(strays))} is not an item of the model")
        models[path.stem] = Model(
            name=path.stem,
            label=content["label"],
            label_en=content["label_en"],
            reference=content["reference"],
            patterns=patterns,
            items=items,
            names=_names(path.stem, items),
            view=content.get("view", {}),
            view_of=content.get("view_of"),
        )
    return models


@cache
def known_names() -> frozenset[str]:
    """Folded names of all columns that some model recognises."""
    return frozenset(name for model in load_models().values() for name in model.names)


def recognise(headers: Sequence[str], model: Model) -> Recognition:
    """Find which columns are items of a model.

    Args:
        headers: Column names.
        model: The model.

    Returns:
        The columns recognised; of two columns of the same item both.
    """
    columns = {}
    for i, header in enumerate(headers):
        path = model.names.get(fold_name(header)) if header else None
        if path is not None:
            columns[i] = model.items[path]
    return Recognition(model, columns)


def recognise_best(headers: Sequence[str]) -> Recognition:
    """Find the model that recognises the most columns.

    Args:
        headers: Column names.

    Returns:
        Its recognition; of equal models the one whose own items, not nested ones, are the more, then the first by name.
    """

    def rank(found: Recognition) -> tuple[int, int]:
        return len(found.columns), sum(1 for item in found.columns.values() if "." not in item.path)

    found = [recognise(headers, model) for model in load_models().values()]
    best = max(rank(one) for one in found)
    return next(one for one in found if rank(one) == best)
