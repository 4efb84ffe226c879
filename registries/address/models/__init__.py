"""Models of the address registry that are written in Python, for what SQL cannot say."""
