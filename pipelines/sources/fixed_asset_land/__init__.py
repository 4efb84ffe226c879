"""固定資産税 土地課税台帳 (tax roll, land), canonical columns."""
