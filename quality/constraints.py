"""What a contract and its data items demand of a table, once; checks in SQL, pandera and Great Expectations are made from this list."""

from dataclasses import dataclass
from typing import Literal

from data_standards.items import DataItem
from registries.contract import Column, Rule, Table

Kind = Literal["required", "pattern", "max_length", "minimum", "code_list", "check_digit", "unique_key", "rule"]


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One demand on the rows of a table.

    Attributes:
        kind: Kind of demand.
        columns: Columns it is about; those of the key for ``unique_key``; empty for a rule.
        item: The data item that makes the demand; None for ``unique_key`` and ``rule``.
        rule: The contract's rule, for ``rule``.
    """

    kind: Kind
    columns: tuple[str, ...] = ()
    item: DataItem | None = None
    rule: Rule | None = None

    @property
    def id(self) -> str:
        """Identifier within the table: kind and column, or the rule's name. Checks, schemas and expectations all bear it."""
        if self.rule is not None:
            return self.rule.name
        return self.kind if self.kind == "unique_key" else f"{self.kind}__{self.columns[0]}"

    @property
    def demander(self) -> DataItem:
        """The data item that makes the demand.

        Raises:
            LookupError: It is the table that makes it.
        """
        if self.item is None:
            raise LookupError(f"{self.id} is no demand of a data item")
        return self.item


def of_item(item: DataItem) -> list[Kind]:
    """The kinds of demand that a data item makes on its values, each only where no other says the same."""
    found: list[Kind] = []
    if item.pattern is not None and item.check is None:  # a check looks at the form too
        found.append("pattern")
    if item.max_length is not None and item.pattern is None and item.code_list is None:
        found.append("max_length")
    if item.minimum is not None:
        found.append("minimum")
    if item.code_list is not None:
        found.append("code_list")
    if item.check is not None:
        found.append("check_digit")
    return found


def _of_column(column: Column) -> list[Constraint]:
    kinds: list[Kind] = [*(["required"] if column.required else []), *of_item(column.item)]  # type: ignore[list-item]
    return [Constraint(kind=kind, columns=(column.name,), item=column.item) for kind in kinds]


def constraints(table: Table) -> list[Constraint]:
    """List what a table must satisfy: its key, its columns by their items, then the rules of its contract."""
    return [
        Constraint(kind="unique_key", columns=table.key),
        *(constraint for column in table.columns for constraint in _of_column(column)),
        *(Constraint(kind="rule", rule=rule) for rule in table.rules),
    ]
