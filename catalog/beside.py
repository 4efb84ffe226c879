"""What lies beside the releases and is kept for ever: the registry of ids, and the bridges from ids to the sources' own records.

``id_registry/<table>.parquet`` is every id that a table ever published, whatever release it came in; it is brought up to date with each
publication, those that were rolled back included. ``bridge/<release>/<dataset>/source=<source>.parquet`` says which records of a source
an id stands on. Bridges and changes belong to one release, so its manifest names their digests.
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from catalog.annotations import Bridge
from catalog.formats import digest
from registries.schema import quoted

ID_REGISTRY = "id_registry"
_WRITTEN = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"


def write_bridge(connection: duckdb.DuckDBPyConnection, bridge: Bridge, rows: str, key: tuple[str, ...], folder: Path) -> None:
    """Write a table that ties ids to records of sources, one file for each dataset and source.

    Args:
        connection: Any connection.
        bridge: How a row tells its dataset and its source.
        rows: Relation of the published rows.
        key: Columns to sort by.
        folder: Folder of the release's bridges.
    """
    told = connection.execute(f"SELECT DISTINCT {bridge.dataset}, {bridge.source} FROM {rows} ORDER BY ALL").fetchall()
    for dataset, source in told:
        path = folder / dataset / f"source={source}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"COPY (FROM {rows} WHERE {bridge.dataset} = {quoted(dataset)} AND {bridge.source} = {quoted(source)} "
            f"ORDER BY {', '.join(key)}) TO {quoted(str(path))} {_WRITTEN}"
        )


def entries_beside(root: Path, folders: list[Path]) -> list[dict[str, Any]]:
    """What a manifest says of the Parquet files that belong to its release and lie beside it.

    Args:
        root: Folder that paths are told from.
        folders: Where they are.

    Returns:
        Path, rows, bytes and SHA-256 of each.
    """
    return [_entry(path, root) for folder in folders for path in sorted(folder.rglob("*.parquet"))]


def _entry(path: Path, root: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(root).as_posix(),
        "rows": pq.read_metadata(path).num_rows,
        "bytes": path.stat().st_size,
        "sha256": digest(path),
    }


def id_registry_of(published: Path, release: str, table: str) -> Path | None:
    """The registry of a table's ids, where it is at the state of a release; else None."""
    path = published / ID_REGISTRY / f"{table}.parquet"
    return path if path.exists() and _state(published) == release else None


def _state(published: Path) -> str | None:
    """The release that the registry of ids was last brought up to date with."""
    path = published / ID_REGISTRY / "manifest.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["release"]) if path.exists() else None


def update_id_registry(published: Path, release: str) -> None:
    """Bring the registry of ids up to date with the release that is to be the latest. Its manifest is written last.

    What that release does not know, for it came in a release that was rolled back, stays: as ``removed`` where it was ``active``.

    Args:
        published: Folder of the releases.
        release: Name of the release.
    """
    folder, before = published / ID_REGISTRY, _state(published)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for ledger in sorted((published / release / "ids").glob("*.parquet")):
            path = folder / ledger.name
            aside = path.with_name(f".{path.name}.part")
            now = f"SELECT * FROM read_parquet({quoted(str(ledger))})"
            if path.exists() and before is not None:
                now = _merged(now, f"read_parquet({quoted(str(path))})", before, release)
            connection.execute(f"COPY (SELECT * FROM ({now}) ORDER BY id) TO {quoted(str(aside))} {_WRITTEN}")
            aside.replace(path)
    files = [_entry(path, folder) for path in sorted(folder.glob("*.parquet"))]
    aside = folder / ".manifest.json.part"
    aside.write_text(json.dumps({"release": release, "files": files}, indent=2) + "\n", encoding="utf-8")
    aside.replace(folder / "manifest.json")


def _merged(now: str, kept: str, before: str, release: str) -> str:
    """SQL of the ids of a release and of those that the registry knows besides."""
    return (
        "SELECT coalesce(n.id, o.id) AS id, CASE WHEN n.id IS NOT NULL THEN n.status WHEN o.status = 'active' THEN 'removed' "
        "ELSE o.status END AS status, coalesce(o.first_release, n.first_release) AS first_release, "
        f"CASE WHEN n.id IS NOT NULL THEN n.last_release WHEN o.status = 'active' THEN {quoted(before)} ELSE o.last_release END "
        f"AS last_release, CASE WHEN n.id IS NOT NULL THEN n.changed_release WHEN o.status = 'active' THEN {quoted(release)} "
        "ELSE o.changed_release END AS changed_release, CASE WHEN n.id IS NOT NULL THEN n.replaced_by ELSE o.replaced_by END "
        f"AS replaced_by FROM ({now}) n FULL JOIN {kept} o ON n.id = o.id"
    )


def faults_beside(release: Path, manifest: dict[str, Any]) -> tuple[int, list[str]]:
    """Check what lies beside a release: the files that its manifest names, and the registry of ids.

    Args:
        release: Folder of the release.
        manifest: Its manifest.

    Returns:
        Files checked, and faults. Where the release was copied alone, nothing is there to be checked.
    """
    published = release.parent
    is_whole = (published / "latest.json").exists()
    checked, faults = _checked(manifest.get("beside", []), published, is_whole)
    told = published / ID_REGISTRY / "manifest.json"
    if not told.exists():
        return checked, faults
    try:
        entries = json.loads(told.read_text(encoding="utf-8"))["files"]
        more, wrong = _checked(entries, told.parent, must_be_there=True)
    except (ValueError, KeyError, TypeError) as error:
        return checked, [*faults, f"{told}: no manifest of the registry of ids: {error}"]
    return checked + more, [*faults, *(f"{ID_REGISTRY}/{fault}" for fault in wrong), *([] if wrong else _lost(release))]


def _checked(entries: list[dict[str, Any]], root: Path, must_be_there: bool) -> tuple[int, list[str]]:
    checked, faults = 0, []
    for entry in entries:
        path = root / entry["path"]
        if not path.exists():
            faults += [f"{entry['path']}: kept for ever, but not there"] if must_be_there else []
            continue
        checked += 1
        if path.stat().st_size != entry["bytes"] or digest(path) != entry["sha256"]:
            faults.append(f"{entry['path']}: not as its manifest says")
    return checked, faults


def _lost(release: Path) -> list[str]:
    """Ids of a release that the registry does not know."""
    faults = []
    with duckdb.connect() as connection:
        for ledger in sorted((release / "ids").glob("*.parquet")):
            kept = release.parent / ID_REGISTRY / ledger.name
            known = f"read_parquet({quoted(str(kept))})" if kept.exists() else "(SELECT NULL::VARCHAR AS id)"
            rows = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(ledger))}) ANTI JOIN {known} USING (id)").fetchall()
            faults += [f"{ID_REGISTRY}/{ledger.name}: {rows[0][0]:,} ids of {release.name} are missing"] if rows[0][0] else []
    return faults
