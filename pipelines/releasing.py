"""What the commands about releases do."""

import sys
from datetime import date
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from catalog.annotations import identity
from catalog.differences import KINDS, can_replay, compare, write_changes
from catalog.reading import read_catalogue
from catalog.release import manifest_of
from catalog.retention import expired, retire
from catalog.rollback import roll_back
from catalog.schema_changes import schema_changes
from catalog.signing import SigningError, allowed_signers, make_key
from catalog.withdrawals import Reason, Withdrawal, read_withdrawals, written
from data_standards.items import load_items
from pipelines.errors import DaichoError
from pipelines.home import Home, write_text_aside
from pipelines.progress import PROGRESS
from pipelines.publication import publish_staged, stage_release
from pipelines.warehouse import WarehouseMaker, memory_limit
from registries.schema import quoted

_CONSOLE = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)


def publish_now(home: Home, *, again: bool) -> int:
    """Publish the warehouse that is in place.

    Args:
        home: Home folder.
        again: Whether to publish content that was rolled back.

    Returns:
        Exit status.

    Raises:
        DaichoError: There is no warehouse, or files have arrived that it does not hold.
    """
    with home.locked():
        if not home.warehouse.exists():
            raise DaichoError(f"{home.root} holds no warehouse; run ./daicho build --home {home.root} first")
        if not WarehouseMaker(home).is_current:
            raise DaichoError("the warehouse lacks what was delivered, or was made under other declarations; run ./daicho build")
        PROGRESS.begin("release")
        name, state = stage_release(home, PROGRESS.step, again=again)
        publish_staged(home)
        PROGRESS.end(f"{name} {state}")
    if state == "rolled back":
        _CONSOLE.print("this content was published and rolled back; --again publishes it all the same")
    return 0


def make_signing_key(home: Home) -> int:
    """Make the key that releases are signed with, and put its public half beside the releases."""
    who = identity().contact_mail
    try:
        make_key(home.signing_key, who)
        write_text_aside(home.release / "allowed_signers", allowed_signers(home.signing_key, who))
    except SigningError as error:
        raise DaichoError(str(error)) from error
    _CONSOLE.print(f"key        {home.signing_key} (keep it secret)")
    _CONSOLE.print(f"signers    {home.release / 'allowed_signers'} (publish it where users trust it)")
    return 0


def go_back(home: Home, to: str | None, reason: str) -> int:
    """Make an earlier release the latest again.

    Raises:
        DaichoError: There is none to go back to.
    """
    with home.locked():
        try:
            left, now = roll_back(home.release, to, reason)
        except ValueError as error:
            raise DaichoError(str(error)) from error
    _CONSOLE.print(f"{now} is the latest release again; {left} stays where it is, and its content is not published again by itself")
    return 0


def show_expired(home: Home) -> int:
    """Print the releases that the retention policy lets go."""
    for name in expired(home.release):
        _CONSOLE.print(name)
    return 0


def retire_release(home: Home, name: str, reason: str) -> int:
    """Take the data of a release away.

    Raises:
        DaichoError: It cannot be, or no reason is given.
    """
    if not reason:
        raise DaichoError("--reason is needed: the users of the release are told why it went")
    with home.locked():
        try:
            size = retire(home.release, name, reason)
        except ValueError as error:
            raise DaichoError(str(error)) from error
    _CONSOLE.print(f"{name} retired ({size:,} bytes named by its manifest); manifest, notes and changes stay")
    return 0


def withdraw(home: Home, item: str, value: str, reason: Reason, on: str) -> int:
    """Note a withdrawal for the next release.

    Raises:
        DaichoError: The item is unknown or the day is none.
    """
    if item not in load_items():
        raise DaichoError(f"there is no data item named {item!r}")
    try:
        date.fromisoformat(on)
        kept = [entry for entry in read_withdrawals(home.withdrawals) if (entry.item, entry.value) != (item, value)]
    except ValueError as error:
        raise DaichoError(str(error)) from error
    with home.locked():
        write_text_aside(home.withdrawals, written([*kept, Withdrawal(item, value, reason, on)]))
    _CONSOLE.print(f"withdrawn with the next release: {item} {value} (./daicho release makes one now)")
    _CONSOLE.print("earlier releases still hold it; ./daicho release --retire RELEASE takes one away")
    return 0


def _release(home: Home, given: str) -> Path:
    for folder in (home.release / given, Path(given)):
        if (folder / "manifest.json").exists():
            return folder
    raise DaichoError(f"{given}: no release of that name in {home.release}, and no folder of a release")


def show_differences(home: Home, before: str, after: str, *, table: str | None, limit: int, out: Path | None) -> int:
    """Print what differs between two releases.

    Args:
        home: Home folder, for releases given by name.
        before: Name or folder of the earlier release.
        after: Name or folder of the later release.
        table: Only this table, with rows.
        limit: Rows to print.
        out: Folder for the differing rows.

    Returns:
        Exit status.

    Raises:
        DaichoError: A release or the table is not there.
    """
    old, new = _release(home, before), _release(home, after)
    catalogues = [read_catalogue(folder / "catalogue.json") for folder in (old, new)]
    keys = {dataset.name: dataset.key for dataset in catalogues[1].public_datasets}
    if table is not None and table not in keys:
        raise DaichoError(f"{after} has no table {table!r}; it has {', '.join(keys)}")
    shown = Table(title=f"{old.name} … {new.name}", title_justify="left", show_edge=False, pad_edge=False)
    shown.add_column("table")
    for kind in KINDS:
        shown.add_column(kind, justify="right")
    with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
        for name, key in keys.items():
            if table not in (None, name):
                continue
            sides = [f"read_parquet({quoted(str(folder / name / f'{name}.parquet'))})" for folder in (old, new)]
            if not (old / name).exists() or not can_replay(connection, sides[0], sides[1], key):
                shown.add_row(name, "not comparable row by row")
                continue
            found = compare(connection, sides[0], sides[1], key)
            shown.add_row(name, *(f"{found.counts[kind]:,}" for kind in KINDS))
            if out is not None and not found.is_empty:
                write_changes(connection, found, key, out / f"{name}.parquet")
            if table is not None and not found.is_empty:
                rows = connection.execute(
                    f"SELECT change_type, {', '.join(key)}, array_to_string(changed_columns, ', ') AS changed, old_values "
                    f"FROM {found.relation} ORDER BY {', '.join(key)} LIMIT {limit}"
                ).fetchall()
                for row in rows:
                    _CONSOLE.print("  ".join("" if value is None else str(value) for value in row), markup=False)
    _CONSOLE.print(shown)
    for change in schema_changes(*catalogues):
        mark = "[red]breaking[/red]" if change.is_breaking else "compatible"
        _CONSOLE.print(f"{mark}  {change.table}.{change.column or '*'}  {change.ja} {change.en}")
    versions = [manifest_of(folder)["contracts"] for folder in (old, new)]
    for registry, version in sorted(versions[1].items()):
        if versions[0].get(registry) != version:
            _CONSOLE.print(f"contract   {registry} {versions[0].get(registry)} → {version}")
    return 0
