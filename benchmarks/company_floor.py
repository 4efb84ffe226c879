"""The floor: decode, parse and write Parquet with Polars, and nothing else. Run with the folder of zips and the file to write."""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl


def decoded(content: bytes) -> bytes:
    """The content in UTF-8; the sample's few damaged bytes are replaced."""
    try:
        content.decode()
    except UnicodeDecodeError:
        as_utf8, as_cp932 = (content.decode(encoding, errors="replace") for encoding in ("utf-8", "cp932"))
        return min(as_utf8, as_cp932, key=lambda text: text.count("\ufffd")).encode()
    return content


def tables(folder: Path) -> Iterator[pl.DataFrame]:
    """Parse every CSV of every zip."""
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".csv"):
                    content = decoded(archive.read(name))
                    yield pl.read_csv(content, has_header=False, infer_schema=False, truncate_ragged_lines=True)


if __name__ == "__main__":
    pl.concat(tables(Path(sys.argv[1]))).write_parquet(sys.argv[2], compression="zstd")
