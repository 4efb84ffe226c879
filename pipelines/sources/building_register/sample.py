"""Sample of building_register."""

from pathlib import Path

from pipelines.sample.land import files


def write_sample(out: Path, *, scale: int, seed: int) -> None:
    """Write the sample: same scale and seed, same bytes.

    Args:
        out: Folder to write ``building_register/`` into.
        scale: Companies of the company sample, from which the size of the municipalities follows.
        seed: Seed of the random numbers.
    """
    files.write_sample("building_register", out, scale, seed)
