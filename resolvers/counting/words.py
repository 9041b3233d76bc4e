"""English in SQL: constants of the statement, and nouns that agree with their number."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, literal_column

from resolvers.counting.dimensions import ONE


def phrase(text: str) -> ColumnElement[str]:
    """A text as a constant of the statement: the rules' own words are no input."""
    doubled = text.replace("'", "''")
    return literal_column(f"'{doubled}'", Text())


def counted(number: ColumnElement[Any], one: str, many: str) -> ColumnElement[str]:
    """The number, a space, and the words that agree with it."""
    return func.concat(number, case((number == ONE, phrase(f" {one}")), else_=phrase(f" {many}")))


def when(condition: ColumnElement[bool], *parts: ColumnElement[Any]) -> ColumnElement[str]:
    """The parts as one text where the condition holds, else nothing."""
    return case((condition, func.concat(*parts)), else_=phrase(""))
