"""Municipalities of the sample: their land, buildings, owners, registers, maps, tax rolls, and how these disagree."""
