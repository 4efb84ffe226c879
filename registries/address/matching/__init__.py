"""Tying written addresses to the towns of the address registry.

Frames in, frames out: :class:`TownDictionary` is built from the town table, :func:`match_towns` reads a column of addresses with it.
"""

from registries.address.matching.dictionary import TownDictionary
from registries.address.matching.match import match_parts, match_towns

__all__ = ["TownDictionary", "match_parts", "match_towns"]
