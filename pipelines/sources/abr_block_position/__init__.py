"""Address base registry, positions of blocks (mt_rsdtdsp_blk_pos)."""
