"""Rows that satisfy a table's contract, and rows that break one demand of it: found by search, to prove that every check bites.

The search starts from the examples of the data items. Where a rule of the contract looks at several columns, values near the examples,
the codes of code lists and the literals of the rule itself are tried together, in SQL, and the row that breaks the fewest demands is
taken. So a contract that is added tomorrow is proven without a word about it in the tests.
"""

import datetime
import itertools
import re
from collections.abc import Iterable
from functools import cache

import duckdb
import polars as pl
import sqlglot
from sqlglot import expressions

from data_standards.codes import load_code_lists
from data_standards.items import DataItem
from data_standards.rules.registry import CHECKS
from quality.checks import Check, checks
from registries.contract import Column, Rule, Table
from registries.schema import SQL_TYPES, quoted

Row = dict[str, str | None]
"""A row: the text of each value by column."""
_MOST_TRIED = 60_000
_ROUNDS = 12


class NoWitnessError(LookupError):
    """No row was found that breaks a rule, or that satisfies them all."""


def _passes(item: DataItem, texts: list[str]) -> list[str]:
    """Those of some texts that satisfy the item's own demands."""
    if item.pattern is not None:
        texts = [text for text in texts if re.fullmatch(item.pattern, text)]
    if item.check is not None and texts:
        frame = pl.DataFrame({"value": texts})
        texts = frame.filter(CHECKS[item.check](pl.col("value")))["value"].to_list()
    return texts


def _neighbours(item: DataItem) -> list[str]:
    """Other texts that satisfy the item, made by changing one or two characters of its example."""
    text, found = item.example, []
    for place in range(len(text)):
        if text[place].isdigit():
            made = [text[:place] + digit + text[place + 1 :] for digit in "0123456789" if digit != text[place]]
            if item.check is not None:  # the check digit stands at one of the ends
                made = [changed for one in made for end in "0123456789" for changed in (one[:-1] + end, end + one[1:])]
            found += _passes(item, made)[:2]
    return found[:8]


def _literals(rules: Iterable[Rule]) -> tuple[list[str], list[float]]:
    texts, numbers = [], []
    for rule in rules:
        for literal in sqlglot.parse_one(rule.violated_if, dialect="duckdb").find_all(expressions.Literal):
            if literal.is_string:
                texts.append(str(literal.this))
            else:
                numbers.append(float(literal.this))
    return texts, numbers


def _candidates(table: Table, column: Column) -> list[str | None]:
    """Values to try in a column, the example first."""
    item = column.item
    texts, numbers = _literals(table.rules)
    found: list[str | None] = [item.example, *([] if column.required else [None])]
    match item.type:
        case "date" | "timestamp":
            day = datetime.date.fromisoformat(item.example[:10])
            rest = item.example[10:]
            found += [(day + datetime.timedelta(days=days)).isoformat() + rest for days in (-1, 1, -4000, 4000)]
            for text in texts:
                if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                    literal = datetime.date.fromisoformat(text)
                    found += [(literal + datetime.timedelta(days=days)).isoformat() + rest for days in (-1, 0, 1)]
        case "integer" | "number":
            others = [float(other.item.example) for other in table.columns if other.item.type == item.type]
            tried = {float(item.example) + step for step in (0, -1, 1)} | {0.0, 1.0} | set(others)
            tried |= {first + second for first, second in itertools.combinations(others[:6], 2)}
            tried |= {literal + step for literal in numbers for step in (-1, 0, 1)}
            least = item.minimum if item.minimum is not None else float("-inf")
            found += [str(int(number)) if item.type == "integer" else repr(number) for number in sorted(tried) if number >= least]
        case "boolean":
            found += ["true", "false"]
        case "text":
            if item.code_list is not None:
                found += list(load_code_lists()[item.code_list].codes)[:60]
            else:
                same = [other.item.example for other in table.columns if other.item.type == "text"]
                found += [*_passes(item, [*same, *texts]), *(_neighbours(item) if item.pattern or item.check else [f"{item.example}二"])]
        case _:
            pass
    return list(dict.fromkeys(found))


def _mentioned(table: Table, condition: str) -> list[str]:
    """The table's columns that a condition names."""
    named = {column.name for column in sqlglot.parse_one(condition, dialect="duckdb").find_all(expressions.Column)}
    return [column.name for column in table.columns if column.name in named]


def _value(item: DataItem, text: str | None) -> str:
    if text is not None and item.type == "text_list":
        return f"string_split({quoted(text)}, ';')"
    if text is not None and item.type == "geometry":
        return f"ST_GeomFromWKB(from_hex({quoted(text)}))"
    return f"CAST({'NULL' if text is None else quoted(text)} AS {SQL_TYPES[item.type]})"


