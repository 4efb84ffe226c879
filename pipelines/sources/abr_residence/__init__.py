"""Address base registry, residences (mt_rsdtdsp_rsdt)."""
