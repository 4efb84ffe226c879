"""Postal codes of Japan Post (KEN_ALL)."""
