"""Signatures over a release's manifest, made and checked by OpenSSH (``ssh-keygen -Y``), so that stock tools can check them too."""

import shutil
import subprocess
from pathlib import Path

NAMESPACE = "daicho-release"
"""Namespace of the signatures: a signature made for another purpose is refused."""


class SigningError(ValueError):
    """A signature could not be made or does not hold."""


def _program() -> str:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SigningError("ssh-keygen is not installed; it comes with OpenSSH")
    return program


def make_key(path: Path, identity: str) -> None:
    """Make an Ed25519 key pair without a passphrase.

    Args:
        path: Where the private key goes; the public one beside it with ``.pub``.
        identity: Who signs, such as a mail address.

    Raises:
        SigningError: A key is there already, or OpenSSH is not.
    """
    if path.exists():
        raise SigningError(f"{path}: there is a key already")
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [_program(), "-q", "-t", "ed25519", "-N", "", "-C", identity, "-f", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode:
        raise SigningError(f"{path}: {told.stderr.strip()}")


def sign(path: Path, key: Path) -> Path:
    """Sign a file.

    Args:
        path: The file.
        key: Private key.

    Returns:
        Path of the signature, ``<path>.sig``. Ed25519 signatures are the same for the same bytes and key.

    Raises:
        SigningError: OpenSSH refuses.
    """
    signature = path.with_name(f"{path.name}.sig")
    signature.unlink(missing_ok=True)
    command = [_program(), "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode:
        raise SigningError(f"{path}: could not be signed with {key}: {told.stderr.strip()}")
    return signature


def allowed_signers(key: Path, identity: str) -> str:
    """The line of OpenSSH's file of allowed signers for a key pair."""
    kind, public = key.with_name(f"{key.name}.pub").read_text(encoding="utf-8").split()[:2]
    return f'{identity} namespaces="{NAMESPACE}" {kind} {public}\n'


def check(path: Path, signers: Path, identity: str) -> None:
    """Check the signature beside a file.

    Args:
        path: The file; its signature is ``<path>.sig``.
        signers: OpenSSH file of allowed signers.
        identity: Who must have signed.

    Raises:
        SigningError: The signature does not hold.
    """
    signature = path.with_name(f"{path.name}.sig")
    command = [_program(), "-Y", "verify", "-f", str(signers), "-I", identity, "-n", NAMESPACE, "-s", str(signature)]
    with path.open("rb") as content:
        told = subprocess.run(command, stdin=content, capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode:
        raise SigningError(f"{path}: the signature does not hold: {(told.stderr or told.stdout).strip()}")
