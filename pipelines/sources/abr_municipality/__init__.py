"""Address base registry, municipalities (mt_city)."""
