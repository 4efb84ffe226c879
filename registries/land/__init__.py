"""Land and building registry, and its comparison with the tax roll."""
