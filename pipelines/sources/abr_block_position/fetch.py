"""Fetch ``mt_rsdtdsp_blk_pos`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_rsdtdsp_blk_pos")
"""Bring the offered files that an inbox lacks."""
