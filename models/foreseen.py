"""Failures that whoever runs the program can mend."""


class Foreseen(Exception):
    """What was asked cannot be done; the message says why and what to do, in one line, and is all that the terminal shows."""
