"""林地台帳 (forest ledger)."""
