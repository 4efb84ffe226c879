"""Models of the establishment registry that are written in Python."""
