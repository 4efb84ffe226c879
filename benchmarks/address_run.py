"""One process that matches a file of addresses (or a single address), for taking its time and memory from outside."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from registries.address.matching import TownDictionary, match_towns

_BATCH = 100_000


def main(dictionary_folder: Path, addresses: Path | None, out: Path | None) -> None:
    """Match and write.

    Args:
        dictionary_folder: Folder of the dictionary.
        addresses: Parquet file with the column ``address``; without it one address is matched.
        out: Folder to write the answers into.
    """
    dictionary = TownDictionary.read(dictionary_folder)
    if addresses is None or out is None:
        match_towns(pl.Series(["東京都千代田区霞が関2-1-2"]), dictionary)
        return
    given = pl.read_parquet(addresses)["address"]
    folder = out / "answers"
    folder.mkdir()

    def work(begin: int) -> None:
        match_towns(given.slice(begin, _BATCH), dictionary).write_parquet(folder / f"{begin:010d}.parquet")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(0, len(given), _BATCH)))


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[1:]]
    main(paths[0], paths[1] if len(paths) > 1 else None, paths[2] if len(paths) > 2 else None)
