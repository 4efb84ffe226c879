"""Contracts: a registry's tables as lists of data items, declared in ``registries/<registry>/contract.yaml``."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

from data_standards.items import CLASSES, Confidentiality, DataItem, DeclarationError, load_items, read_yaml

_FOLDER = Path(__file__).parent
Severity = Literal["fatal", "error", "warning"]
PUBLISH = "DAICHO_PUBLISH"
"""Environment variable of a deployment: names, joined by commas, of publishable tables that it opens to the public."""


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
        severity: ``fatal`` stops the release, ``error`` holds the table, ``warning`` is shown.
        violated_by: Values that, in a row that is right otherwise, break the rule; for rules whose breach the tests cannot find.
    """

    name: str
    description: str
    description_en: str
    dimension: str
    violated_if: str
    severity: Severity = "error"
    violated_by: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Reference:
    """A column whose values stand in the key of another table, or of its own."""

    column: str
    table: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Total:
    """What rows that belong together must add up to.

    Attributes:
        name: Identifier within the table.
        by: Columns whose values, all equal, say that rows belong together.
        value: SQL of what a row adds.
        equals: SQL of what the rows must add up to, over the columns of any of them.
        description: What must hold, in Japanese.
        description_en: The same in English.
    """

    name: str
    by: tuple[str, ...]
    value: str
    equals: str
    description: str
    description_en: str


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
        confidentiality: Who may see the table: the class declared, else the strictest of its items.
        references: Columns whose values stand in another table.
        duplicates_by: Columns that, all equal, make two rows likely to speak of the same thing.
        totals: What rows that belong together must add up to.
        bounds: How far the table may move from its last releases, where that differs from the default (``quality.gate``).
        publishable: Whether a deployment may open the table to the public although its items are internal.
        steps: Models that the table alone is made of, in order. They read the tables before it, and are gone once it is filled: what
        would not fit into memory as one statement fits as several.
    """

    name: str
    label: str
    label_en: str
    definition: str
    definition_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    confidentiality: Confidentiality
    recompute_by: str | None = None
    csv_parts_by: str | None = None
    references: tuple[Reference, ...] = ()
    duplicates_by: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()
    bounds: tuple[tuple[str, float], ...] = ()
    publishable: bool = False
    steps: tuple[str, ...] = ()

    @property
    def is_restricted(self) -> bool:
        """Whether the table is kept apart from the warehouse and never released."""
        return self.confidentiality != "public"


@dataclass(frozen=True)
class Macro:
    """A macro of the warehouse: of rows, or - where ``is_scalar`` - of one value."""

    name: str
    parameters: tuple[str, ...]
    description: str
    description_en: str
    example: str
    body: str
    is_scalar: bool = False


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
        needs: Other registries whose tables the models read; they are made first.
        tables: Tables by name, in the order in which they are built.
        macros: Macros of the warehouse.
        working: Models that the tables are made of and that are not kept.
        earlier: Of the sources those, snapshots, whose records of the past the models read as well.
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
    needs: tuple[str, ...] = field(default=())
    macros: tuple[Macro, ...] = field(default=())
    working: tuple[str, ...] = field(default=())
    earlier: tuple[str, ...] = field(default=())

    @property
    def is_ledger(self) -> bool:
        """Whether the registry is made of the ledger of delivered files: it names no source and no other registry."""
        return not self.sources and not self.needs

    def model(self, name: str) -> str:
        """The SELECT statement of a model of this registry."""
        return (_FOLDER / self.registry / "sql" / f"{name}.sql").read_text(encoding="utf-8")

    def has_python_model(self, name: str) -> bool:
        """Whether a model is a Python module, for what SQL cannot say."""
        return (_FOLDER / self.registry / "models" / f"{name}.py").is_file()

    def python_model(self, name: str) -> Callable[..., Any]:
        """The function ``make(connection)`` of a Python model.

        Raises:
            DeclarationError: The module has no such function.
        """
        make = getattr(self._python_module(name), "make", None)
        if not callable(make):
            raise DeclarationError(f"{self.registry}/models/{name}.py: has no function make(connection)")
        return make  # type: ignore[no-any-return]

    def python_lineage(self, name: str) -> dict[str, list[tuple[str, str]]]:
        """What a Python model says its columns are made of, as (relation, column): its ``LINEAGE``; nothing where it has none."""
        return getattr(self._python_module(name), "LINEAGE", {})

    def _python_module(self, name: str) -> ModuleType:
        path = _FOLDER / self.registry / "models" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"registries.{self.registry}.models.{name}", path)
        if spec is None or spec.loader is None:
            raise DeclarationError(f"{path}: cannot be loaded as a Python module")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def public_part(self) -> "Contract":
        """The contract without its restricted tables."""
        return replace(self, tables={name: table for name, table in self.tables.items() if not table.is_restricted})


def _confidentiality(name: str, columns: tuple[Column, ...], declared: str | None) -> Confidentiality:
    """The class of a table: as declared, never more open than its items."""
    strictest: Confidentiality = max((column.item.confidentiality for column in columns), key=CLASSES.index)
    if declared is None:
        return strictest
    found = [known for known in CLASSES if known == declared]
    if not found:
        raise DeclarationError(f"{name}: confidentiality {declared!r} is not one of {', '.join(CLASSES)}")
    if CLASSES.index(found[0]) < CLASSES.index(strictest):
        closed = [column.name for column in columns if column.item.confidentiality == strictest]
        raise DeclarationError(f"{name} is declared {declared}, but {', '.join(closed)} is {strictest}")
    return found[0]


def opened_tables() -> tuple[str, ...]:
    """Names of the tables that this deployment opens to the public (:data:`PUBLISH`), sorted; by default none."""
    return tuple(sorted({name.strip() for name in os.environ.get(PUBLISH, "").split(",")} - {""}))


def _opened(table: Table) -> Table:
    """A publishable table as a deployment publishes it: it and its items are public in it."""
    secret = [column.name for column in table.columns if column.item.confidentiality == "secret"]
    if not table.publishable or secret:
        raise DeclarationError(f"{table.name} may not be opened to the public")
    columns = tuple(replace(column, item=replace(column.item, confidentiality="public")) for column in table.columns)
    return replace(table, columns=columns, confidentiality="public")


def _rule(name: str, about: dict[str, Any]) -> Rule:
    return Rule(name=name, **(about | {"violated_by": tuple(about.get("violated_by", {}).items())}))


def _references(declared: dict[str, str]) -> tuple[Reference, ...]:
    return tuple(Reference(column, *target.split(".")) for column, target in declared.items())


def _table(name: str, fields: dict[str, Any]) -> Table:
    items = load_items()
    presence = {"required": True, "optional": False}
    columns = tuple(Column(items[column], presence[demand]) for column, demand in fields.pop("columns").items())
    names = {column.name for column in columns}
    rules = tuple(_rule(rule, about) for rule, about in fields.pop("rules", {}).items())
    key = tuple(fields.pop("key"))
    fields["references"] = _references(fields.get("references", {}))
    fields["duplicates_by"] = tuple(fields.get("duplicates_by", ()))
    fields["totals"] = tuple(
        Total(name=name, **(about | {"by": tuple(about["by"]), "equals": str(about["equals"])}))
        for name, about in fields.get("totals", {}).items()
    )
    fields["bounds"] = tuple(fields.get("bounds", {}).items())
    fields["steps"] = tuple(fields.get("steps", ()))
    if not names.issuperset(key):
        raise DeclarationError(f"the key of {name} names a column the table does not have: {set(key) - names}")
    for rule in rules:
        if rule.severity not in get_args(Severity):
            raise DeclarationError(f"rule {rule.name} of {name}: severity {rule.severity!r} is not one of {', '.join(get_args(Severity))}")
    confidentiality = _confidentiality(name, columns, fields.pop("confidentiality", None))
    table = Table(name=name, key=key, columns=columns, rules=rules, confidentiality=confidentiality, **fields)
    used = [("recompute_by", table.recompute_by), ("csv_parts_by", table.csv_parts_by)]
    used += [("references", reference.column) for reference in table.references]
    used += [("duplicates_by", column) for column in table.duplicates_by]
    used += [(f"total {total.name}", column) for total in table.totals for column in total.by]
    for use, column in used:
        if column is not None and column not in names:
            raise DeclarationError(f"{use} of {name} names a column the table does not have: {column}")
    return _opened(table) if name in opened_tables() and table.publishable else table


def _load(path: Path) -> Contract:
    declared = read_yaml(path)
    try:
        tables = {name: _table(name, fields) for name, fields in declared.pop("tables").items()}
        macros = tuple(Macro(name, tuple(fields.pop("parameters")), **fields) for name, fields in declared.pop("macros", {}).items())
        return Contract(
            registry=path.parent.name,
            sources=tuple(declared.pop("sources")),
            needs=tuple(declared.pop("needs", ())),
            working=tuple(declared.pop("working", ())),
            earlier=tuple(declared.pop("earlier", ())),
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
        Contracts by registry, each after those it needs, and by name where that leaves a choice.

    Raises:
        DeclarationError: A contract is malformed, needs a registry that does not exist, or registries need each other; or the
        deployment opens a table that is none of the publishable ones.
    """
    found = {path.parent.name: _load(path) for path in sorted(_FOLDER.glob("*/contract.yaml"))}
    publishable = sorted(table.name for contract in found.values() for table in contract.tables.values() if table.publishable)
    for name in opened_tables():
        if name not in publishable:
            raise DeclarationError(f"{PUBLISH} names {name!r}, which may not be opened to the public; it may name {', '.join(publishable)}")
    for name, contract in found.items():
        for needed in contract.needs:
            if needed not in found:
                raise DeclarationError(f"{_FOLDER / name / 'contract.yaml'}: needs the registry {needed!r}, which does not exist")
    sorter = TopologicalSorter({name: contract.needs for name, contract in found.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise DeclarationError(f"registries need each other in a circle: {' -> '.join(error.args[1])}") from error
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += ready
        sorter.done(*ready)
    return {name: found[name] for name in ordered}
