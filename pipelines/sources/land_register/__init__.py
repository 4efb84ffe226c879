"""不動産登記データ（土地）, 23 columns without a header."""
