"""Detached OpenPGP signatures of delivered files.

A publisher that signs puts ``X.csv.asc`` beside ``X.csv`` in the zip. Without the publisher's public key a signature
can be seen but not checked, and the state says so. Source of the rule: RFC 9580.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path, PurePosixPath

import pysequoia

SIGNATURE_SUFFIXES = (".asc", ".sig")


class SignatureState(StrEnum):
    """What is known about the signature of a delivery.

    Attributes:
        ABSENT: No signature was delivered, or not for all data.
        UNCHECKED: Signatures were delivered; no public key was given to check them with.
        GOOD: Every signature was made over these bytes by a given key.
        BAD: A signature is not readable, is by another key, or does not fit the bytes.
    """

    ABSENT = "absent"
    UNCHECKED = "unchecked"
    GOOD = "good"
    BAD = "bad"


# the state of a delivery is that of its worst member
_WORST_FIRST = (SignatureState.BAD, SignatureState.ABSENT, SignatureState.UNCHECKED, SignatureState.GOOD)


def check_detached_signature(data: bytes, signature: bytes, public_key: bytes | None) -> SignatureState:
    """Check a detached signature over bytes in memory.

    Args:
        data: The signed bytes.
        signature: The signature, armoured or binary. Of several in one block the first counts.
        public_key: Certificates of the publisher, armoured or binary; None when not known.

    Returns:
        UNCHECKED without a key, else GOOD or BAD.

    Raises:
        ValueError: The public key cannot be read: a fault of the configuration, not of the delivery.
    """
    if public_key is None:
        return SignatureState.UNCHECKED
    certificates = _certificates(public_key)
    return _state_of(lambda: pysequoia.verify(bytes=data, store=lambda _: certificates, signature=pysequoia.Sig.from_bytes(signature)))


def zip_signature_state(path: Path, public_key: bytes | None) -> SignatureState:
    """Check the signatures that lie in a zip beside its data.

    A signature belongs to the member it names: ``X.csv.asc`` to ``X.csv``, else ``X.asc`` to the one member ``X.*``.
    Data goes through a temporary file, so memory does not grow with it.

    Args:
        path: A zip file.
        public_key: Certificates of the publisher, armoured or binary; None when not known.

    Returns:
        The worst state of any data member: BAD, then ABSENT, then UNCHECKED, then GOOD.

    Raises:
        ValueError: The public key cannot be read.
        zipfile.BadZipFile: The file is not a zip.
    """
    certificates = None if public_key is None else _certificates(public_key)
    with zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        signatures = [name for name in names if PurePosixPath(name).suffix.lower() in SIGNATURE_SUFFIXES]
        members = [name for name in names if name not in signatures]
        signature_of = {_signed_member(name, members): name for name in sorted(signatures)}
        states = {_member_state(archive, member, signature_of.get(member), certificates) for member in sorted(members)} or {
            SignatureState.ABSENT
        }
    return next(state for state in _WORST_FIRST if state in states)


def _signed_member(signature: str, members: list[str]) -> str | None:
    """Find the member that a signature names."""
    named = str(PurePosixPath(signature).with_suffix(""))
    if named in members:
        return named
    same_stem = [member for member in members if str(PurePosixPath(member).with_suffix("")) == named]
    return same_stem[0] if len(same_stem) == 1 else None


def _member_state(
    archive: zipfile.ZipFile, member: str, signature: str | None, certificates: list[pysequoia.Cert] | None
) -> SignatureState:
    """Judge one data member."""
    if signature is None:
        return SignatureState.ABSENT
    if certificates is None:
        return SignatureState.UNCHECKED
    signature_bytes = archive.read(signature)
    with tempfile.TemporaryDirectory(prefix="daicho-signature-") as folder:
        copy = Path(folder) / "data"
        with archive.open(member) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        return _state_of(
            lambda: pysequoia.verify(file=copy, store=lambda _: certificates, signature=pysequoia.Sig.from_bytes(signature_bytes))
        )


def _state_of(verification: Callable[[], object]) -> SignatureState:
    """Run a verification: the library raises for every signature it does not accept."""
    try:
        verification()
    except RuntimeError:
        return SignatureState.BAD
    return SignatureState.GOOD


def _certificates(public_key: bytes) -> list[pysequoia.Cert]:
    """Read the publisher's certificates."""
    try:
        certificates = list(pysequoia.Cert.split_bytes(public_key))
        reason = "it holds none"
    except RuntimeError as error:
        certificates = []
        reason = str(error).splitlines()[0]
    if not certificates:
        raise ValueError(
            f"The public key cannot be read as an OpenPGP certificate ({reason}). "
            "Give the publisher's key as published, armoured or binary."
        )
    return certificates
