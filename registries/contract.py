"""Contracts: a registry's tables as lists of data items, declared in ``registries/<registry>/contract.yaml``."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from data_standards.items import DataItem, DeclarationError, load_items, read_yaml

_FOLDER = Path(__file__).parent
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Column:
    """A column of a table: a data item, and whether every row has a value."""

    item: DataItem
    required: bool

    @property
    def name(self) -> str:
        """Column name: that of the item."""
        return self.item.name


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule over a row beyond those of its items.

    Attributes:
        name: Identifier within the table.
        description: What must hold, in Japanese.
        description_en: The same in English.
        dimension: Quality dimension (Open Data Contract Standard).
        violated_if: SQL condition that is true for a row that breaks the rule.
        severity: ``error`` holds the release, ``warning`` is shown.
    """

    name: str
    description: str
    description_en: str
    dimension: str
    violated_if: str
    severity: Severity = "error"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a registry.

    Attributes:
        name: Table name, everywhere.
        label: Japanese label.
        label_en: English label.
        definition: What a row is, in Japanese.
        definition_en: The same in English.
        key: Columns that identify a row; published files are sorted by them.
        columns: Columns in order.
        rules: Rules over rows.
        recompute_by: Column whose values can be recomputed alone from the delivered records of that value; None where
        the whole table is made anew.
        csv_parts_by: Column by whose values the CSV is cut into parts.
    """

    name: str
    label: str
    label_en: str
    definition: str
    definition_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    recompute_by: str | None = None
    csv_parts_by: str | None = None


@dataclass(frozen=True)
class Macro:
    """A table macro of the warehouse."""

    name: str
    parameters: tuple[str, ...]
    description: str
    description_en: str
    example: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The contract of one registry.

    Attributes:
        registry: Name of the folder.
        title: Japanese title.
        title_en: English title.
        description: Japanese description.
        description_en: English description.
        version: Version of the contract, semantic.
        owner: Address of the owning team.
        contact_name: Name of the owning team.
        sources: Names of the sources the registry is made of.
        tables: Tables by name, in the order in which they are built.
        macros: Table macros.
        working: Models that the tables are made of and that are not kept.
    """

    registry: str
    title: str
    title_en: str
    description: str
    description_en: str
    version: str
    owner: str
    contact_name: str
    sources: tuple[str, ...]
    tables: dict[str, Table]
    macros: tuple[Macro, ...] = field(default=())
    working: tuple[str, ...] = field(default=())

    def model(self, name: str) -> str:
        """The SELECT statement of a model of this registry."""
        return (_FOLDER / self.registry / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _table(name: str, fields: dict[str, Any]) -> Table:
    items = load_items()
    presence = {"required": True, "optional": False}
    columns = tuple(Column(items[column], presence[demand]) for column, demand in fields.pop("columns").items())
    names = {column.name for column in columns}
    rules = tuple(Rule(name=rule, **about) for rule, about in fields.pop("rules", {}).items())
    key = tuple(fields.pop("key"))
    if not names.issuperset(key):
        raise DeclarationError(f"the key of {name} names a column the table does not have: {set(key) - names}")
    for rule in rules:
        if rule.severity not in get_args(Severity):
            raise DeclarationError(f"rule {rule.name} of {name}: severity {rule.severity!r} is not one of {', '.join(get_args(Severity))}")
    table = Table(name=name, key=key, columns=columns, rules=rules, **fields)
    for use, column in (("recompute_by", table.recompute_by), ("csv_parts_by", table.csv_parts_by)):
        if column is not None and column not in names:
            raise DeclarationError(f"{use} of {name} names a column the table does not have: {column}")
    return table


def _load(path: Path) -> Contract:
    declared = read_yaml(path)
    try:
        tables = {name: _table(name, fields) for name, fields in declared.pop("tables").items()}
        macros = tuple(Macro(name, tuple(fields.pop("parameters")), **fields) for name, fields in declared.pop("macros", {}).items())
        return Contract(
            registry=path.parent.name,
            sources=tuple(declared.pop("sources")),
            working=tuple(declared.pop("working", ())),
            tables=tables,
            macros=macros,
            **declared,
        )
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"{path}: {error} is missing or unknown") from error
    except DeclarationError as error:
        raise DeclarationError(f"{path}: {error}") from error


@cache
def load_contracts() -> dict[str, Contract]:
    """Load every contract, found by folder.

    Returns:
        Contracts by registry.

    Raises:
        DeclarationError: A contract is malformed.
    """
    return {path.parent.name: _load(path) for path in sorted(_FOLDER.glob("*/contract.yaml"))}
