"""Address base registry, positions of towns (mt_town_pos)."""
