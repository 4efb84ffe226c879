"""Changes of structure between two releases, judged from their catalogues: what a user's program survives, and what it does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.model import Catalogue, Column, Dataset


class BreakingChangeError(ValueError):
    """A contract breaks its users without a new major version."""


@dataclass(frozen=True)
class SchemaChange:
    """One change of structure.

    Attributes:
        registry: Registry.
        table: Table.
        column: Column; empty where the table as a whole is meant.
        kind: Kind of change.
        is_breaking: Whether a program that read the earlier release may fail or err on the later one.
        ja: What changed, in Japanese.
        en: The same in English.
    """

    registry: str
    table: str
    column: str
    kind: str
    is_breaking: bool
    ja: str
    en: str


def _change(dataset: Dataset, column: str, kind: str, breaking: bool, ja: str, en: str) -> SchemaChange:
    return SchemaChange(dataset.registry, dataset.name, column, kind, breaking, ja, en)


def _column_changes(dataset: Dataset, old: Column, new: Column) -> Iterator[SchemaChange]:
    name = new.name
    if old.type != new.type:
        yield _change(
            dataset, name, "type", True, f"型が {old.type} から {new.type} に変わった。", f"Type changed from {old.type} to {new.type}."
        )
    if old.unit != new.unit:
        ja, en = f"単位が {old.unit} から {new.unit} に変わった。", f"Unit changed from {old.unit} to {new.unit}."
        yield _change(dataset, name, "unit", True, ja, en)
    if old.is_required and not new.is_required:
        yield _change(dataset, name, "became_optional", True, "値のない行があり得るようになった。", "Rows without a value may now occur.")
    if new.is_required and not old.is_required:
        yield _change(dataset, name, "became_required", False, "すべての行に値があるようになった。", "Every row now has a value.")
    if old.code_list != new.code_list:
        ja, en = (
            f"コード一覧が {old.code_list} から {new.code_list} に変わった。",
            f"Code list changed from {old.code_list} to {new.code_list}.",
        )
        yield _change(dataset, name, "code_list", True, ja, en)
    if old.pattern != new.pattern:
        yield _change(
            dataset,
            name,
            "pattern",
            True,
            f"形式が {old.pattern} から {new.pattern} に変わった。",
            f"Form changed from {old.pattern} to {new.pattern}.",
        )
    if old.max_length != new.max_length:
        grew = new.max_length is None or (old.max_length is not None and new.max_length > old.max_length)
        ja, en = (
            f"最大長が {old.max_length} から {new.max_length} に変わった。",
            f"Greatest length changed from {old.max_length} to {new.max_length}.",
        )
        yield _change(dataset, name, "max_length", grew, ja, en)
    if (old.label, old.definition, old.definition_en, old.reference) != (new.label, new.definition, new.definition_en, new.reference):
        yield _change(dataset, name, "description", False, "説明が改められた。", "The description was revised.")


def _dataset_changes(old: Dataset, new: Dataset) -> Iterator[SchemaChange]:
    if old.key != new.key:
        ja, en = (
            f"主キーが {', '.join(old.key)} から {', '.join(new.key)} に変わった。",
            f"Key changed from {', '.join(old.key)} to {', '.join(new.key)}.",
        )
        yield _change(new, "", "key", True, ja, en)
    before, now = ({column.name: column for column in dataset.columns} for dataset in (old, new))
    for name in before.keys() - now.keys():
        yield _change(new, name, "column_removed", True, "列がなくなった。", "The column was removed.")
    for name in now.keys() - before.keys():
        yield _change(new, name, "column_added", False, "列が加わった。", "A column was added.")
    for name in before.keys() & now.keys():
        yield from _column_changes(new, before[name], now[name])


def _code_changes(old: Catalogue, new: Catalogue) -> Iterator[SchemaChange]:
    before = {code_list.name: code_list for code_list in old.code_lists}
    for code_list in new.code_lists:
        if code_list.name not in before:
            continue
        had, has = ({code.code for code in entry.codes} for entry in (before[code_list.name], code_list))
        tables = sorted({identifier for identifier, _ in code_list.used_in})
        for code in sorted(had - has):
            for table in tables:
                registry, _, name = table.partition("/")
                ja, en = f"{code_list.label}からコード {code} がなくなった。", f"Code {code} was removed from {code_list.label_en}."
                yield SchemaChange(registry, name, "", "code_removed", True, ja, en)
        for code in sorted(has - had):
            for table in tables:
                registry, _, name = table.partition("/")
                ja, en = f"{code_list.label}にコード {code} が加わった。", f"Code {code} was added to {code_list.label_en}."
                yield SchemaChange(registry, name, "", "code_added", False, ja, en)


def schema_changes(old: Catalogue, new: Catalogue) -> list[SchemaChange]:
    """Find the changes of structure between two catalogues.

    Only what is public counts: a table that is no longer public is gone for its users.

    Args:
        old: Catalogue of the earlier release.
        new: Catalogue of the later release.

    Returns:
        Changes, sorted by table and column, breaking ones first within a column.
    """
    before, now = ({dataset.name: dataset for dataset in catalogue.public_datasets} for catalogue in (old, new))
    found = [
        _change(before[name], "", "table_removed", True, "表がなくなった。", "The table was removed.")
        for name in before.keys() - now.keys()
    ]
    found += [_change(now[name], "", "table_added", False, "表が加わった。", "A table was added.") for name in now.keys() - before.keys()]
    for name in before.keys() & now.keys():
        found += _dataset_changes(before[name], now[name])
    found += _code_changes(old, new)
    return sorted(found, key=lambda change: (change.registry, change.table, change.column, not change.is_breaking, change.kind, change.en))


def check_versions(old: Catalogue, new: Catalogue, changes: list[SchemaChange]) -> None:
    """Demand a new major version of every contract that breaks its users.

    Args:
        old: Catalogue of the earlier release.
        new: Catalogue of the later release.
        changes: What :func:`schema_changes` found.

    Raises:
        BreakingChangeError: A contract breaks its users and its major version did not rise.
    """
    before, now = ({registry.name: registry.version for registry in catalogue.registries} for catalogue in (old, new))
    for registry in sorted({change.registry for change in changes if change.is_breaking}):
        if registry not in before or registry not in now:
            continue
        if int(now[registry].partition(".")[0]) <= int(before[registry].partition(".")[0]):
            told = "; ".join(
                f"{change.table}{'.' + change.column if change.column else ''}: {change.en}"
                for change in changes
                if change.is_breaking and change.registry == registry
            )
            raise BreakingChangeError(
                f"the contract of {registry} breaks programs that read release {old.release} ({told}), but its version went "
                f"from {before[registry]} to {now[registry]}. Raise the major version in registries/{registry}/contract.yaml, "
                "or undo the change."
            )
