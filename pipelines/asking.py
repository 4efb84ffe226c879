"""What every question to a steward in the terminal has in common: one key, perhaps a reason, leaving and taking back."""

from collections.abc import Callable
from typing import Protocol

from rich.console import Console


class Undoing(Protocol):
    """Where decisions are kept that can be taken back."""

    def undo(self) -> bool:
        """Take the last decision of this sitting back; False where there is none."""
        ...


def answered(ask: Callable[[str], str], question: str) -> tuple[str, str] | None:
    """Ask a question.

    Args:
        ask: Gives the answer to a question.
        question: The question.

    Returns:
        The key and the reason behind it; None where the steward leaves.
    """
    try:
        key, _, reason = ask(question).strip().partition(" ")
    except EOFError:
        return None
    return None if key == "q" else (key, reason)


def take_back(store: Undoing, console: Console) -> None:
    """Take the last decision back, and say whether there was one."""
    console.print("取り消しました。" if store.undo() else "取り消すものはありません。")
