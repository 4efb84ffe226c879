"""The peer: jpcorpreg's own parsing of the same files to Parquet. Run with a folder of UTF-8 zips and the folder to write to."""

import sys
from pathlib import Path

from jpcorpreg.writer import CorporateDataWriter


def main(folder: Path, out: Path) -> None:
    """Parse every zip to a Parquet folder of its own."""
    writer = CorporateDataWriter()
    for path in sorted(folder.rglob("*.zip")):
        writer.uncompress_and_parse(str(path), format_type="parquet", output_dir=str(out / path.stem))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
