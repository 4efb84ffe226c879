"""固定資産税 償却資産課税台帳 (tax roll, depreciable assets), canonical columns."""
