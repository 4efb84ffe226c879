"""Settling disputed values in the terminal: one item at a time with all its candidates, one key and Enter."""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data_standards.items import load_items
from pipelines.asking import answered, take_back
from pipelines.contested_store import Contested, ContestedStore

_MOST = 9
"""Candidates that have a key."""


def shown(contested: Contested) -> Table:
    """An item's candidates as a table, the one that stands now first."""
    title = f"{load_items()[contested.item].label}・{contested.label}（{contested.entity_id}）"
    table = Table("", "値", "出典", "記録", "記録の日", "同じ値の記録", title=escape(title), title_justify="left")
    for number, row in enumerate(contested.candidates.head(_MOST).iter_rows(named=True), 1):
        values = (row["candidate_value"], row["source"], row["record_id"], str(row["stated_on"] or ""), str(row["agreeing_records"]))
        table.add_row(str(number), *map(escape, values))
    return table


def settle(store: ContestedStore, ask: Callable[[str], str] = input, console: Console | None = None) -> None:
    """Ask for choices until nothing waits or the steward leaves.

    Args:
        store: What is disputed.
        ask: Gives the answer to a question.
        console: Where to show.
    """
    console = console or Console()
    passed = 0
    while (contested := store.next(passed)) is not None:
        console.print(shown(contested))
        given = answered(ask, f"残り {store.items_waiting():,}  番号 選ぶ / ? 保留 / u 取り消し / q 終わり [理由] > ")
        if given is None:
            return
        answer, reason = given
        if answer == "u":
            take_back(store, console)
        elif answer == "?":
            passed += 1
        elif answer.isdecimal() and 1 <= int(answer) <= min(_MOST, contested.candidates.height):
            store.choose(contested, int(answer) - 1, reason)
    console.print("選ぶ値はありません。選んだ値は次の構築から使われます。")
