"""Fetch ``mt_pref`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_pref")
"""Bring the offered files that an inbox lacks."""