class Witnesses:
    """Finds rows for one table.

    Args:
        connection: Any DuckDB connection on which the check-digit macros are known.
        table: The table.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._items = {column.name: column.item for column in table.columns}
        self._checks = [check for check in checks(table) if check.violated_if]

    @cache  # noqa: B019 - one short-lived object for each table
    def _tried(self, name: str) -> tuple[str | None, ...]:
        column = next(column for column in self._table.columns if column.name == name)
        return tuple(_candidates(self._table, column))

    def relation(self, row: Row) -> str:
        """SQL of a relation that holds one row."""
        return "(SELECT " + ", ".join(f"{_value(self._items[name], text)} AS {name}" for name, text in row.items()) + ")"

    def broken(self, row: Row) -> set[str]:
        """Names of the checks that a row breaks."""
        marks = ", ".join(f"coalesce({check.violated_if}, FALSE)" for check in self._checks)
        (found,) = self._connection.execute(f"SELECT {marks} FROM {self.relation(row)}").fetchall()
        return {check.name for check, breaks in zip(self._checks, found, strict=True) if breaks}

    def _search(self, row: Row, names: list[str], wanted: str) -> Row | None:
        """The best row that differs from one in some columns, satisfies a condition and breaks the fewest other checks."""
        pools = [self._tried(name) for name in names]
        while len(names) and _product(pools) > _MOST_TRIED:
            longest = max(range(len(pools)), key=lambda place: len(pools[place]))
            pools[longest] = pools[longest][: len(pools[longest]) // 2]
        relations = [
            f"(SELECT * FROM (VALUES {', '.join(f'({place}, {_value(self._items[name], text)})' for place, text in enumerate(pool))}) "
            f"AS pool_{name}(place_{name}, {name}))"
            for name, pool in zip(names, pools, strict=True)
        ]
        fixed = ", ".join(f"{_value(self._items[name], text)} AS {name}" for name, text in row.items() if name not in names)
        crossed = " CROSS JOIN ".join([*relations, f"(SELECT {fixed})"] if fixed else relations)
        faults = " + ".join(f"coalesce({check.violated_if}, FALSE)::INTEGER" for check in self._checks)
        changed = " + ".join(f"(place_{name} > 0)::INTEGER" for name in names)
        places = ", ".join(f"place_{name}" for name in names)
        found = self._connection.execute(
            f"SELECT {places} FROM {crossed} WHERE {wanted} ORDER BY {faults}, {changed}, {places} LIMIT 1"
        ).fetchall()
        if not found:
            return None
        return row | {name: pool[place] for name, pool, place in zip(names, pools, found[0], strict=True)}

    def valid(self) -> Row:
        """A row that breaks nothing.

        Raises:
            NoWitnessError: None was found; the message names the rules in the way.
        """
        return dict(self._valid())

    @cache  # noqa: B019
    def _valid(self) -> Row:
        row: Row = {column.name: column.item.example for column in self._table.columns}
        rules = {rule.name: rule for rule in self._table.rules}
        for _ in range(_ROUNDS):
            broken = sorted(self.broken(row) & set(rules))
            if not broken:
                return row
            for name in broken:
                columns = _mentioned(self._table, rules[name].violated_if)
                row = self._search(row, columns, f"NOT coalesce({rules[name].violated_if}, FALSE)") or row
        raise NoWitnessError(f"{self._table.name}: no row was found that satisfies {', '.join(sorted(self.broken(row)))}")

    def violating(self, check: Check) -> Row:
        """A row that breaks a check and as little else as can be.

        Args:
            check: One of the table's checks of single rows.

        Raises:
            NoWitnessError: None was found; a rule can name its breach itself (``violated_by`` in the contract).
        """
        row = self.valid()
        rule = next((rule for rule in self._table.rules if rule.name == check.name), None)
        if rule is None:
            return row | {str(check.column): self._wrong(check)}
        if rule.violated_by:
            return row | dict(rule.violated_by)
        found = self._search(row, _mentioned(self._table, rule.violated_if), rule.violated_if)
        if found is None:
            raise NoWitnessError(f"{self._table.name}: no row was found that breaks {rule.name}; give one with violated_by in the contract")
        return found

    def _wrong(self, check: Check) -> str | None:
        item = self._items[str(check.column)]
        match check.group:
            case "required":
                return None
            case "pattern" | "code_list":
                return "¿"
            case "max_length":
                return "あ" * ((item.max_length or 0) + 1)
            case "minimum":
                return str((item.minimum or 0) - 1)
            case "check_digit":
                return item.example[:-1] + str((int(item.example[-1]) + 1) % 10)
            case _:
                raise NoWitnessError(f"no wrong value is known for {check.name}")


def _product(pools: list[tuple[str | None, ...]]) -> int:
    product = 1
    for pool in pools:
        product *= len(pool)
    return product
