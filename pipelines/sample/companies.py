"""Companies of the company sample that its daily files leave alone, for the samples of ledgers that name companies."""

from functools import cache

import numpy as np
import polars as pl

from pipelines.sample.addresses import towns, towns_before_2024
from pipelines.sources.nta_corporate_number.sample_plan import LEAST_SCALE, choose
from pipelines.sources.nta_corporate_number.sample_population import CHUNK_ROWS, population
from pipelines.sources.nta_corporate_number.sample_rows import describe, with_full_file_mergers


@cache
def untouched(scale: int, seed: int) -> pl.DataFrame:
    """List what the full file says of the companies that no daily file speaks of.

    Args:
        scale: Companies of the sample, at least 1,000.
        seed: Seed of the sample.

    Returns:
        The columns of the company ledger, as :func:`~pipelines.sources.nta_corporate_number.sample_rows.describe` gives them, in the order
        of the file; of a great sample its beginning.
    """
    people = population(towns_before_2024(), max(scale, LEAST_SCALE), seed)
    plan = choose(people, towns(), max(scale, LEAST_SCALE), np.random.default_rng([seed, 2]))
    alone = np.ones(people.height, bool)
    for chosen in plan.values():
        alone[chosen] = False
    chunk = people[:CHUNK_ROWS]
    described = describe(chunk, towns_before_2024(), np.random.default_rng([seed, 4, 0]))
    rows: pl.DataFrame = with_full_file_mergers(described, chunk["partner"]).filter(pl.Series(alone[: chunk.height]))
    return rows
