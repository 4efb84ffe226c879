"""不動産登記データ（建物）, 31 columns without a header."""
