"""Benchmarks: speed and memory as ratios against a floor and a peer in one run."""
