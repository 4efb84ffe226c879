"""Address base registry, positions of municipalities (mt_city_pos)."""
