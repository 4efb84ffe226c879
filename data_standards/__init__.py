"""The data standard: data items, code lists, cleansing rules. Pure: knows no file of ours and no database."""
