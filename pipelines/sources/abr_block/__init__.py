"""Address base registry, blocks (mt_rsdtdsp_blk)."""
