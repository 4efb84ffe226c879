"""Fingerprints of the declarations and rules that decide what data becomes, to see when it must be made anew."""

import hashlib
from functools import cache
from pathlib import Path

from registries.contract import Contract

_PROJECT = Path(__file__).resolve().parents[1]
_STANDARD = ("data_standards/**/*.py", "data_standards/**/*.yaml", "data_standards/**/*.csv")
_MODELS = ("registries/**/*.py", "registries/**/*.json")


@cache
def _digest(patterns: tuple[str, ...]) -> str:
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
    return _digest((*_STANDARD, f"pipelines/sources/{source}/source.yaml", "pipelines/ingest/standardise.py"))


def registry_fingerprint(contract: Contract) -> str:
    """Digest of what decides what a registry says: all of the above for its sources, its contract and its models.

    The programs and frozen models of all registries belong to it, for the models of one use the matchers of others.

    A registry made under another fingerprint is made anew, not updated: also where the deployment has opened or closed a table.

    Args:
        contract: Contract of the registry.
    """
    sources = [f"pipelines/sources/{source}/source.yaml" for source in contract.sources]
    declared = _digest((*_STANDARD, *sources, "pipelines/ingest/standardise.py", *_MODELS, f"registries/{contract.registry}/**/*"))
    opened = [table.name for table in contract.tables.values() if table.publishable and not table.is_restricted]
    return hashlib.sha256(f"{declared} {','.join(opened)}".encode()).hexdigest() if opened else declared
