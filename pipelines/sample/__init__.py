"""Material the sample generators of all sources share: real town areas and made-up streets."""
