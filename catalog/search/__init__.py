"""Search over the catalogue: one specification of words and of ranking, for Python and for the browser."""
