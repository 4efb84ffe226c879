"""Cleansing rules: Polars expressions over columns, one module per subject."""
