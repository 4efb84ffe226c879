"""``daicho verify``."""

import argparse
import sys
from pathlib import Path

SUMMARY = "Verify a release from its files alone: signature, digests, rows."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of a release, or of the releases: then of the newest")
    parser.add_argument("--signers", type=Path, metavar="FILE", help="OpenSSH file of allowed signers; the signature is then demanded")
    parser.add_argument("--identity", metavar="NAME", help="who must have signed (default: the publisher's mail address)")


def run(arguments: argparse.Namespace) -> int:
    """Verify."""
    from catalog.annotations import identity
    from catalog.release import latest
    from catalog.verification import verify
    from pipelines.errors import DaichoError

    folder: Path = arguments.folder
    if not (folder / "manifest.json").exists():
        pointer = latest(folder)
        if pointer is None:
            raise DaichoError(
                f"{folder}: no manifest.json and no latest.json. Name the folder of a release, such as var/release/2026-10-01.0"
            )
        folder = folder / pointer["release"]
        print(f"the newest release: {folder}")
    found = verify(folder, arguments.signers, arguments.identity or identity().contact_mail)
    print(
        f"{found.files:,} files checked and {found.beside:,} beside the release, rows of {found.tables:,} Parquet files counted, "
        f"signature {found.signature}"
    )
    for fault in found.faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if found.faults else 0
