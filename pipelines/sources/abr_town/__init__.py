"""Address base registry, towns (mt_town)."""
