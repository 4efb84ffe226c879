"""Fetch ``mt_parcel_pos`` from where the address base registry is published."""

from pipelines.abr_feed import fetcher

fetch = fetcher("mt_parcel_pos")
"""Bring the offered files that an inbox lacks."""
