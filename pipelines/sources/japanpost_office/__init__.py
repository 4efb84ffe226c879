"""Postal codes of large-volume offices, Japan Post (JIGYOSYO)."""
