"""Quality: checks made from the contracts, and the quarantine."""
