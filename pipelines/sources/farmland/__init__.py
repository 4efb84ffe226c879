"""農地台帳 (farmland ledger)."""
