"""Address base registry, positions of residences (mt_rsdtdsp_rsdt_pos)."""
