"""Fetch ``mt_parcel`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_parcel")
"""Bring the offered files that an inbox lacks."""
