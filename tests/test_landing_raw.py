"""Landing and raw: whatever is delivered is kept, read or refused with its place, and nothing is lost or counted twice."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pysequoia
import pytest

from pipelines.errors import DaichoError
from pipelines.home import Home
from pipelines.ingest.landing import Landing, delivered_files
from pipelines.ingest.parts import Batch
from pipelines.ingest.raw import RawStore
from pipelines.source_declarations import Source
from quality.quarantine import read_quarantine

GOOD = b"1,a,2024-01-05\n2,b,2024-01-05\n"
KANJI = "1,髙島屋,2024-01-05\n2,〜①,2024-01-05\n"
KEY = pysequoia.Tsk.generate("Publisher <publisher@example.org>")
PUBLIC_KEY = str(KEY.extract_certificate()).encode()
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_zip(folder: Path, name: str, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content, method)
    return path


def damage(path: Path, member: str) -> None:
    """Flip bytes in the middle of a member's compressed data; its headers stay whole."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
    content = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(member)
    for place in range(start + info.compress_size // 2, start + info.compress_size // 2 + 4):
        content[place] ^= 0xFF
    path.write_bytes(content)


def encrypt(path: Path, member: str) -> None:
    """Mark a member as encrypted, in both of its headers."""
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)


def silent(_done: int, _of: int, _name: str) -> None:
    """Show no progress."""


def read(home: Home, source: Source, *paths: Path, public_key: bytes | None = None) -> Batch:
    landing = Landing(home, source)
    for path in paths:
        landing.land(path, public_key)
    batch = RawStore(home, source).read_new(silent)
    assert batch is not None
    return batch


def words(home: Home, source: Source) -> list[str | None]:
    """The second column of all raw records of finished batches."""
    store = RawStore(home, source)
    parts = [store.folder / part for batch in store.batches() for part in batch.parts]
    return [word for part in parts for word in pl.read_parquet(part)["word"].to_list()]


def test_files_and_folders_are_found(letters: Source, tmp_path: Path) -> None:
    for name in ("b.csv", "a/c.ZIP", "a/b/d.csv", "a/readme.txt", "folder.csv/e.CSV"):
        write(tmp_path, name, b"x")
    names = [path.relative_to(tmp_path).as_posix() for path in delivered_files(tmp_path, letters)]
    assert names == ["a/b/d.csv", "a/c.ZIP", "b.csv", "folder.csv/e.CSV"]
    assert delivered_files(tmp_path / "b.csv", letters) == [tmp_path / "b.csv"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("readme.txt", "not a .csv or .zip file"),
        ("absent.csv", "no such file or folder"),
        ("bare", "holds no .csv or .zip file"),
    ],
)
def test_a_path_without_tables_is_told(letters: Source, tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, "readme.txt", b"x")
    write(tmp_path, "bare/readme.txt", b"x")
    with pytest.raises(DaichoError, match=message) as raised:
        delivered_files(tmp_path / name, letters)
    assert str(tmp_path / name) in str(raised.value)


def _csv(content: bytes) -> Callable[[Path], Path]:
    return lambda folder: write(folder, "x.csv", content)


def _zip(members: dict[str, bytes]) -> Callable[[Path], Path]:
    return lambda folder: write_zip(folder, "x.zip", members)


def _truncated(folder: Path) -> Path:
    path = write_zip(folder, "x.zip", {"x.csv": GOOD * 100})
    path.write_bytes(path.read_bytes()[:-30])
    return path


def _encrypted(folder: Path) -> Path:
    path = write_zip(folder, "x.zip", {"x.csv": GOOD})
    encrypt(path, "x.csv")
    return path


UNREADABLE = {
    "empty csv": (_csv(b""), "empty"),
    "empty zip file": (lambda folder: write(folder, "x.zip", b""), "empty"),
    "not a zip": (lambda folder: write(folder, "x.zip", b"PK" + GOOD), "not a zip file"),
    "truncated zip": (_truncated, "not a zip file, or cut short"),
    "zip without csv": (_zip({"x.txt": GOOD}), "holds no .csv"),
    "zip without members": (_zip({}), "holds no .csv"),
    "empty member": (_zip({"x.csv": b""}), "no records"),
    "encrypted": (_encrypted, "cannot be unpacked"),
    "UTF-16 LE": (_csv(KANJI.encode("utf-16")), "UTF-16"),
    "UTF-16 BE in a zip": (_zip({"x.csv": b"\xfe\xff" + KANJI.encode("utf-16-be")}), "UTF-16"),
}


