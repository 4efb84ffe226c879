"""The address base registry."""
