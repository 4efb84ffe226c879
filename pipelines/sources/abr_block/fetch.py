"""Fetch ``mt_rsdtdsp_blk`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_rsdtdsp_blk")
"""Bring the offered files that an inbox lacks."""
