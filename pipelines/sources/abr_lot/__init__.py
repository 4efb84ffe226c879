"""Address base registry, lots (mt_parcel)."""
