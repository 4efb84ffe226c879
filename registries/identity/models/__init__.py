"""Models of the identity registry: all its tables come from one run of :mod:`registries.identity.run`."""
