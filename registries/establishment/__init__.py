"""Establishments: places where organisations work, tied to the companies they belong to."""
