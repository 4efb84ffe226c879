"""From delivered files to standardised records: landing, raw, standardised, quarantine."""