@pytest.mark.parametrize("public_key", [None, PUBLIC_KEY], ids=["no key", "key"])
@pytest.mark.parametrize(("make", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_is_quarantined_whole(
    home: Home, letters: Source, tmp_path: Path, make: Callable[[Path], Path], message: str, public_key: bytes | None
) -> None:
    good = write(tmp_path, "in/good.csv", GOOD)
    bad = make(tmp_path / "in")
    batch = read(home, letters, good, bad, public_key=public_key)
    kept, refused = sorted(batch.files, key=lambda file: file.fault is not None)
    assert (kept.fault, kept.records, kept.refused) == (None, 2, 0)
    assert refused.fault is not None
    assert message in refused.fault
    assert (refused.records, refused.refused) == (0, 0)
    assert words(home, letters) == ["a", "b"]
    row = read_quarantine(home.quarantine).row(0, named=True)
    assert (row["line"], row["code"], row["reason"], row["file_id"]) == (0, "unreadable_file", refused.fault, refused.file_id)
    landed = Landing(home, letters)
    (receipt,) = [receipt for receipt in landed.receipts() if receipt.name == bad.name]
    assert landed.path(receipt).read_bytes() == bad.read_bytes()
    assert receipt.sha256 == hashlib.sha256(bad.read_bytes()).hexdigest()


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_damaged_member_is_refused_and_the_other_read(home: Home, letters: Source, tmp_path: Path, method: int, signed: bool) -> None:
    bad = b"".join(b"%d,x%d,2024-01-05\n" % (number, number * 7919) for number in range(3000))
    members = {"a.csv": GOOD, "b.csv": bad}
    if signed:
        members |= {
            f"{name}.asc": bytes(pysequoia.sign(KEY.signer(), data, mode=pysequoia.SignatureMode.DETACHED))
            for name, data in members.items()
        }
    path = write_zip(tmp_path, "in/x.zip", members, method)
    damage(path, "b.csv")
    batch = read(home, letters, path, public_key=PUBLIC_KEY)
    faults = {file.name: file.fault for file in batch.files}
    assert faults.pop("a.csv", None) is None
    assert [fault for fault in faults.values() if fault and ("cannot be unpacked" in fault or "signature" in fault)] == list(
        faults.values()
    )
    assert words(home, letters) == ([] if signed else ["a", "b"])
    assert read_quarantine(home.quarantine).select("line", "code").rows() == [(0, "unreadable_file")]


@pytest.mark.parametrize("public_key", [None, PUBLIC_KEY], ids=["no key", "key"])
def test_no_broken_byte_of_a_zip_stops_the_build_or_alters_a_record(letters: Source, tmp_path: Path, public_key: bytes | None) -> None:
    whole = write_zip(tmp_path, "x.zip", {"x.csv": GOOD, "x.csv.asc": b"-"}).read_bytes()
    outcomes = set()
    for place in range(len(whole)):
        home = Home(tmp_path / str(place))
        path = write(tmp_path, "x.zip", whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        batch = read(home, letters, path, public_key=public_key)
        read_words = words(home, letters)
        assert read_words == ["a", "b"] or (read_words == [] and batch.files[0].fault), place
        outcomes.add(bool(read_words))
    assert False in outcomes


def test_a_bad_signature_refuses_the_delivery(home: Home, letters: Source, tmp_path: Path) -> None:
    signature = bytes(pysequoia.sign(KEY.signer(), GOOD, mode=pysequoia.SignatureMode.DETACHED))
    good = write_zip(tmp_path, "in/good.zip", {"a.csv": GOOD, "a.csv.asc": signature})
    bad = write_zip(tmp_path, "in/bad.zip", {"a.csv": GOOD + b"3,c,2024-01-05\n", "a.csv.asc": signature})
    batch = read(home, letters, good, bad, public_key=PUBLIC_KEY)
    assert {file.name: "signature" in (file.fault or "") for file in batch.files} == {"a.csv": False, "bad.zip": True}
    assert {receipt.name: receipt.signature for receipt in Landing(home, letters).receipts()} == {"good.zip": "good", "bad.zip": "bad"}


def test_every_table_of_a_zip_is_read(home: Home, letters: Source, tmp_path: Path) -> None:
    members = {"b.CSV": b"3,c,2024-01-05\n", "a.csv": GOOD, "a.csv.asc": b"x", "readme.txt": b"x"}
    batch = read(home, letters, write_zip(tmp_path, "x.zip", members))
    assert [(file.name, file.records, file.fault) for file in batch.files] == [("a.csv", 2, None), ("b.CSV", 1, None)]
    assert words(home, letters) == ["a", "b", "c"]


def test_lines_are_read_again_from_the_right_table(home: Home, letters: Source, tmp_path: Path) -> None:
    members = {"a/x.csv": GOOD, "b/x.csv": b"\xef\xbb\xbf" + b'3,"c",\r\n4,d\r,\n'}
    batch = read(home, letters, write_zip(tmp_path, "x.zip", members))
    landing = Landing(home, letters)
    found = [landing.lines(file.landing_sha256, file.name, file.file_id, {1, 2}) for file in batch.files]
    assert found == [{1: b"1,a,2024-01-05", 2: b"2,b,2024-01-05"}, {1: b'3,"c",', 2: b"4,d\r,"}]


def test_the_same_bytes_land_once(home: Home, letters: Source, tmp_path: Path) -> None:
    landing = Landing(home, letters)
    first, new = landing.land(write(tmp_path, "a.csv", GOOD))
    again, new_again = landing.land(write(tmp_path, "b.csv", GOOD))
    assert (new, new_again, again) == (True, False, first)
    assert landing.receipts() == [first]
    assert RawStore(home, letters).read_new(silent) is not None
    landing.land(write(tmp_path, "c.csv", GOOD))
    assert RawStore(home, letters).read_new(silent) is None


@pytest.mark.parametrize("together", [True, False])
def test_the_same_table_packed_otherwise_is_read_once(home: Home, letters: Source, tmp_path: Path, together: bool) -> None:
    paths = [
        write(tmp_path, "x.csv", GOOD),
        write_zip(tmp_path, "x.zip", {"x.csv": GOOD}, zipfile.ZIP_STORED),
        write_zip(tmp_path, "y.zip", {"renamed.csv": GOOD}),
    ]
    batches = [read(home, letters, *paths)] if together else [read(home, letters, path) for path in paths]
    files = [file for batch in batches for file in batch.files]
    assert [file.fault for file in files] == [None, "the same bytes were delivered before", "the same bytes were delivered before"]
    assert len({file.file_id for file in files}) == 1
    assert words(home, letters) == ["a", "b"]
    assert read_quarantine(home.quarantine).is_empty()


ENCODED = {
    "ASCII": (GOOD, "utf-8", ["a", "b"]),
    "UTF-8": (KANJI.encode(), "utf-8", ["髙島屋", "〜①"]),
    "UTF-8 with mark": (b"\xef\xbb\xbf" + KANJI.encode(), "utf-8", ["髙島屋", "〜①"]),
    "CP932": (KANJI.replace("〜", "～").encode("cp932"), "cp932", ["髙島屋", "～①"]),
}


@pytest.mark.parametrize("before", [0, 1_000, 30_000, 2_500_000], ids=lambda lines: f"after {lines} lines of ASCII")
@pytest.mark.parametrize(("content", "encoding", "expected"), ENCODED.values(), ids=ENCODED)
def test_the_encoding_is_found(
    home: Home, letters: Source, tmp_path: Path, content: bytes, encoding: str, expected: list[str], before: int
) -> None:
    mark, bare = (content[:3], content[3:]) if content.startswith(b"\xef\xbb\xbf") else (b"", content)
    batch = read(home, letters, write(tmp_path, "x.csv", mark + b"0,z,2024-01-05\n" * before + bare))
    (file,) = batch.files
    assert (file.encoding, file.records, file.refused) == (encoding, before + 2, 0)
    assert words(home, letters)[before:] == expected
    assert words(home, letters)[:before] == ["z"] * before


@pytest.mark.parametrize(("text", "encoding"), [(KANJI, "utf-8"), (KANJI.replace("〜", "～"), "cp932")])
def test_one_bad_byte_refuses_one_record(home: Home, letters: Source, tmp_path: Path, text: str, encoding: str) -> None:
    bad = b"9," + "商".encode(encoding)[:-1] + b',"x"'
    batch = read(home, letters, write(tmp_path, "x.csv", text.encode(encoding) * 40 + bad + b"\r\n" + text.encode(encoding) * 40))
    (file,) = batch.files
    assert (file.encoding, file.records, file.refused) == (encoding, 161, 1)
    assert read_quarantine(home.quarantine).select("line", "code", "original").rows() == [(81, "undecodable", bad)]
    assert len(words(home, letters)) == 160


@pytest.mark.parametrize(
    ("name", "days", "kind", "day"),
    [
        ("diff_20240105.csv", ["2024-01-05", "2024-01-05"], "daily", "2024-01-05"),
        ("DIFF_20240105.csv", ["2024-01-04", "2024-01-05"], "daily", "2024-01-05"),
        ("00_zenkoku_all_20240131.csv", ["2024-01-05", "2024-01-05"], "full", "2024-01-31"),
        ("delivery.csv", ["2024-01-05", "2024-01-05"], "daily", "2024-01-05"),
        ("delivery.csv", ["2024-01-04", "2024-01-05", "2024-01-03"], "full", "2024-01-05"),
        ("diff_20240231.csv", ["2024-01-05"], "daily", "2024-01-05"),
        ("diff_120240105.csv", ["2024-02-29"], "daily", "2024-02-29"),
        ("diff.csv", ["2024-W01-1"], "daily", ""),
        ("diff.csv", ["20240105"], "daily", ""),
        ("diff.csv", ["", ""], "daily", ""),
        ("diff.csv", ["2024-02-30"], "daily", ""),
    ],
)
def test_kind_and_day_come_from_the_name_else_the_content(
    home: Home, letters: Source, tmp_path: Path, name: str, days: list[str], kind: str, day: str
) -> None:
    content = "".join(f"{number},x,{text}\n" for number, text in enumerate(days)).encode()
    (file,) = read(home, letters, write(tmp_path, name, content)).files
    assert (file.kind, file.file_date) == (kind, day)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_deliveries_make_the_same_bytes(letters: Source, tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "in/b.csv", KANJI.encode() + b"3,bad\n"),
        write_zip(tmp_path, "in/a.zip", {"d.csv": GOOD * 50, "c.csv": b'"open\n' + GOOD}),
    ]
    made = []
    for name, order in (("one", paths), ("two", paths[::-1])):
        home = Home(tmp_path / name)
        read(home, letters, *order)
        made.append(contents(home.raw) | contents(home.quarantine))
    assert made[0] == made[1]
    assert len(made[0]) == 3


def test_parts_without_their_list_are_not_read(home: Home, letters: Source, tmp_path: Path) -> None:
    first = write(tmp_path, "a.csv", GOOD + b"3,bad\n")
    batch = read(home, letters, first)
    expected = contents(home.raw) | contents(home.quarantine)
    # what a build leaves that stops just before the last write
    (home.raw / "letters" / f"{batch.id}.json").unlink()
    store = RawStore(home, letters)
    assert (store.batches(), store.files(), words(home, letters)) == ([], [], [])
    assert store.read_new(silent) == batch
    assert contents(home.raw) | contents(home.quarantine) == expected


def test_a_build_that_stopped_leaves_nothing_to_the_next(home: Home, letters: Source, tmp_path: Path) -> None:
    kept = read(home, letters, write(tmp_path, "kept.csv", b"0,bad\n" + GOOD))
    stopped = read(home, letters, write(tmp_path, "a.csv", GOOD + b"3,bad\n"))
    (home.raw / "letters" / f"{stopped.id}.json").unlink()
    batch = read(home, letters, write(tmp_path, "b.csv", b"4,d,2024-01-05\n"))
    assert batch.id != stopped.id
    assert [file.name for file in batch.files] == ["a.csv", "b.csv"]
    assert read_quarantine(home.quarantine).select("file", "line").rows() == [("a.csv", 3), ("kept.csv", 1)]  # not the first twice
    assert {name[:12] for name in contents(home.raw / "letters")} == {kept.id, batch.id}


def test_a_file_over_several_parts(letters: Source, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("raw", "parts"):
        monkeypatch.setattr(f"pipelines.ingest.{module}.PART_BYTES", 64)
    paths = [write(tmp_path, f"{name}.csv", GOOD.replace(b"-05", f"-0{name}".encode()) * 3) for name in range(1, 4)]
    batch = read(home, letters, *paths)
    assert len(batch.parts) == 3
    assert [(file.records, file.kind, file.file_date) for file in batch.files] == [(6, "daily", f"2024-01-0{n}") for n in range(1, 4)]
    assert words(home, letters) == ["a", "b"] * 9


@pytest.mark.real
def test_real_daily_files_lose_nothing(home: Home, shared_data: Path) -> None:
    from pipelines.source_declarations import source_named

    paths = sorted((shared_data / "nta" / "diff").glob("diff_*.zip"))[:3]
    batch = read(home, source_named("nta_corporate_number"), *paths)
    for path, file in zip(paths, batch.files, strict=True):
        with zipfile.ZipFile(path) as archive:
            (content,) = [archive.read(name) for name in archive.namelist() if name.endswith(".csv")]
        assert (file.records, file.refused, file.kind) == (content.count(b"\n"), 0, "daily")
    assert replace(batch.files[0]).file_date == f"{paths[0].name[5:9]}-{paths[0].name[9:11]}-{paths[0].name[11:13]}"
