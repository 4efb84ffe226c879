"""Sample of fixed_asset_house."""

from pathlib import Path

from pipelines.sample.land import files


def write_sample(out: Path, *, scale: int, seed: int) -> None:
    """Write the sample: same scale and seed, same bytes.

    Args:
        out: Folder to write ``fixed_asset_house/`` into.
        scale: Companies of the company sample, from which the size of the municipalities follows.
        seed: Seed of the random numbers.
    """
    files.write_sample("fixed_asset_house", out, scale, seed)
