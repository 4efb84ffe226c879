"""Sources, one folder each."""
