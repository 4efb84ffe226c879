"""The orchestrator's own log of events: hundreds of small commits a build, which need not survive a power cut."""

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


def _without_waiting(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def do_not_wait_for_the_disk() -> None:
    """Let SQLite databases opened from now on by SQLAlchemy leave the writing to the operating system.

    The log tells what a build did; the build itself writes its files aside and renames them, and does not depend on it. Waiting for the
    disk at each of its commits took more than half of a small build.
    """
    if not event.contains(Engine, "connect", _without_waiting):
        event.listen(Engine, "connect", _without_waiting)
