"""固定資産税 家屋課税台帳 (tax roll, houses), canonical columns."""
