"""Address base registry, positions of lots (mt_parcel_pos)."""
