"""Detached signatures, made at run time by keys that live as long as the test run."""

import zipfile
from pathlib import Path

import pysequoia
import pytest

from pipelines.signature import SignatureState, check_detached_signature, zip_signature_state

PUBLISHER = pysequoia.Tsk.generate("Publisher <publisher@example.org>")
STRANGER = pysequoia.Tsk.generate("Stranger <stranger@example.org>")
PUBLIC_KEY = str(PUBLISHER.extract_certificate()).encode()
STRANGER_KEY = bytes(STRANGER.extract_certificate())
DATA = b"1,1180301018771,01,0,2026-02-20\n"


def sign(data: bytes, key: pysequoia.Tsk = PUBLISHER, armor: bool = True) -> bytes:
    return bytes(pysequoia.sign(key.signer(), data, mode=pysequoia.SignatureMode.DETACHED, armor=armor))


SIGNATURE = sign(DATA)


@pytest.mark.parametrize(
    ("data", "signature", "public_key", "state"),
    [
        pytest.param(DATA, SIGNATURE, PUBLIC_KEY, SignatureState.GOOD, id="armoured"),
        pytest.param(DATA, sign(DATA, armor=False), PUBLIC_KEY, SignatureState.GOOD, id="binary"),
        pytest.param(DATA, SIGNATURE, STRANGER_KEY + bytes(PUBLISHER.extract_certificate()), SignatureState.GOOD, id="key ring"),
        pytest.param(DATA, SIGNATURE, None, SignatureState.UNCHECKED, id="no key"),
        pytest.param(DATA.replace(b"01", b"99"), SIGNATURE, PUBLIC_KEY, SignatureState.BAD, id="tampered data"),
        pytest.param(DATA + b"\n", SIGNATURE, PUBLIC_KEY, SignatureState.BAD, id="data added"),
        pytest.param(b"", SIGNATURE, PUBLIC_KEY, SignatureState.BAD, id="data gone"),
        pytest.param(DATA, sign(DATA, STRANGER), PUBLIC_KEY, SignatureState.BAD, id="another signer"),
        pytest.param(DATA, SIGNATURE, STRANGER_KEY, SignatureState.BAD, id="another key"),
        pytest.param(DATA, b"", PUBLIC_KEY, SignatureState.BAD, id="empty signature"),
        pytest.param(DATA, b"not a signature", PUBLIC_KEY, SignatureState.BAD, id="garbage"),
        pytest.param(DATA, PUBLIC_KEY, PUBLIC_KEY, SignatureState.BAD, id="a key in place of a signature"),
    ],
)
def test_check_detached_signature(data: bytes, signature: bytes, public_key: bytes | None, state: SignatureState) -> None:
    assert check_detached_signature(data, signature, public_key) is state


GOOD, BAD, ABSENT, UNCHECKED = (
    SignatureState.GOOD,
    SignatureState.BAD,
    SignatureState.ABSENT,
    SignatureState.UNCHECKED,
)


@pytest.mark.parametrize(
    ("members", "with_key", "without_key"),
    [
        pytest.param({"a.csv": DATA, "a.csv.asc": SIGNATURE}, GOOD, UNCHECKED, id="csv and asc"),
        pytest.param({"a.csv": DATA, "a.csv.SIG": SIGNATURE}, GOOD, UNCHECKED, id="sig, capitals"),
        pytest.param({"a.csv": DATA, "a.asc": SIGNATURE}, GOOD, UNCHECKED, id="same stem"),
        pytest.param({"d/a.csv": DATA, "d/a.csv.asc": SIGNATURE}, GOOD, UNCHECKED, id="in a folder"),
        pytest.param({"a.csv": DATA + b"x", "a.csv.asc": SIGNATURE}, BAD, UNCHECKED, id="tampered"),
        pytest.param({"a.csv": DATA}, ABSENT, ABSENT, id="no signature"),
        pytest.param({"a.csv": DATA, "b.csv.asc": SIGNATURE}, ABSENT, ABSENT, id="signature of something else"),
        pytest.param({"a.csv": DATA, "a.xml": DATA, "a.asc": SIGNATURE}, ABSENT, ABSENT, id="stem of two members"),
        pytest.param({"a.csv": DATA, "a.csv.asc": SIGNATURE, "b.csv": DATA}, ABSENT, ABSENT, id="one of two members unsigned"),
        pytest.param(
            {"a.csv": DATA, "a.csv.asc": SIGNATURE, "b.csv": b"x", "b.csv.asc": SIGNATURE, "c.csv": DATA},
            BAD,
            ABSENT,
            id="bad is worst",
        ),
        pytest.param({}, ABSENT, ABSENT, id="empty zip"),
    ],
)
def test_zip_signature_state(tmp_path: Path, members: dict[str, bytes], with_key: SignatureState, without_key: SignatureState) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert zip_signature_state(path, PUBLIC_KEY) is with_key
    assert zip_signature_state(path, None) is without_key


@pytest.mark.parametrize("key", [b"", b"not a key", SIGNATURE])
def test_unreadable_key_is_a_fault_of_the_configuration(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", DATA)
    with pytest.raises(ValueError, match="public key cannot be read"):
        check_detached_signature(DATA, SIGNATURE, key)
    with pytest.raises(ValueError, match="public key cannot be read"):
        zip_signature_state(path, key)
