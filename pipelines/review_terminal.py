"""The review in the terminal: one pair at a time, both records side by side, one key and Enter."""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.asking import answered, take_back
from pipelines.review_store import KEYS, Pair, ReviewStore, differences


def shown(pair: Pair) -> Table:
    """A pair as a table, what differs marked."""
    table = Table("", escape(pair.record_a), escape(pair.record_b), title=f"{pair.bits:.1f} bit・{pair.status}", title_justify="left")
    for label, one, other in pair.sides:
        sides: tuple[list[str], list[str]] = ([], [])
        for left, right, same in differences(one, other):
            for side, text in ((sides[0], left), (sides[1], right)):
                if text:
                    side.append(escape(text) if same else f"[reverse]{escape(text)}[/reverse]")
        table.add_row(label, "".join(sides[0]), "".join(sides[1]))
    table.add_row("点数の内訳", escape(pair.account.replace("; ", "\n")), "")
    return table


def review(store: ReviewStore, ask: Callable[[str], str] = input, console: Console | None = None) -> None:
    """Ask for decisions until nothing waits or the reviewer leaves.

    Args:
        store: What is reviewed.
        ask: Gives the answer to a question.
        console: Where to show.
    """
    console = console or Console()
    while (pair := store.next()) is not None:
        console.print(shown(pair))
        given = answered(ask, f"残り {store.waiting().height:,}  y 同じ / n 別 / ? 保留 / u 取り消し / q 終わり [理由] > ")
        if given is None:
            return
        answer, reason = given
        if answer == "u":
            take_back(store, console)
        elif answer in KEYS:
            store.decide(pair.record_a, pair.record_b, KEYS[answer], reason)
    console.print("確認する組はありません。")
