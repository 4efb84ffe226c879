"""Errors whose message is shown to a person as it is, without a traceback."""


class DaichoError(Exception):
    """Something a person can mend. The message says what was wrong, where, and what to do."""
