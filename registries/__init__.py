"""Registries: one folder each, with its contract and its relational models; the shared machinery beside them."""
