"""Scalars of the graph that Python has no type of its own for."""

from typing import TypeAlias

Numeral: TypeAlias = int | str
"""A number to submit: whole, or as a text such as "12.5"."""

Parameters: TypeAlias = dict[str, object]
"""The values that a message tells."""
