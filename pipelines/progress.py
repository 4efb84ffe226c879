"""Progress of long work, shown on standard error: a moving line on a terminal, plain lines elsewhere."""

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

_PLAIN_EVERY_SECONDS = 10.0


@dataclass
class Progress:
    """Shows which stage runs and how far it is.

    Attributes:
        stream: Where to write.
        quiet: Whether to write nothing.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    quiet: bool = True
    _stage: str = ""
    _started: float = 0.0
    _last: float = 0.0

    def begin(self, stage: str) -> None:
        """Say that a stage begins."""
        self._stage, self._started, self._last = stage, time.monotonic(), time.monotonic()
        self._show("")

    def step(self, text: str) -> None:
        """Say what the stage is doing now."""
        now = time.monotonic()
        if self.stream.isatty() or now - self._last >= _PLAIN_EVERY_SECONDS:
            self._last = now
            self._show(text)

    def count(self, done: int, total: int, text: str) -> None:
        """Say how many pieces of the stage's work are done."""
        self.step(f"{done:,} / {total:,} {text}")

    def end(self, text: str) -> None:
        """Say that the stage has ended, and with what."""
        self._show(f"{text} ({time.monotonic() - self._started:.1f} s)", last=True)

    def _show(self, text: str, *, last: bool = False) -> None:
        if self.quiet:
            return
        line = f"  {self._stage:<38} {text}"
        if self.stream.isatty():
            self.stream.write(f"\r\033[K{line[:160]}" + ("\n" if last else ""))
        elif last or text:
            self.stream.write(line + "\n")
        self.stream.flush()


PROGRESS = Progress()
"""The progress of this process. Quiet until a command line asks for it."""
