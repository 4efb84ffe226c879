"""Fingerprints of the declarations and rules that decide what data becomes, to see when it must be made anew."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]
_STANDARD = ("data_standards/**/*.py", "data_standards/**/*.yaml", "data_standards/**/*.csv")


def _digest(patterns: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for path in sorted({found for pattern in patterns for found in _PROJECT.glob(pattern) if found.is_file()}):
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(_PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def standardising_fingerprint(source: str) -> str:
    """Digest of what decides how a source's records are standardised: items, codes, rules, the source's declaration.

    Args:
        source: Name of the source.
    """
    return _digest([*_STANDARD, f"pipelines/sources/{source}/source.yaml", "pipelines/ingest/standardise.py"])


def declarations_fingerprint() -> str:
    """Digest of what decides what the registries say: all of the above for every source, contracts and models.

    A warehouse made under another fingerprint is made anew, not updated.
    """
    return _digest([*_STANDARD, "pipelines/sources/*/source.yaml", "pipelines/ingest/standardise.py", "registries/**/*"])
