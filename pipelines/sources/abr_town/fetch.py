"""Fetch ``mt_town`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_town")
"""Bring the offered files that an inbox lacks."""
