"""Withdrawal of records from publication: a person's right, a suppression, an error. The note stays, the content goes."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from registries.contract import Table
from registries.schema import quoted

Reason = Literal["right", "suppression", "error"]

REASONS: dict[Reason, tuple[str, str]] = {
    "right": ("本人の請求による。", "On request of the person concerned."),
    "suppression": ("公表を控えるべきものとされたため。", "Because it is not to be made public."),
    "error": ("誤って公表されたため。", "Because it was published by mistake."),
}


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawal.

    Attributes:
        item: Data item by whose value the records are found, such as ``corporate_number``.
        value: Its value.
        reason: Why.
        on: Day of the decision, ISO 8601.
    """

    item: str
    value: str
    reason: Reason
    on: str

    def note(self) -> dict[str, Any]:
        """The note that the release carries: nothing of the content."""
        ja, en = REASONS[self.reason]
        return {**asdict(self), "ja": ja, "en": en}


def read_withdrawals(path: Path) -> list[Withdrawal]:
    """Read the list of withdrawals; empty where there is no file.

    Raises:
        ValueError: The file is not such a list.
    """
    if not path.exists():
        return []
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    try:
        found = [Withdrawal(**{key: str(value) for key, value in entry.items()}) for entry in content]  # type: ignore[arg-type]
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path}: each withdrawal has item, value, reason and on: {error}") from error
    for withdrawal in found:
        if withdrawal.reason not in get_args(Reason):
            raise ValueError(f"{path}: reason {withdrawal.reason!r} is not one of {', '.join(get_args(Reason))}")
    return sorted(found, key=lambda withdrawal: (withdrawal.item, withdrawal.value))


def written(withdrawals: list[Withdrawal]) -> str:
    """The list as YAML, sorted, each once."""
    unique = {(withdrawal.item, withdrawal.value): withdrawal for withdrawal in withdrawals}
    return yaml.safe_dump([asdict(unique[key]) for key in sorted(unique)], allow_unicode=True, sort_keys=False)


def withdrawn_condition(withdrawals: list[Withdrawal], table: Table) -> str | None:
    """SQL condition for the rows of a table that are withdrawn.

    Args:
        withdrawals: All withdrawals.
        table: The table.

    Returns:
        The condition on columns of ``{row}``, to be replaced by the relation's alias; None where no withdrawal touches the table. A
        row is withdrawn where a column bears the item, or ends with its name (``successor_corporate_number``), and has the value.
    """
    conditions: list[str] = []
    for item in sorted({withdrawal.item for withdrawal in withdrawals}):
        values = ", ".join(quoted(withdrawal.value) for withdrawal in withdrawals if withdrawal.item == item)
        # the row of another that only points here stays, unless its own key holds the value
        bearing = [
            column.name
            for column in table.columns
            if column.name == item or (column.name.endswith(f"_{item}") and column.name in table.key)
        ]
        conditions += [f"coalesce({{row}}.{name}::VARCHAR IN ({values}), FALSE)" for name in bearing]
    return " OR ".join(conditions) or None
