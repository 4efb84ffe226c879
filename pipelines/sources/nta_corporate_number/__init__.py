"""国税庁法人番号公表サイト (corporate number publication site)."""
