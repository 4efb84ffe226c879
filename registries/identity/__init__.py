"""Deciding what is one thing: candidates, comparison, weights, constrained clusters, permanent ids, golden records."""
