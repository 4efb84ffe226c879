"""固定資産税 宛名 (address records of taxpayers), canonical columns."""
